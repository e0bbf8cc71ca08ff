"""A radiograph exported as RGB is taken as the grey picture that it is; real colour is refused."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from minipacs.dicom import iods, part10, pixels
from minipacs.dicom.errors import BadRequest
from minipacs.dicom.model import Frame
from minipacs.dicom.pictures import read_picture
from tests.builders import an_image_request, colour_frame
from tests.peers import dciodvfy

RAMP = np.linspace(0, 255, 60 * 80).astype(np.uint8).reshape(60, 80)


def grey_as_rgb(**how) -> Frame:
    out = io.BytesIO()
    Image.fromarray(np.stack([RAMP] * 3, axis=-1)).save(out, **how)
    (frame,) = read_picture(out.getvalue())
    assert frame.samples == 3
    return frame


@pytest.mark.parametrize("kind", ["io", "px", "ceph", "dx", "cr"])
def test_equal_channels_are_one_grey_one(kind, tmp_path):
    frame = Frame(pixels=np.stack([RAMP] * 3, axis=-1), rows=60, columns=80, samples=3)
    ds = iods.build(an_image_request(kind, frame=frame))
    assert (ds.SamplesPerPixel, ds.PhotometricInterpretation) == (1, "MONOCHROME2")
    assert np.array_equal(pixels.decode(ds), RAMP)
    path = tmp_path / "grey.dcm"
    path.write_bytes(part10.write(ds))
    assert dciodvfy(path) == []


def test_a_colour_jpeg_of_a_radiograph_is_decoded_and_said_to_be_lossy(tmp_path):
    ds = iods.build(an_image_request("io", frame=grey_as_rgb(format="JPEG", quality=95)))
    assert ds.SamplesPerPixel == 1
    assert ds.LossyImageCompression == "01"
    assert ds.LossyImageCompressionMethod == "ISO_10918_1"
    assert abs(pixels.decode(ds).astype(int) - RAMP).max() < 12
    path = tmp_path / "grey.dcm"
    path.write_bytes(part10.write(ds))
    assert dciodvfy(path) == []


def test_real_colour_is_still_refused():
    with pytest.raises(BadRequest, match="colour"):
        iods.build(an_image_request("io", frame=colour_frame()))


def test_a_photograph_keeps_its_colours_even_where_they_are_equal():
    frame = Frame(pixels=np.stack([RAMP] * 3, axis=-1), rows=60, columns=80, samples=3)
    assert iods.build(an_image_request("photo", frame=frame)).SamplesPerPixel == 3
