"""A measured line beside its peer, and how all of them are printed and kept."""

from __future__ import annotations

import json
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """One line of the table.

    `ratio` is the figure that the design names, `reach` what it asks for; `better` says whether more or less is good.
    """

    work: str
    ours: str
    peer: str
    ratio: float
    reach: float
    better: str = "more"

    @property
    def reached(self) -> bool:
        """Whether the figure is as good as the design asks for."""
        return self.ratio >= self.reach if self.better == "more" else self.ratio <= self.reach


def seconds(work: Callable[[], object], times: int = 1) -> float:
    """The median wall time of some runs."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def show(rows: Sequence[Row]) -> str:
    """The rows as one table of Markdown."""
    lines = ["| work | Chairside | peer | ratio | reach | |", "|---|---|---|---:|---:|---|"]
    for row in rows:
        sign = ">=" if row.better == "more" else "<="
        mark = "reached" if row.reached else "NOT reached"
        lines.append(
            f"| {row.work} | {row.ours} | {row.peer} | {row.ratio:.2f} | {sign} {row.reach:g} | {mark} |"
        )
    return "\n".join(lines)


def keep(rows: Sequence[Row], path: Path) -> None:
    """Write the rows and the machine as JSON."""
    machine = {"system": platform.platform(), "python": platform.python_version()}
    record = {"machine": machine, "rows": [{**asdict(row), "reached": row.reached} for row in rows]}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(record, indent=2) + "\n")
