"""What a screen or a command says that is not so."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import numpy as np
from PIL import Image

from kiosk.exam.errors import SpoolFailed
from kiosk.exam.journal import Journal
from kiosk.exam.views import StepReport
from kiosk.office.steps import DicomSteps
from minipacs.archive import Archive
from minipacs.archive.rows import DeliveryState
from minipacs.dicom.codes import tables
from minipacs.net.peers import PeerBook, parse_address
from tests.builders import frozen_clock, grey_frame
from tests.kiosk.exam.conftest import Clinic


def test_a_report_that_failed_for_good_does_not_wait(tmp_path: Path):
    archive = Archive.open(tmp_path / "archive", clock=frozen_clock, reserve_bytes=0)
    clinic = Clinic(tmp_path / "spool")

    def refuse() -> None:
        for entry in archive.outbox.list(DeliveryState.QUEUED):
            archive.outbox.mark(entry.id, DeliveryState.SENDING)
            archive.outbox.mark(entry.id, DeliveryState.FAILED, "0x0106 invalid attribute value")

    clinic.steps = DicomSteps(archive, "RIS@127.0.0.1:104", "KIOSK", refuse)
    exam = clinic.exam("bwx-2")
    exam.accept(clinic.shoot(exam, "bw-right"))
    summary = exam.finish()
    archive.close()
    assert summary.mpps is StepReport.FAILED


def test_adding_a_peer_syncs_the_folder(tmp_path: Path, monkeypatch):
    synced, fsync = [], os.fsync

    def watch(handle):
        synced.append(stat.S_ISDIR(os.fstat(handle).st_mode))
        fsync(handle)

    monkeypatch.setattr(os, "fsync", watch)
    PeerBook(tmp_path / "peers.toml").add(parse_address("ARCHIVE@127.0.0.1:104"))
    assert True in synced


def test_acquire_does_not_say_that_nothing_was_stored_when_all_was(
    tmp_path: Path, monkeypatch, capsys
):
    from kiosk.__main__ import main

    def cannot(self):
        raise SpoolFailed("Input/output error")

    monkeypatch.setattr(Journal, "remove", cannot)
    picture = tmp_path / "a.png"
    Image.fromarray(np.full((20, 30), 100, np.uint16)).save(picture)
    main(
        ["acquire", "--kind", "io", "--patient-id", "P1", "--patient-name", "CANARY^A", "--tooth", "16",
         "--data", str(tmp_path / "data"), str(picture)]
    )  # fmt: skip
    assert "nothing was stored" not in capsys.readouterr().err


def test_the_reason_of_a_retake_of_a_stored_picture_outlives_the_exam(tmp_path: Path):
    clinic = Clinic(tmp_path / "spool")
    exam = clinic.exam("bwx-2")
    exam.accept(clinic.shoot(exam, "bw-right"))
    reason = tables.reject_reasons()["other-failure"]
    token = exam.retake("bw-right", reason)
    exam.accept(exam.receive(grey_frame(), token))
    exam.finish()
    kept = [path.read_bytes() for path in clinic.folder.rglob("*") if path.is_file()]
    kept += clinic.store.files.values()
    told = repr(clinic.steps.told)
    assert reason.meaning in told or any(reason.meaning.encode() in data for data in kept)
    assert clinic.recovered() == []
