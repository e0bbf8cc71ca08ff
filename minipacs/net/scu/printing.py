"""Print Management: films on a DICOM printer, grey or colour. PS3.4 annex H, PS3.3 C.13.

Step by step, as printers want it: session, film box, then image by image into the boxes that the printer has named in
its answer, then print. A film is only printed when every image of it was taken, so no page comes out empty.
"""

from __future__ import annotations

import contextlib
import ssl
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pydicom.dataset import Dataset

from minipacs.dicom.printed_image import Pixels, check_printable, image_item, in_colour, in_grey
from minipacs.dicom.reading import items_of, text_of
from minipacs.dicom.uids import UidPolicy
from minipacs.net import commands
from minipacs.net import status as statuses
from minipacs.net.association import (
    DEFAULT_TIMEOUTS,
    Cancelled,
    Context,
    Conversation,
    NothingAccepted,
    associate,
)
from minipacs.net.errors import NetError, PeerRefused, PeerRejected, PeerUnreachable
from minipacs.net.peers import Peer
from minipacs.net.scu.answers import Answer, comment_of, status_of
from minipacs.net.transcript import Transcript
from minipacs.net.wire import Timeouts

GREY_PRINT = "1.2.840.10008.5.1.1.9"
"""Basic Grayscale Print Management Meta SOP Class."""
COLOUR_PRINT = "1.2.840.10008.5.1.1.18"
"""Basic Color Print Management Meta SOP Class."""
FILM_SESSION = "1.2.840.10008.5.1.1.1"
FILM_BOX = "1.2.840.10008.5.1.1.2"
GREY_IMAGE_BOX = "1.2.840.10008.5.1.1.4"
COLOUR_IMAGE_BOX = "1.2.840.10008.5.1.1.4.1"
PRINTER = "1.2.840.10008.5.1.1.16"
PRINTER_INSTANCE = "1.2.840.10008.5.1.1.17"

EMPTY_PAGE = (0xB602, 0xB603)
# Printer Status and its Info only: a printer may refuse the whole question for one attribute that it has not.
_STATUS_TAGS = (0x21100010, 0x21100020)

# PS3.4 H.4: numbers that have a meaning of their own in this service.
_MEANINGS = {
    0xB600: "done, but the printer does not reserve memory",
    0xB601: "done, but the printer does not collate sessions",
    0xB602: "the page came out empty",
    0xB603: "the page came out empty",
    0xB604: "printed, an image was demagnified to fit its place",
    0xB605: "printed, the densities that were asked for are out of the printer's range",
    0xB609: "printed, an image was cropped to fit its place",
    0xB60A: "printed, an image was decimated to fit its place",
    0xC600: "the printer has no film of this session",
    0xC601: "the printer cannot make a print job; its queue is full",
    0xC602: "the printer cannot make a print job; its queue is full",
    0xC603: "an image is larger than its place on the film",
    0xC605: "the printer has too little memory for the images; choose more, smaller places",
    0xC613: "the images together are larger than the film",
}


class PrinterFailed(NetError):
    """The printer is there and says that it cannot print.

    Args:
        peer: the printer, shown as AETITLE@HOST:PORT.
        info: its own Printer Status Info (2110,0020), for example SUPPLY EMPTY.
    """

    def __init__(self, peer: object, info: str) -> None:
        why = f": {info}" if info else ""
        super().__init__(f"the printer {peer} reports a failure{why}; see to it, then print again")
        self.peer = peer
        self.info = info


class TooFewPlaces(NetError):
    """The printer made a film with fewer image boxes than the layout has images."""

    def __init__(self, peer: object, places: int, images: int) -> None:
        super().__init__(
            f"the printer {peer} gave {places} places for {images} images, so nothing was printed "
            "on that film; choose another --layout"
        )
        self.peer = peer
        self.places = places
        self.images = images


class NotAllPrinted(NetError):
    """Some films were printed before the printer failed.

    Args:
        printed: films that the printer took.
        films: films that were to be printed.
        cause: what happened then.
    """

    def __init__(self, printed: int, films: int, cause: NetError) -> None:
        super().__init__(f"{printed} of {films} films were printed, then: {cause}")
        self.printed = printed
        self.films = films
        self.cause = cause


@dataclass(frozen=True)
class FilmSetup:
    """How films are made. An empty text leaves the choice to the printer."""

    columns: int = 1
    rows: int = 1
    """Places on a film, Image Display Format STANDARD\\C,R."""
    film_size: str = ""
    """Film Size ID, a defined term such as 8INX10IN or A4."""
    orientation: str = ""
    """PORTRAIT or LANDSCAPE."""
    medium: str = ""
    """Medium Type, for example PAPER, CLEAR FILM, BLUE FILM."""
    destination: str = ""
    """Film Destination, for example MAGAZINE, PROCESSOR, BIN_1."""
    priority: str = ""
    """HIGH, MED or LOW."""
    copies: int = 1

    @property
    def places(self) -> int:
        """Images that a film takes."""
        return self.columns * self.rows

    @property
    def display_format(self) -> str:
        """Image Display Format (2010,0010)."""
        return f"STANDARD\\{self.columns},{self.rows}"


@dataclass(frozen=True)
class PrintedFilm:
    """One film that the printer took."""

    film_box_uid: str
    images: int
    status: int
    print_job_uid: str = ""
    """Of the print job that the printer made of it, where it names one."""


@dataclass(frozen=True)
class PrintReport:
    """What the printer did."""

    colour: bool
    printer_status: str
    """NORMAL, WARNING, or empty where the printer does not tell."""
    films: tuple[PrintedFilm, ...]
    notes: tuple[str, ...]
    """What the printer did otherwise than asked, in words."""


def print_films(
    peer: Peer,
    images: Sequence[Pixels],
    setup: FilmSetup,
    *,
    calling_ae: str,
    uids: UidPolicy,
    timeouts: Timeouts = DEFAULT_TIMEOUTS,
    tls: ssl.SSLContext | None = None,
    transcript: Transcript | None = None,
    cancel: threading.Event | None = None,
) -> PrintReport:
    """Print images in their order, `setup.places` on each film.

    Colour is asked for when an image has it; a printer without it gets greys.

    Args:
        images: rendered, black is 0: (rows, columns) uint8, or uint16 of 12 bits (0 to 4095);
            (rows, columns, 3) uint8 RGB.
        uids: makes the UIDs of session and films.

    Raises:
        PeerUnreachable, PeerRejected: it was not asked.
        PeerRefused: it refused a step; nothing is printed of that film.
        PrinterFailed: it says itself that it can't print.
        TooFewPlaces: it does not give the layout that was asked for.
        NotAllPrinted: one of these, after a film was printed.
        ValueError: no image, or one of another shape.
    """
    if not images:
        raise ValueError("no image to print: a film would be empty")
    for pixels in images:
        check_printable(pixels)
    wants_colour = any(pixels.ndim == 3 for pixels in images)
    offers = (COLOUR_PRINT, GREY_PRINT) if wants_colour else (GREY_PRINT,)
    try:
        with associate(
            peer,
            offers,
            calling_ae=calling_ae,
            timeouts=timeouts,
            tls=tls,
            transcript=transcript,
            cancel=cancel,
        ) as conversation:
            return _Job(conversation, setup, uids, wants_colour).run(images)
    except NothingAccepted:
        raise PeerRejected(peer, "it does not offer DICOM printing; is it a printer?") from None


@dataclass
class _Job:
    """One print job in an open association."""

    conversation: Conversation
    setup: FilmSetup
    uids: UidPolicy
    wants_colour: bool
    notes: dict[str, None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        colour = self.conversation.context_for(COLOUR_PRINT) if self.wants_colour else None
        self.colour = colour is not None
        self.context = colour or self.conversation.need(GREY_PRINT)
        if self.wants_colour and not self.colour:
            self.notes["the printer takes no colour: colours were printed as greys"] = None

    def run(self, images: Sequence[Pixels]) -> PrintReport:
        printer = self._printer_status()
        session = self._create_session()
        printed: list[PrintedFilm] = []
        places = self.setup.places
        films = [images[at : at + places] for at in range(0, len(images), places)]
        try:
            for film in films:
                printed.append(self._film(session, film))
        except NetError as problem:
            self._tidy(session)
            if printed and not isinstance(problem, Cancelled):
                raise NotAllPrinted(len(printed), len(films), problem) from problem
            raise
        self._tidy(session)
        return PrintReport(self.colour, printer, tuple(printed), tuple(self.notes))

    # ---- the steps

    def _printer_status(self) -> str:
        """Printer Status, where the printer tells it. Raises PrinterFailed when that is FAILURE."""
        answer, ds = self._call(
            commands.N_GET_RQ,
            RequestedSOPClassUID=PRINTER,
            RequestedSOPInstanceUID=PRINTER_INSTANCE,
            AttributeIdentifierList=_STATUS_TAGS,
        )
        if not statuses.is_done(status_of(answer)):
            return ""
        found, info = text_of(ds, "PrinterStatus"), text_of(ds, "PrinterStatusInfo")
        if found == "FAILURE":
            raise PrinterFailed(self.conversation.peer, info)
        if found == "WARNING":
            self._note("the printer warns", info or "it does not say of what")
        return found

    def _create_session(self) -> str:
        ds = Dataset()
        ds.NumberOfCopies = str(self.setup.copies)
        if self.setup.priority:
            ds.PrintPriority = self.setup.priority
        if self.setup.medium:
            ds.MediumType = self.setup.medium
        if self.setup.destination:
            ds.FilmDestination = self.setup.destination
        return self._create("film session", FILM_SESSION, ds)[0]

    def _film(self, session: str, images: Sequence[Pixels]) -> PrintedFilm:
        film, boxes = self._create_film(session)
        if len(boxes) < len(images):
            raise TooFewPlaces(self.conversation.peer, len(boxes), len(images))
        for position, (pixels, box) in enumerate(zip(images, boxes, strict=False), start=1):
            self._fill(box, position, pixels)
        answer, ds = self._call(
            commands.N_ACTION_RQ,
            RequestedSOPClassUID=FILM_BOX,
            RequestedSOPInstanceUID=film,
            ActionTypeID=1,
        )
        said = self._check("print", answer)
        if said.status in EMPTY_PAGE:
            raise PeerRefused(said.status, said.meaning, said.comment)
        job = next((text_of(item, "ReferencedSOPInstanceUID") for item in _jobs_of(ds)), "")
        self._delete(FILM_BOX, film)
        return PrintedFilm(film, len(images), said.status, job)

    def _create_film(self, session: str) -> tuple[str, list[str]]:
        """The film's UID, and those of its image boxes: they come back in the answer (PS3.4 H.4.2.2.1)."""
        ds = Dataset()
        ds.ImageDisplayFormat = self.setup.display_format
        if self.setup.orientation:
            ds.FilmOrientation = self.setup.orientation
        if self.setup.film_size:
            ds.FilmSizeID = self.setup.film_size
        ds.ReferencedFilmSessionSequence = [_reference(FILM_SESSION, session)]
        film, answered = self._create("film", FILM_BOX, ds)
        boxes = items_of(answered, "ReferencedImageBoxSequence")
        return film, [uid for box in boxes if (uid := text_of(box, "ReferencedSOPInstanceUID"))]

    def _fill(self, box: str, position: int, pixels: Pixels) -> None:
        ds = Dataset()
        ds.ImageBoxPosition = position
        if self.colour:
            ds.BasicColorImageSequence = [image_item(in_colour(pixels))]
        else:
            ds.BasicGrayscaleImageSequence = [image_item(in_grey(pixels))]
        answer, _ = self._call(
            commands.N_SET_RQ,
            ds,
            RequestedSOPClassUID=COLOUR_IMAGE_BOX if self.colour else GREY_IMAGE_BOX,
            RequestedSOPInstanceUID=box,
        )
        self._check("image", answer)

    def _create(self, what: str, sop_class: str, ds: Dataset) -> tuple[str, Dataset]:
        wanted = self.uids.instance()
        answer, answered = self._call(
            commands.N_CREATE_RQ, ds, AffectedSOPClassUID=sop_class, AffectedSOPInstanceUID=wanted
        )
        self._check(what, answer)
        # The printer has the last word about the identity (PS3.7 10.1.5.1.4).
        return str(getattr(answer, "AffectedSOPInstanceUID", None) or wanted), answered

    def _tidy(self, session: str) -> None:
        """Let the printer forget the session; it does so itself at the end of the association (PS3.4 H.3.3.1)."""
        with contextlib.suppress(NetError):
            self._delete(FILM_SESSION, session)

    def _delete(self, sop_class: str, uid: str) -> None:
        if self.conversation.is_open:
            self._call(
                commands.N_DELETE_RQ, RequestedSOPClassUID=sop_class, RequestedSOPInstanceUID=uid
            )

    # ---- messages

    def _check(self, what: str, message: Any) -> Answer:
        """The answer of a step; a warning becomes a note. Raises PeerRefused for a failure."""
        status, comment = status_of(message), comment_of(message)
        meaning = _MEANINGS.get(status, statuses.meaning(status))
        if not statuses.is_done(status):
            raise PeerRefused(status, f"{what}: {meaning}", comment)
        if status != statuses.SUCCESS:
            self._note(what, f"{meaning} (0x{status:04X})", comment)
        return Answer(status, meaning, comment)

    def _note(self, *words: str) -> None:
        self.notes[": ".join(word for word in words if word)] = None

    def _call(
        self, command: int, ds: Dataset | None = None, **elements: Any
    ) -> tuple[Any, Dataset]:
        """Ask and hear the answer; what the printer tells of itself in between is acknowledged."""
        conversation, context = self.conversation, self.context
        data = context.encode(ds) if ds is not None else b""
        message_id = conversation.send(command, context, data, **elements)
        while True:
            used, message = conversation.receive()
            if getattr(message, "MessageIDBeingRespondedTo", None) == message_id:
                return message, used.decode(_stream_of(message))
            if getattr(message, "EventTypeID", None) is None:
                conversation.abort()
                raise PeerUnreachable(conversation.peer, "it answered something that was not asked")
            self._hear_event(used, message)

    def _hear_event(self, context: Context, message: Any) -> None:
        """N-EVENT-REPORT of the printer or of a print job. PS3.4 H.4.6.2.1, H.4.5.2.1."""
        information = context.decode(message.EventInformation)
        event = int(message.EventTypeID)
        if str(message.AffectedSOPClassUID) == PRINTER and event in (2, 3):
            kind = "the printer reports a failure" if event == 3 else "the printer warns"
            self._note(kind, text_of(information, "PrinterStatusInfo"))
        self.conversation.send(
            commands.N_EVENT_REPORT_RQ | commands.RESPONSE,
            context,
            answered_id=message.MessageID,
            AffectedSOPClassUID=str(message.AffectedSOPClassUID),
            AffectedSOPInstanceUID=str(message.AffectedSOPInstanceUID),
            EventTypeID=event,
            Status=statuses.SUCCESS,
        )


def _stream_of(message: Any) -> Any:
    """The data set of an answer, by whatever name the message has it."""
    for name in ("AttributeList", "ActionReply"):
        stream = getattr(message, name, None)
        if stream is not None:
            return stream
    return None


def _jobs_of(ds: Dataset) -> tuple[Dataset, ...]:
    """The print jobs of an answer; (2100,0500) shares its name with the one of a retired service."""
    return items_of(ds, "ReferencedPrintJobSequencePullStoredPrint") or items_of(
        ds, "ReferencedPrintJobSequence"
    )


def _reference(sop_class: str, uid: str) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID = sop_class
    item.ReferencedSOPInstanceUID = uid
    return item
