"""A DICOMDIR over 2,000 instances, beside dcmmkdir on the same files."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from minipacs.archive import Archive, Origin
from minipacs.clock import system_clock
from minipacs.dicom.uids import UidPolicy
from minipacs.media import fileset
from tests.benchmarks import objects
from tests.benchmarks.table import Row, seconds
from tests.peers import run

COUNT = 2_000


def measure(scratch: Path) -> Iterator[Row]:
    """Rebuilding the directory of a finished medium: the part that dcmmkdir does too."""
    files = objects.write_studies(scratch / "files", COUNT, per_patient=4)
    with Archive.open(scratch / "archive", clock=system_clock) as archive:
        for file in files:
            archive.ingest(file.read_bytes(), Origin("import"))
        medium = scratch / "medium"
        fileset.create(archive, medium, all_=True, clock=system_clock, uids=UidPolicy())
    theirs_folder = scratch / "theirs"
    shutil.copytree(medium, theirs_folder)
    (theirs_folder / "DICOMDIR").unlink()
    (theirs_folder / "SHA256").unlink(missing_ok=True)

    def dcmmkdir() -> None:
        (theirs_folder / "DICOMDIR").unlink(missing_ok=True)
        said = run("dcmmkdir", "+r", "+id", ".", "-nb", cwd=theirs_folder, timeout=300)
        if not (theirs_folder / "DICOMDIR").exists():
            raise RuntimeError(f"dcmmkdir: {said.stdout[-300:]}")

    theirs = seconds(dcmmkdir, times=3)
    ours = seconds(lambda: fileset.rebuild(medium, uids=UidPolicy()), times=3)
    yield Row(
        f"DICOMDIR over {COUNT} instances",
        f"{ours:.2f} s",
        f"dcmmkdir {theirs:.2f} s",
        ours / theirs,
        1.0,
        "less",
    )
