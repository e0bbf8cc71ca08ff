"""The worklist as findscu -W asks it. PS3.4 annex K."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydicom.dataset import Dataset
from pynetdicom import AE
from pynetdicom.sop_class import ModalityWorklistInformationFind  # type: ignore[attr-defined]

from minipacs.cli import main
from minipacs.dicom.uids import CountedUids
from minipacs.dicom.worklist_item import to_dataset
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


TYPE_1 = ("PatientName", "PatientID", "StudyInstanceUID", "RequestedProcedureID")
TYPE_1_OF_STEP = (
    "ScheduledStationAETitle",
    "ScheduledProcedureStepStartDate",
    "ScheduledProcedureStepStartTime",
    "Modality",
    "ScheduledProcedureStepID",
)


def strict(ds: Dataset) -> None:
    """PS3.4 table K.6-1: what may not be empty in an answer; a strict modality drops such an answer."""
    (step,) = ds.ScheduledProcedureStepSequence
    assert [key for key in TYPE_1 if not ds.get(key)] == []
    assert [key for key in TYPE_1_OF_STEP if not step.get(key)] == []
    assert ds.get("RequestedProcedureDescription") or ds.get("RequestedProcedureCodeSequence")
    assert step.get("ScheduledProcedureStepDescription") or step.get(
        "ScheduledProtocolCodeSequence"
    )


def test_an_order_with_the_least_that_can_be_given_satisfies_a_strict_modality(
    tmp_path: Path,
) -> None:
    data = tmp_path / "node"
    least = ["--patient-id", "P-1", "--patient-name", "CANARY^P", "--modality", "IO"]
    assert main(["worklist", "add", *least, "--data", str(data)]) == 0
    step = Dataset()
    for keyword in (*TYPE_1_OF_STEP, "ScheduledProcedureStepDescription"):
        setattr(step, keyword, "")
    step.ScheduledProtocolCodeSequence = []
    keys = Dataset()
    for keyword in (*TYPE_1, "RequestedProcedureDescription"):
        setattr(keys, keyword, "")
    keys.RequestedProcedureCodeSequence = []
    keys.ScheduledProcedureStepSequence = [step]
    with a_node(tmp_path) as rig:
        ae = AE("CHAIR2")
        ae.add_requested_context(ModalityWorklistInformationFind)
        assoc = ae.associate("127.0.0.1", rig.port)
        found = [ds for _, ds in assoc.send_c_find(keys, ModalityWorklistInformationFind) if ds]
        assoc.release()
        assert len(found) == 1
        strict(found[0])
        station = found[0].ScheduledProcedureStepSequence[0].ScheduledStationAETitle
        assert station == "CHAIR2"
        said = _ask(rig.port, "PatientName", _SPS + "ScheduledStationAETitle")
        assert "[FINDSCU" in said


def test_a_strict_modality_would_notice_an_empty_station() -> None:
    """The control of the test above."""
    answer = to_dataset(a_patient(), an_order(station_ae=""))
    with pytest.raises(AssertionError):
        strict(answer)
    answer = to_dataset(a_patient(), an_order())
    strict(answer)
