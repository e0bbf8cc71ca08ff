"""Turning and mirroring a picture on the screen, and the letters at its edges. One place for both.

A symmetry is `Symmetry(rotation, flip)`: first mirrored left to right when `flip`, then turned clockwise. These
are all 8 symmetries of a rectangle. Labels and pixels come from the same value, so they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_OPPOSITE = {
    "A": "P", "P": "A", "R": "L", "L": "R", "H": "F", "F": "H",
}  # fmt: skip
# PS3.3 C.7.6.1.1.1 for quadrupeds: words of one to three letters; R is rostral there.
_OPPOSITE_QUADRUPED = {
    "LE": "RT", "RT": "LE", "D": "V", "V": "D", "CR": "CD", "CD": "CR", "R": "CD",
    "M": "L", "L": "M", "PR": "DI", "DI": "PR", "PA": "DO", "DO": "PA", "PL": "DO",
}  # fmt: skip

_ONLY_QUADRUPED = frozenset({"LE", "RT", "D", "V", "CR", "CD", "M", "DI"})
"""Words that no person's picture has; each of our animal pictures has one."""


@dataclass(frozen=True)
class Labels:
    """The letters at the four edges of the screen picture; empty where unknown."""

    left: str = ""
    right: str = ""
    top: str = ""
    bottom: str = ""


@dataclass(frozen=True)
class Symmetry:
    """One of the 8 ways to lay a rectangle."""

    rotation: int = 0
    """0, 90, 180 or 270 degrees clockwise, after the mirroring."""
    flip: bool = False
    """Mirrored left to right, before the turn."""

    def turned(self, degrees: int) -> Symmetry:
        """Turned further clockwise on the screen."""
        return Symmetry((self.rotation + degrees) % 360, self.flip)

    def mirrored(self) -> Symmetry:
        """Mirrored left to right on the screen, as it lies there."""
        return Symmetry(-self.rotation % 360, not self.flip)

    @property
    def swaps_sides(self) -> bool:
        """Whether rows become columns."""
        return self.rotation in (90, 270)

    def apply(self, pixels: NDArray[Any]) -> NDArray[Any]:
        """The pixels laid this way; a view of them, not a copy."""
        laid = pixels[:, ::-1] if self.flip else pixels
        return np.rot90(laid, k=-(self.rotation // 90) % 4)

    def to_screen(self, x: float, y: float, width: float, height: float) -> tuple[float, float]:
        """Where a point of a width x height picture lies after it; edges count from 0 to width."""
        if self.flip:
            x = width - x
        if self.rotation == 90:
            return height - y, x
        if self.rotation == 180:
            return width - x, height - y
        if self.rotation == 270:
            return y, width - x
        return x, y

    def from_screen(self, x: float, y: float, width: float, height: float) -> tuple[float, float]:
        """The point of a width x height picture that lies at (x, y) after it."""
        if self.rotation == 90:
            x, y = y, height - x
        elif self.rotation == 180:
            x, y = width - x, height - y
        elif self.rotation == 270:
            x, y = width - y, x
        return (width - x if self.flip else x), y

    def labels(
        self, patient_orientation: tuple[str, str] | None, *, quadruped: bool = False
    ) -> Labels:
        """The letters at the edges, out of Patient Orientation (row direction, column direction).

        Unknown stays empty: no guess.
        """
        if patient_orientation is None:
            return Labels()
        row, column = patient_orientation
        quadruped = quadruped or bool({row, column} & _ONLY_QUADRUPED)
        edges = {
            (1, 0): row,
            (-1, 0): opposite(row, quadruped=quadruped),
            (0, 1): column,
            (0, -1): opposite(column, quadruped=quadruped),
        }
        shown: dict[tuple[int, int], str] = {}
        for (dx, dy), word in edges.items():
            shown[self._direction(dx, dy)] = word
        return Labels(
            left=shown[(-1, 0)], right=shown[(1, 0)], top=shown[(0, -1)], bottom=shown[(0, 1)]
        )

    def _direction(self, dx: int, dy: int) -> tuple[int, int]:
        """Where a direction of the picture points on the screen: the difference of two mapped points."""
        x0, y0 = self.to_screen(0.5, 0.5, 1, 1)
        x1, y1 = self.to_screen(0.5 + dx, 0.5 + dy, 1, 1)
        return round(x1 - x0), round(y1 - y0)


def symmetries() -> Iterator[Symmetry]:
    """All 8."""
    for flip in (False, True):
        for rotation in (0, 90, 180, 270):
            yield Symmetry(rotation, flip)


def opposite(word: str, *, quadruped: bool = False) -> str:
    """The opposite direction of a word of Patient Orientation; empty when one of its parts is unknown."""
    if quadruped:
        return _OPPOSITE_QUADRUPED.get(word, "")
    letters = [_OPPOSITE.get(letter, "") for letter in word]
    return "".join(letters) if all(letters) else ""
