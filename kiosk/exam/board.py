"""The mount of a running exam: which exposures lie where, and what may be done with them.

Plain state without a lock of its own; its exam holds the lock around every call.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from kiosk.exam.errors import (
    ExamClosed,
    NeedsTooth,
    NotSaved,
    SlotBusy,
    UnknownExposure,
    UnknownSlot,
)
from kiosk.exam.exposure import Exposure
from kiosk.exam.journal import Record
from kiosk.exam.machine import ExposureState
from kiosk.exam.templates import Template, Tile
from kiosk.exam.token import Token
from kiosk.exam.views import SlotState, SlotView

_SLOT_OF: Mapping[ExposureState, SlotState] = MappingProxyType(
    {
        ExposureState.ARMED: SlotState.ARMED,
        ExposureState.EXPOSED: SlotState.UNSAVED,
        ExposureState.SPOOLED: SlotState.REVIEW,
        ExposureState.PREVIEWED: SlotState.REVIEW,
        ExposureState.ACCEPTED: SlotState.STORING,
        ExposureState.STORED: SlotState.STORED,
    }
)
_MOVABLE = (ExposureState.SPOOLED, ExposureState.PREVIEWED)


class Board:
    """The exposures of an exam by position."""

    def __init__(self, template: Template, exam_id: str) -> None:
        self.template = template
        self.exam_id = exam_id
        self.closed = False
        self.armed: Token | None = None
        self.exposures: dict[str, Exposure] = {}
        self.spent: set[str] = set()
        """Identifiers of tokens that have their picture."""

    def add(self, exposure: Exposure) -> None:
        """A picture came for its token."""
        self.spent.add(exposure.identifier)
        self.exposures[exposure.identifier] = exposure

    def get(self, exposure_id: str) -> Exposure:
        """One exposure. Raises UnknownExposure."""
        try:
            return self.exposures[exposure_id]
        except KeyError:
            raise UnknownExposure(exposure_id) from None

    def tile(self, key: str) -> Tile:
        """One position. Raises UnknownSlot."""
        tile = self.template.tile(key)
        if tile is None:
            raise UnknownSlot(key)
        return tile

    def shown(self, slot: str) -> Exposure | None:
        """The picture that a position shows: the newest that is not rejected."""
        for exposure in reversed(self.exposures.values()):
            if exposure.slot == slot and exposure.state is not ExposureState.REJECTED:
                return exposure
        return None

    def undecided(self) -> list[str]:
        """Ids of the exposures that wait for a decision."""
        return [item.identifier for item in self.exposures.values() if item.is_open]

    def why_not_mine(self, token: Token | None) -> str:
        """Why a frame with this token does not belong to the armed position; empty when it does."""
        if token is None:
            return "it came without a token"
        if self.closed:
            return "its exam was closed"
        if token.exam_id != self.exam_id:
            return "its token is of another exam"
        if token.identifier in self.spent:
            return "its token already has a picture"
        if self.armed is None or token.identifier != self.armed.identifier:
            return "its position was no longer armed"
        return "" if token == self.armed else "its token was changed"

    def check_free(self, slot: str, record: Record) -> Tile:
        """The tile, if a picture may come into it now.

        Raises:
            NotSaved, SlotBusy, NeedsTooth, UnknownSlot.
        """
        tile = self.tile(slot)
        for exposure in self.exposures.values():
            if exposure.unsaved is not None:
                raise NotSaved(exposure.identifier, exposure.problem)
        shown = self.shown(slot)
        if shown is not None and shown.state is not ExposureState.STORED:
            raise SlotBusy(slot, "its picture is neither accepted nor rejected yet")
        if record.kept(slot) > record.retaken(slot):
            raise SlotBusy(slot, "its picture is stored; retake it with a reason")
        if tile.needs_teeth:
            raise NeedsTooth(slot)
        return tile

    def check_naming(self, slot: str, record: Record) -> None:
        """Whether the teeth of a position may be said now. Raises SlotBusy, UnknownSlot, ExamClosed."""
        if self.closed:
            raise ExamClosed
        if not self.tile(slot).asks_teeth:
            raise SlotBusy(slot, "the mount says its teeth")
        if self.shown(slot) is not None or record.kept(slot):
            raise SlotBusy(slot, "it has a picture, whose teeth stay as they were said")
        if self.armed is not None and self.armed.slot == slot:
            raise SlotBusy(slot, "it is armed; disarm it first")

    def check_move(
        self, exposure: Exposure, tile: Tile, other: Exposure | None, record: Record
    ) -> None:
        """Whether a picture may go to another position (where `other` lies). Raises SlotBusy."""
        if tile.kind != exposure.token.kind:
            raise SlotBusy(tile.key, "it takes another kind of picture")
        if exposure.state not in _MOVABLE:
            raise SlotBusy(exposure.slot, "its picture is decided")
        if other is not None and other.state not in _MOVABLE:
            raise SlotBusy(tile.key, "its picture is decided")
        if other is None and record.kept(tile.key) > record.retaken(tile.key):
            # Stored by a run before this one: the board has no exposure of it.
            raise SlotBusy(tile.key, "its picture is stored; retake it with a reason")
        if self.armed is not None and self.armed.slot == tile.key:
            raise SlotBusy(tile.key, "it is armed; disarm it first")
        if tile.needs_teeth:
            raise NeedsTooth(tile.key)

    def slot_view(self, tile: Tile, record: Record) -> SlotView:
        """A position as it stands."""
        shown = self.shown(tile.key)
        rejected = sum(1 for item in record.rejects if item.slot == tile.key)
        view = shown.view() if shown is not None else None
        kept = record.kept(tile.key)
        if self.armed is not None and self.armed.slot == tile.key:
            return SlotView(tile, SlotState.ARMED, view, rejected, kept)
        if shown is not None:
            return SlotView(tile, _SLOT_OF[shown.state], view, rejected, kept)
        return SlotView(tile, SlotState.STORED if kept else SlotState.EMPTY, None, rejected, kept)

    def next_free(self, key: str, record: Record) -> str:
        """The next position without a picture, in the order of acquisition and round again; empty when full."""
        keys = [tile.key for tile in self.template.tiles]
        start = keys.index(key) + 1 if key in keys else 0
        for candidate in (*keys[start:], *keys[:start]):
            state = self.slot_view(self.tile(candidate), record).state
            if state in (SlotState.EMPTY, SlotState.ARMED):
                return candidate
        return ""
