"""The demo's day: invented people and a dog, in several scripts, each with an order that its mount and IOD take."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from kiosk.demo.clinic import orders, visits
from kiosk.demo.play import demo_settings, fill_worklist
from kiosk.office.office import Choices, Office
from kiosk.office.places import Places
from minipacs.dicom.model import PatientKind
from minipacs.dicom.uids import CountedUids
from minipacs.dicom.values import fault
from tests.builders import NOW


def test_every_value_is_valid() -> None:
    for patient, order in orders(CountedUids(), NOW, "KIOSK"):
        for vr, value in (
            ("PN", patient.name), ("LO", patient.identifier), ("DA", patient.birth_date),
            ("SH", order.accession_number), ("SH", order.step_id), ("SH", order.requested_procedure_id),
            ("DA", order.start_date),
            ("TM", order.start_time), ("LO", order.step_description), ("UI", order.study_instance_uid),
        ):  # fmt: skip
            assert not fault(vr, value), (vr, value)
            assert value


def test_identities_are_unique() -> None:
    day = orders(CountedUids(), NOW, "KIOSK")
    for attribute in (
        "accession_number",
        "step_id",
        "requested_procedure_id",
        "study_instance_uid",
    ):
        assert len({getattr(order, attribute) for _, order in day}) == len(day), attribute
    assert len({patient.identifier for patient, _ in day}) == len(day)


def test_the_day_has_what_the_demo_promises() -> None:
    played = [visit for visit in visits() if visit.played]
    assert sorted({visit.modality for visit in played}) == ["IO", "PX", "XC"]
    assert [visit.patient.kind for visit in played].count(PatientKind.ANIMAL) == 1
    scripts = {
        unicodedata.name(c).split()[0] for v in visits() for c in v.patient.name if c.isalpha()
    }
    assert {"LATIN", "CJK", "HIRAGANA", "GREEK"} <= scripts


def test_every_visit_finds_its_mount(tmp_path: Path) -> None:
    choices = Choices(source={"delay": 0.0})
    with Office(Places(tmp_path / "data"), demo_settings(None), choices=choices) as office:
        assert fill_worklist(office) == len(visits())
        entries = office.worklist.today()
        assert [entry.patient for entry in entries] == [visit.patient for visit in visits()]
        mounts = {
            visit.words: office.exams.suggest_for(entry.patient, entry.order)
            for visit, entry in zip(visits(), entries, strict=True)
        }
    assert mounts["FMX 18"] == "fmx-18"
    assert mounts["FMX 20"] == "fmx-20"
    assert mounts["Dog full mouth"] == "dog-fmx"
    assert mounts["Panoramic"] == "panoramic"
    assert mounts["Photo series"].startswith("photo")
    assert mounts["Ultrasound"].startswith("ultrasound")
    assert mounts["Cephalometric"] == "cephalometric"
    assert mounts["BWX 4"] == "bwx-4"
    for visit, entry in zip(visits(), entries, strict=True):
        template = office.templates[mounts[visit.words]]
        assert template.tiles
        assert entry.order.modality == visit.modality
