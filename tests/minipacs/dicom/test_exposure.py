"""A dental exposure is small: no integer may say nothing was exposed."""

from __future__ import annotations

from minipacs.dicom import iods, part10
from minipacs.dicom.model import Exposure
from tests.builders import an_image_request, grey_frame
from tests.peers import dciodvfy


def test_a_charge_below_one_mas_is_written_in_uas_alone(tmp_path):
    frame = grey_frame(exposure=Exposure(kvp=65, tube_current_ma=7, time_ms=60, charge_mas=0.42))
    ds = iods.build(an_image_request("io", frame=frame))
    assert "Exposure" not in ds
    assert ds.ExposureInuAs == 420
    path = tmp_path / "io.dcm"
    path.write_bytes(part10.write(ds))
    assert dciodvfy(path) == []


def test_what_was_measured_as_nothing_stays_nothing():
    frame = grey_frame(exposure=Exposure(charge_mas=0.0))
    assert iods.build(an_image_request("io", frame=frame)).Exposure == 0
