"""The archive for the eye: studies, previews and whole pictures, each read against its hash."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from kiosk.i18n import NO_TEXT, plain
from kiosk.imaging.preview import thumbnail
from kiosk.imaging.window import Window, auto_window
from kiosk.presenters.ports import KnownPatient, Picture, StoredPicture, StudyKey
from kiosk.tasks import Job
from minipacs.archive import Archive
from minipacs.archive.errors import ArchiveError
from minipacs.archive.rows import InstanceRow, StudyRow
from minipacs.dicom import part10, pixels
from minipacs.dicom.codes import teeth
from minipacs.dicom.model import Code
from minipacs.dicom.reading import text_of

PREVIEW_SIDE = 320
_BROKEN = (ArchiveError, pixels.CannotDisplay, part10.Unreadable)


@dataclass(frozen=True)
class ListedStudy:
    """kiosk.presenters.ports.Study."""

    study_instance_uid: str
    patient_name: str
    patient_id: str
    issuer: str
    patient_birth_date: str
    patient_sex: str
    study_date: str
    study_time: str
    study_description: str
    modalities: tuple[str, ...]
    instances: int


class ArchivePictures:
    """kiosk.presenters.ports.ArchivePort."""

    def __init__(self, archive: Archive, notation: str = "fdi") -> None:
        self._archive, self._notation = archive, notation

    def studies(
        self, text: str, *, date_from: str = "", date_to: str = "", modality: str = ""
    ) -> Sequence[ListedStudy]:
        """Newest first, a bounded number."""
        rows = self._archive.studies(text, date_from=date_from, date_to=date_to, modality=modality)
        return [_listed(row) for row in rows]

    def known_patients(self, identifier: str) -> Sequence[KnownPatient]:
        """Who has pictures under this Patient ID, of whatever issuer."""
        keys = Dataset()
        keys.PatientID, keys.PatientName, keys.PatientBirthDate = identifier, "", ""
        # A sign that means "anything" in a query finds too many.
        return [
            KnownPatient(text_of(ds, "PatientName"), text_of(ds, "PatientBirthDate"))
            for ds in self._archive.find("PATIENT", "PATIENT", keys)
            if text_of(ds, "PatientID") == identifier
        ]

    def pictures(self, study: StudyKey) -> Sequence[StoredPicture]:
        """The images of a study with previews; one that can't be shown says why."""
        return [self._stored(row) for row in rows_of(self._archive, study)]

    def picture(self, sop_instance_uid: str) -> Picture:
        """One image in full.

        Raises:
            Missing, Damaged: the archive has no whole file of it.
            CannotDisplay: no codec for it is here.
        """
        ds = part10.read(self._archive.read(sop_instance_uid))
        values = pixels.decode(ds)
        return Picture(
            pixels=values,
            window=window_of(ds, values),
            inverted=ds.get("PhotometricInterpretation") == "MONOCHROME1",
            orientation=_orientation(ds),
            title=plain(_title(ds, self._notation)),
            details=tuple(plain(line) for line in _details(ds)),
            spacing_mm=_spacing(ds),
            simulated="SIMULATED" in str(ds.get("ImageComments", "")).upper(),
        )

    def preview(self, sop_instance_uid: str, side: int = PREVIEW_SIDE) -> NDArray[np.uint8]:
        """A small 8-bit picture of an image, for lists and the demo's PNG files."""
        return _small(part10.read(self._archive.read(sop_instance_uid)), side)

    def verify(self, study: StudyKey, job: Job) -> Sequence[str]:
        """Every file of a study against its hash; the UIDs that fail."""
        rows = rows_of(self._archive, study)
        failed = []
        for done, row in enumerate(rows):
            job.report(done / max(1, len(rows)))
            try:
                self._archive.read(row.sop_instance_uid)
            except ArchiveError:
                failed.append(row.sop_instance_uid)
        return failed

    def _stored(self, row: InstanceRow) -> StoredPicture:
        series = f"{row.modality} {row.series_number}".strip()
        try:
            ds = part10.read(self._archive.read(row.sop_instance_uid))
        except _BROKEN as problem:
            return StoredPicture(
                row.sop_instance_uid, series, row.instance_number, None, plain(str(problem))
            )
        title = (
            f"{row.modality} {ds.get('SeriesNumber', '')} {ds.get('SeriesDescription', '')}".strip()
        )
        try:
            look: NDArray[np.uint8] | None = _small(ds, PREVIEW_SIDE)
            note = NO_TEXT
        except _BROKEN as problem:
            look, note = None, plain(str(problem))
        return StoredPicture(row.sop_instance_uid, title, _title(ds, self._notation), look, note)


def rows_of(archive: Archive, study: StudyKey) -> list[InstanceRow]:
    """The objects of a study that are this patient's, whoever else has objects of its UID."""
    rows = archive.instances(study=study.study_instance_uid, patient=study.patient_id)
    whose = study.issuer, study.patient_id
    return [row for row in rows if (row.issuer, row.patient_id) == whose]


def window_of(ds: Dataset, values: NDArray[np.generic]) -> Window:
    """The window that the object names, else one from its pixels."""
    center, width = ds.get("WindowCenter"), ds.get("WindowWidth")
    if center is None or width is None or values.ndim == 3:
        return auto_window(values)
    first = [part[0] if hasattr(part, "__getitem__") else part for part in (center, width)]
    return float(first[0]), float(first[1])


def _small(ds: Dataset, side: int) -> NDArray[np.uint8]:
    values = pixels.decode(ds)
    inverted = ds.get("PhotometricInterpretation") == "MONOCHROME1"
    return thumbnail(values, window_of(ds, values), side, inverted=inverted)


def _listed(row: StudyRow) -> ListedStudy:
    return ListedStudy(
        row.study_instance_uid,
        row.patient_name,
        row.patient_id,
        row.issuer,
        row.birth_date,
        row.sex,
        row.study_date,
        row.study_time,
        row.study_description,
        row.modalities,
        row.instance_count,
    )


def _orientation(ds: Dataset) -> tuple[str, str] | None:
    value = ds.get("PatientOrientation")
    return (str(value[0]), str(value[1])) if value is not None and len(value) == 2 else None


def _spacing(ds: Dataset) -> tuple[float, float] | None:
    value = ds.get("PixelSpacing") or ds.get("ImagerPixelSpacing")
    return (float(value[0]), float(value[1])) if value else None


def _title(ds: Dataset, notation: str) -> str:
    """The teeth as the mount shows them (`36`, `13 12`, `48–46`), else the view, else the number."""
    codes = [
        Code(str(item.CodeValue), str(item.CodingSchemeDesignator), str(item.CodeMeaning))
        for item in ds.get("PrimaryAnatomicStructureSequence") or ()
        if "CodeValue" in item and "CodingSchemeDesignator" in item and "CodeMeaning" in item
    ]
    found = [(teeth.tooth_of(code), code.meaning) for code in codes]
    shown = [teeth.show_tooth(fdi, notation) if fdi else meaning for fdi, meaning in found]
    view = next((str(item.get("CodeMeaning", "")) for item in ds.get("ViewCodeSequence") or ()), "")
    if not shown:
        return view or str(ds.get("InstanceNumber") or "")
    return " ".join(shown) if len(shown) <= 2 else f"{shown[0]}–{shown[-1]}"


def _details(ds: Dataset) -> list[str]:
    lines = [f"{ds.get('Columns', '?')} x {ds.get('Rows', '?')}, {ds.get('BitsStored', '?')} bit"]
    exposure = [
        f"{float(ds[keyword].value):g} {unit}"
        for keyword, unit in (("KVP", "kV"), ("XRayTubeCurrent", "mA"), ("ExposureTime", "ms"))
        if keyword in ds and ds[keyword].value not in (None, "")
    ]
    return lines + ([", ".join(exposure)] if exposure else [])
