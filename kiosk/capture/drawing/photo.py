"""Photographs of a plaster-like mannequin and its teeth: RGB, clearly nobody."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from kiosk.capture.drawing.plate import Map, Plate, band, line, noise
from kiosk.capture.drawing.shapes import Points, area, stroke
from kiosk.capture.drawing.tooth import LOWER, UPPER, build_of

WIDTH, HEIGHT = 1800, 1200
Picture = NDArray[np.float32]


def draw_photo(view: str, seed: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """The picture, RGB uint8: faces stand (1800 x 1200 rows x columns), teeth lie (1200 x 1800)."""
    if "occlusal" in view:
        picture = _arch(view.endswith("upper"), rng)
    elif "intraoral" in view or view.startswith("endo"):
        side = 1 if view.endswith("right") else -1 if view.endswith("left") else 0
        picture = _smile(side, rng)
    else:
        picture = _face(view, rng)
    grain = rng.standard_normal(picture.shape[:2], dtype=np.float32)[..., None] * 2.2
    return np.clip(picture + grain, 0, 255).astype(np.uint8)


def _enlarged(picture: Picture, rows: int, columns: int) -> Picture:
    image = Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8))
    large = image.resize((columns, rows), Image.Resampling.BICUBIC)
    return np.asarray(large, np.float32)


def _paint(
    picture: Picture, mask: Map, colour: tuple[float, float, float], shade: Any = 1.0
) -> None:
    """Lay a colour over the picture where the mask is."""
    layer = np.asarray(colour, np.float32) * np.asarray(shade, np.float32)[..., None]
    picture += mask[..., None] * (layer - picture)


def _smile(side: int, rng: np.random.Generator) -> Picture:
    """Teeth in occlusion from the front (0), the patient's right (1) or left (-1) side."""
    plate = Plate(90, 60, 0.1)
    picture = np.zeros((*plate.shape, 3), np.float32)
    x, y = plate.x, plate.y
    folds = noise(rng, plate.shape, (60, 160)) * 0.05
    deep = 0.55 + 0.45 * np.exp(-(((x - 45) / 40) ** 2 + ((y - 30) / 34) ** 2))
    _paint(
        picture, np.ones(plate.shape, np.float32), (176, 84, 82), (deep + folds) * np.ones_like(y)
    )
    gap = band(4.2 - np.abs(y - 30), 4)
    _paint(picture, gap * np.ones_like(x), (60, 22, 24))
    for chart, up in ((LOWER, False), (UPPER, True)):
        _row(plate, picture, chart, up, side, rng)
    frame = np.maximum(np.abs(x - 45) / 44, np.abs(y - 30) / 29)
    picture *= (1 - 0.55 * band(frame - 0.97, 0.12))[..., None]
    return _enlarged(picture, HEIGHT, WIDTH)


def _row(
    plate: Plate,
    picture: Picture,
    chart: tuple[str, ...],
    up: bool,
    side: int,
    rng: np.random.Generator,
) -> None:
    """One arch: each tooth turned away from the viewer the further it is from the middle."""
    widths = np.array([build_of(fdi).width for fdi in chart], float)
    ends = np.concatenate([[0.0], np.cumsum(widths)]) - widths.sum() / 2
    radius = 34.0
    turn = side * 0.95
    order = sorted(
        range(len(chart)), key=lambda i: -abs((ends[i] + ends[i + 1]) / 2 / radius + turn)
    )
    sign = -1.0 if up else 1.0
    spread = 1.25
    for i in order:
        left, right = ends[i] / radius + turn, ends[i + 1] / radius + turn
        if min(abs(left), abs(right)) > 1.35:
            continue
        x0, x1 = (
            45 + spread * radius * float(np.sin(np.clip(a, -1.5, 1.5))) for a in (left, right)
        )
        if x1 - x0 < 1.2:
            continue
        build = build_of(chart[i])
        away = abs((left + right) / 2)
        near = float(np.cos(away)) * 0.25 + 0.75
        edge = 30.0 + (1.2 if up else -0.2) * 1.0 + sign * 0.4
        height = build.crown * 1.22 * near
        neck = edge + sign * height
        _tooth(plate, picture, x0, x1, edge, neck, up, 1 - 0.42 * away / 1.4, rng)


def _tooth(
    plate: Plate,
    picture: Picture,
    x0: float,
    x1: float,
    edge: float,
    neck: float,
    up: bool,
    light: float,
    rng: np.random.Generator,
) -> None:
    middle, half = (x0 + x1) / 2, (x1 - x0) / 2
    part = plate.part(x0 - 2, min(edge, neck) - 4, x1 + 2, max(edge, neck) + 4)
    if part is None:
        return
    rows, columns = part
    x, y = plate.x[:, columns], plate.y[rows]
    t = (y - edge) / (neck - edge)  # 0 at the edge, 1 at the gum
    u = (x - middle) / half
    wide = 1.0 - 0.20 * np.clip(t, 0, 1.2) ** 2 - 0.10 * np.exp(-((t / 0.10) ** 2))
    gum_line = 1.0 - 0.16 * u**2
    inside = np.minimum(
        (wide - np.abs(u)) * half, np.minimum(t + 0.02, gum_line - t) * abs(neck - edge)
    )
    mask = band(inside, 0.45)
    round_ = np.sqrt(np.clip(1 - (u / 1.12) ** 2, 0.05, 1))
    shine = np.exp(-(((u + 0.22) / 0.16) ** 2) - ((t - 0.42) / 0.26) ** 2) * 0.16
    shade = light * (0.52 + 0.46 * round_ + 0.06 * (1 - t)) + shine
    warm = float(rng.uniform(-4, 4))
    gums = band(gum_line - t, 0.2)
    halo = line(np.minimum(inside, 0) / 0.9, 1.0) * (1 - gums) * 0.35
    view = picture[part]
    _paint(view, np.asarray(halo, np.float32), (214, 130, 126))
    _paint(view, mask, (243 + warm, 234 + warm, 214 + warm), np.asarray(shade, np.float32))
    dark = line(inside, 0.35) * 0.40
    view *= (1 - dark)[..., None]


def _arch(upper: bool, rng: np.random.Generator) -> Picture:
    """An arch in a mirror: incisors at the top for the upper jaw, at the bottom for the lower."""
    plate = Plate(90, 60, 0.1)
    picture = np.zeros((*plate.shape, 3), np.float32)
    x = plate.x
    y = plate.y if upper else 60 - plate.y
    soft = 0.86 + noise(rng, plate.shape, (90, 90)) * 0.08
    _paint(picture, np.ones(plate.shape, np.float32), (150, 72, 72), soft)
    palate = 1 - np.hypot((x - 45) / 27, (y - 52) / 44)
    tint = (206, 128, 122) if upper else (186, 92, 92)
    _paint(picture, band(palate, 0.3), tint, soft * (0.75 + 0.35 * np.clip(palate, 0, 1)))
    if upper:
        rugae = (
            np.sin((y - 0.05 * (x - 45) ** 2 * 0.3) * 2.4)
            * band(30 - y, 6)
            * band(palate - 0.12, 0.2)
        )
        picture *= (1 + 0.06 * rugae)[..., None]
        picture *= (1 - 0.14 * line(x - 45, 0.5) * band(palate - 0.05, 0.2))[..., None]
    chart = UPPER if upper else LOWER
    widths = np.array([build_of(fdi).width for fdi in chart], float)
    ends = np.concatenate([[0.0], np.cumsum(widths)]) / widths.sum()
    angles = np.interp(ends, *_walk())
    for i, fdi in enumerate(chart):
        a = float(angles[i] + angles[i + 1]) / 2
        cx, cy = 45 + 31 * float(np.cos(a)), 53 - 44 * float(np.sin(a))
        part = plate.part(
            cx - 9, (cy if upper else 60 - cy) - 9, cx + 9, (cy if upper else 60 - cy) + 9
        )
        if part is None:
            continue
        toward = float(np.arctan2(-44 * np.cos(a), 31 * np.sin(a)))
        place = int(fdi[1])
        deep = (3.2, 3.0, 3.8, 4.2, 4.3, 5.2, 5.0, 4.6)[place - 1]
        long_ = build_of(fdi).width * 0.5 * (0.98 if place < 4 else 0.92)
        dx, dy = x[:, part[1]] - cx, y[part[0]] - cy
        u = (dx * np.cos(toward) + dy * np.sin(toward)) / long_
        v = (-dx * np.sin(toward) + dy * np.cos(toward)) / deep
        body = 1 - (np.abs(u) ** 3 + np.abs(v) ** 2.6) ** 0.36
        mask = band(body * 4, 0.5)
        shade = 0.70 + 0.32 * np.clip(body * 2.2, 0, 1)
        if place > 3:
            groove = line(v, 0.14) * band(0.7 - np.abs(u), 0.3)
            cross = line(u, 0.12) * band(0.5 - np.abs(v), 0.3) * (place > 5)
            shade = shade - 0.20 * np.maximum(groove, cross)
        view = picture[part]
        _paint(view, mask, (240, 231, 212), np.asarray(shade, np.float32))
        view *= (1 - 0.30 * line(body * 4, 0.4) * band(0.25 - np.abs(body), 0.2))[..., None]
    corner = np.hypot((x - 45) / 56, (plate.y - 30) / 40)
    picture *= (1 - 0.6 * band(corner - 0.9, 0.3))[..., None]
    return _enlarged(picture, HEIGHT, WIDTH)


def _walk() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(share of the way along the arch, angle on its ellipse), so that teeth stand side by side."""
    angles = np.linspace(np.pi * 1.02, -np.pi * 0.02, 400)
    steps = np.hypot(np.diff(31 * np.cos(angles)), np.diff(44 * np.sin(angles)))
    way = np.concatenate([[0.0], np.cumsum(steps)])
    return way / way[-1], angles


_PROFILE: Points = [
    (25, 62), (30, 30), (54, 13), (84, 18), (97, 40), (98, 58), (101, 70), (111, 86), (107, 91), (101, 93), (104, 99),
    (101, 103), (103, 108), (98, 114), (99, 123), (90, 130), (72, 128), (66, 150), (66, 190), (10, 190),
    (26, 150), (22, 100),
]  # fmt: skip


_FEATURES: tuple[tuple[Points, float], ...] = (
    ([(88, 66), (93, 63), (97, 64)], 1.6),
    ([(86, 55), (92, 52), (98, 54)], 2.2),
    ([(92, 104), (98, 103), (102, 103)], 1.0),
)


def _face(view: str, rng: np.random.Generator) -> Picture:
    """A mannequin's head, frontal or in profile (nose to the right for the right profile)."""
    plate = Plate(120, 180, 0.25)
    picture = np.zeros((*plate.shape, 3), np.float32)
    x, y = plate.x, plate.y
    back = 0.80 + 0.20 * np.exp(-(((x - 60) / 70) ** 2 + ((y - 70) / 90) ** 2))
    _paint(picture, np.ones(plate.shape, np.float32), (96, 116, 134), back)
    if "profile" in view:
        mask = area(plate, _PROFILE, 0.8)
        soft = _blurred(mask, plate, 14)
        shade = 0.42 + 0.62 * soft - 0.10 * (x - 60) / 60 * -1
        _paint(picture, mask, (214, 186, 168), np.asarray(shade, np.float32))
        for points, width in _FEATURES:
            picture *= (1 - 0.45 * stroke(plate, points, width, 0.6))[..., None]
        ear = 1 - np.hypot((x - 52) / 8, (y - 78) / 14)
        _paint(
            picture,
            band(ear, 0.15),
            (204, 170, 150),
            np.asarray(0.75 + 0.3 * np.clip(ear, 0, 1), np.float32),
        )
        if view.endswith("left"):
            picture = picture[:, ::-1].copy()
        return _enlarged(picture, WIDTH, HEIGHT)
    _frontal(plate, picture, smiling="smile" in view)
    return _enlarged(picture, WIDTH, HEIGHT)


def _frontal(plate: Plate, picture: Picture, *, smiling: bool) -> None:
    x, y = plate.x, plate.y
    away = np.abs(x - 60)
    skin = (214.0, 186.0, 168.0)
    neck = band(np.minimum(20 - away + 0.004 * (y - 140) ** 2, y - 110), 2)
    _paint(
        picture,
        neck,
        skin,
        np.asarray(0.50 + 0.20 * np.cos((x - 60) / 24) * np.ones_like(y), np.float32),
    )
    head = 1 - np.hypot(away / (37 - 0.10 * np.clip(y - 80, 0, 60)), (y - 76) / 59)
    for sign in (-1, 1):
        ear = 1 - np.hypot((x - 60 - sign * 38) / 5, (y - 80) / 12)
        _paint(picture, band(ear, 0.2), skin, 0.72)
    shade = 0.52 + 0.52 * np.sqrt(np.clip(head * 1.5, 0, 1)) - 0.05 * (x - 60) / 40
    _paint(picture, band(head, 0.03), skin, np.asarray(shade, np.float32))
    for sign in (-1, 1):
        eye: Points = [(60 + sign * 8.5, 71), (60 + sign * 15, 73.2), (60 + sign * 21.5, 70.5)]
        picture *= (1 - 0.60 * stroke(plate, eye, 1.3, 0.5))[..., None]
        brow: Points = [(60 + sign * 7, 61), (60 + sign * 15, 57.5), (60 + sign * 23, 60.5)]
        picture *= (1 - 0.35 * stroke(plate, brow, 2.2, 1.0))[..., None]
        hollow = np.exp(-(((x - 60 - sign * 15) / 9) ** 2 + ((y - 67) / 7) ** 2))
        picture *= (1 - 0.13 * hollow)[..., None]
    nose = np.exp(-((away / 4.0) ** 2)) * band(y - 66, 12) * band(95 - y, 4)
    picture *= (1 + 0.10 * nose)[..., None]
    under = np.exp(-((away / 7.5) ** 2 + ((y - 96.5) / 2.2) ** 2))
    picture *= (1 - 0.28 * under)[..., None]
    if smiling:
        lips: Points = [
            (42, 108),
            (52, 107),
            (60, 108.5),
            (68, 107),
            (78, 108),
            (70, 117),
            (60, 120),
            (50, 117),
        ]
        _paint(picture, area(plate, lips, 0.7), (178, 98, 94))
        mouth: Points = [(45, 109), (60, 110.5), (75, 109), (68, 115), (60, 117), (52, 115)]
        hole = area(plate, mouth, 0.4)
        _paint(picture, hole, (240, 232, 216))
        gaps = line(np.abs((away % 4.6) - 2.3) - 2.3, 0.35)
        picture *= (1 - 0.30 * hole * gaps)[..., None]
    else:
        lips = [
            (48, 110),
            (55, 107.5),
            (60, 108.8),
            (65, 107.5),
            (72, 110),
            (65, 114.5),
            (60, 115.5),
            (55, 114.5),
        ]
        _paint(picture, area(plate, lips, 0.7), (184, 116, 108))
        closed: Points = [(48, 110.2), (56, 110.6), (60, 111), (64, 110.6), (72, 110.2)]
        picture *= (1 - 0.40 * stroke(plate, closed, 0.8, 0.4))[..., None]


def _blurred(mask: Map, plate: Plate, radius: float) -> Map:
    image = Image.fromarray((mask * 255).astype(np.uint8))
    small = image.resize((mask.shape[1] // 4, mask.shape[0] // 4))
    soft = small.filter(ImageFilter.GaussianBlur(radius / plate.step / 4))
    return np.asarray(soft.resize((mask.shape[1], mask.shape[0])), np.float32) / np.float32(255)


def draw_document(page: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """A scanned form, grey uint8 (1754, 1240): A4 at 150 dpi."""
    picture = Image.new("L", (1240, 1754), 250)
    pen = ImageDraw.Draw(picture)
    title = ("CONSENT", "MEDICAL HISTORY", "REFERRAL", "TREATMENT PLAN")[page % 4]
    pen.text((120, 110), title, fill=30, font_size=58)
    pen.text((120, 190), "SIMULATED DOCUMENT - NO REAL PATIENT", fill=110, font_size=24)
    pen.line((120, 236, 1120, 236), fill=60, width=3)
    y = 290
    while y < 1560:
        if float(rng.random()) < 0.16:
            y += 26
            pen.rectangle((120, y, 146, y + 26), outline=60, width=3)
            if float(rng.random()) < 0.5:
                pen.line((122, y + 2, 144, y + 24), fill=40, width=4)
                pen.line((144, y + 2, 122, y + 24), fill=40, width=4)
            _words(pen, 166, y + 6, 900, rng)
        else:
            _words(pen, 120, y, int(rng.uniform(500, 1000)), rng)
        y += 40
    curve = [(700 + 4 * t, 1640 + 26 * float(np.sin(t / 5) * np.cos(t / 13))) for t in range(90)]
    pen.line(curve, fill=50, width=4, joint="curve")
    pen.line((690, 1680, 1120, 1680), fill=90, width=2)
    tilted = picture.rotate(float(rng.normal(0, 0.4)), Image.Resampling.BICUBIC, fillcolor=250)
    values = np.asarray(tilted, np.float32)
    shadow = np.linspace(-6, 2, values.shape[1], dtype=np.float32)[None, :]
    grain = rng.standard_normal(values.shape, dtype=np.float32) * 2.5
    return np.clip(values + shadow + grain, 0, 255).astype(np.uint8)


def _words(pen: ImageDraw.ImageDraw, x: int, y: int, width: int, rng: np.random.Generator) -> None:
    """A line of grey strokes of word length: it reads as text and says nothing."""
    end = x + width
    while x < end - 30:
        long_ = int(rng.uniform(26, 110))
        pen.rounded_rectangle((x, y + 4, min(x + long_, end), y + 15), radius=4, fill=96)
        x += long_ + 14
