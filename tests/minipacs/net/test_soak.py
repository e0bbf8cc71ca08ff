"""Many associations, some of them faulty: memory, threads and files stay what they were, and the node ends when told.

`CHAIRSIDE_SOAK=10000` for the figure of the release.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from minipacs.archive import Archive
from minipacs.clock import system_clock
from minipacs.net.errors import NetError
from minipacs.net.peers import Peer
from minipacs.net.scu.store import StoreSession, store
from minipacs.net.scu.worklist import worklist
from tests.minipacs.net.rig import EXPLICIT, INTRA_ORAL, RawPeer, associate_rq, echo
from tests.objects import an_object
from tests.peers import port_answers, wait_until

ROOT = Path(__file__).parents[3]
ASSOCIATIONS = int(os.environ.get("CHAIRSIDE_SOAK", "200"))
WARM = 600
"""Measured: by then the first and largest growth is over, whatever kind of association comes."""
pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs /proc")


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """`minipacs serve` in a process of its own."""
    node = subprocess.Popen(
        [sys.executable, "-m", "minipacs", "serve", "--port", "0", "--data", str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield node, int(node.stdout.readline().split()[2])  # type: ignore[union-attr]
    finally:
        node.kill()
        node.wait(10)
        node.stdout.close()  # type: ignore[union-attr]


def usage(pid: int) -> tuple[int, int, int]:
    """(resident KB, threads, open files)."""
    text = Path(f"/proc/{pid}/status").read_text()
    found = {
        line.split(":")[0]: line.split()[1]
        for line in text.splitlines()
        if ":" in line and len(line.split()) > 1
    }
    return int(found["VmRSS"]), int(found["Threads"]), len(os.listdir(f"/proc/{pid}/fd"))


def one_association(port: int, chance: random.Random, number: int) -> None:
    """Nine of ten are good; the others break off, lie or say nonsense."""
    peer = Peer("MINIPACS", "127.0.0.1", port)
    if number % 10:
        if number % 3 == 0:
            (result,) = store(peer, [an_object(uid=f"2.25.{number + 1}")], calling_ae="SOAK")
            assert result.ok
        elif number % 3 == 1:
            worklist(peer, calling_ae="SOAK")
        else:
            assert echo(port) == 0
        return
    with contextlib.suppress(OSError), RawPeer(port, seconds=2) as raw:
        match chance.randrange(5):
            case 0:
                raw.send(b"\x01\0\0")
            case 1:
                raw.send(b"\x04\0\xff\xff\xff\xff" + bytes(1000))
            case 2:
                raw.associate((1, INTRA_ORAL, (EXPLICIT,)))
                raw.send(b"\x04\0\0\0\x10\0" + bytes(500))
            case 3:
                raw.send(
                    associate_rq([(n % 256, INTRA_ORAL, (EXPLICIT,) * 30) for n in range(300)])
                )
            case _:
                raw.send(chance.randbytes(2000))


def test_many_associations_leave_no_trace(tmp_path: Path) -> None:
    chance = random.Random(3)
    with serving(tmp_path / "data") as (node, port):
        for number in range(WARM):  # caches, pools and the allocator's arenas fill
            one_association(port, chance, number)
        wait_until(lambda: usage(node.pid)[2] < 40, what="the first files")
        memory, threads, files = usage(node.pid)
        for number in range(WARM, WARM + ASSOCIATIONS):
            one_association(port, chance, number)
        wait_until(lambda: usage(node.pid)[1] <= threads + 2, 30, "the threads")
        wait_until(lambda: usage(node.pid)[2] <= files + 4, 30, "the files")
        after = usage(node.pid)
        print(
            f"{ASSOCIATIONS} associations: {memory} KB -> {after[0]} KB, {threads} -> {after[1]} threads, "
            f"{files} -> {after[2]} files"
        )
        # A long run fills SQLite's page cache of each connection too; flat from 9,000 associations to 14,000.
        assert after[0] - memory < (20_000 if ASSOCIATIONS <= 1000 else 48_000)
        assert echo(port) == 0


def test_the_node_ends_in_the_middle_of_four_transfers_and_a_stuck_peer(tmp_path: Path) -> None:
    acknowledged: list[str] = []
    with serving(tmp_path / "data") as (node, port):
        stuck = RawPeer(port)
        stuck.associate((1, INTRA_ORAL, (EXPLICIT,)))
        stuck.send(b"\x04\0\0\1\0\0" + bytes(100))

        def transfer(first: int) -> None:
            peer = Peer("MINIPACS", "127.0.0.1", port)
            with contextlib.suppress(NetError), StoreSession(peer, calling_ae="SOAK") as session:
                for number in range(10_000):
                    data = an_object(uid=f"2.25.{first + number}", rows=800, columns=800)
                    if session.send(data).ok:
                        acknowledged.append(f"2.25.{first + number}")

        clients = [threading.Thread(target=transfer, args=((n + 1) * 100_000,)) for n in range(4)]
        for one in clients:
            one.start()
        wait_until(lambda: len(acknowledged) > 8, what="the transfers")
        began = time.monotonic()
        node.send_signal(signal.SIGTERM)
        assert node.wait(12) == 0
        took = time.monotonic() - began
        assert took < 10, took
        for one in clients:
            one.join(30)
        assert not port_answers(port)
        stuck.sock.close()
    with Archive.open(
        tmp_path / "data" / "archive", clock=system_clock, reserve_bytes=0
    ) as archive:
        assert archive.recovered == {} or not any(archive.recovered.values()), "nothing was partial"
        assert {row.sop_instance_uid for row in archive.instances()} >= set(acknowledged)
        assert archive.check().is_good


def test_a_silent_crowd_costs_others_nothing(tmp_path: Path) -> None:
    """Bar 17, with the limits of a practice: 200 silent, 20 half-open connections, two stuck associations."""
    with serving(tmp_path / "data") as (node, port), contextlib.ExitStack() as crowd:
        echo(port)
        for number in range(220):
            with contextlib.suppress(OSError):
                peer = crowd.enter_context(
                    RawPeer(port, "127.0.0.2" if number < 200 else "127.0.0.3")
                )
                if number >= 200:
                    peer.send(b"\x01\0\0")
        for _ in range(2):
            stuck = crowd.enter_context(RawPeer(port, "127.0.0.4"))
            assert stuck.associate((1, INTRA_ORAL, (EXPLICIT,))) == 2
            stuck.send(b"\x04\0\0\0\x10\0")
        began = time.monotonic()
        assert echo(port) == 0
        (result,) = store(Peer("MINIPACS", "127.0.0.1", port), [an_object()], calling_ae="GOOD")
        assert result.ok
        print(
            f"echo and store beside the crowd: {time.monotonic() - began:.2f} s, {usage(node.pid)[1]} threads"
        )
        assert usage(node.pid)[1] <= 64
