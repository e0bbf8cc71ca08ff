"""Bar 14: killed or failed at its n-th system call, an update leaves the old or the new file-set, both whole."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from minipacs.dicom.uids import CountedUids
from minipacs.media import fileset
from tests.minipacs.media.objects import SmallArchive, a_mouth
from tests.peers import dciodvfy, need

# `fileset.remove` of one study and `fileset.add` of another, in a program of its own.
PROGRAM = """
import sys
from pathlib import Path
from minipacs.dicom.uids import CountedUids
from minipacs.media import fileset
from minipacs.media.errors import MediaError
from tests.builders import frozen_clock
from tests.minipacs.media.objects import SmallArchive, a_mouth

base, what = Path(sys.argv[1]), sys.argv[2]
common = {"clock": frozen_clock, "uids": CountedUids(900)}
files = a_mouth(CountedUids(500), 2, StudyInstanceUID="2.25.112", SeriesInstanceUID="2.25.223")
archive = SmallArchive(base / "other", files)
print("READY", flush=True)
try:
    if what == "add":
        fileset.add(archive, base / "medium", all_=True, **common)
    else:
        fileset.remove(base / "medium", studies=["2.25.111"], **common)
except MediaError as problem:
    print("REFUSED", problem)
    sys.exit(3)
print("DONE")
"""
OLD, ADDED, REMOVED = 3, 5, 0


def update(base: Path, what: str, inject: str) -> tuple[int, str]:
    need("strace")
    program = base / "program.py"
    program.write_text(PROGRAM)
    syscall = inject.split(":")[0]
    # Only what touches the medium counts, not what the interpreter does while it starts.
    done = subprocess.run(
        ["strace", "-f", "-qq", "-o", "/dev/null", "-P", str(base / "medium"),
         *(part for path in mediums(base) for part in ("-P", path)),
         "-e", f"trace={syscall}", "-e", f"inject={inject}",
         sys.executable, str(program), str(base), what],
        capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "PYTHONPATH": str(Path.cwd()), "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def mediums(base: Path) -> list[str]:
    """Every path that the update may touch: strace picks system calls by path."""
    medium = base / "medium"
    series = [medium / "PT000000" / f"ST00000{n}" / "SE000000" for n in (0, 1)]
    names = [s / f"IM00000{n}{end}" for s in series for n in range(3) for end in ("", ".TMP")]
    names += [medium / f"{name}{end}" for name in ("DICOMDIR", "SHA256") for end in ("", ".TMP")]
    folders = [p for s in series for p in (s, s.parent)] + [medium / "PT000000"]
    return [str(path) for path in (*names, *folders)]


def whole(medium: Path, *allowed: int) -> int:
    """How many images a medium has; its DICOMDIR and all that it references are right."""
    report = fileset.check(medium)
    assert (report.missing, report.damaged) == ((), ())
    assert report.instances in allowed
    assert dciodvfy(medium / "DICOMDIR") == []
    return report.instances


@pytest.fixture
def base(create, tmp_path: Path) -> Path:
    create(studies=["2.25.111"])
    return tmp_path


def state(medium: Path) -> dict[str, str]:
    return {
        str(path.relative_to(medium)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in medium.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize(
    ("call", "nth"),
    [
        ("mkdir", 2),
        ("write", 2),
        ("fsync", 4),
        ("rename", 1),
        ("rename", 3),
        ("rename", 4),
        ("fsync", 9),
    ],
)
def test_killed_while_adding(base: Path, add, tmp_path: Path, call: str, nth: int) -> None:
    code, said = update(base, "add", f"{call}:signal=SIGKILL:when={nth}")
    assert "READY" in said
    assert code != 0
    whole(base / "medium", OLD, ADDED)
    # The next change finds its way, and a repair takes away what the killed one left.
    fileset.check(base / "medium", repair=True)
    files = a_mouth(CountedUids(500), 2, StudyInstanceUID="2.25.112", SeriesInstanceUID="2.25.223")
    add(SmallArchive(tmp_path / "again", files))
    assert whole(base / "medium", ADDED) == ADDED
    assert fileset.check(base / "medium").is_good


@pytest.mark.parametrize(
    ("call", "nth"), [("rename", 1), ("rename", 2), ("fsync", 4), ("unlink", 2)]
)
def test_killed_while_removing(base: Path, call: str, nth: int) -> None:
    code, said = update(base, "remove", f"{call}:signal=SIGKILL:when={nth}")
    assert "READY" in said
    assert code != 0
    whole(base / "medium", OLD, REMOVED)
    fileset.check(base / "medium", repair=True)
    assert fileset.check(base / "medium").is_good


@pytest.mark.parametrize(
    ("fault", "stands"),
    [
        ("write:error=ENOSPC:when=1", OLD),
        ("write:error=ENOSPC:when=3", OLD),
        ("fsync:error=EIO:when=2", OLD),
        ("fsync:error=EIO:when=5", OLD),
        ("rename:error=ENOSPC:when=4", OLD),
        ("fsync:error=EIO:when=9", ADDED),
        ("mkdir:error=EROFS:when=1", OLD),
    ],
)
def test_a_failing_medium_is_left_as_it_was(base: Path, fault: str, stands: int) -> None:
    before = state(base / "medium")
    code, said = update(base, "add", fault)
    assert code == 3, said
    assert re.search(r"REFUSED the medium (is full|failed|is write-protected)", said)
    assert whole(base / "medium", OLD, stands) == stands
    if stands == OLD:
        after = state(base / "medium")
        for files in (before, after):
            del files["SHA256"]  # a list that names more than there is does no harm
        assert after == before


def test_a_really_full_medium(create, tmp_path: Path, archive, uids) -> None:
    """A tmpfs of 64 kB; needs root and skips without."""
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(small)],
        capture_output=True, check=False,
    )  # fmt: skip
    if mounted.returncode != 0:
        pytest.skip("mounting a small tmpfs needs root")
    try:
        create(target=small, studies=["2.25.112"])
        from minipacs.media import errors

        filler = small / "FILLER"
        free = shutil.disk_usage(small).free
        filler.write_bytes(bytes(max(0, free - 4096)))
        fileset_free = fileset._free_bytes
        fileset._free_bytes = lambda folder: 1 << 40  # type: ignore[assignment]
        try:
            with pytest.raises(errors.MediumFull):
                fileset.add(
                    archive,
                    small,
                    studies=["2.25.111"],
                    clock=lambda: None,
                    uids=uids,  # type: ignore[arg-type,return-value]
                )
        finally:
            fileset._free_bytes = fileset_free
        assert whole(small, 2) == 2
    finally:
        subprocess.run(["umount", str(small)], check=True)
