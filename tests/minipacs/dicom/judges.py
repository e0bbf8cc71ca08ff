"""What dciodvfy and our own validation say of an object, and objects to ask them about."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.filewriter import dcmwrite

from minipacs.dicom import part10
from minipacs.dicom.model import Frame
from minipacs.dicom.validate import validate
from tests.builders import colour_frame, grey_frame
from tests.peers import dciodvfy

GREY_KINDS = ("ceph", "cr", "dx", "io", "px", "sc", "us")
SIXTEEN_BIT_KINDS = ("ceph", "cr", "dx", "io", "px", "sc")
COLOUR_KINDS = ("endo", "photo", "sc", "us")


def complaints(ds: Dataset, folder: Path, syntax: str | None = None) -> list[str]:
    """The errors and warnings of dciodvfy about an object that we write."""
    path = folder / "object.dcm"
    path.write_bytes(part10.write(ds, transfer_syntax=syntax))
    return dciodvfy(path)


def complaints_about_broken(ds: Dataset, folder: Path) -> list[str]:
    """The same for an object that our strict writer would refuse."""
    path = folder / "broken.dcm"
    dcmwrite(path, ds, implicit_vr=False, little_endian=True, enforce_file_format=True)
    return dciodvfy(path)


def findings(ds: Dataset, syntax: str | None = None) -> list[str]:
    """What our validation says of the object, as it is and as it is read back."""
    told = validate(ds) + validate(part10.read(part10.write(ds, transfer_syntax=syntax)))
    return [f"{finding.severity} {finding.keyword} {finding.what}" for finding in told]


def jpeg_frame(*, colour: bool, quality: int = 85, subsampling: int = 1) -> Frame:
    """A baseline JPEG as a camera makes it (4:2:2 by default)."""
    pixels = colour_frame().pixels if colour else grey_frame(bits=8).pixels
    stream = io.BytesIO()
    options = {"subsampling": subsampling} if colour else {}
    Image.fromarray(np.asarray(pixels)).save(stream, "JPEG", quality=quality, **options)
    return Frame(
        jpeg=stream.getvalue(),
        rows=60,
        columns=80,
        samples=3 if colour else 1,
        pixel_spacing_mm=(0.1, 0.1),
    )
