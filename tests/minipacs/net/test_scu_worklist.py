"""Today's list, from DCMTK's worklist server."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian
from pynetdicom import evt

from minipacs.dicom import part10, worklist_item
from minipacs.dicom.model import Code, Order, Patient
from minipacs.net.errors import PeerRefused
from minipacs.net.scu.worklist import WORKLIST_FIND, query_of, worklist
from tests.builders import CANARY, a_dog, a_patient, an_order
from tests.servers import pynetdicom_scp, wlmscpfs


def entry(patient: Patient, order: Order) -> bytes:
    ds = worklist_item.to_dataset(patient, order)
    ds.SOPClassUID, ds.SOPInstanceUID = "1.2.276.0.7230010.3.1.0.1", "2.25.1"
    return part10.write(ds, transfer_syntax=ExplicitVRLittleEndian)


@pytest.fixture
def day() -> list[tuple[Patient, Order]]:
    return [
        (a_patient(), an_order(step_id="S1", accession_number="A1")),
        (
            a_patient(identifier="P-2", name="CANARY^Zoë=ヤマダ^タロウ"),
            an_order(step_id="S2", start_date="20261121", modality="PX"),
        ),
        (a_dog(), an_order(step_id="S3", station_ae="OTHER")),
    ]


def steps(found: list[tuple[Patient, Order]]) -> list[str]:
    return sorted(order.step_id for _, order in found)


def test_the_whole_list(tmp_path: Path, day: list[tuple[Patient, Order]]) -> None:
    with wlmscpfs(tmp_path / "wl", [entry(*one) for one in day]) as server:
        found = worklist(server.peer, calling_ae="KIOSK")
    assert steps(found) == ["S1", "S2", "S3"]
    names = {patient.identifier: patient.name for patient, _ in found}
    assert names["P-2"] == "CANARY^Zoë=ヤマダ^タロウ"


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"date": "20261120"}, ["S1", "S3"]),
        ({"date": "20261120-"}, ["S1", "S2", "S3"]),
        ({"modality": "PX"}, ["S2"]),
        ({"station_ae": "OTHER"}, ["S3"]),
        ({"patient_id": "P-4711"}, ["S1"]),
        ({"patient_name": "CANARY^R*"}, ["S3"]),
        ({"patient_name": CANARY, "date": "20261121"}, []),
    ],
)
def test_only_what_was_asked_for(
    tmp_path: Path,
    day: list[tuple[Patient, Order]],
    wanted: dict[str, str],
    expected: list[str],
) -> None:
    with wlmscpfs(tmp_path / "wl", [entry(*one) for one in day]) as server:
        assert steps(worklist(server.peer, calling_ae="KIOSK", **wanted)) == expected  # type: ignore[arg-type]


def test_an_order_comes_back_as_it_was_put_in(tmp_path: Path) -> None:
    patient = a_dog()
    order = an_order(
        protocol_codes=(Code("FMX18", "99TEST", "Full mouth, 18 films"),),
        requested_procedure_codes=(Code("RP", "99TEST", "Series"),),
    )
    with wlmscpfs(tmp_path / "wl", [entry(patient, order)]) as server:
        ((got_patient, got_order),) = worklist(server.peer, calling_ae="KIOSK")
    assert got_order.study_instance_uid == order.study_instance_uid
    assert got_order.accession_number == order.accession_number
    assert got_order.start_time == order.start_time
    assert got_order.protocol_codes == order.protocol_codes
    assert got_order.requested_procedure_codes == order.requested_procedure_codes
    # wlmscpfs knows no species; what it does know of an animal comes back.
    assert got_patient.responsible_person == patient.responsible_person


def test_a_worklist_query_has_no_level() -> None:
    identifier = query_of({}, "ISO_IR 192")
    assert "QueryRetrieveLevel" not in identifier
    assert identifier.SpecificCharacterSet == "ISO_IR 192"
    assert "Modality" in identifier.ScheduledProcedureStepSequence[0]
    assert "Modality" not in identifier


def test_one_strange_entry_does_not_hide_the_others(tmp_path: Path) -> None:
    def answer(event: evt.Event) -> object:
        strange = Dataset()
        strange.PatientName = "CANARY^NOBODY"
        yield 0xFF00, strange
        yield 0xFF01, worklist_item.to_dataset(a_patient(), an_order())

    with pynetdicom_scp([WORKLIST_FIND], [(evt.EVT_C_FIND, answer)]) as peer:
        found = worklist(peer, calling_ae="KIOSK")
    assert "S1" in steps(found)


def test_a_refusal_has_its_status_and_the_peers_comment(tmp_path: Path) -> None:
    def answer(event: evt.Event) -> object:
        status = Dataset()
        status.Status, status.ErrorComment = 0xA700, "try tomorrow"
        yield status, None

    with (
        pynetdicom_scp([WORKLIST_FIND], [(evt.EVT_C_FIND, answer)]) as peer,
        pytest.raises(PeerRefused, match="try tomorrow") as caught,
    ):
        worklist(peer, calling_ae="KIOSK")
    assert caught.value.status == 0xA700
