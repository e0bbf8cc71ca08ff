"""What the exam screen says and offers at one moment: pure functions of what is so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kiosk.exam.views import SlotState, SlotView
from kiosk.i18n import Text, text
from kiosk.presenters.exam_view import Actions, MountTile
from kiosk.presenters.ports import SourceLine, SourceState
from kiosk.problems import Problem

UPPER = "1256"
"""First digit of FDI numbers in the upper jaw."""
TILE_STATES = {
    SlotState.EMPTY: "empty",
    SlotState.ARMED: "armed",
    SlotState.UNSAVED: "unsaved",
    SlotState.REVIEW: "judge",
    SlotState.STORING: "storing",
    SlotState.STORED: "stored",
}
NOT_SAVED = Problem(
    "NOT-SAVED",
    text("The picture could not be written to the disk. It is only in memory."),
    text("Do not switch off, do not expose again. Free space, then save again."),
)
WAITING = (SlotState.EMPTY, SlotState.ARMED)


@dataclass(frozen=True)
class Moment:
    """All that decides what can be done now."""

    slot: SlotView
    slots: Sequence[SlotView]
    position: str
    source: SourceLine
    armed: bool
    next_slot: str
    """Empty when every position has a picture."""
    busy: bool
    can_move: bool = False
    """There is a position that the picture could be moved to."""
    moving_to: str = ""
    """The position that a picture being moved would go to; empty when none is moved."""


@dataclass(frozen=True)
class Offer:
    """The large button, the button that comes next, and the sentence above them."""

    capture: Text
    can_capture: bool
    lead: str
    hint: Text
    tone: str


def position_of(slot: SlotView, show_tooth: Callable[[str], str]) -> str:
    """`16`, `13 12`, `18–16` or `42–32`; the label where teeth of both jaws are meant, or none."""
    teeth = slot.tile.teeth
    if not teeth or len({tooth[0] in UPPER for tooth in teeth}) > 1:
        return slot.tile.label
    shown = [show_tooth(tooth) for tooth in teeth]
    return " ".join(shown) if len(shown) <= 2 else f"{shown[0]}–{shown[-1]}"


def mount_tile(
    slot: SlotView, position: str, offered: bool = False, target: bool = False
) -> MountTile:
    """A position for the mount on the screen."""
    tile, exposure = slot.tile, slot.exposure
    return MountTile(
        key=tile.key,
        box=(tile.x, tile.y, tile.width, tile.height),
        label=position,
        order=tile.order,
        state=TILE_STATES[slot.state],
        exposure_id=exposure.exposure_id if exposure else "",
        rejected=slot.rejected,
        offered=offered,
        target=target,
    )


def empty_words(slot: SlotView, position: str) -> Text:
    """What stands in the place of a picture."""
    if slot.state is SlotState.ARMED:
        return text("Waiting for the exposure of {position}", position=position)
    return text("No picture of {position} yet", position=position)


def retake_words(slot: SlotView, position: str) -> tuple[Text, Text]:
    """The question before a retake, and what becomes of the picture."""
    note = (
        text("The stored picture stays in the archive, with this reason.")
        if slot.state is SlotState.STORED
        else text("The picture is kept aside with this reason.")
    )
    return text("Why take {position} again?", position=position), note


def moved_words(position: str) -> Text:
    """A picture was put into another position."""
    return text(
        "The picture is now that of {position}: teeth and orientation follow.", position=position
    )


def actions_of(now: Moment) -> Actions:
    """What can be done, and what comes next."""
    if now.moving_to:
        return _moving(now)
    state, free = now.slot.state, not now.busy
    offer = _offer(now)
    if now.source.state == SourceState.ERROR and state in WAITING:
        fault = text("{source}: {note}", source=now.source.name, note=now.source.note)
        offer = Offer(
            offer.capture,
            offer.can_capture and state is SlotState.EMPTY,
            offer.lead,
            fault,
            "bad",
        )
    return Actions(
        capture=offer.capture,
        can_capture=offer.can_capture and free,
        can_disarm=now.armed and free,
        can_accept=state is SlotState.REVIEW and free,
        can_retake=state in (SlotState.REVIEW, SlotState.STORED) and free,
        can_move=now.can_move and free,
        can_next=now.next_slot not in ("", now.slot.key) and free,
        can_finish=free,
        lead=offer.lead,
        hint=offer.hint,
        tone=offer.tone,
        stored=sum(one.state is SlotState.STORED for one in now.slots),
        total=len(now.slots),
        busy=now.busy,
    )


def _moving(now: Moment) -> Actions:
    """A picture is in hand: Enter puts it down, Escape leaves it."""
    hint = text("Tap its position, or choose it by arrows: {position}.", position=now.moving_to)
    return Actions(
        capture=text("Arm"),
        can_accept=not now.busy,
        can_move=not now.busy,
        can_finish=not now.busy,
        lead="move",
        hint=hint,
        tone="accent",
        stored=sum(one.state is SlotState.STORED for one in now.slots),
        total=len(now.slots),
        busy=now.busy,
        moving=True,
    )


def _offer(now: Moment) -> Offer:
    arm, position = text("Arm"), now.position
    match now.slot.state:
        case SlotState.EMPTY:
            hint = text("Place the sensor for {position}, then arm.", position=position)
            if now.slot.tile.needs_teeth:
                hint = text("Arm asks first which teeth it will be.")
            return Offer(arm, now.source.state != SourceState.OFF, "capture", hint, "muted")
        case SlotState.ARMED:
            return _armed(now)
        case SlotState.UNSAVED:
            hint = text("Not saved yet. Do not expose again, do not switch off.")
            return Offer(text("Save again"), True, "capture", hint, "bad")
        case SlotState.REVIEW:
            exposure = now.slot.exposure
            if exposure is not None and exposure.problem:
                hint = text("Not stored. The picture is kept; accept again.")
                return Offer(arm, False, "accept", hint, "bad")
            hint = text("Look at {position}: accept or retake?", position=position)
            return Offer(arm, False, "accept", hint, "warn")
        case SlotState.STORING:
            return Offer(arm, False, "", text("Storing {position} …", position=position), "muted")
        case SlotState.STORED:
            return _stored(now)


def _armed(now: Moment) -> Offer:
    source, position = now.source, now.position
    if source.can_expose:
        hint = text("Armed for {position}.", position=position)
        return Offer(text("Expose"), True, "capture", hint, "accent")
    if source.can_pick:
        hint = text("Choose the picture of {position}.", position=position)
        return Offer(text("Choose file"), True, "capture", hint, "accent")
    hint = text("Armed for {position}. Expose at the device.", position=position)
    return Offer(text("Armed"), False, "capture", hint, "accent")


def _stored(now: Moment) -> Offer:
    if all(one.state is SlotState.STORED for one in now.slots):
        hint = text("All {n} pictures are stored.", n=len(now.slots))
        return Offer(text("Arm"), False, "finish", hint, "good")
    hint = text("{position} is safe in the archive.", position=now.position)
    return Offer(text("Arm"), False, "next", hint, "good")
