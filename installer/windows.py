"""The Windows setup, compiled by NSIS from the one-directory build; makensis runs on Linux too."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path


def make(root: Path, built: Path, dist: Path, version: str) -> None:
    """Compile installer/chairside.nsi. On Linux this checks the script; the program inside is then Linux's."""
    if not shutil.which("makensis"):
        print("windows: makensis not found, no setup made")
        return
    target = dist / f"chairside-{version}-setup.exe"
    command = [
        "makensis", "-V2", f"-DVERSION={version}", f"-DSOURCE={built}", f"-DTARGET={target}",
        f"-DICON={dist.parent / 'pyi' / 'chairside.ico'}", str(root / "installer" / "chairside.nsi"),
    ]  # fmt: skip
    subprocess.run(command, check=True)
    print(f"{target.name}: {target.stat().st_size / 1e6:.1f} MB")
