"""The archive, and pictures to look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kiosk.i18n import NO_TEXT, Text
from kiosk.tasks import Job


@dataclass(frozen=True)
class StudyKey:
    """A study of one patient. Objects of two patients may have come with one Study Instance UID; their pictures
    are never shown or sent together."""

    study_instance_uid: str
    issuer: str
    patient_id: str

    def __str__(self) -> str:
        """For a row on the screen; a backslash is in none of the three."""
        return "\\".join((self.study_instance_uid, self.issuer, self.patient_id))


class Study(Protocol):
    """A study of the archive; its StudyRow is such."""

    @property
    def study_instance_uid(self) -> str:
        """Study Instance UID."""

    @property
    def patient_name(self) -> str:
        """As stored, PN."""

    @property
    def patient_id(self) -> str:
        """Patient ID."""

    @property
    def issuer(self) -> str:
        """Issuer of Patient ID."""

    @property
    def patient_birth_date(self) -> str:
        """YYYYMMDD or empty."""

    @property
    def patient_sex(self) -> str:
        """M, F, O or empty."""

    @property
    def study_date(self) -> str:
        """YYYYMMDD or empty."""

    @property
    def study_time(self) -> str:
        """HHMMSS or empty."""

    @property
    def study_description(self) -> str:
        """Study Description."""

    @property
    def modalities(self) -> Sequence[str]:
        """Each once."""

    @property
    def instances(self) -> int:
        """How many."""


@dataclass(frozen=True)
class KnownPatient:
    """Someone whose pictures are in the archive."""

    name: str
    """PN."""
    birth_date: str
    """YYYYMMDD or empty."""


@dataclass(frozen=True)
class StoredPicture:
    """An image of a study, for the eye. `thumbnail` is None where it cannot be shown; `note` says why."""

    sop_instance_uid: str
    series_title: str
    title: str
    thumbnail: NDArray[np.uint8] | None
    note: Text = NO_TEXT


@dataclass(frozen=True)
class Picture:
    """A picture to look at in full. Display only: nothing done to it ever reaches the stored pixels."""

    pixels: NDArray[np.generic]
    window: tuple[float, float]
    inverted: bool = False
    """Stored as MONOCHROME1: high values are dark."""
    orientation: tuple[str, str] | None = None
    """Patient Orientation (0020,0020): of the rows, of the columns."""
    rotation: int = 0
    title: Text = NO_TEXT
    details: tuple[Text, ...] = ()
    spacing_mm: tuple[float, float] | None = None
    simulated: bool = False


class ArchivePort(Protocol):
    """The archive, as its screen needs it."""

    def studies(
        self, text: str, *, date_from: str = "", date_to: str = "", modality: str = ""
    ) -> Sequence[Study]:
        """Newest first, a bounded number."""

    def known_patients(self, identifier: str) -> Sequence[KnownPatient]:
        """Who has pictures under this Patient ID, of whatever issuer."""

    def pictures(self, study: StudyKey) -> Sequence[StoredPicture]:
        """The images of a study with previews."""

    def picture(self, sop_instance_uid: str) -> Picture:
        """One image in full. Raises CannotDisplay, Damaged, Missing."""

    def verify(self, study: StudyKey, job: Job) -> Sequence[str]:
        """Every file against its hash; the UIDs that fail."""
