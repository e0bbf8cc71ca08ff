"""Small stored objects as Part 10 bytes, for tests of the network that do not care what is on the picture."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import ExplicitVRLittleEndian, JPEGBaseline8Bit

from minipacs.dicom import part10
from minipacs.dicom.uids import UidPolicy
from tests.builders import CANARY

INTRA_ORAL = "1.2.840.10008.5.1.4.1.1.1.3"
DIGITAL_XRAY = "1.2.840.10008.5.1.4.1.1.1.1"
PHOTO = "1.2.840.10008.5.1.4.1.1.77.1.4"


def an_object(
    *,
    sop_class: str = INTRA_ORAL,
    uid: str = "",
    study: str = "2.25.11",
    series: str = "2.25.12",
    rows: int = 16,
    columns: int = 16,
    syntax: str = ExplicitVRLittleEndian,
    **more: Any,
) -> bytes:
    """A 16-bit grey image, bare but whole; further attributes by keyword."""
    ds = Dataset()
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.SOPClassUID = sop_class
    ds.SOPInstanceUID = uid or UidPolicy().instance()
    ds.StudyDate, ds.StudyTime = "20261120", "103000"
    ds.AccessionNumber = "A-1001"
    ds.Modality = "IO"
    ds.PatientName, ds.PatientID = CANARY, "P-4711"
    ds.PatientBirthDate, ds.PatientSex = "19840302", "F"
    ds.StudyInstanceUID, ds.SeriesInstanceUID = study, series
    ds.StudyID, ds.SeriesNumber, ds.InstanceNumber = "RP1", 1, 1
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.Rows, ds.Columns = rows, columns
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 0
    ramp = np.arange(rows * columns, dtype=np.uint32) % 4096
    ds.PixelData = ramp.astype("<u2").tobytes()
    for keyword, value in more.items():
        setattr(ds, keyword, value)
    return part10.write(ds, transfer_syntax=syntax)


def a_jpeg_photo(**more: Any) -> bytes:
    """A baseline JPEG photograph, encapsulated."""
    from io import BytesIO

    from PIL import Image

    stream = BytesIO()
    Image.linear_gradient("L").resize((32, 32)).convert("RGB").save(stream, "JPEG", quality=90)
    return an_object(
        sop_class=PHOTO,
        Modality="XC",
        SamplesPerPixel=3,
        PhotometricInterpretation="YBR_FULL_422",
        PlanarConfiguration=0,
        Rows=32,
        Columns=32,
        BitsAllocated=8,
        BitsStored=8,
        HighBit=7,
        LossyImageCompression="01",
        LossyImageCompressionRatio="10",
        LossyImageCompressionMethod="ISO_10918_1",
        PixelData=encapsulate([stream.getvalue()]),
        syntax=JPEGBaseline8Bit,
        **more,
    )
