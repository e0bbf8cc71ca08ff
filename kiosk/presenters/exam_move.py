"""Putting a picture under review where it belongs: the person exposed another position than the one armed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kiosk.exam.views import SlotState, SlotView
from kiosk.i18n import text
from kiosk.presenters.exam_view import ExamView
from kiosk.presenters.ports import LiveExam, SourcePort
from kiosk.presenters.work import OneAtATime

INTO = (SlotState.EMPTY, SlotState.ARMED, SlotState.REVIEW)
"""States of positions that a picture may be moved to; two pictures under review change places."""


class ExamMove:
    """A picture in hand that waits for its position: begun by key or button, or done at once by a drag."""

    def __init__(
        self, view: ExamView, source: SourcePort, work: OneAtATime, changed: Callable[[], None]
    ) -> None:
        self._view, self._source, self._work, self._changed = view, source, work, changed
        self._from = ""
        self.target = ""
        """The position that Enter would put it into."""

    @property
    def is_on(self) -> bool:
        """Whether a picture is in hand."""
        return bool(self._from)

    def offered(self, slots: Sequence[SlotView]) -> tuple[str, ...]:
        """The positions that could take the picture in hand."""
        return places_for(slots, self._from)

    def begin(self, exam: LiveExam, key: str) -> None:
        """Take the picture of this position in hand; where it could go nowhere, say so."""
        slots = exam.slots()
        offered = places_for(slots, key)
        if not offered:
            self._view.show_note(text("There is no position that this picture could be moved to."))
            return
        self._from = key
        keys = [slot.key for slot in slots]
        place = keys.index(key)
        free = [slot.key for slot in slots if slot.state is not SlotState.REVIEW]
        following = [one for one in (*keys[place:], *keys[:place]) if one in offered]
        self.target = next((one for one in following if one in free), following[0])
        self._changed()

    def step(self, exam: LiveExam, step: int) -> None:
        """To the position before (-1) or after (1) that could take it."""
        offered = self.offered(exam.slots())
        if offered:
            place = offered.index(self.target) if self.target in offered else 0
            self.target = offered[(place + step) % len(offered)]
        self._changed()

    def stop(self) -> None:
        """Leave it where it is."""
        if self.is_on:
            self._from = self.target = ""
            self._changed()

    def put(self, exam: LiveExam, key: str = "") -> None:
        """Put the picture in hand into this position, or into the one that the arrows chose."""
        source, target = self._from, key or self.target
        self.stop()
        self.drop(exam, source, target)

    def drop(self, exam: LiveExam, key: str, onto: str) -> None:
        """The picture of one position goes into another; a sentence where that can't be."""
        if key == onto or self._work.busy:
            return
        slots = exam.slots()
        slot = next((one for one in slots if one.key == key), None)
        if slot is None or slot.exposure is None or onto not in places_for(slots, key):
            self._view.show_note(text("That position cannot take this picture."))
            return
        exposure_id = slot.exposure.exposure_id

        def work() -> None:
            if exam.armed is not None and exam.armed.slot == onto:
                self._source.disarm()
                exam.disarm()
            exam.move(exposure_id, onto)

        self._work.run(work)


def places_for(slots: Sequence[SlotView], key: str) -> tuple[str, ...]:
    """The positions that the picture of this one can be moved to; none when it is not under review."""
    slot = next((one for one in slots if one.key == key), None)
    if slot is None or slot.state is not SlotState.REVIEW:
        return ()
    return tuple(
        one.key
        for one in slots
        if one.key != key
        and one.tile.kind == slot.tile.kind
        and one.state in INTO
        and not one.tile.needs_teeth
    )
