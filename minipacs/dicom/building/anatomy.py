"""What a shot shows, in codes: region, modifier, teeth, side, directions, view. PS3.3 10.5, C.8.11.2, C.8.11.9."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from pydicom.dataset import Dataset

from minipacs.dicom.building.writing import code_item, put, put_given_codes, put_items
from minipacs.dicom.codes import tables, teeth
from minipacs.dicom.errors import BadRequest
from minipacs.dicom.model import Code, ImageRequest, PatientKind

T = TypeVar("T")

_TRIADAN = re.compile(r"([1-8])(0[1-9]|1[01])\Z")
# A dog has three incisors and up to four premolars; CID 4017 has two of each, so the nearest is said.
_TRIADAN_POSITIONS = (1, 2, 2, 3, 4, 4, 5, 5, 6, 7, 8)
_SIDED_VIEWS = {"bitewing-right": "R", "bitewing-left": "L"}
_BACK_TEETH_VIEWS = ("bitewing", "tmj")
"""Starts of views that are seen from the side, so that the side alone tells their directions."""
_MODIFIER_OF_VIEW = {"bitewing": "first-molar-region", "occlusal": "central-incisor-region"}


def laterality(request: ImageRequest, *, unpaired_is: str = "U") -> str:
    """Image Laterality: as given, else from teeth or view, else `unpaired_is`."""
    shot = request.shot
    if shot.laterality:
        return shot.laterality
    _check_shot(request)
    side = _coded(lambda: teeth.laterality_of(_fdi_teeth(request)))
    return side or _SIDED_VIEWS.get(shot.view, unpaired_is)


def tells_side(request: ImageRequest) -> bool:
    """Whether somebody said a side: by itself, by teeth or by the view."""
    shot = request.shot
    return bool(shot.laterality or shot.teeth or shot.view in _SIDED_VIEWS)


def _check_shot(request: ImageRequest) -> None:
    """Teeth and view of one shot must not contradict each other: one of them is wrong, and nobody knows which."""
    shot, given = request.shot, _fdi_teeth(request)
    sides = {
        _coded(lambda: teeth.laterality_of(given)),
        _SIDED_VIEWS.get(shot.view, ""),
    } - {""}
    if len(sides) > 1:
        raise BadRequest(
            "ImageLaterality", "teeth and view name different sides; give the side to settle it"
        )
    view = _view(request)
    arch = _coded(lambda: teeth.arch_of(given))
    if view is not None and view.arch and arch and view.arch != arch:
        raise BadRequest("PrimaryAnatomicStructureSequence", "teeth and view name different jaws")


def orientation(request: ImageRequest) -> tuple[str, str] | None:
    """Patient Orientation: as given, else from teeth and view; None is unknown.

    Nobody's head is in a component's picture, so it has none of its own.
    """
    shot, kind = request.shot, request.patient.kind
    if shot.patient_orientation is not None:
        return shot.patient_orientation
    if kind is PatientKind.COMPONENT:
        return None
    animal = kind is PatientKind.ANIMAL
    if shot.laterality in ("R", "L") and not shot.teeth and shot.view.startswith(_BACK_TEETH_VIEWS):
        towards_nose, towards_throat = ("R", "CD") if animal else ("A", "P")
        row = towards_nose if shot.laterality == "R" else towards_throat
        return row, "V" if animal else "F"
    found = _coded(lambda: teeth.orientation_of(_fdi_teeth(request), shot.view, quadruped=animal))
    return found if all(found) else None


def facing_the_viewer(request: ImageRequest) -> tuple[str, str]:
    """The directions of a picture hung as radiographs are, the patient facing the viewer, head up."""
    return ("LE", "V") if request.patient.kind is PatientKind.ANIMAL else ("L", "F")


def write_region(ds: Dataset, request: ImageRequest, *, required: bool = False) -> None:
    """Write Anatomic Region Sequence and, of a person's teeth, Primary Anatomic Structure Sequence.

    Args:
        ds: the object.
        request: what it is made from.
        required: write an empty sequence (Type 2) where the region is unknown.

    Raises:
        BadRequest: a tooth, view or region that no table has.
    """
    region = _region(request)
    if region is None:
        if required:
            put_items(ds, "AnatomicRegionSequence", [])
        return
    item = code_item(region)
    put_given_codes(item, "AnatomicRegionModifierSequence", _modifiers(request))
    put_items(ds, "AnatomicRegionSequence", [item])
    put_given_codes(ds, "PrimaryAnatomicStructureSequence", _structures(request))


def write_intra_oral(ds: Dataset, request: ImageRequest) -> None:
    """Write the region as the Intra-oral Image Module wants it: always one, with a modifier or teeth."""
    region = _region(request) or tables.region("teeth")
    modifiers, structures = _modifiers(request), _structures(request)
    if not modifiers and not structures:
        modifiers = _modifier_of_view(request.shot.view)
    if not modifiers and not structures:
        # Some tooth, and nobody said which: the general concept is true, a made-up number is not.
        structures = [tables.region("tooth")]
    item = code_item(region)
    # One modifier at most (PS3.3 Table C.8-76); the comment has the further teeth of an animal.
    put_given_codes(item, "AnatomicRegionModifierSequence", modifiers[:1])
    put_items(ds, "AnatomicRegionSequence", [item])
    put_given_codes(ds, "PrimaryAnatomicStructureSequence", structures)


def teeth_in_words(request: ImageRequest) -> str:
    """An animal's teeth as they were given, for a comment, since no code can say them; empty for others."""
    if request.patient.kind is not PatientKind.ANIMAL or not request.shot.teeth:
        return ""
    return f"Teeth: {', '.join(request.shot.teeth)}"


def write_view(ds: Dataset, request: ImageRequest) -> None:
    """Write View Code Sequence where a context group has the view. Raises BadRequest for an unknown key."""
    view = _view(request)
    if view is not None and view.code is not None:
        put_items(ds, "ViewCodeSequence", [code_item(view.code)])


def write_view_as_context(ds: Dataset, request: ImageRequest) -> None:
    """Write the view as an item of the Acquisition Context (111031, DCM, "Image View")."""
    view = _view(request)
    if view is None or view.code is None:
        return
    item = Dataset()
    put(item, "ValueType", "CODE")
    put_items(item, "ConceptNameCodeSequence", [code_item(Code("111031", "DCM", "Image View"))])
    put_items(item, "ConceptCodeSequence", [code_item(view.code)])
    put_items(ds, "AcquisitionContextSequence", [item])


def region_key(request: ImageRequest) -> str:
    """The key of the region that the shot or its view names; empty when neither does."""
    view = _view(request)
    return request.shot.region or (view.region if view is not None else "")


def _view(request: ImageRequest) -> tables.View | None:
    return _coded(lambda: tables.view(request.shot.view)) if request.shot.view else None


def _region(request: ImageRequest) -> Code | None:
    shot, view = request.shot, _view(request)
    if shot.region and shot.region not in tables.regions(4017):
        return _coded(lambda: tables.region(shot.region))
    if request.patient.kind is PatientKind.COMPONENT:
        return None
    arch = _coded(lambda: teeth.arch_of(_fdi_teeth(request)))
    if arch:
        return tables.region({"upper": "maxilla", "lower": "mandible"}.get(arch, "jaw"))
    return tables.region(view.region) if view is not None and view.region else None


def _modifiers(request: ImageRequest) -> list[Code]:
    shot = request.shot
    if shot.region in tables.regions(4017) and not _structures(request):
        return [tables.region(shot.region)]
    if request.patient.kind is not PatientKind.ANIMAL:
        return []
    # SNOMED's teeth of CID 4018 are human ones; an animal's are told by jaw, side and position.
    codes = [_coded(partial(teeth.region_modifier_of, tooth)) for tooth in _fdi_teeth(request)]
    return list(dict.fromkeys(codes))


def _structures(request: ImageRequest) -> list[Code]:
    if request.patient.kind is not PatientKind.PERSON:
        return []
    return [_coded(partial(teeth.tooth_code, tooth)) for tooth in request.shot.teeth]


def _modifier_of_view(view: str) -> list[Code]:
    key = next((m for start, m in _MODIFIER_OF_VIEW.items() if view.startswith(start)), "")
    return [tables.region(key)] if key else []


def _fdi_teeth(request: ImageRequest) -> tuple[str, ...]:
    """The teeth as FDI numbers; an animal's may be given as Triadan numbers (three digits)."""
    if request.patient.kind is not PatientKind.ANIMAL:
        return request.shot.teeth
    return tuple(_of_triadan(tooth) for tooth in request.shot.teeth)


def _of_triadan(tooth: str) -> str:
    found = _TRIADAN.match(tooth)
    if found is None:
        return tooth
    quadrant = (int(found[1]) - 1) % 4 + 1
    return f"{quadrant}{_TRIADAN_POSITIONS[int(found[2]) - 1]}"


def _coded(look_up: Callable[[], T]) -> T:
    """What a table says; its refusal as one of the request."""
    try:
        return look_up()
    except teeth.UnknownTooth as error:
        raise BadRequest("PrimaryAnatomicStructureSequence", str(error)) from None
    except tables.UnknownKey as error:
        raise BadRequest("AnatomicRegionSequence", str(error)) from None
