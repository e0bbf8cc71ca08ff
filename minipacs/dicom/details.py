"""What a person or a device gives by keyword: any attribute of the IOD, checked, sequences as lists of objects."""

from __future__ import annotations

import difflib
from typing import Any

from pydicom.datadict import keyword_dict
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

from minipacs.dicom.errors import BadRequest
from minipacs.dicom.iod import Iod
from minipacs.dicom.model import Details
from minipacs.dicom.modules.base import Attribute, Attributes
from minipacs.dicom.values import element

IDENTITY = frozenset(
    {
        "SOPClassUID",
        "SOPInstanceUID",
        "StudyInstanceUID",
        "SeriesInstanceUID",
        "PatientName",
        "PatientID",
        "IssuerOfPatientID",
        "SpecificCharacterSet",
    }
)
PIXELS = frozenset(
    {
        "BitsAllocated",
        "BitsStored",
        "Columns",
        "HighBit",
        "LargestImagePixelValue",
        "NumberOfFrames",
        "PhotometricInterpretation",
        "PixelData",
        "PixelRepresentation",
        "PlanarConfiguration",
        "Rows",
        "SamplesPerPixel",
        "SmallestImagePixelValue",
    }
)


def apply(ds: Dataset, iod: Iod, details: Details) -> None:
    """Put details into an object; they win over what was derived, never over identity or pixels.

    Raises:
        BadRequest: by name, for a keyword that is none or not of the IOD, a value that is not valid, an
            attempt at identity or pixels, or a loss that would be forgotten.
    """
    for keyword, value in details.items():
        _check_place(keyword, iod.attributes, iod.title, keyword)
        given = element(keyword, value)
        if keyword in IDENTITY | PIXELS:
            _check_unchanged(ds, keyword, given)
            continue
        if keyword == "LossyImageCompression" and ds.get(keyword) == "01" and given.value != "01":
            raise BadRequest(keyword, "the pixels have been lossy compressed; that is never reset")
        if keyword == "Modality" and iod.modalities and given.value not in iod.modalities:
            raise BadRequest(keyword, f"has to be one of {', '.join(sorted(iod.modalities))}")
        _check(given, iod.attributes[keyword], iod.title, keyword)
        ds[given.tag] = given


def apply_facts(ds: Dataset, iod: Iod, facts: Details) -> None:
    """Put what a device tells into an object; facts that the IOD has no place for are left out.

    A device reports the same facts for every kind of image, so those are no mistake of anyone.
    Raises BadRequest for a value that is not valid.
    """
    fitting = {k: v for k, v in facts.items() if k in iod.attributes and k not in IDENTITY | PIXELS}
    apply(ds, iod, fitting)


def _check_place(keyword: str, attributes: Attributes, where: str, path: str) -> None:
    if keyword in attributes:
        return
    if keyword in keyword_dict:
        raise BadRequest(path, f"is not an attribute of {where}{_near(keyword, list(attributes))}")
    raise BadRequest(path, f"is not a DICOM keyword{_near(keyword, list(attributes))}")


def _near(keyword: str, known: list[str]) -> str:
    folded = {name.lower(): name for name in known}
    close = difflib.get_close_matches(keyword.lower(), list(folded), n=1, cutoff=0.75)
    return f"; did you mean {folded[close[0]]}?" if close else ""


def _check_unchanged(ds: Dataset, keyword: str, given: DataElement) -> None:
    if keyword in ds and _plain(ds[keyword].value) == _plain(given.value):
        return
    what = "who and what an object is" if keyword in IDENTITY else "the picture itself"
    raise BadRequest(keyword, f"is {what}, which details can't change")


def _plain(value: Any) -> str:
    return str(value)


def _check(given: DataElement, attribute: Attribute, where: str, path: str) -> None:
    if given.VR == "SQ":
        _check_items(given, attribute, path)
        return
    if given.is_empty:
        if attribute.type in ("1", "1C"):
            raise BadRequest(path, f"needs a value in {where} (Type {attribute.type})")
        return
    values = given.value if given.VM > 1 else [given.value]
    if attribute.values and any(str(value) not in attribute.values for value in values):
        raise BadRequest(path, f"has to be one of {', '.join(sorted(attribute.values))}")


def _check_items(given: DataElement, attribute: Attribute, path: str) -> None:
    least, most = attribute.items
    if len(given.value) < least or (most is not None and len(given.value) > most):
        allowed = (
            str(least) if most == least else f"{least} to {'any number' if most is None else most}"
        )
        raise BadRequest(path, f"has to have {allowed} item(s)")
    if not attribute.inside:
        return
    for index, item in enumerate(given.value):
        for inner in item:
            inner_path = f"{path}[{index}].{inner.keyword}"
            _check_place(inner.keyword, attribute.inside, attribute.keyword, inner_path)
            _check(inner, attribute.inside[inner.keyword], attribute.keyword, inner_path)
