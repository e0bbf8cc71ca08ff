"""From a frame in hand to an image that is safe in the archive and drawn for the screen."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from pathlib import Path

from kiosk.capture.simulator import draw
from kiosk.demo.play import demo_settings
from kiosk.exam.views import EventKind, ExamEvent
from kiosk.office.office import Office
from kiosk.office.places import Places
from tests.benchmarks.table import Row
from tests.builders import a_patient

TIMES = 12


def measure(scratch: Path) -> Iterator[Row]:
    """Milliseconds against the design's limits; there is no peer that does the same."""
    with Office(Places(scratch / "data"), demo_settings(None)) as office:
        for title, mount, limit in (
            ("intra-oral image 1300x1700", "fmx-18", 150),
            ("panoramic 2900x1500", "panoramic", 300),
        ):
            taken = [_once(office, mount) for _ in range(TIMES)][2:]
            median = statistics.median(taken) * 1000
            yield Row(
                f"frame in hand to safe and on screen, {title}",
                f"{median:.0f} ms",
                f"limit {limit} ms",
                median / limit,
                1.0,
                "less",
            )


def _once(office: Office, mount: str) -> float:
    exam = office.exams.open(a_patient(), None, mount)
    token = exam.arm(exam.next_slot() or "")
    frame = draw(token.kind, token.shot, 7, token.slot)
    shown: list[float] = []

    def hear(event: ExamEvent) -> None:
        if event.kind is EventKind.PREVIEW:
            exam.preview(event.exposure_id)
            shown.append(time.perf_counter())

    exam.subscribe(hear)
    began = time.perf_counter()
    exam.receive(frame, token)
    exam.accept(token.identifier)
    return max(time.perf_counter(), *shown) - began
