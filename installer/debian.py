"""Debian packages from the one-directory build: `chairside`, and `chairside-kiosk` that starts it at sign-in."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

CONTROL = """\
Package: chairside
Version: {version}
Section: science
Priority: optional
Architecture: {architecture}
Depends: libc6, libx11-6, libxft2, libxss1 | libx11-6
Installed-Size: {kilobytes}
Maintainer: The Chairside maintainers <chairside@localhost>
Description: capture kiosk and small DICOM node for one chair
 A worklist, image capture, an archive, MPPS, media and FHIR in one program
 for a dental or vet office, an offline field clinic or a trainer's laptop.
 Not a medical device.
"""

KIOSK_CONTROL = """\
Package: chairside-kiosk
Version: {version}
Section: science
Priority: optional
Architecture: all
Depends: chairside (= {version})
Maintainer: The Chairside maintainers <chairside@localhost>
Description: starts Chairside at sign-in, as a kiosk
 Installs the autostart entry alone; remove this package to stop it.
"""


def make(root: Path, built: Path, dist: Path, version: str) -> None:
    """Build both packages into `dist`; as root also install, run and remove them once."""
    if not shutil.which("dpkg-deb"):
        print("debian: dpkg-deb not found, no package made")
        return
    scratch = dist.parent / "deb"
    shutil.rmtree(scratch, ignore_errors=True)
    program = _package(root, built, scratch / "chairside", dist, version)
    autostart = _kiosk_package(root, scratch / "chairside-kiosk", dist, version)
    for package in (program, autostart):
        print(f"{package.name}: {package.stat().st_size / 1e6:.1f} MB")
    if os.geteuid() == 0:
        _try([program, autostart])


def _package(root: Path, built: Path, tree: Path, dist: Path, version: str) -> Path:
    lib = tree / "usr/lib/chairside"
    shutil.copytree(built, lib, symlinks=True)
    _put(root / "installer/chairside.desktop", tree / "usr/share/applications/chairside.desktop")
    _put(
        dist.parent / "pyi/chairside.png",
        tree / "usr/share/icons/hicolor/256x256/apps/chairside.png",
    )
    _put(root / "kiosk/release_notes.md", tree / "usr/share/doc/chairside/changelog.md")
    link = tree / "usr/bin/chairside"
    link.parent.mkdir(parents=True)
    link.symlink_to("../lib/chairside/chairside")
    if shutil.which("desktop-file-validate"):
        entry = tree / "usr/share/applications/chairside.desktop"
        subprocess.run(["desktop-file-validate", str(entry)], check=True)
    weight = sum(file.stat().st_size for file in tree.rglob("*") if file.is_file())
    architecture = subprocess.run(
        ["dpkg", "--print-architecture"], capture_output=True, text=True, check=True
    ).stdout.strip()
    control = CONTROL.format(version=version, architecture=architecture, kilobytes=weight // 1024)
    return _pack(tree, control, dist / f"chairside_{version}_{architecture}.deb")


def _kiosk_package(root: Path, tree: Path, dist: Path, version: str) -> Path:
    _put(
        root / "installer/chairside-kiosk.desktop",
        tree / "etc/xdg/autostart/chairside-kiosk.desktop",
    )
    return _pack(
        tree, KIOSK_CONTROL.format(version=version), dist / f"chairside-kiosk_{version}_all.deb"
    )


def _put(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _pack(tree: Path, control: str, target: Path) -> Path:
    note = tree / "DEBIAN/control"
    note.parent.mkdir(parents=True)
    note.write_text(control)
    for path in tree.rglob("*"):
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)
    command = ["dpkg-deb", "--root-owner-group", "-Zxz", "--build", str(tree), str(target)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return target


def _try(packages: list[Path]) -> None:
    """Install, run and remove what was made, as a person would."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    names = [package.name.split("_")[0] for package in packages]
    subprocess.run(["dpkg", "-i", *map(str, packages)], check=True, **quiet)  # type: ignore[call-overload]
    try:
        subprocess.run(["/usr/bin/chairside", "selftest"], check=True, stdout=subprocess.DEVNULL)
        autostart = Path("/etc/xdg/autostart/chairside-kiosk.desktop")
        if not autostart.is_file():
            raise RuntimeError("the autostart entry was not installed")
    finally:
        subprocess.run(["dpkg", "--purge", *reversed(names)], check=True, **quiet)  # type: ignore[call-overload]
    if Path("/usr/lib/chairside").exists() or Path("/usr/bin/chairside").exists():
        raise RuntimeError("removing the package left files behind")
    print("debian: installed, ran, removed")
