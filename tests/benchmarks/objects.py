"""Objects for the benchmarks: valid, distinct, of the sizes that the design names."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np

from minipacs.dicom import iods, part10
from minipacs.dicom.model import Frame, Series, Shot
from minipacs.dicom.uids import UidPolicy
from tests.builders import NOW, an_image_request, an_order


def write_images(folder: Path, count: int, rows: int, columns: int) -> list[Path]:
    """Intra-oral images of one study: 16 bit noise over a ramp, `rows` x `columns`."""
    folder.mkdir(parents=True, exist_ok=True)
    uids = UidPolicy()
    noise = np.random.default_rng(7)
    ramp = np.linspace(0, 3000, rows * columns, dtype=np.float32).reshape(rows, columns)
    pixels = (ramp + noise.normal(0, 40, ramp.shape) + 200).clip(0, 4095).astype(np.uint16)
    order, series = an_order(uids), Series(uids.series(), 1, "Benchmark", started_at=NOW)
    base = an_image_request("io", uids, order=order, series=series)
    paths = []
    for number in range(1, count + 1):
        frame = Frame(
            pixels=np.roll(pixels, number * 97), rows=rows, columns=columns, bits_stored=12,
            pixel_spacing_mm=(0.02, 0.02), window=(2000.0, 4000.0),
        )  # fmt: skip
        request = dataclasses.replace(
            base, frame=frame, instance_number=number, sop_instance_uid=uids.instance(),
            shot=Shot(teeth=("36",), view="periapical"),
        )  # fmt: skip
        path = folder / f"IM{number:06d}"
        path.write_bytes(part10.write(iods.build(request)))
        paths.append(path)
    return paths


def write_studies(folder: Path, count: int, per_patient: int = 2) -> list[Path]:
    """Tiny images, one a study, of `count / per_patient` patients with distinct names, IDs and dates."""
    folder.mkdir(parents=True, exist_ok=True)
    uids = UidPolicy()
    paths = []
    for number in range(count):
        person = number // per_patient
        patient = dataclasses.replace(
            an_image_request().patient,
            name=f"FAMILY{person:05d}^GIVEN{person % 97}",
            identifier=f"B{person:06d}",
        )
        day = NOW.replace(year=2000 + number % 26, month=1 + number % 12, day=1 + number % 28)
        request = an_image_request(
            "io", uids, patient=patient, order=an_order(uids, accession_number=f"ACC{number:06d}"),
            study_started_at=day, taken_at=day, sop_instance_uid=uids.instance(),
        )  # fmt: skip
        path = folder / f"ST{number:06d}"
        path.write_bytes(part10.write(iods.build(request)))
        paths.append(path)
    return paths
