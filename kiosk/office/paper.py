"""A stored study as what goes on film and paper: whose it is, and its pictures as they hang."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_voi_lut

from kiosk.exam.hanging import Hanging, hang
from kiosk.exam.templates import Template
from kiosk.i18n import Translator
from kiosk.imaging import film
from kiosk.imaging.lettering import without_font
from kiosk.imaging.orientation import Symmetry
from kiosk.imaging.window import auto_window
from kiosk.presenters import words
from minipacs.archive import Archive
from minipacs.archive.errors import ArchiveError
from minipacs.archive.rows import InstanceRow
from minipacs.dicom import part10, pixels, worklist_item
from minipacs.dicom.codes import teeth
from minipacs.dicom.reading import codes_of, items_of, number_of, text_of

_BROKEN = (ArchiveError, pixels.CannotDisplay, part10.Unreadable)


class CannotPrint(Exception):
    """A study cannot be put on film or paper; the text says why and what to do."""


@dataclass(frozen=True)
class Heading:
    """Whose pictures these are, and of when; every text may be empty but the identifier."""

    name: str
    other_script: str
    identifier: str
    born: str
    sex: str
    more: str
    """Species, breed and owner of an animal."""
    exam: str
    date: str
    accession: str
    institution: str
    simulated: bool = False
    undrawn: bool = False
    """Whether no font of this machine has some letters: the other script is then left out, the rest has boxes."""


@dataclass(frozen=True)
class PaperPicture:
    """One picture, windowed and laid as it hangs."""

    sop_instance_uid: str
    picture: film.Picture
    title: str
    """Teeth and view in words."""


@dataclass(frozen=True)
class PaperStudy:
    """A study on its way to film or paper."""

    heading: Heading
    pictures: tuple[PaperPicture, ...]
    """In the order of the mount, then of the acquisition."""
    template: Template | None
    """The mount that they were taken for, if it is known."""
    places: Mapping[str, int]
    """Tile key -> which of `pictures` hangs there."""
    skipped: tuple[tuple[str, str], ...]
    """(SOP Instance UID, why) of what can't be shown."""

    @property
    def has_colour(self) -> bool:
        """Whether a picture has colours."""
        return any(one.picture.pixels.ndim == 3 for one in self.pictures)


def read_study(
    archive: Archive,
    study_instance_uid: str,
    templates: Mapping[str, Template],
    *,
    images: Sequence[str] = (),
    notation: str = "fdi",
    bits: int = 8,
) -> PaperStudy:
    """The pictures of a study, each file compared with its hash.

    Args:
        templates: the mounts that there are.
        images: only these SOP Instance UIDs, in this order.
        notation: of teeth: fdi, universal or palmer.
        bits: 8, or 12 for printers with more greys.

    Raises:
        CannotPrint: the study is not there, is of two patients, or has no picture that can be shown.
    """
    rows = _rows(archive, study_instance_uid, images)
    found: list[tuple[str, Dataset]] = []
    skipped: list[tuple[str, str]] = []
    for row in rows:
        try:
            found.append((row.sop_instance_uid, part10.read(archive.read(row.sop_instance_uid))))
        except _BROKEN as problem:
            skipped.append((row.sop_instance_uid, str(problem)))
    hanging = hang([ds for _, ds in found], templates)
    tiles = _tiles(hanging)
    pictures: dict[int, PaperPicture] = {}
    for index, (uid, ds) in enumerate(found):
        tile = tiles.get(index)
        try:
            look = _look(ds, tile.rotation if tile else 0, bits)
        except _BROKEN as problem:
            skipped.append((uid, str(problem)))
            continue
        pictures[index] = PaperPicture(uid, look, _title(ds, notation))
    if not pictures:
        raise CannotPrint(_nothing(study_instance_uid, skipped))
    in_order = list(pictures) if images else sorted(pictures, key=lambda n: _place(tiles, n))
    places = {}
    if hanging is not None:
        places = {
            key: in_order.index(index) for key, index in hanging.places.items() if index in pictures
        }
    return PaperStudy(
        _heading([ds for _, ds in found]),
        tuple(pictures[index] for index in in_order),
        hanging.template if hanging is not None else None,
        places,
        tuple(skipped),
    )


def _nothing(study: str, skipped: Sequence[tuple[str, str]]) -> str:
    why = f" ({skipped[0][1]})" if skipped else ""
    return f"the study {study} has no picture that can be shown{why}; send it to a viewer that can"


def _rows(archive: Archive, study: str, images: Sequence[str]) -> list[InstanceRow]:
    rows = sorted(
        archive.instances(study=study),
        key=lambda row: (_number(row.series_number), _number(row.instance_number)),
    )
    if not rows:
        raise CannotPrint(
            f"the archive has no study {study}; `chairside minipacs query` shows what it has"
        )
    if images:
        by_uid = {row.sop_instance_uid: row for row in rows}
        missing = next((uid for uid in images if uid not in by_uid), None)
        if missing is not None:
            raise CannotPrint(
                f"the study {study} has no image {missing}; leave out --images for all"
            )
        rows = [by_uid[uid] for uid in dict.fromkeys(images)]
    if len({(row.patient_id, row.issuer) for row in rows}) > 1:
        raise CannotPrint(
            f"the study {study} has images of two patients, which may not share a page; "
            "give the images of one with --images"
        )
    return rows


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0


@dataclass(frozen=True)
class _Tile:
    order: int
    rotation: int


def _tiles(hanging: Hanging | None) -> dict[int, _Tile]:
    if hanging is None:
        return {}
    return {
        hanging.places[tile.key]: _Tile(tile.order, tile.rotation)
        for tile in hanging.template.tiles
        if tile.key in hanging.places
    }


def _place(tiles: Mapping[int, _Tile], index: int) -> tuple[int, int]:
    """What hangs comes first, in the order of the mount; the rest as it was taken."""
    tile = tiles.get(index)
    return (0, tile.order) if tile else (1, index)


# ---- one picture


def _look(ds: Dataset, rotation: int, bits: int) -> film.Picture:
    """The picture as it is to be seen. Raises CannotDisplay."""
    values = pixels.decode(ds)
    if values.ndim == 2:
        values = _grey(ds, values, bits)
    laid = Symmetry(rotation)
    value = [part for part in text_of(ds, "PatientOrientation").split("\\") if part]
    known = (value[0], value[1]) if len(value) == 2 else None
    quadruped = text_of(ds, "AnatomicalOrientationType") == "QUADRUPED"
    aspect = _aspect(ds)
    return film.Picture(
        np.ascontiguousarray(laid.apply(values)),
        laid.labels(known, quadruped=quadruped),
        1 / aspect if laid.swaps_sides else aspect,
    )


def _grey(ds: Dataset, values: film.Pixels, bits: int) -> film.Pixels:
    """Through the object's own rescale and window (PS3.3 C.11.1, C.11.2), else a window of its pixels."""
    inverted = text_of(ds, "PhotometricInterpretation") == "MONOCHROME1"
    slope, intercept = number_of(ds, "RescaleSlope"), number_of(ds, "RescaleIntercept")
    shown = values
    if (slope or 1.0, intercept or 0.0) != (1.0, 0.0):
        shown = values.astype(np.float32) * (slope or 1.0) + (intercept or 0.0)
    center, width = (_first(ds, keyword) for keyword in ("WindowCenter", "WindowWidth"))
    if center is not None and width is not None:
        return film.grey_of(shown, (center, width), inverted=inverted, bits=bits)
    if items_of(ds, "VOILUTSequence") and shown is values:
        try:
            shown = np.asarray(apply_voi_lut(values, ds))
            top = 2.0 ** int(ds.VOILUTSequence[0].LUTDescriptor[2])
        except Exception:  # noqa: BLE001 - a damaged table brings out anything; the picture is then shown by its pixels
            shown = values
        else:
            return film.grey_of(shown, (top / 2, top), inverted=inverted, bits=bits)
    return film.grey_of(shown, auto_window(shown), inverted=inverted, bits=bits)


def _first(ds: Dataset, keyword: str) -> float | None:
    try:
        return float(text_of(ds, keyword).split("\\")[0])
    except ValueError:
        return None


def _aspect(ds: Dataset) -> float:
    """Height of a pixel to its width: by its spacing, else by Pixel Aspect Ratio."""
    for keyword in ("PixelSpacing", "ImagerPixelSpacing", "PixelAspectRatio"):
        parts = text_of(ds, keyword).split("\\")
        try:
            high, wide = (float(part) for part in parts)
        except ValueError:
            continue
        if 0.1 < high / (wide or high * 100) < 10:
            return high / wide
    return 1.0


def _title(ds: Dataset, notation: str) -> str:
    """Teeth, then the view, in words."""
    found = []
    for code in codes_of(ds, "PrimaryAnatomicStructureSequence"):
        fdi = teeth.tooth_of(code)
        found.append(teeth.show_tooth(fdi, notation) if fdi else code.meaning)
    _, animal, after = text_of(ds, "ImageComments").partition("Teeth: ")
    if not found and animal:
        found = [after]
    view = next((code.meaning for code in codes_of(ds, "ViewCodeSequence")), "")
    context = items_of(ds, "AcquisitionContextSequence")
    view = view or next(
        (code.meaning for item in context for code in codes_of(item, "ConceptCodeSequence")), ""
    )
    number = text_of(ds, "InstanceNumber")
    parts = [part for part in (", ".join(found), view[:1].upper() + view[1:]) if part]
    protocol = text_of(ds, "ProtocolName") or text_of(ds, "SeriesDescription")
    return " · ".join(parts) or protocol or (f"Image {number}" if number else "")


# ---- whose they are


def _heading(datasets: Sequence[Dataset]) -> Heading:
    ds = datasets[0]
    patient, _ = worklist_item.from_dataset(ds)
    taken = words.date_of(text_of(ds, "StudyDate")) or dt.date(1970, 1, 1)
    who, tr = words.identity(patient, taken), Translator()
    exam = next(
        (
            found
            for keyword in ("StudyDescription", "ProtocolName", "SeriesDescription")
            if (found := text_of(ds, keyword))
        ),
        text_of(ds, "Modality"),
    )
    comments = [text_of(one, "ImageComments").upper() for one in datasets]
    return Heading(
        name=who.name,
        # Boxes in place of letters help nobody; the Latin name and the ID are there.
        other_script="" if without_font(who.other_script) else who.other_script,
        undrawn=bool(without_font(f"{who.name}{who.other_script}{tr(who.more)}{exam}")),
        identifier=who.identifier,
        born=who.born,
        sex=tr(who.sex),
        more=tr(who.more),
        exam=exam,
        date=words.show_date(text_of(ds, "StudyDate")),
        accession=text_of(ds, "AccessionNumber"),
        institution=text_of(ds, "InstitutionName"),
        simulated=any("SIMULATED" in one for one in comments),
    )
