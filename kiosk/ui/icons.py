"""Icons as strokes on a grid of 24 by 24, so that they are sharp at every scale and need no files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line (x, y, ...), an area (x, y, ...), a disc (cx, cy, r) or a ring (cx, cy, r[, from, to])."""

    shape: str
    numbers: tuple[float, ...]
    width: float = 2.0
    ink: int = 255
    """255 draws, 0 cuts out."""


def _line(*numbers: float, width: float = 2.0, ink: int = 255) -> Stroke:
    return Stroke("line", numbers, width, ink)


def _area(*numbers: float, ink: int = 255) -> Stroke:
    return Stroke("area", numbers, ink=ink)


def _disc(*numbers: float, ink: int = 255) -> Stroke:
    return Stroke("disc", numbers, ink=ink)


def _ring(*numbers: float, width: float = 2.0, ink: int = 255) -> Stroke:
    return Stroke("ring", numbers, width, ink)


def _frame(left: float, top: float, right: float, bottom: float, width: float = 2.0) -> Stroke:
    return Stroke(
        "line",
        (left, top, right, top, right, bottom, left, bottom, left, top, right, top),
        width,
    )


ICONS: Mapping[str, tuple[Stroke, ...]] = MappingProxyType(
    {
        # states: each a shape of its own
        "empty": (_ring(12, 12, 8, width=1.6),),
        "live": (_ring(12, 12, 9), _disc(12, 12, 4.5)),
        "working": (_ring(12, 12, 9), _line(12, 7, 12, 12, 15.5, 14)),
        "judge": (
            _area(12, 2, 22, 12, 12, 22, 2, 12),
            _line(12, 7.5, 12, 12.5, width=2.4, ink=0),
            _disc(12, 16.2, 1.5, ink=0),
        ),
        "stored": (_disc(12, 12, 10), _line(7, 12.4, 10.6, 16, 17, 8.8, width=2.4, ink=0)),
        "rejected": (
            _area(4, 3, 20, 3, 21, 4, 21, 20, 20, 21, 4, 21, 3, 20, 3, 4),
            _line(8, 8, 16, 16, width=2.4, ink=0),
            _line(16, 8, 8, 16, width=2.4, ink=0),
        ),
        "alert": (
            _area(12, 2, 23, 21.5, 1, 21.5),
            _line(12, 9, 12, 14.5, width=2.4, ink=0),
            _disc(12, 18, 1.5, ink=0),
        ),
        "off": (_ring(12, 12, 8.5), _line(6, 18, 18, 6)),
        "on": (_disc(12, 12, 8),),
        "sent": (
            _disc(12, 12, 10),
            _line(12, 17, 12, 8, width=2.4, ink=0),
            _line(8, 11.5, 12, 7.3, 16, 11.5, width=2.4, ink=0),
        ),
        "queued": (_line(4, 7, 20, 7), _line(4, 12, 20, 12), _line(4, 17, 14, 17)),
        "lock": (_area(5, 11, 19, 11, 19, 21, 5, 21), _ring(12, 10.5, 4.2, 180, 360, width=2.2)),
        "info": (_ring(12, 12, 9), _line(12, 11.5, 12, 16.5), _disc(12, 7.8, 1.4)),
        # actions
        "search": (_ring(10.5, 10.5, 6.5), _line(15.5, 15.5, 20.5, 20.5, width=2.4)),
        "refresh": (_ring(12, 12, 8, -30, 250), _area(22.2, 3.6, 21.4, 11, 15.3, 7.6)),
        "plus": (_line(12, 4.5, 12, 19.5), _line(4.5, 12, 19.5, 12)),
        "minus": (_line(4.5, 12, 19.5, 12),),
        "left": (_line(15, 5, 8, 12, 15, 19),),
        "right": (_line(9, 5, 16, 12, 9, 19),),
        "up": (_line(5, 15, 12, 8, 19, 15),),
        "down": (_line(5, 9, 12, 16, 19, 9),),
        "back": (_line(20, 12, 5, 12), _line(11, 5.5, 4.5, 12, 11, 18.5)),
        "check": (_line(4.5, 12.8, 9.6, 18, 19.8, 6.6, width=2.6),),
        "cross": (_line(6, 6, 18, 18, width=2.4), _line(18, 6, 6, 18, width=2.4)),
        "retake": (_ring(12.5, 12.5, 7.5, -150, 120), _area(2, 9.5, 5, 3.2, 9.6, 9.6)),
        "move": (
            _line(2, 4, 9, 4, 9, 13, 2, 13, 2, 4),
            _line(6, 18, 15, 18),
            _line(12, 14.5, 15.5, 18, 12, 21.5),
            _line(18, 12, 22, 12, 22, 21, 18, 21, width=1.6),
        ),
        "aim": (
            _ring(12, 12, 7),
            _disc(12, 12, 2),
            _line(12, 1.8, 12, 6),
            _line(12, 18, 12, 22.2),
            _line(1.8, 12, 6, 12),
            _line(18, 12, 22.2, 12),
        ),
        "expose": (
            _disc(12, 12, 3),
            _ring(12, 12, 6.4, -55, 55),
            _ring(12, 12, 6.4, 125, 235),
            _ring(12, 12, 10, -45, 45),
            _ring(12, 12, 10, 135, 225),
        ),
        "rotate": (_ring(12, 12.5, 7.5, -60, 210), _area(13.2, 1.2, 20, 5.6, 13.6, 10)),
        "flip": (
            _line(12, 3, 12, 21, width=1.6),
            _area(9.2, 6, 9.2, 18, 2, 18),
            _line(14.8, 6.5, 14.8, 17.8, 21.4, 17.8, 14.8, 6.5, width=1.5),
        ),
        "invert": (_ring(12, 12, 8.8), _area(12, 4, 12, 20, 8, 19, 5, 16, 4, 12, 5, 8, 8, 5)),
        "zoom_in": (
            _ring(10.5, 10.5, 6.5),
            _line(15.5, 15.5, 20.5, 20.5, width=2.4),
            _line(7.8, 10.5, 13.2, 10.5, width=1.8),
            _line(10.5, 7.8, 10.5, 13.2, width=1.8),
        ),
        "zoom_out": (
            _ring(10.5, 10.5, 6.5),
            _line(15.5, 15.5, 20.5, 20.5, width=2.4),
            _line(7.8, 10.5, 13.2, 10.5, width=1.8),
        ),
        "fit": (
            _line(4, 9, 4, 4, 9, 4),
            _line(15, 4, 20, 4, 20, 9),
            _line(20, 15, 20, 20, 15, 20),
            _line(9, 20, 4, 20, 4, 15),
        ),
        "actual": (
            _frame(3.5, 5, 20.5, 19),
            _line(8, 9.5, 8, 14.5, width=1.8),
            _disc(12, 10.4, 1.1),
            _disc(12, 13.6, 1.1),
            _line(16, 9.5, 16, 14.5, width=1.8),
        ),
        "fullscreen": (
            _line(13.5, 10.5, 20, 4),
            _line(14.5, 4, 20, 4, 20, 9.5),
            _line(10.5, 13.5, 4, 20),
            _line(9.5, 20, 4, 20, 4, 14.5),
        ),
        "histogram": (
            _line(4, 20, 20, 20),
            _line(6.5, 17, 6.5, 14),
            _line(10.2, 17, 10.2, 8),
            _line(13.9, 17, 13.9, 5),
            _line(17.6, 17, 17.6, 12),
        ),
        "window": (
            _ring(12, 12, 4),
            _line(12, 2.5, 12, 5),
            _line(12, 19, 12, 21.5),
            _line(2.5, 12, 5, 12),
            _line(19, 12, 21.5, 12),
            _line(5.3, 5.3, 7, 7),
            _line(17, 17, 18.7, 18.7),
            _line(5.3, 18.7, 7, 17),
            _line(17, 7, 18.7, 5.3),
        ),
        "person": (
            _disc(12, 7.8, 4.3),
            _area(3.5, 21, 4.4, 17, 7, 14.6, 10, 13.8, 14, 13.8, 17, 14.6, 19.6, 17, 20.5, 21),
        ),
        "animal": (
            _disc(7, 6.2, 2.3),
            _disc(17, 6.2, 2.3),
            _disc(3.6, 11.4, 2.1),
            _disc(20.4, 11.4, 2.1),
            _disc(12, 16.2, 4.2),
            _disc(8.9, 18.2, 2.7),
            _disc(15.1, 18.2, 2.7),
            _disc(12, 11.8, 2.4),
        ),
        "component": (
            _ring(12, 12, 5.2, width=3),
            _line(12, 1.8, 12, 5),
            _line(12, 19, 12, 22.2),
            _line(1.8, 12, 5, 12),
            _line(19, 12, 22.2, 12),
            _line(4.8, 4.8, 7, 7),
            _line(17, 17, 19.2, 19.2),
            _line(4.8, 19.2, 7, 17),
            _line(17, 7, 19.2, 4.8),
        ),
        "worklist": (
            _line(9, 6, 20, 6),
            _line(9, 12, 20, 12),
            _line(9, 18, 20, 18),
            _disc(4.6, 6, 1.6),
            _disc(4.6, 12, 1.6),
            _disc(4.6, 18, 1.6),
        ),
        "archive": (
            _frame(3.5, 4.5, 20.5, 9),
            _line(5, 9, 5, 19.5, 19, 19.5, 19, 9),
            _line(10, 13, 14, 13),
        ),
        "activity": (_line(2.5, 12.5, 7, 12.5, 10, 5.5, 14, 19, 17, 12.5, 21.5, 12.5),),
        "send": (_line(12, 20, 12, 5), _line(5.8, 11, 12, 4.6, 18.2, 11)),
        "medium": (_ring(12, 12, 9), _ring(12, 12, 2.6)),
        "folder": (_area(2.5, 5, 9, 5, 11.2, 7.6, 21.5, 7.6, 21.5, 19.5, 2.5, 19.5),),
        "disk": (
            _frame(3.5, 13, 20.5, 20),
            _line(5, 13, 7.5, 5, 16.5, 5, 19, 13),
            _disc(16.5, 16.5, 1.2),
        ),
        "sensor": (_frame(6, 3.5, 18, 16), _line(12, 16, 12, 19, 16, 21.5, 20.5, 21.5)),
        "node": (
            _frame(3.5, 4, 20.5, 10.5),
            _frame(3.5, 13.5, 20.5, 20),
            _disc(7, 7.2, 1.2),
            _disc(7, 16.8, 1.2),
        ),
        "shield": (
            _line(12, 2.8, 20, 5.5, 20, 11.5, 17.5, 17, 12, 21, 6.5, 17, 4, 11.5, 4, 5.5, 12, 2.8),
            _line(8, 11.6, 11, 14.6, 16.2, 8.8),
        ),
        "exit": (
            _line(10, 4, 4, 4, 4, 20, 10, 20),
            _line(9, 12, 20.5, 12),
            _line(16, 7, 21, 12, 16, 17),
        ),
        "calendar": (
            _frame(3.5, 5.5, 20.5, 20),
            _line(3.5, 10, 20.5, 10),
            _line(8, 3, 8, 6.5),
            _line(16, 3, 16, 6.5),
        ),
        "tray": (
            _line(3.5, 13.5, 8.5, 13.5, 10, 16.5, 14, 16.5, 15.5, 13.5, 20.5, 13.5),
            _line(3.5, 13.5, 6.5, 5, 17.5, 5, 20.5, 13.5, 20.5, 19.5, 3.5, 19.5, 3.5, 13.5),
        ),
        "tooth": (
            _line(
                6,
                4.5,
                9,
                4,
                12,
                5.2,
                15,
                4,
                18,
                4.5,
                19.5,
                8,
                18.4,
                12.5,
                17,
                16,
                16,
                20.5,
                14.4,
                20.5,
                13.4,
                15.2,
                12,
                14,
                10.6,
                15.2,
                9.6,
                20.5,
                8,
                20.5,
                7,
                16,
                5.6,
                12.5,
                4.5,
                8,
                6,
                4.5,
            ),
        ),
    }
)
