"""Films on a printer, every step and attribute as PS3.4 annex H has it: DCMTK's printer, and a strict one of ours."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pynetdicom import evt

from minipacs.dicom.uids import CountedUids, UidPolicy
from minipacs.net.errors import PeerRefused, PeerRejected, PeerUnreachable
from minipacs.net.peers import Peer
from minipacs.net.scu import printing
from minipacs.net.scu.printing import COLOUR_PRINT, GREY_PRINT, FilmSetup, print_films
from tests.peers import free_port, wait_until
from tests.printers import dcmprscp
from tests.servers import pynetdicom_scp

GREY = (np.arange(31 * 45) % 256).astype(np.uint8).reshape(31, 45)
DEEP = (np.arange(30 * 40) % 4096).astype(np.uint16).reshape(30, 40)
COLOUR = np.stack([GREY, GREY[::-1], GREY[:, ::-1]], axis=-1)


@dataclasses.dataclass
class Printer:
    """A print SCP that writes down each step, names its own image boxes and answers what the test wants."""

    statuses: dict[tuple[str, str], int] = dataclasses.field(default_factory=dict)
    """(operation, SOP class) -> status."""
    places: int | None = None
    printer_status: str = "NORMAL"
    tells: str = ""
    acknowledged: Dataset | None = None
    fail_film: int = 0
    steps: list[tuple[str, str, str, Dataset | None]] = dataclasses.field(default_factory=list)
    boxes: dict[str, list[str]] = dataclasses.field(default_factory=dict)
    filled: set[str] = dataclasses.field(default_factory=set)
    printed: list[str] = dataclasses.field(default_factory=list)

    def _status(self, operation: str, sop_class: str) -> int:
        return self.statuses.get((operation, sop_class), 0)

    def on_get(self, event: evt.Event) -> tuple[int, Dataset | None]:
        request = event.request
        assert request.RequestedSOPInstanceUID == printing.PRINTER_INSTANCE
        if self.tells:
            self.acknowledged, _ = event.assoc.send_n_event_report(
                _info(self.tells), 2, printing.PRINTER, printing.PRINTER_INSTANCE,
                meta_uid=GREY_PRINT,
            )  # fmt: skip
        status = self._status("get", printing.PRINTER)
        if status:
            return status, None
        ds = _info("SUPPLY EMPTY")
        ds.PrinterStatus = self.printer_status
        return 0, ds

    def on_create(self, event: evt.Event) -> tuple[int, Dataset | None]:
        request, ds = event.request, event.attribute_list
        sop_class, uid = str(request.AffectedSOPClassUID), str(request.AffectedSOPInstanceUID)
        self.steps.append(("create", sop_class, uid, ds))
        status = self._status("create", sop_class)
        if status >= 0xC000 or 0x0110 <= status <= 0x0115:
            return status, None
        answer = Dataset()
        answer.update(ds)
        if sop_class == printing.FILM_BOX:
            columns, rows = ds.ImageDisplayFormat.removeprefix("STANDARD\\").split(",")
            count = int(columns) * int(rows) if self.places is None else self.places
            # Names that cannot be guessed: who does not read them fails.
            self.boxes[uid] = [f"2.25.9{len(self.boxes)}{n}77" for n in range(1, count + 1)]
            colour = event.context.abstract_syntax == COLOUR_PRINT
            answer.ReferencedImageBoxSequence = [
                _reference(printing.COLOUR_IMAGE_BOX if colour else printing.GREY_IMAGE_BOX, box)
                for box in self.boxes[uid]
            ]
        return status, answer

    def on_set(self, event: evt.Event) -> tuple[int, Dataset | None]:
        request = event.request
        sop_class, uid = str(request.RequestedSOPClassUID), str(request.RequestedSOPInstanceUID)
        self.steps.append(("set", sop_class, uid, event.modification_list))
        if uid not in [box for boxes in self.boxes.values() for box in boxes]:
            return 0x0112, None
        status = self._status("set", sop_class)
        if self.fail_film and len(self.boxes) == self.fail_film:
            status = 0xC605
        if status < 0xC000 and status != 0x0106:
            self.filled.add(uid)
        return status, None

    def on_action(self, event: evt.Event) -> tuple[int, Dataset | None]:
        request = event.request
        uid = str(request.RequestedSOPInstanceUID)
        self.steps.append(("action", str(request.RequestedSOPClassUID), uid, None))
        assert request.ActionTypeID == 1
        if not self.filled & set(self.boxes[uid]):
            return 0xB603, None
        self.printed.append(uid)
        answer = Dataset()
        answer.ReferencedPrintJobSequencePullStoredPrint = [
            _reference("1.2.840.10008.5.1.1.14", f"2.25.5{len(self.printed)}")
        ]
        return self._status("action", printing.FILM_BOX), answer

    def on_delete(self, event: evt.Event) -> int:
        request = event.request
        self.steps.append(
            (
                "delete",
                str(request.RequestedSOPClassUID),
                str(request.RequestedSOPInstanceUID),
                None,
            )
        )
        return 0

    @contextlib.contextmanager
    def serving(self, *classes: str) -> Iterator[Peer]:
        handlers = [
            (evt.EVT_N_GET, self.on_get),
            (evt.EVT_N_CREATE, self.on_create),
            (evt.EVT_N_SET, self.on_set),
            (evt.EVT_N_ACTION, self.on_action),
            (evt.EVT_N_DELETE, self.on_delete),
        ]
        with pynetdicom_scp(classes or (GREY_PRINT,), handlers, ae_title="PRINTER") as peer:
            yield peer

    def of(self, operation: str, sop_class: str) -> list[Any]:
        return [ds for op, cls, _, ds in self.steps if (op, cls) == (operation, sop_class)]


def _info(text: str) -> Dataset:
    ds = Dataset()
    ds.PrinterStatusInfo = text
    return ds


def _reference(sop_class: str, uid: str) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = sop_class, uid
    return item


def job(peer: Peer, *images: Any, **setup: Any) -> printing.PrintReport:
    return print_films(peer, images, FilmSetup(**setup), calling_ae="KIOSK", uids=CountedUids())


def test_a_film_goes_step_by_step() -> None:
    printer = Printer()
    with printer.serving() as peer:
        report = job(
            peer, GREY, GREY, columns=2, rows=3, film_size="8INX10IN", orientation="LANDSCAPE",
            medium="BLUE FILM", destination="BIN_1", priority="HIGH", copies=3,
        )  # fmt: skip
    names = {printing.FILM_SESSION: "session", printing.FILM_BOX: "film", printing.GREY_IMAGE_BOX: "image"}  # fmt: skip
    assert [(op, names[cls]) for op, cls, _, _ in printer.steps] == [
        ("create", "session"), ("create", "film"), ("set", "image"), ("set", "image"),
        ("action", "film"), ("delete", "film"), ("delete", "session"),
    ]  # fmt: skip
    (session,), (film,) = (printer.of("create", one) for one in (printing.FILM_SESSION, printing.FILM_BOX))  # fmt: skip
    assert (session.NumberOfCopies, session.PrintPriority) == (3, "HIGH")
    assert (session.MediumType, session.FilmDestination) == ("BLUE FILM", "BIN_1")
    assert film.ImageDisplayFormat == "STANDARD\\2,3"
    assert (film.FilmOrientation, film.FilmSizeID) == ("LANDSCAPE", "8INX10IN")
    (reference,) = film.ReferencedFilmSessionSequence
    assert reference.ReferencedSOPClassUID == printing.FILM_SESSION
    assert reference.ReferencedSOPInstanceUID == printer.steps[0][2]
    used = [uid for op, _, uid, _ in printer.steps if op == "set"]
    assert used == printer.boxes[printer.steps[1][2]][:2]
    assert (report.colour, report.printer_status, report.notes) == (False, "NORMAL", ())
    (printed,) = report.films
    assert (printed.images, printed.status, printed.print_job_uid) == (2, 0, "2.25.51")


def test_nothing_is_sent_that_nobody_asked_for() -> None:
    printer = Printer()
    with printer.serving() as peer:
        job(peer, GREY)
    (session,), (film,) = (printer.of("create", one) for one in (printing.FILM_SESSION, printing.FILM_BOX))  # fmt: skip
    assert [element.keyword for element in session] == ["NumberOfCopies"]
    assert [element.keyword for element in film] == [
        "ImageDisplayFormat", "ReferencedFilmSessionSequence",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("pixels", "bits"), [(GREY, (8, 8, 7)), (DEEP, (16, 12, 11))], ids=["8 bit", "12 bit"]
)
def test_a_grey_image_box_has_all_its_attributes(pixels: Any, bits: tuple[int, int, int]) -> None:
    printer = Printer()
    with printer.serving() as peer:
        job(peer, pixels)
    (box,) = printer.of("set", printing.GREY_IMAGE_BOX)
    assert box.ImageBoxPosition == 1
    (image,) = box.BasicGrayscaleImageSequence
    assert (image.SamplesPerPixel, image.PhotometricInterpretation) == (1, "MONOCHROME2")
    assert (image.Rows, image.Columns) == pixels.shape
    assert [str(part) for part in image.PixelAspectRatio] == ["1", "1"]
    assert (image.BitsAllocated, image.BitsStored, image.HighBit) == bits
    assert image.PixelRepresentation == 0
    data = image.PixelData[: pixels.nbytes]
    assert len(image.PixelData) % 2 == 0
    np.testing.assert_array_equal(
        np.frombuffer(data, dtype="<u2" if bits[0] == 16 else np.uint8).reshape(pixels.shape),
        pixels,
    )


def test_colour_goes_in_planes_where_the_printer_takes_it() -> None:
    printer = Printer()
    with printer.serving(GREY_PRINT, COLOUR_PRINT) as peer:
        report = job(peer, COLOUR, DEEP, columns=2)
    assert report.colour
    first, second = printer.of("set", printing.COLOUR_IMAGE_BOX)
    assert [first.ImageBoxPosition, second.ImageBoxPosition] == [1, 2]
    (image,), (grey,) = first.BasicColorImageSequence, second.BasicColorImageSequence
    assert (image.SamplesPerPixel, image.PhotometricInterpretation) == (3, "RGB")
    assert (image.PlanarConfiguration, image.BitsAllocated, image.HighBit) == (1, 8, 7)
    planes = np.frombuffer(image.PixelData[: COLOUR.size], np.uint8).reshape(3, *COLOUR.shape[:2])
    np.testing.assert_array_equal(np.moveaxis(planes, 0, -1), COLOUR)
    assert grey.PixelData[: DEEP.size] == (DEEP >> 4).astype(np.uint8).tobytes()


def test_colour_becomes_grey_on_a_grey_printer_and_it_is_said() -> None:
    printer = Printer()
    with printer.serving() as peer:
        report = job(peer, COLOUR)
    assert not report.colour
    assert report.notes == ("the printer takes no colour: colours were printed as greys",)
    (box,) = printer.of("set", printing.GREY_IMAGE_BOX)
    (image,) = box.BasicGrayscaleImageSequence
    red, green, blue = COLOUR[3, 7].astype(float)
    wanted = 0.299 * red + 0.587 * green + 0.114 * blue
    assert abs(image.PixelData[3 * 45 + 7] - wanted) <= 1


def test_grey_images_never_ask_for_colour() -> None:
    with Printer().serving(COLOUR_PRINT) as peer, pytest.raises(PeerRejected) as caught:
        job(peer, GREY)
    assert "does not offer DICOM printing" in str(caught.value)


def test_more_images_than_places_make_more_films_and_none_is_empty() -> None:
    printer = Printer()
    with printer.serving() as peer:
        report = job(peer, *[GREY] * 7, columns=1, rows=3)
    assert [film.images for film in report.films] == [3, 3, 1]
    assert len(printer.printed) == 3
    positions = [box.ImageBoxPosition for box in printer.of("set", printing.GREY_IMAGE_BOX)]
    assert positions == [1, 2, 3, 1, 2, 3, 1]
    assert len(printer.of("create", printing.FILM_SESSION)) == 1


def test_no_image_is_no_film() -> None:
    with pytest.raises(ValueError, match="empty"):
        print_films(
            Peer("PRINTER", "127.0.0.1", 1), [], FilmSetup(), calling_ae="KIOSK", uids=UidPolicy()
        )


@pytest.mark.parametrize("pixels", [DEEP * 9, GREY.astype(float), COLOUR[..., :2], GREY[:0]])
def test_an_image_that_no_box_takes_is_refused_before_anybody_is_called(pixels: Any) -> None:
    with pytest.raises(ValueError):
        job(Peer("PRINTER", "127.0.0.1", 1), pixels)


def test_a_page_that_came_out_empty_is_a_failure() -> None:
    printer = Printer(statuses={("action", printing.FILM_BOX): 0xB603})
    with printer.serving() as peer, pytest.raises(PeerRefused, match="came out empty"):
        job(peer, GREY)


@pytest.mark.parametrize(
    ("step", "status", "words"),
    [
        (("create", printing.FILM_SESSION), 0xB600, "does not reserve memory"),
        (("create", printing.FILM_BOX), 0x0107, "some attributes were not taken"),
        (("create", printing.FILM_BOX), 0x0116, "a value was out of range"),
        (("set", printing.GREY_IMAGE_BOX), 0xB604, "demagnified"),
        (("set", printing.GREY_IMAGE_BOX), 0xB609, "cropped"),
        (("action", printing.FILM_BOX), 0xB60A, "decimated"),
        (("action", printing.FILM_BOX), 0xB999, "done with a warning"),
    ],
)
def test_a_warning_is_success_with_a_note(step: tuple[str, str], status: int, words: str) -> None:
    printer = Printer(statuses={step: status})
    with printer.serving() as peer:
        report = job(peer, GREY)
    assert len(printer.printed) == len(report.films) == 1
    (note,) = report.notes
    assert words in note
    assert f"0x{status:04X}" in note


@pytest.mark.parametrize(
    ("step", "status", "words"),
    [
        (("create", printing.FILM_SESSION), 0x0110, "film session: the peer failed"),
        (("create", printing.FILM_BOX), 0xC616, "film: "),
        (("set", printing.GREY_IMAGE_BOX), 0xC605, "image: the printer has too little memory"),
        (("set", printing.GREY_IMAGE_BOX), 0x0106, "image: invalid attribute value"),
        (("action", printing.FILM_BOX), 0xC602, "print: the printer cannot make a print job"),
    ],
)
def test_a_refusal_says_which_step_and_prints_nothing(
    step: tuple[str, str], status: int, words: str
) -> None:
    printer = Printer(statuses={step: status})
    with printer.serving() as peer, pytest.raises(PeerRefused) as caught:
        job(peer, GREY)
    assert caught.value.status == status
    assert words in str(caught.value)
    if step[0] != "action":
        assert printer.printed == []
        assert not [op for op, *_ in printer.steps if op == "action"]
    if step[1] != printing.FILM_SESSION:
        assert printer.steps[-1][:2] == ("delete", printing.FILM_SESSION)


def test_what_was_printed_before_a_failure_is_said() -> None:
    printer = Printer(fail_film=2)
    with printer.serving() as peer, pytest.raises(printing.NotAllPrinted) as caught:
        job(peer, *[GREY] * 3)
    assert (caught.value.printed, caught.value.films) == (1, 3)
    assert "1 of 3 films were printed, then: refused with status 0xC605" in str(caught.value)


def test_fewer_places_than_images_prints_nothing() -> None:
    printer = Printer(places=1)
    with printer.serving() as peer, pytest.raises(printing.TooFewPlaces, match="1 places for 2"):
        job(peer, GREY, GREY, columns=2)
    assert printer.printed == []
    assert printer.of("set", printing.GREY_IMAGE_BOX) == []


def test_a_printer_that_reports_a_failure_is_not_asked_to_print() -> None:
    printer = Printer(printer_status="FAILURE")
    with printer.serving() as peer, pytest.raises(printing.PrinterFailed, match="SUPPLY EMPTY"):
        job(peer, GREY)
    assert printer.steps == []


def test_a_printer_that_warns_prints_and_it_is_said() -> None:
    with Printer(printer_status="WARNING").serving() as peer:
        report = job(peer, GREY)
    assert report.printer_status == "WARNING"
    assert report.notes == ("the printer warns: SUPPLY EMPTY",)


def test_a_printer_that_does_not_tell_its_status_prints() -> None:
    printer = Printer(statuses={("get", printing.PRINTER): 0x0122})
    with printer.serving() as peer:
        assert job(peer, GREY).printer_status == ""
    assert len(printer.printed) == 1


def test_what_the_printer_tells_in_between_is_heard_and_acknowledged() -> None:
    printer = Printer(tells="SUPPLY LOW")
    with printer.serving() as peer:
        report = job(peer, GREY)
    assert report.notes == ("the printer warns: SUPPLY LOW",)
    assert printer.acknowledged is not None
    assert printer.acknowledged.Status == 0
    assert len(printer.printed) == 1


def test_nobody_listens() -> None:
    with pytest.raises(PeerUnreachable):
        job(Peer("PRINTER", "127.0.0.1", free_port()), GREY)


# ---- DCMTK


def test_dcmtk_prints(tmp_path: Path) -> None:
    with dcmprscp(tmp_path / "printer") as (peer, database):
        report = print_films(
            peer,
            [GREY, DEEP, COLOUR, GREY, DEEP],
            FilmSetup(2, 2, film_size="14INX17IN", orientation="LANDSCAPE", medium="BLUE FILM"),
            calling_ae="KIOSK",
            uids=UidPolicy(),
        )
        wait_until(lambda: len(list(database.glob("SP_*.dcm"))) == 2, what="two stored prints")
    assert report.printer_status == "NORMAL"
    assert [film.images for film in report.films] == [4, 1]
    prints = [pydicom.dcmread(path) for path in database.glob("SP_*.dcm")]
    images = {ds.SOPInstanceUID: ds for ds in map(pydicom.dcmread, database.glob("HG_*.dcm"))}
    prints.sort(key=lambda ds: -len(ds.ImageBoxContentSequence))
    for ds in prints:
        (box,) = ds.FilmBoxContentSequence
        assert (box.ImageDisplayFormat, box.FilmSizeID) == ("STANDARD\\2,2", "14INX17IN")
        assert box.FilmOrientation == "LANDSCAPE"
    assert len(images) == 5
    order = [
        images[box.ReferencedImageSequence[0].ReferencedSOPInstanceUID]
        for box in sorted(prints[0].ImageBoxContentSequence, key=lambda box: box.ImageBoxPosition)
    ]
    np.testing.assert_array_equal(order[0].pixel_array, GREY)
    np.testing.assert_array_equal(order[1].pixel_array, DEEP)
    assert [ds.BitsStored for ds in order] == [8, 12, 8, 8]


def test_dcmtk_refuses_a_layout_that_it_has_not(tmp_path: Path) -> None:
    with (
        dcmprscp(tmp_path / "printer") as (peer, database),
        pytest.raises(PeerRefused, match="film: invalid attribute value"),
    ):
        job(peer, GREY, columns=4, rows=5)
    assert list(database.glob("*.dcm")) == []


def test_dcmtk_without_12_bits_refuses_them_and_takes_8(tmp_path: Path) -> None:
    with dcmprscp(tmp_path / "printer", deep=False) as (peer, database):
        with pytest.raises(PeerRefused):
            job(peer, DEEP)
        assert list(database.glob("SP_*.dcm")) == []
        assert len(job(peer, GREY).films) == 1
