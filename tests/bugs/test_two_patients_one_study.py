"""Two patients whose objects came with one Study Instance UID: kept apart in the archive, joined again after it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from kiosk.office.delivery import DeliveryDesk
from kiosk.office.media import MediaDesk
from kiosk.office.pictures import ArchivePictures
from kiosk.presenters.ports import StudyKey
from kiosk.tasks import Job
from minipacs.archive import Archive
from minipacs.archive.rows import Origin
from minipacs.dicom import iods, part10
from minipacs.dicom.uids import CountedUids
from minipacs.fhir import study as fhir
from minipacs.media.content import list_
from tests.builders import a_patient, an_image_request, frozen_clock


@pytest.fixture
def archive(tmp_path: Path):
    with Archive.open(tmp_path / "archive", clock=frozen_clock, reserve_bytes=0) as found:
        first = an_image_request("io")
        second = dataclasses.replace(
            first,
            patient=a_patient(identifier="OTHER", name="CANARY^OTHER"),
            sop_instance_uid="2.25.11",
            series=dataclasses.replace(first.series, instance_uid="2.25.12"),
        )
        for request in (first, second):
            found.ingest(part10.write(iods.build(request)), Origin("store"))
        yield found, first.order.study_instance_uid


def test_the_archive_page_shows_only_the_pictures_of_the_chosen_patient(archive):
    kept, study = archive
    (listed,) = ArchivePictures(kept).studies("P-4711")
    shown = ArchivePictures(kept).pictures(StudyKey(study, listed.issuer, listed.patient_id))
    assert len(shown) == listed.instances == 1


def test_only_the_pictures_of_the_chosen_patient_are_sent(archive):
    kept, study = archive
    (listed,) = ArchivePictures(kept).studies("OTHER")
    desk = DeliveryDesk(kept, list, lambda: None)
    key = StudyKey(study, listed.issuer, listed.patient_id)
    assert desk.send(key, "PACS") == 1
    assert [entry.uid for entry in kept.outbox.list()] == ["2.25.11"]
    assert desk.study_states(key) == {"QUEUED": 1}


def test_an_imaging_study_never_has_instances_of_another_patient(archive):
    kept, study = archive
    try:
        found = fhir.imaging_study(kept, study)
    except LookupError:
        return
    assert found["numberOfInstances"] == 1


def test_a_medium_has_only_the_pictures_of_the_chosen_patient(archive, tmp_path):
    kept, study = archive
    (listed,) = ArchivePictures(kept).studies("OTHER")
    key = StudyKey(study, listed.issuer, listed.patient_id)
    desk = MediaDesk(kept, frozen_clock, CountedUids(), list)
    written = desk.write([key], tmp_path / "stick", "STD-GEN-CD", Job(lambda *_: None))
    assert (written.instances, written.verified) == (1, True)
    (patient,) = list_(tmp_path / "stick").patients
    assert patient.identifier == "OTHER"


def test_the_walk_in_hears_who_has_a_number_already(archive):
    kept, _ = archive
    (known,) = ArchivePictures(kept).known_patients("OTHER")
    assert known.name == "CANARY^OTHER"
    assert ArchivePictures(kept).known_patients("OTH*") == []
    assert ArchivePictures(kept).known_patients("NOBODY") == []
