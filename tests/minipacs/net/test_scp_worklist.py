"""The worklist as findscu -W asks it. PS3.4 annex K."""

from __future__ import annotations

from pathlib import Path

import pytest

from minipacs.dicom.uids import CountedUids
from minipacs.net.scu.worklist import worklist
from tests.builders import a_dog, a_patient, an_order
from tests.minipacs.net.noderig import a_node, answers
from tests.peers import run

_SPS = "ScheduledProcedureStepSequence[0]."


def _ask(port: int, *keys: str) -> str:
    options = [part for key in keys for part in ("-k", key)]
    return run("findscu", "-v", "-W", "127.0.0.1", port, *options).stdout


def test_findscu_gets_the_day_of_its_modality(tmp_path: Path) -> None:
    uids = CountedUids()
    with a_node(tmp_path) as rig:
        rig.archive.worklist.add(a_patient(), an_order(uids, step_id="S1"))
        rig.archive.worklist.add(a_patient(), an_order(uids, step_id="S2", modality="PX"))
        rig.archive.worklist.add(a_dog(), an_order(uids, step_id="S3", start_date="20261121"))
        said = _ask(
            rig.port,
            _SPS + "ScheduledProcedureStepStartDate=20261120",
            _SPS + "Modality=IO",
            _SPS + "ScheduledStationAETitle",
            "PatientName",
            "PatientID",
            "StudyInstanceUID",
            "PatientSpeciesDescription",
            "RequestedProcedureCodeSequence",
            "ReferencedStudySequence",
            "Allergies",
        )
        assert answers(said) == 1
        assert "Success" in said
        # A modality shows nothing where a key that it asked for is absent from the answer.
        for keyword in (
            "ScheduledStationAETitle",
            "PatientSpeciesDescription",
            "RequestedProcedureCodeSequence",
            "ReferencedStudySequence",
            "Allergies",
        ):
            assert keyword in said


def test_a_query_level_is_neither_needed_nor_minded(tmp_path: Path) -> None:
    with a_node(tmp_path) as rig:
        rig.archive.worklist.add(a_patient(), an_order())
        assert answers(_ask(rig.port, "PatientName")) == 1
        assert answers(_ask(rig.port, "QueryRetrieveLevel=WORKLIST", "PatientName")) == 1


def test_our_own_client_reads_back_what_was_ordered(tmp_path: Path) -> None:
    patient, order = a_dog(name="CANARY^Ünïcode=山田^太郎"), an_order()
    with a_node(tmp_path) as rig:
        rig.archive.worklist.add(patient, order)
        ((found, asked),) = worklist(rig.peer, calling_ae="KIOSK", date="20261120")
    assert found.name == patient.name
    assert found.species == patient.species
    assert asked.study_instance_uid == order.study_instance_uid


@pytest.mark.parametrize("key", ["PatientName=CANARY^X*", "PatientID=NOBODY"])
def test_what_does_not_match_is_not_given(key: str, tmp_path: Path) -> None:
    with a_node(tmp_path) as rig:
        rig.archive.worklist.add(a_patient(), an_order())
        said = _ask(rig.port, key)
        assert answers(said) == 0
        assert "Success" in said
