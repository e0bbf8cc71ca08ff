"""The mount in labial layout: the patient's right is on the left. A state is a shape and a word, not only a colour."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageTk

from kiosk.presenters.exam_view import MountTile
from kiosk.ui.kit import Kit

BADGES = {
    "empty": ("empty", "faint"),
    "armed": ("live", "accent"),
    "unsaved": ("alert", "bad"),
    "judge": ("judge", "warn"),
    "storing": ("working", "accent"),
    "stored": ("stored", "good"),
}
GAP = 6
STRETCH = 1.7
WANTED = 96
"""Design pixels that the narrowest position likes to be wide."""
STRIP = 20
"""For the words below a picture."""
DRAG = 14
"""As far as a finger trembles in a tap."""


@dataclass
class Drag:
    """A finger on a position; a drag once it has moved far enough and the picture may go somewhere."""

    key: str = ""
    x: int = 0
    y: int = 0
    begun: bool = False
    offered: tuple[str, ...] = ()
    over: str = ""


class Mount(tk.Canvas):
    """Tells `on_tile` the key of a tapped position, and `on_drop` when a picture was dragged to another one.

    Args:
        places: gives the positions that the picture of a position can be dragged to; none: it stays.
    """

    def __init__(
        self,
        parent: tk.Misc,
        kit: Kit,
        on_tile: Callable[[str], object],
        places: Callable[[str], Sequence[str]],
        on_drop: Callable[[str, str], object],
    ) -> None:
        super().__init__(
            parent,
            background=str(parent.cget("background")),
            highlightthickness=0,
            takefocus=True,
            width=kit.theme.px(300),
            height=kit.theme.px(200),
            cursor="hand2",
        )
        self.kit, self._on_tile = kit, on_tile
        self._places, self._on_drop = places, on_drop
        self._drag = Drag()
        self.tiles: tuple[MountTile, ...] = ()
        self._aspect, self.selected = 1.6, ""
        self._pixels: dict[str, NDArray[np.uint8]] = {}
        self._pictures: dict[tuple[str, int, int], ImageTk.PhotoImage] = {}
        self._boxes: dict[str, tuple[int, int, int, int]] = {}
        self._held: list[object] = []
        self._pending = False
        self.bind("<Configure>", lambda _: self._soon(), add=True)
        self.bind("<ButtonPress-1>", self._pressed, add=True)
        self.bind("<B1-Motion>", self._dragged, add=True)
        self.bind("<ButtonRelease-1>", self._released, add=True)

    def show(self, tiles: Sequence[MountTile], aspect: float, selected: str) -> None:
        """These positions; draws only when something changed."""
        new = (tuple(tiles), aspect, selected)
        if new != (self.tiles, self._aspect, self.selected):
            self.tiles, self._aspect, self.selected = new
            wanted = {tile.exposure_id for tile in tiles}
            for gone in set(self._pixels) - wanted:
                self._forget(gone)
            self._soon()

    def show_thumbnail(self, exposure_id: str, pixels: NDArray[np.uint8]) -> None:
        """The small picture of an exposure."""
        self._forget(exposure_id)
        self._pixels[exposure_id] = pixels
        self._soon()

    def wanted_width(self) -> int:
        """Screen pixels that the mount would like: as many as its narrowest position needs to be told and hit."""
        narrowest = min((tile.box[2] for tile in self.tiles), default=1.0)
        return round(self.kit.theme.px(WANTED) / max(0.02, narrowest))

    def box_of(self, key: str) -> tuple[int, int, int, int]:
        """Where a position lies, in screen pixels: left, top, right, bottom."""
        return self._boxes[key]

    def _forget(self, exposure_id: str) -> None:
        self._pixels.pop(exposure_id, None)
        for key in [key for key in self._pictures if key[0] == exposure_id]:
            del self._pictures[key]

    def _tile_at(self, x: int, y: int) -> str:
        for key, (left, top, right, bottom) in self._boxes.items():
            if left <= x < right and top <= y < bottom:
                return key
        return ""

    # ---- tap and drag

    def _pressed(self, event: tk.Event[tk.Misc]) -> None:
        key = self._tile_at(event.x, event.y)
        self._drag = Drag(key, event.x, event.y)
        if key:
            self._on_tile(key)

    def _dragged(self, event: tk.Event[tk.Misc]) -> None:
        drag = self._drag
        if not drag.key:
            return
        if not drag.begun:
            if abs(event.x - drag.x) + abs(event.y - drag.y) < self.kit.theme.px(DRAG):
                return
            drag.offered = tuple(self._places(drag.key))
            if not drag.offered:
                self._drag = Drag()
                return
            drag.begun = True
            self.configure(cursor="fleur")
        over = self._tile_at(event.x, event.y)
        drag.x, drag.y = event.x, event.y
        drag.over = over if over in drag.offered else ""
        self._soon()

    def _released(self, event: tk.Event[tk.Misc]) -> None:
        drag, self._drag = self._drag, Drag()
        if drag.begun:
            self.configure(cursor="hand2")
            self._soon()
            over = self._tile_at(event.x, event.y)
            if over in drag.offered:
                self._on_drop(drag.key, over)

    def _paint_drag(self) -> None:
        """The dragged picture under the finger."""
        tile = next((one for one in self.tiles if one.key == self._drag.key), None)
        if tile is None or tile.exposure_id not in self._pixels:
            return
        left, top, right, bottom = self._boxes[tile.key]
        half_wide, half_high = (right - left) // 2, (bottom - top) // 2
        x, y = self._drag.x, self._drag.y
        self._paint_picture(
            tile.exposure_id, (x - half_wide, y - half_high, x + half_wide, y + half_high), 0
        )

    def _soon(self) -> None:
        if not self._pending:
            self._pending = True
            self.after_idle(self._repaint)

    def _repaint(self) -> None:
        self._pending = False
        self.delete("all")
        self._held.clear()
        self._boxes.clear()
        px = self.kit.theme.px
        width, height = self.winfo_width() - px(8), self.winfo_height() - px(8)
        if width < 20 or height < 20 or not self.tiles:
            return
        wide = min(width, round(height * self._aspect))
        high = min(height, round(wide / self._aspect))
        # A low mount in a high room may grow: boxes matter more than true proportions.
        high = min(height, round(high * STRETCH))
        left, top = px(4) + (width - wide) // 2, px(4) + (height - high) // 2
        gap = px(GAP) / 2
        for tile in self.tiles:
            x, y, w, h = tile.box
            box = (
                round(left + x * wide + gap),
                round(top + y * high + gap),
                round(left + (x + w) * wide - gap),
                round(top + (y + h) * high - gap),
            )
            self._boxes[tile.key] = box
            self._paint(tile, box)
        if self._drag.begun:
            self._paint_drag()

    def _paint(self, tile: MountTile, box: tuple[int, int, int, int]) -> None:
        theme = self.kit.theme
        px, palette = theme.px, theme.palette
        left, top, right, bottom = box
        wide, high = right - left, bottom - top
        selected, live = tile.key == self.selected, tile.state == "armed"
        outline, line = palette.line, 1
        if live:
            outline, line = palette.accent, 3
        elif tile.state == "unsaved":
            outline, line = palette.bad, 3
        elif selected:
            outline, line = palette.text, 2
        if tile.target or tile.key == self._drag.over:
            outline, line = palette.accent, 4
        has_picture = tile.exposure_id in self._pixels
        fill = palette.image if has_picture else (palette.selected if live else palette.raised)
        ground = theme.drawing.box(
            wide, high, fill=fill, outer=str(self.cget("background")), outline=outline,
            radius=px(6), line=px(line),
        )  # fmt: skip
        self._held.append(ground)
        self.create_image(left, top, image=ground, anchor="nw")
        if has_picture:
            self._paint_picture(tile.exposure_id, box, px(line) + px(1))
        if live and selected:
            inset = px(4)
            self.create_rectangle(
                left + inset, top + inset, right - inset - 1, bottom - inset - 1,
                outline=palette.text,
            )  # fmt: skip
        self._paint_words(tile, box, has_picture)
        if tile.offered or tile.key in self._drag.offered:
            self._paint_offer(box)

    def _paint_offer(self, box: tuple[int, int, int, int]) -> None:
        """A picture in hand could come here: a dashed frame."""
        px = self.kit.theme.px
        left, top, right, bottom = box
        inset = px(1)
        self.create_rectangle(
            left + inset, top + inset, right - inset - 1, bottom - inset - 1,
            outline=self.kit.theme.palette.accent, width=px(2), dash=(px(5), px(4)),
        )  # fmt: skip

    def _paint_picture(self, exposure_id: str, box: tuple[int, int, int, int], inset: int) -> None:
        left, top, right, bottom = box
        bottom -= self.kit.theme.px(STRIP)
        room = (right - left - 2 * inset, bottom - top - inset)
        if min(room) < 4:
            return
        key = (exposure_id, *room)
        picture = self._pictures.get(key)
        if picture is None:
            image = Image.fromarray(self._pixels[exposure_id])
            image.thumbnail(room, Image.Resampling.LANCZOS)
            if image.width < room[0] and image.height < room[1]:
                factor = min(room[0] / image.width, room[1] / image.height)
                image = image.resize(
                    (max(1, round(image.width * factor)), max(1, round(image.height * factor))),
                    Image.Resampling.BICUBIC,
                )
            picture = ImageTk.PhotoImage(image, master=self)
            self._pictures[key] = picture
        self.create_image((left + right) // 2, (top + bottom) // 2, image=picture)

    def _paint_words(
        self, tile: MountTile, box: tuple[int, int, int, int], has_picture: bool
    ) -> None:
        theme = self.kit.theme
        px, palette = theme.px, theme.palette
        left, top, right, bottom = box
        wide = right - left
        icon, tone = BADGES[tile.state]
        size = px(20) if wide >= px(70) else px(16)
        pad = px(6)
        if tile.state != "empty":
            if has_picture:
                disc = theme.drawing.icon("on", size + px(6), palette.image)
                self._held.append(disc)
                self.create_image(right - pad - size // 2, top + pad + size // 2, image=disc)
            badge = theme.drawing.icon(icon, size, theme.tone(tone))
            self._held.append(badge)
            self.create_image(right - pad - size // 2, top + pad + size // 2, image=badge)
        is_number = tile.label[:1].isdigit()
        font = theme.font(13 if wide >= px(60) and is_number else 11, bold=is_number)
        if font.measure(tile.label) > wide - px(8):
            font = theme.font(10)
        words = theme.fit_text(tile.label, font, wide - px(4))
        colour = palette.text if tile.state != "empty" else palette.muted
        if has_picture:
            self.create_text(
                left + wide // 2, bottom - px(STRIP // 2 + 1), text=words, font=font, fill=colour
            )
        else:
            if not is_number and wide >= px(150):
                font = theme.font(14)
            longest = max(tile.label.split() or [""], key=font.measure)
            if font.measure(longest) > wide - px(6):
                font = theme.font(10)
            item = self.create_text(
                left + wide // 2,
                (top + bottom) // 2,
                text=tile.label,
                font=font,
                fill=colour,
                width=wide - px(4),
                justify="center",
            )
            if self.bbox(item)[1] >= top + px(20):
                self.create_text(
                    left + px(6), top + px(5), text=str(tile.order), font=theme.font(11),
                    fill=palette.faint, anchor="nw",
                )  # fmt: skip
        if tile.rejected:
            mark = theme.drawing.icon("rejected", px(14), palette.bad)
            self._held.append(mark)
            y = top + (px(13) if has_picture else px(26))
            self.create_image(left + px(13), y, image=mark)
            self.create_text(
                left + px(23), y, text=str(tile.rejected), font=theme.font(11),
                fill=palette.bad, anchor="w",
            )  # fmt: skip
