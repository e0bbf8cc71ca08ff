"""One scale factor for the whole window: design pixels (at 1280 by 800) in, screen pixels out."""

from __future__ import annotations

import sys
import tkinter as tk

SMALLEST, LARGEST = 0.75, 3.0
DESIGN_WIDTH, DESIGN_HEIGHT = 1280, 800


class Scale:
    """Turns design pixels into screen pixels; `factor` is 0.75 to 3."""

    def __init__(self, factor: float) -> None:
        self.factor = min(LARGEST, max(SMALLEST, factor))

    def __call__(self, pixels: float) -> int:
        """`pixels` of the design on this screen, never less than one for a positive size."""
        scaled = round(pixels * self.factor)
        return max(1, scaled) if pixels > 0 else scaled


def fitting_scale(width: int, height: int, dots_per_inch: float) -> float:
    """The factor for a screen: by its density, or by its size where it lies about the density.

    Kiosk screens often claim 96 dots per inch at any size, so a large screen counts as a near one enlarged; and no
    density makes the design larger than the screen.
    """
    by_size = min(width / DESIGN_WIDTH, height / DESIGN_HEIGHT)
    wanted = max(1.0, dots_per_inch / 96, by_size * 0.9)
    return min(LARGEST, max(SMALLEST, min(wanted, by_size * 1.1)))


def scale_of_screen(root: tk.Misc, percent: int = 0) -> Scale:
    """The scale that the settings name in percent (75 to 300), or the one that fits the screen when 0."""
    if percent:
        return Scale(percent / 100)
    return Scale(
        fitting_scale(root.winfo_screenwidth(), root.winfo_screenheight(), root.winfo_fpixels("1i"))
    )


def be_aware_of_density() -> None:
    """On Windows: draw in real pixels. Before the first Tk()."""
    if sys.platform == "win32":
        import ctypes

        try:
            ctypes.windll.shcore.SetProcessDpiAwareness(1)
        except (AttributeError, OSError):
            # Before Windows 8.1, or already set by a manifest: the window is merely scaled by Windows.
            return
