"""The values of the kernel: who was imaged, what was asked, with what, and the picture itself.

Frozen dataclasses with no DICOM encoding in them; the modules write them into datasets. Texts are in the form of
their DICOM value (a name is `Family^Given`, a date `YYYYMMDD`), so that nothing is lost between order and image.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Any

from numpy.typing import NDArray

Details = Mapping[str, Any]
"""DICOM keyword -> plain value; a sequence is a list of such mappings."""

NO_DETAILS: Details = MappingProxyType({})


class PatientKind(Enum):
    """What is imaged decides which attributes the patient module has."""

    PERSON = "person"
    ANIMAL = "animal"
    COMPONENT = "component"
    """A thing under inspection (DICONDE, ASTM E2339)."""


@dataclass(frozen=True, slots=True)
class Code:
    """A coded concept. PS3.3 8.8, the Code Sequence Macro."""

    value: str
    scheme: str
    meaning: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class OtherPatientId:
    """A further identifier of a patient, a microchip for one. PS3.3 C.7.1.1, Other Patient IDs Sequence."""

    identifier: str
    kind: str = "TEXT"
    """TEXT, RFID or BARCODE."""
    issuer: str = ""


@dataclass(frozen=True, slots=True)
class BreedRegistration:
    """An entry in a breeder's register. PS3.3 C.7.1.1, Breed Registration Sequence."""

    number: str
    registry: Code


@dataclass(frozen=True, slots=True)
class Patient:
    """Who was imaged: a person, an animal or a component. PS3.3 C.7.1.1."""

    name: str
    """PN: up to three groups (alphabetic=ideographic=phonetic), five components each."""
    identifier: str
    issuer: str = ""
    birth_date: str = ""
    sex: str = ""
    """M, F, O or empty for unknown."""
    kind: PatientKind = PatientKind.PERSON
    other_ids: tuple[OtherPatientId, ...] = ()
    ethnic_group: str = ""
    comments: str = ""
    species: Code | None = None
    species_description: str = ""
    breeds: tuple[Code, ...] = ()
    """None is unknown; several are a mix of these."""
    breed_description: str = ""
    breed_registrations: tuple[BreedRegistration, ...] = ()
    responsible_person: str = ""
    responsible_person_role: str = ""
    responsible_organization: str = ""
    sex_neutered: str = ""
    """ALTERED, UNALTERED or empty for unknown."""
    age: str = ""
    """AS, for example 034Y."""
    size_m: float | None = None
    weight_kg: float | None = None
    history: str = ""
    admitting_diagnoses: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked: a worklist entry, or only a study of its own for a walk-in. PS3.4 K.6.1.2.2."""

    study_instance_uid: str
    study_id: str = ""
    accession_number: str = ""
    referring_physician: str = ""
    requesting_physician: str = ""
    requested_procedure_id: str = ""
    requested_procedure_description: str = ""
    requested_procedure_codes: tuple[Code, ...] = ()
    reason: str = ""
    reason_codes: tuple[Code, ...] = ()
    study_description: str = ""
    referenced_studies: tuple[tuple[str, str], ...] = ()
    """(SOP Class UID, SOP Instance UID) each."""
    step_id: str = ""
    """Scheduled Procedure Step ID; empty for a walk-in."""
    step_description: str = ""
    protocol_codes: tuple[Code, ...] = ()
    performing_physician: str = ""
    modality: str = ""
    station_ae: str = ""
    station_name: str = ""
    step_location: str = ""
    start_date: str = ""
    start_time: str = ""

    @property
    def is_scheduled(self) -> bool:
        """Whether a worklist asked for it."""
        return bool(self.step_id)


@dataclass(frozen=True, slots=True)
class Equipment:
    """What the settings tell, once, of the office and of a device. PS3.3 C.7.5.1 and the detector modules."""

    manufacturer: str = ""
    model_name: str = ""
    serial_number: str = ""
    software_versions: tuple[str, ...] = ()
    institution_name: str = ""
    institution_address: str = ""
    department_name: str = ""
    station_name: str = ""
    spatial_resolution_mm: float | None = None
    detector_type: str = ""
    """DIRECT, SCINTILLATOR, STORAGE (a phosphor plate) or FILM."""
    detector_id: str = ""
    detector_manufacturer: str = ""
    detector_model_name: str = ""


@dataclass(frozen=True, slots=True)
class Exposure:
    """The X-ray that made a frame, as far as the device or its preset tells. PS3.3 C.8.11.3 and C.8.7.10."""

    kvp: float | None = None
    tube_current_ma: float | None = None
    time_ms: float | None = None
    charge_mas: float | None = None
    dose_area_product_dgy_cm2: float | None = None


@dataclass(frozen=True)
class Frame:
    """One picture as its source gave it, either as pixels or as a JPEG stream that is kept as it came.

    `pixels` is (rows, columns) uint8 or uint16 for grey, (rows, columns, 3) uint8 for RGB.
    """

    pixels: NDArray[Any] | None = None
    jpeg: bytes | None = None
    """A baseline (8 bit) JPEG stream, encapsulated as it is; then `rows`, `columns`, `samples` come from its header."""
    rows: int = 0
    columns: int = 0
    samples: int = 1
    bits_stored: int = 8
    inverted: bool = False
    """Grey only: high values are dark, as in MONOCHROME1."""
    pixel_spacing_mm: tuple[float, float] | None = None
    """(between rows, between columns) at the detector."""
    window: tuple[float, float] | None = None
    """(center, width) for a first look; None lets the builder take it from the pixels."""
    exposure: Exposure | None = None
    lossy_before: tuple[float, str] | None = None
    """(ratio, method) when the pixels were lossy compressed earlier in their life, method ISO_10918_1 for JPEG."""
    simulated: bool = False
    taken_at: dt.datetime | None = None
    """When the device says it was taken; None means when it was received."""
    facts: Details = field(default_factory=lambda: NO_DETAILS)
    """Further device facts by DICOM keyword."""


@dataclass(frozen=True, slots=True)
class Shot:
    """What the picture is of: the teeth or region, seen how. Teeth are FDI numbers as text ("36", "75")."""

    teeth: tuple[str, ...] = ()
    view: str = ""
    """A key of codes/views.csv: periapical, bitewing, occlusal, panoramic, ceph-lateral, photo-frontal ..."""
    region: str = ""
    """A key of codes/anatomy.csv where teeth and view don't tell."""
    laterality: str = ""
    """R, L, B or U; empty is derived from the teeth."""
    patient_orientation: tuple[str, str] | None = None
    """(direction of the rows, of the columns); None is derived from teeth and view."""


@dataclass(frozen=True, slots=True)
class Series:
    """The series that an image joins. PS3.3 C.7.3.1."""

    instance_uid: str
    number: int
    description: str = ""
    protocol_name: str = ""
    started_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class PerformedStep:
    """The performed procedure step that an image belongs to. PS3.3 C.4.13, PS3.4 F.7."""

    instance_uid: str
    step_id: str
    started_at: dt.datetime
    description: str = ""


@dataclass(frozen=True)
class ImageRequest:
    """All that an IOD needs to build one object. Time and identity are given, never taken."""

    kind: str
    """io, dx, px, ceph, cr, sc, us, photo or endo."""
    patient: Patient
    order: Order
    frame: Frame
    series: Series
    sop_instance_uid: str
    instance_number: int
    taken_at: dt.datetime
    study_started_at: dt.datetime
    equipment: Equipment = field(default_factory=Equipment)
    shot: Shot = field(default_factory=Shot)
    step: PerformedStep | None = None
    operator: str = ""
    details: Details = field(default_factory=lambda: NO_DETAILS)
    """What a person gives by keyword; wins over what is derived, never over identity or pixels."""
    character_set: str = "ISO_IR 192"
