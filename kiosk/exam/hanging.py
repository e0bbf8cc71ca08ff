"""Stored pictures back in their mount: which of them belongs in which tile, by what they say of themselves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from pydicom.dataset import Dataset

from kiosk.exam.templates import Template, Tile
from minipacs.dicom import iods
from minipacs.dicom.errors import DicomError
from minipacs.dicom.model import Frame, ImageRequest, Order, Patient, Series
from minipacs.dicom.reading import codes_of, items_of, text_of

Signature = tuple[object, ...]
_ANY_UID = "2.25.1"
_ANY_TIME = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Hanging:
    """A mount with the pictures that are in it."""

    template: Template
    places: Mapping[str, int]
    """Tile key -> which of the given pictures hangs there."""


def hang(pictures: Sequence[Dataset], templates: Mapping[str, Template]) -> Hanging | None:
    """The mount that the pictures were taken for, which their series names, and where each hangs.

    A picture hangs in a tile when class, anatomy, view and side are those that the tile gives, or when the tile leaves
    its teeth open. Of several for one tile the last that was taken hangs there. None when no mount is named, or none
    of the pictures finds a tile.

    Args:
        pictures: in the order in which they were taken; pixels are not looked at.
    """
    titles = [text_of(ds, "ProtocolName") or text_of(ds, "SeriesDescription") for ds in pictures]
    named = [one for one in templates.values() if one.title in titles]
    if not named:
        return None
    template = max(named, key=lambda one: titles.count(one.title))
    wanted: dict[Signature, list[Tile]] = {}
    for tile in template.tiles:
        wanted.setdefault(_of_tile(template, tile), []).append(tile)
    places: dict[str, int] = {}
    for index, (ds, title) in enumerate(zip(pictures, titles, strict=True)):
        if title != template.title:
            continue
        tiles = wanted.get(signature(ds), []) or _open_tiles(template, ds)
        if tiles:
            free = [tile for tile in tiles if tile.key not in places]
            places[(free or tiles[-1:])[0].key] = index
    return Hanging(template, places) if places else None


def _open_tiles(template: Template, ds: Dataset) -> list[Tile]:
    """The tiles that could be of any teeth."""
    kinds = {iod.kind for iod in iods.iods_of(text_of(ds, "SOPClassUID"))}
    return [tile for tile in template.tiles if tile.asks_teeth and tile.kind in kinds]


def signature(ds: Dataset) -> Signature:
    """What tells the pictures of a mount from each other."""
    context = [
        code.value
        for item in items_of(ds, "AcquisitionContextSequence")
        for code in codes_of(item, "ConceptCodeSequence")
    ]
    regions = items_of(ds, "AnatomicRegionSequence")
    modifiers = [
        code.value for item in regions for code in codes_of(item, "AnatomicRegionModifierSequence")
    ]
    return (
        text_of(ds, "SOPClassUID"),
        frozenset(code.value for code in codes_of(ds, "AnatomicRegionSequence")),
        frozenset(modifiers),
        frozenset(code.value for code in codes_of(ds, "PrimaryAnatomicStructureSequence")),
        frozenset(code.value for code in codes_of(ds, "ViewCodeSequence")),
        frozenset(context),
        text_of(ds, "ImageLaterality"),
        _teeth_in_words(ds),
    )


def _teeth_in_words(ds: Dataset) -> str:
    """An animal's teeth, which no code can say; see `anatomy.teeth_in_words`."""
    comments = text_of(ds, "ImageComments")
    _, found, after = comments.partition("Teeth: ")
    return after.partition(";")[0].partition(".")[0].strip() if found else ""


def _of_tile(template: Template, tile: Tile) -> Signature:
    """The signature of a picture as it would be made for this tile: the same code makes both."""
    colour = tile.kind in ("photo", "endo")
    pixels = np.zeros((2, 2, 3) if colour else (2, 2), dtype=np.uint8)
    frame = Frame(pixels=pixels, rows=2, columns=2, samples=3 if colour else 1)
    request = ImageRequest(
        kind=tile.kind,
        patient=Patient(name="", identifier="1", kind=template.patient_kind),
        order=Order(study_instance_uid=_ANY_UID),
        frame=frame,
        series=Series(_ANY_UID, 1),
        sop_instance_uid=_ANY_UID,
        instance_number=1,
        taken_at=_ANY_TIME,
        study_started_at=_ANY_TIME,
        shot=tile.shot,
        details=tile.details,
    )
    try:
        return signature(iods.build(request))
    except DicomError:
        return (tile.key,)  # a tile that needs more than this finds no picture
