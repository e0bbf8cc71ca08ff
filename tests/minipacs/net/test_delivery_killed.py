"""The outbox worker's process is killed again and again: nothing is lost, nothing is called sent that is not there."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pydicom
import pytest

from minipacs.archive import Archive, DeliveryState, Origin
from minipacs.clock import system_clock
from minipacs.net.delivery import Delivery
from tests.objects import an_object
from tests.servers import Server, storescp

WORKER = """
import sys
from pathlib import Path
from minipacs.archive import Archive
from minipacs.clock import system_clock
from minipacs.net.delivery import Delivery
from minipacs.net.peers import parse_address
with Archive.open(Path(sys.argv[1]), clock=system_clock) as archive:
    print("up", flush=True)
    Delivery(
        archive, lambda _: parse_address(sys.argv[2]), calling_ae="CHAIR", clock=system_clock
    ).run_due()
    print("done", flush=True)
"""
CYCLES = int(os.environ.get("CHAIRSIDE_KILLS", "4"))
OBJECTS = CYCLES * 6


def received(server: Server) -> set[str]:
    found = set()
    for path in server.files():
        try:
            found.add(str(pydicom.dcmread(path, specific_tags=["SOPInstanceUID"]).SOPInstanceUID))
        except Exception:
            continue  # the peer's own half of an object that was cut off
    return found


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_killing_the_process_loses_nothing(tmp_path: Path) -> None:
    chance = random.Random(7)
    folder = tmp_path / "archive"
    with Archive.open(folder, clock=system_clock) as archive:
        created = {
            archive.ingest(
                an_object(rows=300, columns=300), Origin("kiosk"), destinations=["PACS"]
            ).sop_instance_uid
            for _ in range(OBJECTS)
        }
    with storescp(tmp_path / "in", "--fork") as server:
        killed = 0
        for _ in range(CYCLES):
            worker = subprocess.Popen(
                [sys.executable, "-c", WORKER, str(folder), str(server.peer)],
                stdout=subprocess.PIPE,
                text=True,
            )
            worker.stdout.readline()  # type: ignore[union-attr]
            try:
                worker.wait(chance.uniform(0.02, 0.25))
            except subprocess.TimeoutExpired:
                worker.kill()
                killed += 1
            worker.communicate()
            with Archive.open(folder, clock=system_clock) as archive:
                entries = archive.outbox.list()
            assert {one.uid for one in entries} == created
            assert {one.state for one in entries} <= {DeliveryState.SENT, DeliveryState.QUEUED}
            sent = {one.uid for one in entries if one.state is DeliveryState.SENT}
            assert sent <= received(server)
        with Archive.open(folder, clock=system_clock) as archive:
            archive.outbox.retry()
            Delivery(
                archive, lambda _: server.peer, calling_ae="CHAIR", clock=system_clock
            ).run_due()
            assert archive.outbox.counts()[DeliveryState.SENT] == OBJECTS
        assert received(server) == created
    assert killed > 0, "no process was killed: the test proves nothing"
