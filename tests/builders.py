"""Ready-made values for tests. The patient's name is the canary: it may never show in a log or a file name."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import numpy as np

from minipacs.dicom.model import (
    Code,
    Equipment,
    Frame,
    ImageRequest,
    Order,
    Patient,
    PatientKind,
    Series,
    Shot,
)
from minipacs.dicom.uids import CountedUids, UidPolicy

CANARY = "CANARY^PATIENT"
NOW = dt.datetime(2026, 11, 20, 10, 30, 15, 250000, tzinfo=dt.timezone(dt.timedelta(hours=1)))


def frozen_clock() -> dt.datetime:
    return NOW


def a_patient(**changes: Any) -> Patient:
    base = Patient(name=CANARY, identifier="P-4711", birth_date="19840302", sex="F")
    return dataclasses.replace(base, **changes)


def a_dog(**changes: Any) -> Patient:
    base = Patient(
        name="CANARY^REX",
        identifier="D-17",
        birth_date="20190501",
        sex="M",
        kind=PatientKind.ANIMAL,
        species=Code("448771007", "SCT", "Canis lupus familiaris"),
        breed_description="Beagle",
        responsible_person="CANARY^OWNER",
        responsible_person_role="OWNER",
        sex_neutered="ALTERED",
    )
    return dataclasses.replace(base, **changes)


def an_order(uids: UidPolicy | None = None, **changes: Any) -> Order:
    uids = uids or CountedUids()
    base = Order(
        study_instance_uid=uids.study(),
        study_id="RP1",
        accession_number="A-1001",
        referring_physician="CANARY^REFERRER",
        requested_procedure_id="RP1",
        requested_procedure_description="Full mouth series",
        step_id="S1",
        step_description="FMX 18",
        modality="IO",
        station_ae="KIOSK",
        start_date="20261120",
        start_time="103000",
    )
    return dataclasses.replace(base, **changes)


def some_equipment(**changes: Any) -> Equipment:
    base = Equipment(
        manufacturer="Chairside",
        model_name="Simulator",
        serial_number="SIM-1",
        software_versions=("0.1",),
        institution_name="Test Practice",
        detector_type="SCINTILLATOR",
        detector_id="DET-1",
        detector_manufacturer="Chairside",
        detector_model_name="Simulated sensor",
        station_name="CHAIR1",
    )
    return dataclasses.replace(base, **changes)


def grey_frame(rows: int = 60, columns: int = 80, bits: int = 12, **changes: Any) -> Frame:
    dtype = np.uint8 if bits <= 8 else np.uint16
    ramp = np.linspace(0, 2**bits - 1, rows * columns).astype(dtype).reshape(rows, columns)
    base = Frame(
        pixels=ramp, rows=rows, columns=columns, bits_stored=bits, pixel_spacing_mm=(0.02, 0.02)
    )
    return dataclasses.replace(base, **changes)


def colour_frame(rows: int = 60, columns: int = 80, **changes: Any) -> Frame:
    ys, xs = np.mgrid[0:rows, 0:columns]
    pixels = np.stack([ys % 256, xs % 256, (ys + xs) % 256], axis=-1).astype(np.uint8)
    return dataclasses.replace(
        Frame(pixels=pixels, rows=rows, columns=columns, samples=3), **changes
    )


def an_image_request(
    kind: str = "io", uids: UidPolicy | None = None, **changes: Any
) -> ImageRequest:
    uids = uids or CountedUids()
    colour = kind in ("photo", "endo")
    base = ImageRequest(
        kind=kind,
        patient=a_patient(),
        order=an_order(uids),
        frame=colour_frame() if colour else grey_frame(bits=8 if kind == "us" else 12),
        series=Series(uids.series(), 1, "Test series", started_at=NOW),
        sop_instance_uid=uids.instance(),
        instance_number=1,
        taken_at=NOW,
        study_started_at=NOW,
        equipment=some_equipment(),
        shot=Shot(teeth=("36",), view="periapical") if kind == "io" else Shot(),
    )
    return dataclasses.replace(base, **changes)
