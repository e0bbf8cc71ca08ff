"""Who comes today: invented people and animals, in several scripts, each with an order."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from minipacs.dicom.codes import tables
from minipacs.dicom.model import Code, Order, OtherPatientId, Patient, PatientKind
from minipacs.dicom.uids import UidPolicy


@dataclass(frozen=True)
class Visit:
    """One line of the demo's day."""

    patient: Patient
    time: str
    modality: str
    words: str
    """Scheduled Procedure Step Description; names the mount."""
    procedure: str
    played: bool = False
    """Whether the headless demo goes through it."""


def visits() -> tuple[Visit, ...]:
    """The day, in its order."""
    dog = tables.species()["dog"]
    return (
        Visit(_person("Weiß^Jürgen", "C-1001", "19790418", "M"), "0800", "IO", "FMX 18", "Full mouth series", True),
        Visit(
            _person("Yamada^Tarou=山田^太郎=やまだ^たろう", "C-1002", "19650903", "M"),
            "0830", "PX", "Panoramic", "Panoramic radiograph", True,
        ),
        Visit(
            _person("Παπαδοπούλου^Ελένη", "C-1003", "20110627", "F"),
            "0900", "XC", "Photo series", "Orthodontic photographs", True,
        ),
        Visit(_dog(dog), "0930", "IO", "Dog full mouth", "Dental radiographs, dog", True),
        Visit(_person("O'Brien^Siobhán", "C-1005", "19920211", "F"), "1000", "IO", "BWX 4", "Bitewings"),
        Visit(_person("Nguyễn^Thị Mai", "C-1006", "20130105", "F"), "1030", "DX", "Cephalometric", "Cephalogram"),
        Visit(_person("García López^María José", "C-1007", "19580730", "F"), "1100", "IO", "Periapical", "Tooth 36"),
        Visit(_person("Okonkwo^Chidi", "C-1008", "19861119", "M"), "1130", "IO", "FMX 20", "Full mouth series"),
        Visit(_person("Иванова^Ольга", "C-1009", "20180322", "F"), "1200", "IO", "BWX 2 child", "Bitewings, child"),
        Visit(_person("Kowalczyk^Zofia", "C-1010", "19471208", "F"), "1330", "US", "Ultrasound", "Salivary glands"),
    )  # fmt: skip


def orders(uids: UidPolicy, now: dt.datetime, station_ae: str) -> list[tuple[Patient, Order]]:
    """The day as worklist entries for `now`'s date."""
    return [
        (visit.patient, _order(visit, number, uids, now, station_ae))
        for number, visit in enumerate(visits(), 1)
    ]


def _order(visit: Visit, number: int, uids: UidPolicy, now: dt.datetime, station_ae: str) -> Order:
    return Order(
        study_instance_uid=uids.study(),
        accession_number=f"{now:%y%m%d}{number:03d}",
        referring_physician="Lindqvist^Astrid^^Dr.",
        requesting_physician="Lindqvist^Astrid^^Dr.",
        requested_procedure_id=f"RP{now:%m%d}{number:03d}",
        requested_procedure_description=visit.procedure,
        step_id=f"SPS{now:%m%d}{number:03d}",
        step_description=visit.words,
        modality=visit.modality,
        station_ae=station_ae,
        start_date=f"{now:%Y%m%d}",
        start_time=visit.time,
    )


def _person(name: str, identifier: str, born: str, sex: str) -> Patient:
    return Patient(name=name, identifier=identifier, issuer="DEMO", birth_date=born, sex=sex)


def _dog(species: Code) -> Patient:
    return Patient(
        name="Lindgren^Kaya",
        identifier="C-1004",
        issuer="DEMO",
        birth_date="20200514",
        sex="F",
        kind=PatientKind.ANIMAL,
        species=species,
        breed_description="Beagle",
        sex_neutered="ALTERED",
        responsible_person="Lindgren^Nils",
        responsible_person_role="OWNER",
        other_ids=(OtherPatientId("276098102345678", "RFID"),),
    )
