#!/usr/bin/env python3
"""Make the executable into .out/dist and try it before anyone else does; `--installers` makes the packages too.

Called by `python3 build/dev.py exe`, so that nobody runs PyInstaller bare: it would write into build/.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / ".out"
DIST = OUT / "dist"
SCRATCH = OUT / "pyi"
SUFFIX = ".exe" if os.name == "nt" else ""


class NotGood(Exception):
    """The build ran, but what came out doesn't hold."""


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="dev.py exe", description=__doc__)
    parser.add_argument(
        "--installers", action="store_true", help="also the Debian packages and the Windows setup"
    )
    parser.add_argument(
        "--no-demo", action="store_true", help="leave out the demo from the finished executable"
    )
    args = parser.parse_args(argv)
    try:
        one_file = build("onefile")
        size = one_file.stat().st_size / 1e6
        print(f"{one_file.relative_to(ROOT)}: {size:.1f} MB")
        try_out(one_file, demo=not args.no_demo)
        if args.installers:
            folder = build("onedir").parent
            try_out(folder / f"chairside{SUFFIX}", demo=False)
            sys.path.insert(0, str(ROOT / "installer"))
            import debian
            import windows

            debian.make(ROOT, folder, DIST, version())
            windows.make(ROOT, folder, DIST, version())
    except NotGood as problem:
        print(f"make_exe: {problem}", file=sys.stderr)
        return 1
    return 0


def version() -> str:
    import importlib.metadata

    return importlib.metadata.version("chairside")


def build(form: str) -> Path:
    """Run PyInstaller on the spec with all its scratch under .out; gives the executable."""
    sys.path.insert(0, str(ROOT / "installer"))
    import icon

    SCRATCH.mkdir(parents=True, exist_ok=True)
    icon.write(SCRATCH / "chairside.ico", SCRATCH / "chairside.png")
    target = DIST / form
    shutil.rmtree(target, ignore_errors=True)
    command = [
        sys.executable, "-m", "PyInstaller", "--clean", "--noconfirm", "--log-level", "WARN",
        "--workpath", str(SCRATCH / form), "--distpath", str(target), str(ROOT / "build" / "chairside.spec"),
    ]  # fmt: skip
    environment = {**os.environ, "CHAIRSIDE_FORM": form, "CHAIRSIDE_SCRATCH": str(SCRATCH)}
    if subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode:
        raise NotGood("PyInstaller failed; its last lines above say why")
    made = target / f"chairside{SUFFIX}"
    return made if form == "onefile" else target / "chairside" / f"chairside{SUFFIX}"


def try_out(program: Path, *, demo: bool) -> None:
    """The executable must hold what the source holds, and play the whole loop."""
    from_source = selftest([sys.executable, "-m", "kiosk"])
    began = time.monotonic()
    from_exe = selftest([str(program)])
    print(f"{program.name} selftest: good in {time.monotonic() - began:.1f} s")
    if from_source["registries"] != from_exe["registries"]:
        raise NotGood(
            f"registries differ: source {from_source['registries']}, frozen {from_exe['registries']}"
        )
    if not demo:
        return
    with tempfile.TemporaryDirectory(prefix="chairside-") as folder:
        began = time.monotonic()
        command = [str(program), "demo", "--headless", "--out", str(Path(folder) / "demo")]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode or not (Path(folder) / "demo" / "media" / "DICOMDIR").is_file():
            raise NotGood(f"the demo from the executable failed: {done.stderr[-800:]}")
        print(f"{program.name} demo --headless: good in {time.monotonic() - began:.1f} s")


def selftest(command: list[str]) -> dict[str, object]:
    done = subprocess.run(
        [*command, "selftest", "--json"], check=False, capture_output=True, text=True, cwd=ROOT
    )
    if done.returncode:
        raise NotGood(f"selftest failed: {(done.stderr or done.stdout)[-800:]}")
    report: dict[str, object] = json.loads(done.stdout)
    return report


if __name__ == "__main__":
    sys.exit(main())
