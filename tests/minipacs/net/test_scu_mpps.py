"""Messages about a performed step: warnings are not failures, failures are."""

from __future__ import annotations

import pytest
from pydicom.dataset import Dataset
from pynetdicom import evt

from minipacs.dicom import performed_step
from minipacs.dicom.model import PerformedStep
from minipacs.net.errors import PeerRefused
from minipacs.net.scu import mpps
from tests.builders import NOW, a_patient, an_order
from tests.servers import pynetdicom_scp

UID = "2.25.77"


def a_step() -> Dataset:
    return performed_step.create_dataset(
        a_patient(),
        an_order(),
        PerformedStep(UID, "PPS1", NOW),
        modality="IO",
        station_ae="KIOSK",
        operator="CANARY^OPERATOR",
    )


class Recorder:
    """Answers with a status and remembers what was asked."""

    def __init__(self, status: int) -> None:
        self.status = status
        self.asked: list[tuple[str, Dataset]] = []

    def on_create(self, event: evt.Event) -> tuple[int, Dataset | None]:
        self.asked.append((str(event.request.AffectedSOPInstanceUID), event.attribute_list))
        return self.status, None

    def on_set(self, event: evt.Event) -> tuple[int, Dataset | None]:
        self.asked.append((str(event.request.RequestedSOPInstanceUID), event.modification_list))
        return self.status, None

    def on_get(self, event: evt.Event) -> tuple[int, Dataset | None]:
        answer = Dataset()
        answer.PerformedProcedureStepStatus = "IN PROGRESS"
        return self.status, answer

    def handlers(self) -> list[tuple[object, object]]:
        return [
            (evt.EVT_N_CREATE, self.on_create),
            (evt.EVT_N_SET, self.on_set),
            (evt.EVT_N_GET, self.on_get),
        ]


CLASSES = [mpps.PERFORMED_STEP, mpps.PERFORMED_STEP_RETRIEVE]


def test_create_and_set_arrive() -> None:
    recorder = Recorder(0)
    with pynetdicom_scp(CLASSES, recorder.handlers()) as peer:
        created = mpps.create(peer, UID, a_step(), calling_ae="KIOSK")
        change = Dataset()
        change.PerformedProcedureStepStatus = "DISCONTINUED"
        changed = mpps.set_(peer, UID, change, calling_ae="KIOSK")
    assert [(one.status, one.warning) for one in (created, changed)] == [(0, False), (0, False)]
    assert [uid for uid, _ in recorder.asked] == [UID, UID]
    assert recorder.asked[0][1].PerformedProcedureStepStatus == "IN PROGRESS"
    assert recorder.asked[1][1].PerformedProcedureStepStatus == "DISCONTINUED"


@pytest.mark.parametrize("status", [0x0107, 0x0116, 0xB000, 0xB123])
def test_a_warning_is_no_failure(status: int) -> None:
    with pynetdicom_scp(CLASSES, Recorder(status).handlers()) as peer:
        answer = mpps.create(peer, UID, a_step(), calling_ae="KIOSK")
    assert (answer.status, answer.warning) == (status, True)


@pytest.mark.parametrize("status", [0x0110, 0x0111, 0x0112, 0x0124, 0xC001])
def test_a_failure_is_raised_with_its_status(status: int) -> None:
    with (
        pynetdicom_scp(CLASSES, Recorder(status).handlers()) as peer,
        pytest.raises(PeerRefused) as caught,
    ):
        mpps.set_(peer, UID, a_step(), calling_ae="KIOSK")
    assert caught.value.status == status


def test_get_gives_what_the_peer_knows() -> None:
    with pynetdicom_scp(CLASSES, Recorder(0).handlers()) as peer:
        answer = mpps.get(peer, UID, calling_ae="KIOSK", tags=[0x00400252])
    assert answer.dataset.PerformedProcedureStepStatus == "IN PROGRESS"
