"""Small DICOM objects and a small archive for the media tests."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from minipacs.archive.rows import Ingested, InstanceRow, Origin, Outcome
from minipacs.dicom.uids import CountedUids, UidPolicy
from tests.builders import CANARY

INTRA_ORAL = "1.2.840.10008.5.1.4.1.1.1.3"
PHOTO = "1.2.840.10008.5.1.4.1.1.77.1.4"
GSPS = "1.2.840.10008.5.1.4.1.1.11.1"
TEXT_SR = "1.2.840.10008.5.1.4.1.1.88.11"


def an_object(uids: UidPolicy, sop_class: str = INTRA_ORAL, **changes: Any) -> Dataset:
    """An image with what the directory and the profiles look at; a change to None leaves an attribute out."""
    ds = Dataset()
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.ImageType = ["ORIGINAL", "PRIMARY", ""]
    ds.SOPClassUID, ds.SOPInstanceUID = sop_class, uids.instance()
    ds.StudyDate, ds.StudyTime = "20261120", "103015"
    ds.AccessionNumber, ds.StudyDescription, ds.StudyID = "A-1", "Full mouth", "ST1"
    ds.Modality, ds.Manufacturer, ds.InstitutionName = "IO", "Chairside", "Test Practice"
    ds.ManufacturerModelName = "Simulator"
    ds.PatientName, ds.PatientID = CANARY, "P-4711"
    ds.PatientBirthDate, ds.PatientSex = "19840302", "F"
    ds.DetectorID, ds.DetectorManufacturerName = "D1", "Chairside"
    ds.DetectorManufacturerModelName = ""
    ds.StudyInstanceUID, ds.SeriesInstanceUID = "2.25.111", "2.25.222"
    ds.SeriesNumber, ds.InstanceNumber = 1, 1
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.Rows, ds.Columns, ds.BitsAllocated, ds.BitsStored, ds.HighBit = 4, 6, 16, 12, 11
    ds.PixelRepresentation = 0
    ds.PixelData = bytes(range(48))
    for keyword, value in changes.items():
        if value is None:
            del ds[keyword]
        else:
            setattr(ds, keyword, value)
    return ds


def part10(ds: Dataset, syntax: str = ExplicitVRLittleEndian) -> bytes:
    """The whole file."""
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = syntax
    ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    buffer = io.BytesIO()
    ds.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def an_image(uids: UidPolicy, syntax: str = ExplicitVRLittleEndian, **changes: Any) -> bytes:
    return part10(an_object(uids, **changes), syntax)


def a_presentation_state(uids: UidPolicy, **changes: Any) -> bytes:
    ds = an_object(uids, GSPS, PixelData=None, Rows=None, Columns=None)
    ds.Modality, ds.SeriesInstanceUID, ds.SeriesNumber = "PR", "2.25.333", 2
    ds.ContentLabel, ds.ContentDescription, ds.ContentCreatorName = "BEST", "", "CANARY^EDITOR"
    ds.PresentationCreationDate, ds.PresentationCreationTime = "20261120", "110000"
    image = Dataset()
    image.ReferencedSOPClassUID, image.ReferencedSOPInstanceUID = INTRA_ORAL, "2.25.5"
    series = Dataset()
    series.SeriesInstanceUID, series.ReferencedImageSequence = "2.25.222", [image]
    ds.ReferencedSeriesSequence = [series]
    for keyword, value in changes.items():
        setattr(ds, keyword, value)
    return part10(ds)


def a_report(uids: UidPolicy) -> bytes:
    ds = an_object(uids, TEXT_SR, PixelData=None, Rows=None, Columns=None)
    ds.Modality, ds.SeriesInstanceUID, ds.SeriesNumber = "SR", "2.25.444", 3
    ds.CompletionFlag, ds.VerificationFlag = "COMPLETE", "VERIFIED"
    ds.ContentDate, ds.ContentTime = "20261120", "110000"
    observer = Dataset()
    observer.VerificationDateTime = "20261120110500"
    ds.VerifyingObserverSequence = [observer]
    title = Dataset()
    title.CodeValue, title.CodingSchemeDesignator, title.CodeMeaning = "11528-7", "LN", "Report"
    ds.ConceptNameCodeSequence = [title]
    modifier, text = Dataset(), Dataset()
    modifier.RelationshipType, modifier.ValueType = "HAS CONCEPT MOD", "CODE"
    modifier.ConceptNameCodeSequence = [title]
    modifier.ConceptCodeSequence = [title]
    text.RelationshipType, text.ValueType, text.TextValue = "CONTAINS", "TEXT", "secret finding"
    text.ConceptNameCodeSequence = [title]
    ds.ContentSequence = [modifier, text]
    return part10(ds)


def a_mouth(uids: UidPolicy | None = None, images: int = 3, **changes: Any) -> list[bytes]:
    """Some images of one series."""
    uids = uids or CountedUids()
    return [an_image(uids, InstanceNumber=n, **changes) for n in range(1, images + 1)]


class SmallArchive:
    """An archive with the few methods that media needs, in a folder."""

    def __init__(self, folder: Path, files: Iterable[bytes] = ()) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.rows: dict[str, InstanceRow] = {}
        for data in files:
            self.ingest(data, Origin("cli"))

    def ingest(self, data: bytes, origin: Origin) -> Ingested:
        from pydicom import dcmread

        ds = dcmread(io.BytesIO(data), stop_before_pixels=True)
        uid, digest = str(ds.SOPInstanceUID), hashlib.sha256(data).hexdigest()
        path = self.folder / f"{len(self.rows)}"
        known = self.rows.get(uid)
        if known is None:
            outcome = Outcome.STORED
            path.write_bytes(data)
            self.rows[uid] = InstanceRow(
                uid, str(ds.SOPClassUID), str(ds.SeriesInstanceUID), str(ds.StudyInstanceUID),
                str(ds.PatientID), "", str(ds.PatientName), str(ds.Modality), "", "",
                str(ds.file_meta.TransferSyntaxUID), len(data), digest, path, "", origin,
            )  # fmt: skip
        else:
            outcome = Outcome.ALREADY if known.sha256 == digest else Outcome.CONFLICT
        return Ingested(
            outcome, str(ds.SOPClassUID), uid, str(ds.StudyInstanceUID), str(ds.SeriesInstanceUID),
            digest, path,
        )  # fmt: skip

    def instances(self, *, study: str = "") -> Sequence[InstanceRow]:
        return [row for row in self.rows.values() if not study or row.study_instance_uid == study]

    def read(self, uid: str) -> bytes:
        return self.rows[uid].path.read_bytes()

    def path_of(self, uid: str) -> Path:
        return self.rows[uid].path
