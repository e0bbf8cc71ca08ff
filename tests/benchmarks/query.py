"""Study C-FIND by patient, date and name prefix, beside Orthanc: one whole association of findscu.

What findscu takes to start is measured by itself and left out on both sides: it says nothing of either node.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests import servers
from tests.benchmarks import objects
from tests.benchmarks.node import chairside_node
from tests.benchmarks.store import no_delay
from tests.benchmarks.table import Row, seconds
from tests.peers import run

QUERIES = {
    "patient ID": "PatientID=B000123",
    "date": "StudyDate=20070312-20070320",
    "name prefix": "PatientName=FAMILY0012*",
}


def measure(scratch: Path) -> Iterator[Row]:
    """2,000 studies in each node."""
    files = objects.write_studies(scratch / "studies", 2_000)
    with servers.orthanc(scratch / "orthanc-query") as server:
        _fill(server.peer.port, server.peer.ae_title, files)
        theirs = {
            name: seconds(lambda k=key: _ask(server.peer.port, server.peer.ae_title, k), 9)
            for name, key in QUERIES.items()
        }
    with chairside_node(scratch / "ours-query") as node:
        _fill(node.port, node.ae_title, files)
        ours = {
            name: seconds(lambda k=key: _ask(node.port, node.ae_title, k), 9)
            for name, key in QUERIES.items()
        }
    start = seconds(lambda: run("findscu", "--version"), 9)
    for name in QUERIES:
        mine, other = ours[name] - start, theirs[name] - start
        yield Row(
            f"study C-FIND by {name}, 2,000 studies, whole association",
            f"{mine * 1000:.0f} ms",
            f"Orthanc {other * 1000:.0f} ms",
            mine / other,
            0.2,
            "less",
        )


def _fill(port: int, ae_title: str, files: list[Path]) -> None:
    for start in range(0, len(files), 500):
        with no_delay():
            said = run(
                "storescu",
                "-aec",
                ae_title,
                "127.0.0.1",
                port,
                *files[start : start + 500],
                timeout=600,
            )
        if said.returncode:
            raise RuntimeError(f"storescu: {said.stdout[-300:]}")


def _ask(port: int, ae_title: str, key: str) -> None:
    returned = ["StudyInstanceUID", "StudyDate", "AccessionNumber", "PatientName", "PatientID"]
    words = [word for name in (*returned, key) for word in ("-k", name)]
    said = run(
        "findscu",
        "-S",
        "-aec",
        ae_title,
        "-k",
        "QueryRetrieveLevel=STUDY",
        *words,
        "127.0.0.1",
        port,
        timeout=120,
    )
    if said.returncode:
        raise RuntimeError(f"findscu: {said.stdout[-300:]}")
