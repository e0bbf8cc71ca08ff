"""From a request to an object: modules, then the kind's own, device facts, details, character set, a last check."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import chain

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, JPEGBaseline8Bit

from minipacs.dicom import details, texts
from minipacs.dicom.building import anatomy
from minipacs.dicom.building.writing import put, put_given
from minipacs.dicom.errors import BadRequest
from minipacs.dicom.iod import Iod
from minipacs.dicom.model import ImageRequest, PatientKind
from minipacs.dicom.pictures.grey import as_grey
from minipacs.dicom.rules.codes import check_codes
from minipacs.dicom.rules.image import check_image
from minipacs.dicom.rules.modules import check_modules

NOT_TO_SCALE = "Pixel size unknown, a nominal one is given: not for measurement"
ORIENTATION_ASSUMED = "Patient orientation not stated: facing view assumed"
SIDE_ASSUMED = "Image laterality not stated: both sides assumed"


def build_image(iod: Iod, request: ImageRequest) -> Dataset:
    """Build an object of `iod`. Raises BadRequest."""
    request = _without_colour(iod, _with_default_view(iod, _in_one_zone(request)))
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = (
        ExplicitVRLittleEndian if request.frame.jpeg is None else JPEGBaseline8Bit
    )
    put(ds, "SOPClassUID", iod.sop_class_uid)
    put(ds, "Modality", iod.modality)
    for use in iod.uses:
        use.module.write(ds, request)
    iod.finish(ds, request)
    details.apply_facts(ds, iod, request.frame.facts)
    details.apply(ds, iod, request.details)
    iod.reconcile(ds, request.details.keys())
    if "Laterality" in request.details and "ImageLaterality" not in request.details:
        # The series' side and the image's exclude each other (PS3.3 C.7.3.1).
        _drop_derived(ds, iod, "ImageLaterality")
    _settle_spacing(ds, iod)
    _say_what_is_assumed(ds, request)
    texts.settle_character_set(ds, request.character_set)
    _check(ds, iod)
    return ds


def _in_one_zone(request: ImageRequest) -> ImageRequest:
    """An object names one zone for all its dates and times (PS3.3 C.12.1.1.8): that of the study."""
    zone = request.study_started_at.tzinfo

    def there(instant: dt.datetime) -> dt.datetime:
        return instant.astimezone(zone) if zone is not None and instant.tzinfo else instant

    series, step = request.series, request.step
    if series.started_at is not None:
        series = replace(series, started_at=there(series.started_at))
    if step is not None:
        step = replace(step, started_at=there(step.started_at))
    return replace(request, taken_at=there(request.taken_at), series=series, step=step)


def _with_default_view(iod: Iod, request: ImageRequest) -> ImageRequest:
    shot = request.shot
    told = shot.view or shot.teeth or shot.region or shot.patient_orientation
    if told or not iod.default_view or request.patient.kind is PatientKind.COMPONENT:
        return request
    return replace(request, shot=replace(shot, view=iod.default_view))


def _without_colour(iod: Iod, request: ImageRequest) -> ImageRequest:
    """Sensor programs often export a radiograph as RGB: without any colour in it, it is taken as grey."""
    if not iod.grey:
        return request
    grey = as_grey(request.frame)
    return request if grey is None else replace(request, frame=grey)


def _drop_derived(ds: Dataset, iod: Iod, keyword: str) -> None:
    if keyword in ds and iod.attributes[keyword].type == "3":
        del ds[keyword]


def _settle_spacing(ds: Dataset, iod: Iod) -> None:
    """A Type 1 pixel spacing that nobody told: a usual one, and the object says that it is no measure."""
    attribute = iod.attributes.get("ImagerPixelSpacing")
    if attribute is None or attribute.type != "1" or "ImagerPixelSpacing" in ds:
        return
    put(ds, "ImagerPixelSpacing", [iod.nominal_spacing_mm] * 2)
    _remark(ds, NOT_TO_SCALE)


def _say_what_is_assumed(ds: Dataset, request: ImageRequest) -> None:
    """Directions and side that an IOD demands and nobody told are the conventional ones, and the object says so."""
    told = {*request.details, *request.frame.facts}
    if "PatientOrientation" not in told and ds.get("PatientOrientation"):
        _remark(ds, ORIENTATION_ASSUMED if anatomy.orientation(request) is None else "")
    if "ImageLaterality" not in told and ds.get("ImageLaterality") == "B":
        _remark(ds, "" if anatomy.tells_side(request) else SIDE_ASSUMED)


def _remark(ds: Dataset, words: str) -> None:
    comments = [str(ds.get("ImageComments", "")), words]
    put_given(ds, "ImageComments", "; ".join(text for text in comments if text))


def _check(ds: Dataset, iod: Iod) -> None:
    for finding in chain(check_modules(ds, iod), check_codes(ds), check_image(ds)):
        if finding.severity == "error":
            raise BadRequest(finding.keyword, f"{finding.what}; {finding.mend}")
