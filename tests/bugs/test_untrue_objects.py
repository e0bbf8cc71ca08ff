"""Objects that say what nobody knows, or that can't be made after the exposure."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import pytest

from kiosk.exam.errors import ExamError
from minipacs.dicom import iods
from minipacs.dicom.errors import DicomError
from minipacs.dicom.model import Shot
from minipacs.dicom.validate import validate
from tests.builders import an_image_request, an_order
from tests.kiosk.exam.conftest import Clinic


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return Clinic(tmp_path / "spool")


def test_an_order_that_no_image_can_carry_is_refused_before_the_exposure(clinic):
    order = dataclasses.replace(an_order(clinic.uids), accession_number="A" * 20)
    exam = clinic.exam("bwx-2", order=order)
    with pytest.raises((ExamError, DicomError)):
        exam.arm("bw-right")


@pytest.mark.parametrize(
    ("kind", "view", "directions", "assumed"),
    [
        ("io", "periapical", ["L", "F"], True),
        ("px", "tmj", ["L", "F"], True),
        ("ceph", "submentovertex", ["L", "P"], False),
    ],
)
def test_an_unknown_patient_orientation_is_said_to_be_assumed(kind, view, directions, assumed):
    ds = iods.build(dataclasses.replace(an_image_request(kind), shot=Shot(view=view)))
    assert list(ds.PatientOrientation) == directions
    said = "Patient orientation not stated: facing view assumed" in ds.get("ImageComments", "")
    assert said is assumed
    assert not [one for one in validate(ds) if one.severity == "error"]


def test_what_is_told_is_not_called_assumed():
    told = dataclasses.replace(
        an_image_request("io"),
        shot=Shot(view="periapical"),
        details={"PatientOrientation": ["A", "F"], "ImageLaterality": "R"},
    )
    for request in (an_image_request("io"), told):
        assert "assumed" not in iods.build(request).get("ImageComments", "")


def test_the_side_of_an_intra_oral_picture_without_teeth_is_said_to_be_assumed():
    ds = iods.build(dataclasses.replace(an_image_request("io"), shot=Shot(view="periapical")))
    assert ds.ImageLaterality == "B"
    assert "Image laterality not stated: both sides assumed" in ds.ImageComments


@pytest.mark.parametrize("view", ["bitewing", "bitewing-vertical", "tmj"])
@pytest.mark.parametrize(("side", "row"), [("R", "A"), ("L", "P")])
def test_the_side_of_back_teeth_tells_their_directions(view, side, row):
    kind = "px" if view == "tmj" else "io"
    shot = Shot(view=view, laterality=side)
    ds = iods.build(dataclasses.replace(an_image_request(kind), shot=shot))
    assert list(ds.PatientOrientation) == [row, "F"]


@pytest.mark.parametrize(
    "shot",
    [
        Shot(teeth=("16", "15"), view="bitewing-left"),
        Shot(teeth=("16",), view="occlusal-lower"),
    ],
)
def test_a_shot_that_contradicts_itself_is_refused(shot):
    request = dataclasses.replace(an_image_request("io"), shot=shot)
    try:
        ds = iods.build(request)
    except DicomError:
        return
    assert [one for one in validate(ds) if one.severity == "error"]


def test_all_times_of_an_object_are_in_the_zone_that_it_names():
    base = an_image_request("photo")
    started = base.study_started_at
    utc = (started + dt.timedelta(minutes=5)).astimezone(dt.UTC)
    ds = iods.build(dataclasses.replace(base, taken_at=utc))
    told = dt.datetime.strptime(
        ds.StudyDate + ds.StudyTime[:6] + ds.TimezoneOffsetFromUTC, "%Y%m%d%H%M%S%z"
    )
    assert abs(told - started) < dt.timedelta(seconds=1)
