"""The status line: node, source, outbox, disk, alerts; each says what is known, in a shape and a word."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from kiosk.i18n import Text, plain, text
from kiosk.presenters.ports import (
    NodeStatus,
    SourceLine,
    SourcePort,
    SourceState,
    StatusPort,
)
from kiosk.presenters.requests import Requests
from kiosk.presenters.words import size_words
from kiosk.tasks import Post, Tasks


@dataclass(frozen=True)
class StatusItem:
    """One part of the line. `tone` muted, good, warn or bad."""

    key: str
    icon: str
    words: Text
    tone: str


class StatusView(Protocol):
    """What the status line can show."""

    def show_items(self, items: Sequence[StatusItem]) -> None:
        """The parts, from left to right."""


class StatusPresenter:
    """Logic of the status line."""

    def __init__(
        self,
        view: StatusView,
        status: StatusPort,
        source: SourcePort,
        tasks: Tasks,
        post: Post,
        *,
        activity: Callable[[str], None],
    ) -> None:
        self._view, self._status, self._source, self._tasks = view, status, source, tasks
        self._activity = activity
        self._node: NodeStatus | None = None
        self._line = source.line()
        self._asking = False
        self._requests = Requests()
        source.subscribe(lambda line: post(lambda: self._source_changed(line)))

    def tick(self) -> None:
        """Every few seconds."""
        if self._asking:
            return
        self._asking = True
        self._tasks.submit(
            self._status.status,
            self._requests.ask(self._arrived),
            self._requests.also(self._failed),
        )

    def on_item(self, key: str) -> None:
        """A part was tapped. Where pictures wait is told by the worklist, or is the exam in front."""
        if key == "pictures":
            return
        self._activity("alerts" if key in ("alerts", "disk") else "outbox")

    def _arrived(self, node: NodeStatus) -> None:
        self._asking, self._node = False, node
        self._show()

    def _failed(self, _error: BaseException) -> None:
        # Not known is not good: the line says so until an answer comes.
        self._asking, self._node = False, None
        self._show()

    def _source_changed(self, line: SourceLine) -> None:
        self._line = line
        self._show()

    def _show(self) -> None:
        node = self._node
        items = [source_item(self._line)]
        if node is None:
            items.insert(0, StatusItem("node", "alert", text("State not known"), "warn"))
        else:
            items = [
                node_item(node),
                *worklist_items(node),
                *picture_items(node),
                source_item(self._line),
                outbox_item(node),
                disk_item(node),
                alert_item(node),
            ]
        self._view.show_items(items)


def node_item(node: NodeStatus) -> StatusItem:
    """The node inside."""
    if not node.address:
        return StatusItem("node", "off", text("No node"), "muted")
    if node.listening:
        return StatusItem("node", "on", text("{node} listening", node=node.address), "good")
    return StatusItem("node", "off", text("{node} not listening", node=node.address), "bad")


def worklist_items(node: NodeStatus) -> list[StatusItem]:
    """The worklist's node, when it is another one or does not answer."""
    if node.worklist_ok is False:
        words = text("Worklist offline")
        return [StatusItem("worklist", "alert", words, "warn")]
    return []


def picture_items(node: NodeStatus) -> list[StatusItem]:
    """Pictures that are safe but nobody has decided on yet, in this exam or a paused one."""
    if not node.not_released:
        return []
    words = (
        text("1 picture waits for a decision")
        if node.not_released == 1
        else text("{n} pictures wait for a decision", n=node.not_released)
    )
    return [StatusItem("pictures", "judge", words, "warn")]


def source_item(line: SourceLine) -> StatusItem:
    """The capture source."""
    words = {
        SourceState.OFF: (text("{source} off", source=line.name), "off", "muted"),
        SourceState.STARTING: (text("{source} starting", source=line.name), "working", "warn"),
        SourceState.READY: (text("{source} ready", source=line.name), "on", "good"),
        SourceState.ARMED: (text("{source} armed", source=line.name), "live", "accent"),
        SourceState.READING: (text("{source} reading", source=line.name), "working", "accent"),
        SourceState.ERROR: (text("{source} fault", source=line.name), "alert", "bad"),
    }
    found = words.get(line.state, (plain(line.name), "off", "muted"))
    return StatusItem("source", found[1], found[0], found[2])


def outbox_item(node: NodeStatus) -> StatusItem:
    """The outbox."""
    failed = node.outbox.get("FAILED", 0)
    waiting = node.outbox.get("QUEUED", 0) + node.outbox.get("SENDING", 0)
    unconfirmed = node.outbox.get("SENT", 0)
    if failed:
        return StatusItem("outbox", "alert", text("{n} not sent", n=failed), "bad")
    if waiting:
        return StatusItem("outbox", "queued", text("{n} to send", n=waiting), "warn")
    if unconfirmed:
        return StatusItem("outbox", "sent", text("{n} not confirmed", n=unconfirmed), "muted")
    return StatusItem("outbox", "stored", text("Outbox empty"), "muted")


def disk_item(node: NodeStatus) -> StatusItem:
    """Free space."""
    if node.free_bytes < 0:
        return StatusItem("disk", "alert", text("Disk not known"), "warn")
    size = size_words(node.free_bytes)
    if node.free_bytes <= node.reserve_bytes:
        return StatusItem("disk", "alert", text("Disk full, {size} free", size=size), "bad")
    if node.free_bytes <= 10 * node.reserve_bytes:
        return StatusItem("disk", "disk", text("{size} free", size=size), "warn")
    return StatusItem("disk", "disk", text("{size} free", size=size), "muted")


def alert_item(node: NodeStatus) -> StatusItem:
    """Open alerts."""
    if node.alerts:
        words = text("1 alert") if node.alerts == 1 else text("{n} alerts", n=node.alerts)
        return StatusItem("alerts", "alert", words, "warn")
    return StatusItem("alerts", "stored", text("No alerts"), "muted")
