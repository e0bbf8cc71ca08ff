"""Round corners, pills and icons, drawn with Pillow four times too large and made smaller: smooth at every scale."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageTk

from kiosk.ui.icons import ICONS, Stroke

if TYPE_CHECKING:
    from kiosk.ui.theme import Theme

OVER = 4
KEPT = 900
"""Pictures kept; a window has some two hundred."""


class Drawing:
    """Makes and keeps the small pictures of one window. On the screen's thread only."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._kept: dict[tuple[object, ...], ImageTk.PhotoImage] = {}

    def box(
        self,
        width: int,
        height: int,
        *,
        fill: str,
        outer: str,
        outline: str = "",
        radius: int = 0,
        line: int = 1,
    ) -> ImageTk.PhotoImage:
        """A filled round box of screen pixels on the colour `outer`."""
        key = ("box", width, height, fill, outer, outline, radius, line)
        return self._once(key, lambda: self._box(width, height, fill, outer, outline, radius, line))

    def corner(
        self, which: str, radius: int, *, fill: str, outer: str, outline: str, line: int
    ) -> ImageTk.PhotoImage:
        """One corner ("nw", "ne", "sw", "se") of a round box, to be laid over a square one."""

        def make() -> Image.Image:
            whole = self._box(radius * 4, radius * 4, fill, outer, outline, radius, line)
            left = 0 if which[1] == "w" else radius * 3
            top = 0 if which[0] == "n" else radius * 3
            return whole.crop((left, top, left + radius, top + radius))

        return self._once(("corner", which, radius, fill, outer, outline, line), make)

    def icon(self, name: str, size: int, colour: str) -> ImageTk.PhotoImage:
        """An icon by its name, `size` screen pixels square, in one colour on nothing."""
        return self._once(("icon", name, size, colour), lambda: draw_icon(name, size, colour))

    def _once(self, key: tuple[object, ...], make: object) -> ImageTk.PhotoImage:
        found = self._kept.get(key)
        if found is None:
            if len(self._kept) >= KEPT:
                for old in list(self._kept)[: KEPT // 3]:
                    if old[0] == "box":
                        # Widgets hold the pictures that they show.
                        del self._kept[old]
            found = ImageTk.PhotoImage(make(), master=self._theme.root)  # type: ignore[operator]
            self._kept[key] = found
        return found

    def _box(
        self, width: int, height: int, fill: str, outer: str, outline: str, radius: int, line: int
    ) -> Image.Image:
        width, height = max(1, width), max(1, height)
        radius = min(radius, width // 2, height // 2)
        flat = Image.new("RGB", (width, height), fill)
        ImageDraw.Draw(flat).rectangle(
            (0, 0, width - 1, height - 1), outline=outline or fill, width=line
        )
        if radius <= 0:
            return flat
        side = radius * 2 + 2
        big = Image.new("RGB", (side * OVER, side * OVER), outer)
        ImageDraw.Draw(big).rounded_rectangle(
            (0, 0, side * OVER - 1, side * OVER - 1),
            radius * OVER,
            fill=fill,
            outline=outline or None,
            width=line * OVER,
        )
        small = big.resize((side, side), Image.Resampling.LANCZOS)
        for left, top, x, y in (
            (0, 0, 0, 0),
            (side - radius, 0, width - radius, 0),
            (0, side - radius, 0, height - radius),
            (side - radius, side - radius, width - radius, height - radius),
        ):
            flat.paste(small.crop((left, top, left + radius, top + radius)), (x, y))
        return flat


def draw_icon(name: str, size: int, colour: str) -> Image.Image:
    """An icon on a transparent square of `size` pixels. Raises KeyError for a name that is none."""
    unit = size * OVER / 24
    mask = Image.new("L", (size * OVER, size * OVER), 0)
    pen = ImageDraw.Draw(mask)
    for stroke in ICONS[name]:
        _draw(pen, stroke, unit)
    small = mask.resize((size, size), Image.Resampling.LANCZOS)
    picture = Image.new("RGBA", (size, size), colour)
    picture.putalpha(small)
    return picture


def _points(numbers: Sequence[float], unit: float) -> list[tuple[float, float]]:
    return [(numbers[i] * unit, numbers[i + 1] * unit) for i in range(0, len(numbers), 2)]


def _draw(pen: ImageDraw.ImageDraw, stroke: Stroke, unit: float) -> None:
    width = max(1, round(stroke.width * unit))
    if stroke.shape == "line":
        points = _points(stroke.numbers, unit)
        pen.line(points, fill=stroke.ink, width=width, joint="curve")
        half = width / 2
        for x, y in (points[0], points[-1]):
            pen.ellipse((x - half, y - half, x + half, y + half), fill=stroke.ink)
    elif stroke.shape == "area":
        pen.polygon(_points(stroke.numbers, unit), fill=stroke.ink)
    else:
        cx, cy, radius = (number * unit for number in stroke.numbers[:3])
        if stroke.shape == "disc":
            box = (cx - radius, cy - radius, cx + radius, cy + radius)
            pen.ellipse(box, fill=stroke.ink)
            return
        start, end = stroke.numbers[3:5] if len(stroke.numbers) > 3 else (0, 360)
        outer = radius + width / 2
        pen.arc(
            (cx - outer, cy - outer, cx + outer, cy + outer),
            start,
            end,
            fill=stroke.ink,
            width=width,
        )
        if end - start < 360:
            half = width / 2
            for angle in (math.radians(start), math.radians(end)):
                x, y = cx + radius * math.cos(angle), cy + radius * math.sin(angle)
                pen.ellipse((x - half, y - half, x + half, y + half), fill=stroke.ink)
