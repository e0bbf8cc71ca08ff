"""Nodes that are away or refuse: the window goes on, says so truly, and makes good when they are back."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from tests.peers import free_port, need, start, stop, wait_until
from tests.whole.chair import Chair
from tests.whole.hands import Kiosk, chairside, settings

pytestmark = pytest.mark.slow


def walk_in(kiosk: Kiosk, family: str, number: str) -> None:
    """A person who is not on the list."""
    kiosk.press("F2")
    kiosk.shows("Walk-in exam")
    kiosk.type(family)
    kiosk.press("Tab", "Tab")
    kiosk.type(number)
    kiosk.choose_mount("Bitewings 2")
    kiosk.click("Begin exam")
    kiosk.shows("then arm")


def one_picture(kiosk: Kiosk) -> None:
    """Arm, expose by the simulator, accept."""
    kiosk.press("space")
    kiosk.shows("Armed for")
    kiosk.press("space")
    kiosk.accept()
    kiosk.shows("1 of ")
    kiosk.shows("Armed for")  # the next position: while that is done, other keys rest


def finish(kiosk: Kiosk) -> None:
    """To the summary."""
    kiosk.press("F10")
    kiosk.shows("Finish with 1 empty")
    kiosk.press("Return")
    kiosk.shows("Exam finished")


def test_a_dead_worklist_node_stops_no_walk_in_and_gets_its_report_when_it_is_back(chair: Chair):
    port = free_port()
    chair.uses("simulator", worklist=[f'node = "HOSPITAL@127.0.0.1:{port}"'])
    kiosk = chair.open()
    kiosk.shows(f"HOSPITAL@127.0.0.1:{port} does not answer")
    kiosk.shows("Worklist offline")
    walk_in(kiosk, "CANARY", "W-1")
    one_picture(kiosk)
    finish(kiosk)
    kiosk.shows("1 picture stored")
    kiosk.shows("The report waits in the outbox")
    assert kiosk.find("Reported to the node") is None
    assert len(chair.of("W-1")) == 1
    assert chair.outbox() == {"QUEUED": 2}
    kiosk.shows("2 to send")
    # The node comes back.
    hospital = chair.folder / "hospital"
    settings(hospital)
    node = start(
        ["env", "-C", Path.cwd(), sys.executable, "-m", "minipacs", "serve",
         "--data", hospital, "--port", port, "--ae-title", "HOSPITAL"],
        chair.folder / "hospital.log",
    )  # fmt: skip
    try:
        kiosk.press("F8")
        kiosk.click("Try all again")
        wait_until(lambda: chair.outbox() == {"SENT": 2}, 30, "the reports at the node")
        kiosk.shows("Outbox empty")
        kiosk.press("F6")
        kiosk.press("F5")
        kiosk.gone("Worklist offline")
    finally:
        stop(node)


def test_a_destination_that_refuses_is_heard_and_a_retry_works(chair: Chair):
    need("storescp")
    port = free_port()
    peer = f"ARCHIVE@127.0.0.1:{port}"
    chair.uses("simulator", delivery=[f'send_to = ["{peer}"]', "commit = false"])
    kept = chair.folder / "kept"
    kept.mkdir()
    refusing = start(["storescp", "--refuse", port], chair.folder / "storescp.log")
    try:
        kiosk = chair.open()
        walk_in(kiosk, "CANARY", "W-2")
        one_picture(kiosk)
        finish(kiosk)
        kiosk.shows("1 picture stored")
        kiosk.press("F8")
        kiosk.shows("…")
        entry = next(one for one in kiosk.seen() if one.words.startswith("Image …"))
        kiosk.click_at(entry.x, entry.y)
        kiosk.shows("reject", 20)
        kiosk.picture(chair.folder / "refused.png")
    finally:
        stop(refusing)
    taking = start(["storescp", "-od", kept, port], chair.folder / "storescp2.log")
    try:
        kiosk.click("Try all again")
        wait_until(lambda: list(kept.iterdir()), 30, "the image at the peer")
        kiosk.shows("sent")
        wait_until(lambda: "QUEUED" not in chair.outbox() and "FAILED" not in chair.outbox(), 20)
    finally:
        stop(taking)


def test_a_port_in_use_is_a_card_that_says_what_to_do(chair: Chair):
    chair.uses("simulator")
    first = chair.open()
    address = first.shows("listening").words.split()[0]
    chair.data = chair.folder / "second"
    settings(chair.data, text=f"[node]\nport = {address.rpartition(':')[2]}\n")
    second = chair.start()
    deadline = time.monotonic() + 30
    while second.process.poll() is None and time.monotonic() < deadline:
        # Both windows answer to one name; the second is looked at by what it draws.
        second.press("Return")
        time.sleep(0.5)
    assert second.process.poll() == 1


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[node]\nport = 99999\n", "node.port"),
        ("[display]\nteeth = 32\n", "display.teeth"),
        ("[nodes]\n", "nodes"),
        ("[node\nport=1", "line 1"),
        ('[capture]\nsource = "simulatr"\n', "capture.source"),
        ('[capture]\nsource = "folder"\n', "capture.folder"),
    ],
)
def test_each_wrong_setting_ends_the_start_with_its_name(chair: Chair, text: str, key: str):
    settings(chair.data, text=text)
    kiosk = chair.start()
    wait_until(lambda: kiosk.process.poll() is not None or kiosk.find("Close Chairside"), 20)
    said = kiosk.said() + kiosk.text()
    assert key in said, said


def test_many_entries_can_be_searched(chair: Chair):
    chair.uses("simulator")
    rows = ["PatientID,PatientName,Modality,ScheduledProcedureStepDescription"]
    rows += [f"N-{n:04d},CANARY^N{n:04d},IO,BWX 4" for n in range(1500)]
    orders = chair.folder / "orders.csv"
    orders.write_text("\n".join(rows), encoding="utf-8")
    chairside(chair.data, "minipacs", "worklist", "import", str(orders), timeout=120)
    kiosk = chair.open()
    kiosk.shows("N-0000", 30)
    kiosk.press("F3")
    kiosk.type("N1321")
    kiosk.shows("N-1321", 10)
    kiosk.press("Return")
    kiosk.shows("Begin exam")
    assert "N-1321" in kiosk.text()
