#!/usr/bin/env python3
"""Everything a developer does with Chairside, from a bare checkout, with nothing but Python.

    python3 build/dev.py demo        a throw-away clinic with today's worklist and a simulated sensor
    python3 build/dev.py run         the kiosk itself; what follows goes to `chairside`
    python3 build/dev.py test        format, lint, types, floors and tests; what follows goes to pytest alone
    python3 build/dev.py bench       the measured ratios beside Orthanc and DCMTK
    python3 build/dev.py pictures    the pictures of the README anew, into kiosk/docs/pictures
    python3 build/dev.py exe         the executable in .out/dist; --installers makes the packages too

It makes .venv beside this folder from build/lock.txt (and lock-dev.txt). On Debian as root it installs the programs of
the system that a command needs, elsewhere it names the missing ones. Standard library only.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCK = ROOT / "build" / "lock.txt"
LOCK_DEV = ROOT / "build" / "lock-dev.txt"
OLDEST_PYTHON = (3, 11)

# What a command calls, or a file that must be there -> the Debian package that brings it.
PEERS = {
    "storescu": "dcmtk",
    "dciodvfy": "dicom3tools",
    "Orthanc": "orthanc",
    "gdcminfo": "libgdcm-tools",
    "Xvfb": "xvfb",
    "strace": "strace",
    "xdotool": "xdotool",
    "openbox": "openbox",
    "import": "imagemagick",
    "pdftotext": "poppler-utils",
    "xorriso": "xorriso",
    "openssl": "openssl",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf": "fonts-dejavu-core",
}
INSTALLERS = {"makensis": "nsis", "dpkg-deb": "dpkg", "desktop-file-validate": "desktop-file-utils"}


class Trouble(Exception):
    """Something a developer can mend, told in one sentence."""


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="dev.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=sorted(COMMANDS))
    args, rest = parser.parse_known_args(argv)
    try:
        return COMMANDS[args.command](rest)
    except Trouble as trouble:
        print(f"dev.py: {trouble}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


# ---- the commands ---------------------------------------------------------------------------------------------------


def demo(rest: list[str]) -> int:
    python = environment()
    return call([python, "-m", "kiosk", "demo", *rest])


def run(rest: list[str]) -> int:
    python = environment()
    return call([python, "-m", "kiosk", *rest])


def test(rest: list[str]) -> int:
    python = environment(dev=True)
    system_programs(PEERS)
    pytest = [python, "-m", "pytest", *(rest or ["-n", "2", "--dist", "loadfile", "-q"])]
    if rest:
        return call(pytest)
    folders = ["kiosk", "minipacs", "tests", "build", "installer"]
    checks = [
        [python, "-m", "ruff", "format", "--check", *folders],
        [python, "-m", "ruff", "check", *folders],
        [python, "-m", "mypy"],
        [python, "-m", "mypy", "--platform", "win32"],
        [tool("lint-imports")],
        pytest,
    ]
    failed = [" ".join(Path(word).name for word in check[:4]) for check in checks if call(check)]
    if failed:
        print(f"dev.py: failed: {'; '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def bench(rest: list[str]) -> int:
    python = environment(dev=True)
    system_programs(PEERS)
    return call([python, "-m", "tests.benchmarks", *rest])


def pictures(rest: list[str]) -> int:
    python = environment(dev=True)
    system_programs(PEERS)
    return call([python, "-m", "tests.whole.take_pictures", *rest])


def exe(rest: list[str]) -> int:
    python = environment(dev=True)
    if "--installers" in rest:
        system_programs(INSTALLERS)
    return call([python, "build/make_exe.py", *rest])


COMMANDS = {
    "demo": demo,
    "run": run,
    "test": test,
    "bench": bench,
    "pictures": pictures,
    "exe": exe,
}


# ---- the ground they stand on ---------------------------------------------------------------------------------------


def environment(*, dev: bool = False) -> str:
    """Make .venv hold exactly the locked versions; gives its Python.

    Args:
        dev: also what tests, checks and builds need.
    """
    if sys.version_info < OLDEST_PYTHON:
        wanted = ".".join(map(str, OLDEST_PYTHON))
        raise Trouble(
            f"Python {wanted} or newer is needed; start dev.py with one, as in python{wanted} build/dev.py"
        )
    need_tk_and_venv()
    python = venv_program("python")
    if not Path(python).exists() and call([sys.executable, "-m", "venv", "--clear", str(VENV)]):
        raise Trouble("no virtual environment could be made in .venv; is the folder writable?")
    pip = [python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    itself = ["--no-deps", "--no-build-isolation", "-e", str(ROOT)]
    settle("run", [LOCK, ROOT / "pyproject.toml"], [[*pip, "-r", str(LOCK)], [*pip, *itself]])
    if dev:
        settle("dev", [LOCK_DEV], [[*pip, "-r", str(LOCK_DEV)]])
    return python


def settle(name: str, sources: Sequence[Path], commands: Sequence[Sequence[str]]) -> None:
    """Run commands that install what `sources` name, unless they did so before."""
    stamp = VENV / f"installed-{name}.sha256"
    wanted = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    print(f"dev.py: preparing .venv for {name} (once)", file=sys.stderr)
    if any(call(command) for command in commands):
        raise Trouble(
            "the locked packages could not be installed; is a package index reachable? Then run this again"
        )
    stamp.write_text(wanted)


def need_tk_and_venv() -> None:
    """Debian leaves Tk and venv out of its Python; bring them, or say so."""
    missing = {}
    for module, package in {"tkinter": "python3-tk", "ensurepip": "python3-venv"}.items():
        found = subprocess.run(
            [sys.executable, "-c", f"import {module}"], capture_output=True, check=False
        )
        if found.returncode:
            missing[module] = package
    if missing:
        install(missing.values(), f"this Python has no {' and no '.join(missing)}")


def system_programs(wanted: dict[str, str]) -> None:
    """Install what is missing where that is possible; else only say so: the tests that need it skip with the reason."""
    missing = {
        name: package
        for name, package in wanted.items()
        if shutil.which(name) is None and not Path(name).is_file()
    }
    if not missing:
        return
    try:
        install(missing.values(), f"{', '.join(missing)} not found")
    except Trouble as trouble:
        print(f"dev.py: {trouble}; what needs them is skipped", file=sys.stderr)


def install(packages: object, why: str) -> None:
    names = sorted(set(packages))  # type: ignore[call-overload]
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    if not (root and shutil.which("apt-get")):
        raise Trouble(f"{why}: install {', '.join(names)} with your system's package manager")
    print(f"dev.py: installing {', '.join(names)}", file=sys.stderr)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    steps = [
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *names],
    ]
    for step in steps:
        if (
            subprocess.run(step, env=quiet, stdout=subprocess.DEVNULL, check=False).returncode
            and step is steps[-1]
        ):
            raise Trouble(f"{why}, and apt-get could not install {', '.join(names)}")


def venv_program(name: str) -> str:
    folder = VENV / ("Scripts" if os.name == "nt" else "bin")
    return str(folder / (f"{name}.exe" if os.name == "nt" else name))


def tool(name: str) -> str:
    return venv_program(name)


def call(command: Sequence[str]) -> int:
    return subprocess.run(list(command), cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
