"""MPPS, asked by stock pynetdicom (DCMTK has no MPPS client) and by our own client. PS3.4 annex F."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset
from pynetdicom import AE

from minipacs.dicom import performed_step
from minipacs.dicom.model import Code, Order, PerformedStep
from minipacs.dicom.uids import CountedUids
from minipacs.net.scu import mpps
from tests.builders import NOW, a_patient, an_order
from tests.minipacs.net.noderig import Rig, a_node

MPPS = "1.2.840.10008.3.1.2.3.3"
UID = "2.25.777"


def _created(order: Order, **changes: Any) -> Dataset:
    step = PerformedStep(UID, "PPS1", NOW)
    return performed_step.create_dataset(
        a_patient(**changes), order, step, modality="IO", station_ae="KIOSK"
    )


def _done(status: str = "COMPLETED", reason: Code | None = None) -> Dataset:
    series = performed_step.PerformedSeries(
        "2.25.55", "Bitewings", "BWX", images=(("1.2.840.10008.5.1.4.1.1.1.3", "2.25.56"),)
    )
    return performed_step.final_dataset(status, NOW + dt.timedelta(minutes=5), [series], reason)


@contextmanager
def _modality(rig: Rig) -> Iterator[Any]:
    ae = AE("MODALITY")
    ae.add_requested_context(MPPS)
    assoc = ae.associate("127.0.0.1", rig.port, ae_title="MINIPACS")
    assert assoc.is_established
    yield assoc
    assoc.release()


def test_a_step_goes_from_in_progress_to_completed_and_closes_its_order(tmp_path: Path) -> None:
    order = an_order(CountedUids())
    with a_node(tmp_path) as rig:
        rig.archive.worklist.add(a_patient(), order)
        with _modality(rig) as assoc:
            status, _ = assoc.send_n_create(_created(order), MPPS, UID)
            assert status.Status == 0
            assert rig.archive.worklist.get("S1").status == "STARTED"
            status, _ = assoc.send_n_set(_done(), MPPS, UID)
            assert status.Status == 0
            assert rig.archive.worklist.get("S1").status == "COMPLETED"
            # It has ended: 0110, and nothing changes.
            status, _ = assoc.send_n_set(_done("DISCONTINUED"), MPPS, UID)
            assert status.Status == 0x0110
            assert status.ErrorID == 0xA710
            assert rig.archive.worklist.get("S1").status == "COMPLETED"


def test_the_errors_of_a_step_have_their_numbers(tmp_path: Path) -> None:
    order = an_order(CountedUids())
    with a_node(tmp_path) as rig, _modality(rig) as assoc:
        assert assoc.send_n_create(_created(order), MPPS, UID)[0].Status == 0
        assert assoc.send_n_create(_created(order), MPPS, UID)[0].Status == 0x0111
        assert assoc.send_n_set(_done(), MPPS, "2.25.1")[0].Status == 0x0112
        lacking = _created(order)
        del lacking.Modality
        status = assoc.send_n_create(lacking, MPPS, "2.25.778")[0]
        assert status.Status == 0x0120
        wrong = _created(order)
        wrong.PerformedProcedureStepStatus = "COMPLETED"
        assert assoc.send_n_create(wrong, MPPS, "2.25.779")[0].Status == 0x0106
        unknown = Dataset()
        unknown.PatientName = "CANARY^OTHER"
        assert assoc.send_n_set(unknown, MPPS, UID)[0].Status in (0x0105, 0x0106)
        assert rig.archive.steps.uids() == [UID]


def test_a_step_created_without_a_uid_gets_one(tmp_path: Path) -> None:
    with a_node(tmp_path) as rig, _modality(rig) as assoc:
        status, _ = assoc.send_n_create(_created(an_order()), MPPS, None)
        assert status.Status == 0
        (uid,) = rig.archive.steps.uids()
        assert uid.startswith("2.25.")


def test_a_uid_that_is_none_is_refused(tmp_path: Path) -> None:
    with a_node(tmp_path) as rig:
        for uid in ("../../evil", "1..2"):
            with pytest.raises(Exception, match=r"0x0117|UID"):
                mpps.create(rig.peer, uid, _created(an_order()), calling_ae="KIOSK")
        assert rig.archive.steps.uids() == []


def test_a_step_can_be_asked_for(tmp_path: Path) -> None:
    order = an_order(CountedUids())
    with a_node(tmp_path) as rig:
        mpps.create(rig.peer, UID, _created(order, name="CANARY^Ünïcode"), calling_ae="KIOSK")
        mpps.set_(
            rig.peer, UID, _done("DISCONTINUED", Code("110514", "DCM", "Wrong")), calling_ae="KIOSK"
        )
        with _modality(rig) as assoc:
            wanted = [(0x0040, 0x0252), (0x0010, 0x0010)]
            status, found = assoc.send_n_get(wanted, MPPS, UID)
            assert status.Status == 0
            assert found.PerformedProcedureStepStatus == "DISCONTINUED"
            assert found.PatientName == "CANARY^Ünïcode"
            assert "PerformedSeriesSequence" not in found
            assert assoc.send_n_get([(0x0008, 0x0060)], MPPS, "2.25.9")[0].Status == 0x0112
            assert assoc.send_n_get([(0x0018, 0x9999)], MPPS, UID)[0].Status == 0x0105
