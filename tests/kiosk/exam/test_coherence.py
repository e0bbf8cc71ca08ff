"""One order followed through worklist item, images and performed step (dicom-facts 4.7), and every mount to objects."""

from __future__ import annotations

import dataclasses

import pytest

from kiosk.capture.simulator import draw
from kiosk.exam.templates import load_templates
from minipacs.dicom import performed_step, worklist_item
from minipacs.dicom.model import Code, PatientKind
from minipacs.dicom.validate import validate
from tests.builders import a_dog, a_patient, an_order
from tests.peers import dciodvfy

TEMPLATES = load_templates()


def _order(clinic):
    return an_order(
        clinic.uids,
        requested_procedure_codes=(Code("RPC", "99LOCAL", "Full mouth series"),),
        protocol_codes=(Code("PC", "99LOCAL", "Bitewings"),),
        reason="Check-up",
        performing_physician="CANARY^DENTIST",
        referenced_studies=(("1.2.840.10008.3.1.2.3.1", "1.2.3.4"),),
        study_description="Radiographs",
    )


def test_worklist_image_and_performed_step_tell_the_same(clinic):
    item = worklist_item.to_dataset(a_patient(), _order(clinic))
    patient, order = worklist_item.from_dataset(item)
    exam = clinic.exam(patient=patient, order=order)
    stored = [exam.accept(clinic.shoot(exam, tile.key)) for tile in exam.template.tiles[:2]]
    exam.finish()
    images = [clinic.store.dataset(image.sop_instance_uid) for image in stored]
    _, step, step_patient, step_order, modality = clinic.steps.told[0]
    created = performed_step.create_dataset(
        step_patient, step_order, step, modality=modality, station_ae="KIOSK", operator=""
    )
    final = performed_step.final_dataset(
        "COMPLETED", clinic.now, clinic.steps.told[-1][2], reason=None
    )

    sps = item.ScheduledProcedureStepSequence[0]
    scheduled = created.ScheduledStepAttributesSequence[0]
    for ds in images:
        for keyword in ("PatientName", "PatientID", "PatientBirthDate", "PatientSex"):
            assert ds[keyword].value == item[keyword].value == created[keyword].value
        assert ds.StudyInstanceUID == item.StudyInstanceUID == scheduled.StudyInstanceUID
        assert ds.AccessionNumber == item.AccessionNumber == scheduled.AccessionNumber
        assert ds.StudyID == created.StudyID
        assert ds.ReferringPhysicianName == item.ReferringPhysicianName
        assert ds.PerformingPhysicianName == sps.ScheduledPerformingPhysicianName
        request = ds.RequestAttributesSequence[0]
        assert request.RequestedProcedureID == item.RequestedProcedureID
        assert request.ScheduledProcedureStepID == sps.ScheduledProcedureStepID
        assert request.ScheduledProcedureStepID == scheduled.ScheduledProcedureStepID
        assert ds.ProcedureCodeSequence[0].CodeValue == "RPC"
        step_reference = ds.ReferencedPerformedProcedureStepSequence[0]
        assert step_reference.ReferencedSOPInstanceUID == step.instance_uid
        assert ds.PerformedProcedureStepID == created.PerformedProcedureStepID
        assert ds.PerformedProcedureStepStartDate == created.PerformedProcedureStepStartDate
        assert ds.PerformedProcedureStepStartTime == created.PerformedProcedureStepStartTime
        assert ds.Modality == created.Modality
    (series,) = final.PerformedSeriesSequence
    assert series.SeriesInstanceUID == images[0].SeriesInstanceUID == images[1].SeriesInstanceUID
    assert [ref.ReferencedSOPInstanceUID for ref in series.ReferencedImageSequence] == [
        ds.SOPInstanceUID for ds in images
    ]
    assert series.ProtocolName == images[0].ProtocolName
    assert {element.keyword for element in final} <= {element.keyword for element in created}


def _small(tile):
    """A simulated frame, thinned out so that 80 objects are quick; all but its size is as in the real one."""
    full = draw(tile.kind, tile.shot, 1, tile.key)
    pixels = full.pixels[::16, ::16].copy()
    return dataclasses.replace(full, pixels=pixels, rows=len(pixels), columns=len(pixels[0]))


@pytest.mark.parametrize("key", list(TEMPLATES))
def test_each_tile_of_each_mount_becomes_a_valid_object(clinic, key, tmp_path):
    template = TEMPLATES[key]
    animal = template.patient_kind is PatientKind.ANIMAL
    exam = clinic.exam(key, patient=a_dog() if animal else a_patient(), order=None)
    judged, frames = set(), {}
    for tile in template.tiles:
        if tile.kind not in frames:
            frames[tile.kind] = _small(tile)
        frame = frames[tile.kind]
        stored = exam.accept(clinic.shoot(exam, tile.key, frame))
        ds = clinic.store.dataset(stored.sop_instance_uid)
        assert validate(ds) == []
        looks = (tile.view, tile.region, len(tile.teeth) > 1)
        if looks not in judged:
            judged.add(looks)
            path = tmp_path / "object.dcm"
            path.write_bytes(clinic.store.read(stored.sop_instance_uid))
            assert dciodvfy(path) == [], tile.key
        if tile.kind in ("io", "px", "ceph"):
            assert float(ds.KVP) == frame.exposure.kvp
            assert ds.PatientOrientation
        assert ds.ImageComments.startswith("SIMULATED")
    summary = exam.finish()
    assert summary.left == ()
    assert len(summary.stored) == len(template.tiles)


def test_stored_pixels_are_those_of_the_sensor(clinic):
    exam = clinic.exam("pa-1")
    frame = draw("io", exam.template.tiles[0].shot)
    stored = exam.accept(clinic.shoot(exam, "pa", frame))
    assert clinic.store.dataset(stored.sop_instance_uid).PixelData == frame.pixels.tobytes()
