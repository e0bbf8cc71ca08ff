"""A kill, a full disk or a failing disk at the n-th system call, for every n until the work is done without it.

The method of SQLite's own tests, by strace instead of an instrumented file layer.
`CHAIRSIDE_EVERY_FAULT=1` takes every n of every call with both errors; else the many writes of the database are
sampled, and each call fails in the way that it usually does.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from minipacs.archive import Archive
from minipacs.clock import system_clock
from tests.crash.ledger import examine, read_ledger
from tests.crash.worker import STEP
from tests.peers import need

ROOT = Path(__file__).parents[2]
EVERY = bool(os.environ.get("CHAIRSIDE_EVERY_FAULT"))
LIMIT = 200


@dataclass
class Run:
    """What a run under a fault left behind."""

    fired: bool
    words: list[list[str]]
    ledger: Path
    folder: Path


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    need("strace")
    folder = tmp_path_factory.mktemp("prepared") / "archive"
    done = _worker("prepare", folder)
    assert done.returncode == 0, done.stderr
    return folder


def _worker(*arguments: object, strace: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    command = [*strace, sys.executable, "-m", "tests.crash.worker", *map(str, arguments)]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


def under_fault(prepared: Path, tmp_path: Path, call: str, fault: str, number: int) -> Run:
    folder = tmp_path / f"{call}-{number}"
    shutil.copytree(prepared, folder)
    ledger, trace = folder.with_suffix(".ledger"), folder.with_suffix(".trace")
    inject = f"inject={call}:{fault}:when={number}"
    # Only calls on the archive itself count: Python's own reading and writing is not what is tested.
    _worker(
        "once",
        folder,
        "--ledger",
        ledger,
        strace=("strace", "-f", "-o", str(trace), "-y", "-e", f"trace={call}", "-e", inject),
    )
    said = ledger.read_text() if ledger.exists() else ""
    told = trace.read_text(errors="replace")
    return Run(
        "INJECTED" in told or "killed by SIGKILL" in told,
        [line.split() for line in said.splitlines()],
        ledger,
        folder,
    )


def numbers(call: str) -> range:
    step = 9 if call == "pwrite64" and not EVERY else 1
    return range(1, LIMIT, step)


def check_promise(run: Run) -> None:
    acknowledged = read_ledger(run.ledger)
    losses = examine(run.folder, acknowledged)
    assert not losses.any, (run.words, losses)
    ended = ["ended", STEP] in run.words
    with Archive.open(run.folder, clock=system_clock, reserve_bytes=0) as archive:
        status, entry = archive.steps.status(STEP), archive.worklist.get("S1").status
        series = archive.steps.get(STEP).PerformedSeriesSequence
        assert (status, entry) in (("IN PROGRESS", "STARTED"), ("COMPLETED", "COMPLETED"))
        assert bool(series) == (status == "COMPLETED")
        assert status == "COMPLETED" or not ended
        assert archive.read("2.25.1")
        assert archive._database.quick_check() == "ok"


@pytest.mark.parametrize("call", ["fsync", "fdatasync", "rename", "write", "pwrite64", "unlink"])
def test_killed_at_the_nth_call(prepared: Path, tmp_path: Path, call: str) -> None:
    reached = 0
    for number in numbers(call):
        run = under_fault(prepared, tmp_path, call, "signal=SIGKILL", number)
        check_promise(run)
        shutil.rmtree(run.folder)
        if not run.fired:
            assert ["done"] in run.words
            break
        reached += 1
    assert reached or call == "unlink"


CALLS = ("fsync", "fdatasync", "write", "pwrite64", "rename")
USUAL = [("fsync", "EIO"), ("fdatasync", "EIO"), ("write", "ENOSPC"), ("pwrite64", "ENOSPC")]
ALL = [(call, error) for call in CALLS for error in ("EIO", "ENOSPC")]


@pytest.mark.parametrize(("call", "error"), ALL if EVERY else USUAL)
def test_a_fault_at_the_nth_call(prepared: Path, tmp_path: Path, call: str, error: str) -> None:
    reached = 0
    for number in numbers(call):
        run = under_fault(prepared, tmp_path, call, f"error={error}", number)
        check_promise(run)
        if ["done"] in run.words:
            # The fault was one: what came after it was stored, without a restart.
            assert len(run.words) == 4, run.words
            assert sum(word[0] == "failed" for word in run.words) <= 1, run.words
        shutil.rmtree(run.folder)
        if not run.fired:
            assert ["done"] in run.words
            break
        reached += 1
    assert reached


def order_of_work(prepared: Path, tmp_path: Path, *more: str) -> list[str]:
    """What was made durable, in its order, before the first object was acknowledged."""
    folder, trace = tmp_path / "archive", tmp_path / "trace"
    shutil.copytree(prepared, folder)
    calls = "trace=fsync,fdatasync,rename,renameat,renameat2,write"
    _worker(
        "once",
        folder,
        "--ledger",
        tmp_path / "ledger",
        *more,
        strace=("strace", "-f", "-y", "-s", "40", "-o", str(trace), "-e", calls),
    )
    lines = trace.read_text(errors="replace").splitlines()
    answer = next(n for n, line in enumerate(lines) if "stored 2.25.2" in line)
    order = []
    for line in lines[:answer]:
        if "fsync(" in line and "/incoming/" in line:
            order.append("file")
        elif "rename" in line and "/incoming/" in line:
            order.append("name")
        elif "fsync(" in line and "/blobs/" in line:
            order.append("folder")
        elif ("fsync(" in line or "fdatasync(" in line) and "archive.db-wal" in line:
            order.append("row")
    return order


def test_the_bytes_are_durable_before_the_answer(prepared: Path, tmp_path: Path) -> None:
    """File, then its name, then its folder, then the row, then the answer: and every one of them by an fsync."""
    order = order_of_work(prepared, tmp_path)
    begin = order.index("file")
    assert order[begin : begin + 4] == ["file", "name", "folder", "row"], order
    assert set(order[begin + 3 :]) == {"row"}, order


def test_the_order_is_seen_to_be_broken_without_fsync(prepared: Path, tmp_path: Path) -> None:
    """The control of the test above."""
    order = order_of_work(prepared, tmp_path, "--no-fsync")
    assert "name" in order
    assert "file" not in order
    assert "folder" not in order
