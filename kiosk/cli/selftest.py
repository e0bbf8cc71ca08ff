"""`chairside selftest`: does this copy of the program have everything, and does it work on this machine?"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from minipacs.cli.frame import CommandFailed, command, print_json, print_line, wants_json


@command(
    "selftest",
    "check every part of this installation",
    "chairside selftest --json",
    prints_records=True,
)
def build(parser: argparse.ArgumentParser) -> None:
    """The arguments of `selftest`."""
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    registries = registered()
    checks = []
    with tempfile.TemporaryDirectory(prefix="chairside-selftest-") as folder:
        for name, check in _CHECKS.items():
            began = time.perf_counter()
            problem = _try(check, Path(folder))
            checks.append({"name": name, "ok": not problem, "problem": problem})
            if not wants_json(args):
                taken = time.perf_counter() - began
                print_line(
                    f"{'ok ' if not problem else 'BAD'} {name} ({taken:.2f} s) {problem}".rstrip()
                )
    if wants_json(args):
        print_json({"registries": registries, "checks": checks})
    else:
        for name, members in registries.items():
            print_line(f"    {name}: {', '.join(members)}")
    bad = [check["name"] for check in checks if not check["ok"]]
    if bad:
        raise CommandFailed(f"{', '.join(map(str, bad))} failed; install Chairside again")
    return 0


def registered() -> dict[str, list[str]]:
    """What every registry holds; the executable must hold the same as the source."""
    import kiosk.cli
    import minipacs.cli
    from kiosk.capture.base import sources
    from kiosk.exam.templates import load_templates
    from minipacs import fhir
    from minipacs.cli.frame import commands
    from minipacs.dicom import iods, pixels
    from minipacs.media.profiles import profiles
    from minipacs.net import scp
    from minipacs.orders.formats import order_formats

    return {
        "images": sorted(iods.kinds()),
        "syntaxes read": sorted(pixels.readable()),
        "syntaxes written": sorted(pixels.writable()),
        "sources": sorted(sources()),
        "mounts": sorted(load_templates()),
        "services": sorted(scp.names()),
        "media profiles": sorted(profiles()),
        "fhir releases": sorted(fhir.releases()),
        "order formats": sorted(order_formats()),
        "commands": sorted(commands(kiosk.cli)),
        "node commands": sorted(commands(minipacs.cli)),
    }


def _try(check: Callable[[Path], None], folder: Path) -> str:
    try:
        check(folder)
    except Exception as problem:  # noqa: BLE001 - whatever it is, it is the finding
        return f"{type(problem).__name__}: {problem}"
    return ""


def _window_toolkit(_folder: Path) -> None:
    from kiosk.app import toolkit_problem

    problem = toolkit_problem()
    if problem:
        raise CommandFailed(problem)


def _images(folder: Path) -> None:
    """Draw, build, write and read back one image of each kind that the simulator draws."""
    from kiosk.capture.simulator import draw
    from kiosk.office.sample import sample_request
    from minipacs.dicom import iods, part10, pixels
    from minipacs.dicom.validate import validate

    for kind in iods.kinds():
        request = sample_request(kind, draw)
        data = part10.write(iods.build(request))
        (folder / kind).write_bytes(data)
        ds = part10.read(data)
        errors = [finding for finding in validate(ds) if finding.severity == "error"]
        if errors or pixels.decode(ds).size == 0:
            raise CommandFailed(f"{kind}: {errors[0].what if errors else 'no pixels'}")


def _codecs(folder: Path) -> None:
    """Each syntax that can be written gives the same pixels back, JPEG apart, which is lossy."""
    import numpy as np

    from minipacs.dicom import part10, pixels

    jpeg = "1.2.840.10008.1.2.4.50"
    data = (folder / "io").read_bytes()
    before: Any = pixels.decode(part10.read(data))
    for syntax in pixels.writable():
        if syntax == jpeg:
            continue
        after: Any = pixels.decode(part10.read(pixels.transcode(data, syntax)))
        if not np.array_equal(before, after):
            raise CommandFailed(f"{syntax} changed the pixels")


def _node(folder: Path) -> None:
    """Store an image in an archive, ask it by C-ECHO, find the image again."""
    from minipacs.archive import Archive, Origin
    from minipacs.clock import system_clock
    from minipacs.net.scu.echo import echo
    from minipacs.server import MiniPacs, NodeSettings

    with Archive.open(folder / "archive", clock=system_clock) as archive:
        node = MiniPacs(archive, NodeSettings(ae_title="SELFTEST", port=0), clock=system_clock)
        node.start()
        try:
            echo(node.resolve("SELFTEST"), calling_ae="SELFTEST")
        finally:
            node.stop()
        stored = archive.ingest((folder / "io").read_bytes(), Origin("cli"))
        if not archive.check().is_good or archive.read(stored.sop_instance_uid) is None:
            raise CommandFailed("an image was stored and is not whole")


def _medium(folder: Path) -> None:
    from minipacs.archive import Archive
    from minipacs.clock import system_clock
    from minipacs.dicom.uids import UidPolicy
    from minipacs.media import checking, fileset

    with Archive.open(folder / "archive", clock=system_clock) as archive:
        fileset.create(archive, folder / "medium", all_=True, clock=system_clock, uids=UidPolicy())
    if not checking.check(folder / "medium").is_good:
        raise CommandFailed("a DICOMDIR was written and is not right")


_CHECKS: dict[str, Callable[[Path], None]] = {
    "window toolkit": _window_toolkit,
    "images": _images,
    "codecs": _codecs,
    "node": _node,
    "medium": _medium,
}
