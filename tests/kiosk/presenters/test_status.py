"""The status line tells the truth."""

from __future__ import annotations

import dataclasses

import pytest

from kiosk.presenters.ports import NodeStatus
from kiosk.presenters.status import StatusItem, StatusPresenter
from tests.kiosk.presenters.fakes import FakeSource, FakeStatus, InlineTasks, Recorder


class Room:
    def __init__(self) -> None:
        self.view, self.status, self.source = Recorder(), FakeStatus(), FakeSource()
        self.pages: list[str] = []
        self.presenter = StatusPresenter(
            self.view,
            self.status,
            self.source,
            InlineTasks(),
            lambda call: call(),
            activity=self.pages.append,
        )

    def ask(self, **changes: object) -> dict[str, StatusItem]:
        self.status.now = dataclasses.replace(self.status.now, **changes)  # type: ignore[arg-type]
        self.presenter.tick()
        return self.items()

    def items(self) -> dict[str, StatusItem]:
        return {item.key: item for item in self.view.last("show_items")[0]}


@pytest.fixture
def room() -> Room:
    return Room()


def test_a_listening_node_is_good_and_a_deaf_one_is_bad(room: Room) -> None:
    assert room.ask()["node"].tone == "good"
    deaf = room.ask(listening=False)["node"]
    assert (deaf.tone, deaf.icon) == ("bad", "off")


@pytest.mark.parametrize(
    ("outbox", "tone", "icon"),
    [
        ({}, "muted", "stored"),
        ({"QUEUED": 2}, "warn", "queued"),
        ({"QUEUED": 2, "FAILED": 1}, "bad", "alert"),
        ({"SENT": 4}, "muted", "sent"),
        ({"COMMITTED": 4}, "muted", "stored"),
    ],
)
def test_the_outbox_in_shape_and_tone(
    room: Room, outbox: dict[str, int], tone: str, icon: str
) -> None:
    item = room.ask(outbox=outbox)["outbox"]
    assert (item.tone, item.icon) == (tone, icon)


def test_a_full_disk_is_bad(room: Room) -> None:
    assert room.ask(free_bytes=1000, reserve_bytes=200_000_000)["disk"].tone == "bad"
    assert room.ask(free_bytes=-1)["disk"].tone == "warn"


def test_an_unknown_state_is_not_called_good(room: Room) -> None:
    room.ask()
    room.status.fail = OSError("no")
    room.presenter.tick()
    assert room.items()["node"].tone == "warn"


def test_an_offline_worklist_is_said(room: Room) -> None:
    assert "worklist" not in room.ask(worklist_ok=True)
    assert room.ask(worklist_ok=False)["worklist"].tone == "warn"


def test_the_source_changes_at_once(room: Room) -> None:
    room.ask()
    room.source.become("error", "out")
    assert room.items()["source"].tone == "bad"


def test_a_tap_opens_the_page_that_explains(room: Room) -> None:
    room.presenter.on_item("outbox")
    room.presenter.on_item("alerts")
    assert room.pages == ["outbox", "alerts"]


def test_no_two_tones_share_a_shape() -> None:
    room = Room()
    seen: dict[str, set[str]] = {}
    for outbox in ({}, {"QUEUED": 1}, {"FAILED": 1}):
        for key, item in room.ask(outbox=outbox).items():
            if key == "outbox":
                seen.setdefault(item.icon, set()).add(item.tone)
    assert all(len(tones) == 1 for tones in seen.values())


def test_a_status_of_nothing_known_has_no_node() -> None:
    room = Room()
    room.status.now = NodeStatus()
    room.presenter.tick()
    assert room.items()["node"].tone == "muted"


@pytest.mark.parametrize(("waiting", "words"), [(1, "1 picture waits"), (2, "{n} pictures wait")])
def test_pictures_that_nobody_decided_on_are_told(room: Room, waiting: int, words: str) -> None:
    assert "pictures" not in room.ask()
    item = room.ask(not_released=waiting)["pictures"]
    assert item.words.msgid.startswith(words)
    assert item.tone == "warn"
    room.presenter.on_item("pictures")
    assert room.pages == []
