"""`chairside acquire`: pictures from files become images, by the same way as in the window."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kiosk.cli.common import open_office, read_json
from minipacs.cli.frame import (
    CommandFailed,
    command,
    print_json,
    print_line,
    wants_json,
)
from minipacs.cli.patients import ORDER, PATIENT, add_options, given, in_words

if TYPE_CHECKING:
    from kiosk.exam.templates import Template
    from kiosk.office.office import Office
    from minipacs.dicom.model import Frame, Order, Patient

_WHO = (*PATIENT, *ORDER)
KINDS = ("io", "px", "ceph", "dx", "cr", "sc", "us", "photo", "endo")


@command(
    "acquire",
    "make images from picture files and store them",
    "chairside acquire --kind io --step S1 --tooth 36,37 --view periapical molar.png --json",
    prints_records=True,
)
def build(parser: argparse.ArgumentParser) -> None:
    """The arguments of `acquire`."""
    parser.add_argument("--kind", required=True, choices=KINDS, help="what kind of image")
    parser.add_argument(
        "pictures", nargs="+", type=Path, metavar="IMAGE", help="PNG, TIFF, JPEG, BMP, raw"
    )
    parser.add_argument("--step", metavar="STEP_ID", help="the worklist entry; or give the patient")
    parser.add_argument(
        "--tooth", default="", metavar="36,37", help="teeth, in FDI unless --notation"
    )
    parser.add_argument(
        "--notation", choices=("fdi", "universal", "palmer"), default="fdi", help="of --tooth (fdi)"
    )
    parser.add_argument("--view", default="", help="periapical, bitewing, occlusal, panoramic ...")
    parser.add_argument(
        "--region", default="", help="anatomic region, where tooth and view don't tell"
    )
    parser.add_argument("--laterality", default="", choices=("", "R", "L", "B", "U"))
    parser.add_argument("--operator", default="", metavar="NAME", help="Family^Given")
    parser.add_argument(
        "--details", type=Path, metavar="FILE.json", help="any attribute of this kind, by keyword"
    )
    parser.add_argument(
        "--sidecar",
        type=Path,
        metavar="FILE.json",
        help="what a raw picture does not say of itself",
    )
    add_options(parser, _WHO)
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> None:
    frames = _frames(args)
    details = read_json(args.details, "--details") if args.details else {}
    with open_office(args) as office:
        patient, order = _who(args, office)
        template = _mount(args, len(frames))
        # Every object is built once before the first is stored, so that a mistake leaves nothing half done.
        for tile, frame in zip(template.tiles, frames, strict=True):
            office.exams.rehearse(patient, order, tile, frame, details)
        report = _acquire(office, patient, order, template, frames, details, args)
    if wants_json(args):
        print_json(report)
        return
    for image in report["instances"]:
        print_line(f"stored {image['kind']} {image['sop_instance_uid']}")


def _frames(args: argparse.Namespace) -> list[Frame]:
    from minipacs.dicom.pictures import PictureRefused, read_picture

    sidecar = read_json(args.sidecar, "--sidecar") if args.sidecar else None
    frames: list[Frame] = []
    for path in args.pictures:
        if not path.is_file():
            raise CommandFailed(f"{path}: no such file; nothing was stored")
        try:
            frames += read_picture(path, sidecar=sidecar)
        except PictureRefused as problem:
            raise CommandFailed(f"{path.name}: {problem}; nothing was stored") from None
    return frames


def _who(args: argparse.Namespace, office: Office) -> tuple[Patient, Order | None]:
    from minipacs.orders.errors import BadOrder
    from minipacs.orders.flat import from_flat

    flat = given(args, _WHO)
    if args.step:
        if flat:
            raise CommandFailed("--step names the patient already; leave out the patient's options")
        entry = office.worklist.step(args.step)
        if entry is None:
            raise CommandFailed(
                f"no step {args.step} waits on the worklist; `chairside worklist` shows what does"
            )
        return entry.patient, entry.order
    try:
        patient, order = from_flat({"Modality": "OT", **flat})
    except BadOrder as problem:
        raise CommandFailed(
            f"{in_words(problem, _WHO)}; give --step, or --patient-id and --patient-name"
        ) from None
    return patient, order


def _mount(args: argparse.Namespace, count: int) -> Template:
    """A mount for this one call: a row of equal positions."""
    from kiosk.exam.templates import Template, Tile
    from minipacs.dicom.codes.teeth import parse_teeth

    teeth = parse_teeth(args.tooth, args.notation) if args.tooth else ()
    tiles = tuple(
        Tile(
            key=f"picture-{number}",
            x=(number - 1) / count,
            y=0.0,
            width=1 / count,
            height=1.0,
            order=number,
            kind=args.kind,
            teeth=teeth,
            view=args.view,
            region=args.region,
            laterality=args.laterality,
        )
        for number in range(1, count + 1)
    )
    return Template("acquire", args.view or args.kind, args.kind, tiles)


def _acquire(
    office: Office, patient: Patient, order: Order | None, template: Template, frames: list[Frame],
    details: Any, args: argparse.Namespace,
) -> dict[str, Any]:  # fmt: skip
    import dataclasses

    from minipacs.dicom import part10
    from minipacs.dicom.validate import validate

    exam = office.exams.open_with(patient, order, template, operator=args.operator)
    images = []
    for tile, frame in zip(template.tiles, frames, strict=True):
        token = exam.arm(tile.key)
        exposure = exam.receive(frame, token)
        if exposure is None:
            raise CommandFailed(
                "a picture was set aside instead of stored; look at the window's unmounted pictures"
            )
        stored = exam.accept(exposure, details=details)
        findings = validate(part10.read(office.archive.read(stored.sop_instance_uid)))
        images.append(
            {
                "kind": args.kind,
                "sop_class_uid": stored.sop_class_uid,
                "sop_instance_uid": stored.sop_instance_uid,
                "path": stored.path,
                "findings": [dataclasses.asdict(finding) for finding in findings],
            }
        )
    exam.finish()
    return {"study_instance_uid": exam.order.study_instance_uid, "instances": images}
