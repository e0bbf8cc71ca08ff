"""From an exposure to a picture with its words."""

from __future__ import annotations

from kiosk.exam.views import ExposureView, Preview
from kiosk.i18n import Text, plain, text
from kiosk.presenters.ports import Picture
from minipacs.dicom.model import Exposure

NO_BREAK = "\u00a0"
AND = f"{NO_BREAK}· "
"""Between two facts; a line breaks after it, and never between a number and its unit."""


def picture_of(preview: Preview, exposure: ExposureView, position: str) -> Picture:
    """A picture of an exam, ready for the image view."""
    pixels = f"{exposure.columns} × {exposure.rows}".replace(" ", NO_BREAK)
    size = AND.join((pixels, f"{exposure.bits_stored}{NO_BREAK}bit"))
    details = [plain(line) for line in (*exposure_words(exposure.exposure), size)]
    return Picture(
        pixels=preview.pixels,
        window=preview.window,
        inverted=preview.inverted,
        orientation=preview.patient_orientation,
        rotation=preview.rotation,
        title=title_words(position, exposure.shot.view),
        details=tuple(details),
        spacing_mm=exposure.pixel_spacing_mm,
        simulated=exposure.simulated,
    )


def title_words(position: str, view: str) -> Text:
    """`16 17 · periapical`."""
    if view and position[:1].isdigit():
        return text("{position} · {view}", position=position, view=text(view.replace("-", " ")))
    return plain(position)


def exposure_words(exposure: Exposure | None) -> list[str]:
    """`70 kV · 7 mA · 80 ms` and `0.3 dGy·cm²`, of what is known."""
    if exposure is None:
        return []
    told = exposure.tube_current_ma is not None and exposure.time_ms is not None
    tube = (
        ("kV", exposure.kvp),
        ("mA", exposure.tube_current_ma),
        ("ms", exposure.time_ms),
        ("mAs", None if told else exposure.charge_mas),
    )
    dose = (("dGy·cm²", exposure.dose_area_product_dgy_cm2),)
    lines = (
        AND.join(f"{value:g}{NO_BREAK}{unit}" for unit, value in parts if value is not None)
        for parts in (tube, dose)
    )
    return [line for line in lines if line]
