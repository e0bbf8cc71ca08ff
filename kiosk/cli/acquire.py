"""`chairside acquire`: pictures from files become images, by the same way as in the window."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kiosk.cli.common import open_office, read_json
from minipacs.cli.frame import (
    CommandFailed,
    command,
    print_json,
    print_line,
    sentence,
    wants_json,
)
from minipacs.cli.patients import ORDER, PATIENT, add_options, given, in_words

if TYPE_CHECKING:
    from kiosk.exam.templates import Template
    from kiosk.office.acquisition import Acquired
    from kiosk.office.office import Office
    from minipacs.dicom.model import Frame, Order, Patient

    Picture = tuple[Path, Frame]

PROG = "chairside"
_WHO = (*PATIENT, *ORDER)
_NOTHING = "nothing was stored"


@command(
    "acquire",
    "make images from picture files and store them",
    "chairside acquire --kind io --step S1 --tooth 36,37 --view periapical molar.png --json",
    prints_records=True,
)
def build(parser: argparse.ArgumentParser) -> None:
    """The arguments of `acquire`."""
    parser.add_argument(
        "--kind", required=True, type=_kind, help="what kind of image: io, px, ceph, photo ..."
    )
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


def _kind(word: str) -> str:
    from minipacs.dicom import iods  # too heavy for --help

    if word not in iods.kinds():
        raise argparse.ArgumentTypeError(f"{word!r}: there are {', '.join(iods.kinds())}")
    return word


def _run(args: argparse.Namespace) -> None:
    pictures = _read_pictures(args)
    details = read_json(args.details, "--details") if args.details else {}
    template = _mount(args, len(pictures))
    with open_office(args) as office:
        patient, order = _who(args, office)
        _rehearse(office, patient, order, template, pictures, details)
        acquired = _store(office, patient, order, template, pictures, details, args)
        report = _report(office, acquired, args.kind)
    if acquired.report.value != "delivered":
        why = acquired.note or "the node did not answer"
        sys.stderr.write(f"{PROG}: stored; the report of the step waits in the outbox ({why})\n")
    if wants_json(args):
        print_json(report)
        return
    for image in report["instances"]:
        print_line(f"stored {image['kind']} {image['sop_instance_uid']}")


def _read_pictures(args: argparse.Namespace) -> list[Picture]:
    from minipacs.dicom.pictures import PictureRefused, read_picture

    sidecar = read_json(args.sidecar, "--sidecar") if args.sidecar else None
    found: list[Picture] = []
    for path in args.pictures:
        if not path.is_file():
            raise CommandFailed(
                f"{path}: {'a folder, no picture' if path.is_dir() else 'no such file'}; {_NOTHING}"
            )
        try:
            found += [(path, frame) for frame in read_picture(path, sidecar=sidecar)]
        except PictureRefused as problem:
            raise CommandFailed(f"{path.name}: {problem}; {_NOTHING}") from None
    return found


def _who(args: argparse.Namespace, office: Office) -> tuple[Patient, Order | None]:
    from minipacs.orders.errors import BadOrder
    from minipacs.orders.flat import REQUIRED, from_flat

    flat = given(args, _WHO)
    if args.step is not None:
        if flat:
            raise CommandFailed("--step names the patient already; leave out the patient's options")
        entry = office.worklist.step(args.step) if args.step else None
        if entry is None:
            raise CommandFailed(
                f"no step {args.step} waits on the worklist; `chairside worklist` shows what does"
            )
        return entry.patient, entry.order
    try:
        patient, order = from_flat({"Modality": "OT", **flat})
    except BadOrder as problem:
        missing = any(not flat.get(keyword) for keyword in REQUIRED[:2])
        advice = "; give --step, or --patient-id and --patient-name" if missing else ""
        raise CommandFailed(f"{in_words(problem, _WHO)}{advice}; {_NOTHING}") from None
    _check_study(office, patient, order)
    return patient, order


def _check_study(office: Office, patient: Patient, order: Order) -> None:
    """A study that is there already is not given to somebody else. Reliability, patient safety 8."""
    if not order.study_instance_uid:
        return
    rows = office.archive.instances(study=order.study_instance_uid)
    if rows and rows[0].patient_id != patient.identifier:
        raise CommandFailed(
            f"the study {order.study_instance_uid} belongs to another patient; leave out --study-uid; {_NOTHING}"
        )


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


def _rehearse(
    office: Office, patient: Patient, order: Order | None, template: Template, pictures: list[Picture],
    details: Mapping[str, Any],
) -> None:  # fmt: skip
    """Build every object once before the first is stored, so that a mistake leaves nothing half done."""
    from kiosk.exam.errors import InvalidImage
    from minipacs.dicom.errors import BadRequest

    for tile, (path, frame) in zip(template.tiles, pictures, strict=True):
        try:
            office.exams.rehearse(patient, order, tile, frame, details)
        except (BadRequest, InvalidImage) as problem:
            raise CommandFailed(f"{path.name}: {problem}; {_NOTHING}") from None


def _store(
    office: Office, patient: Patient, order: Order | None, template: Template, pictures: list[Picture],
    details: Mapping[str, Any], args: argparse.Namespace,
) -> Acquired:  # fmt: skip
    from kiosk.exam.errors import ExamError
    from kiosk.office.acquisition import PictureNotTaken, acquire
    from kiosk.office.store import ConflictingImage
    from minipacs.archive.errors import ArchiveError

    try:
        return acquire(
            office.exams, office.steps, patient, order, template, [frame for _, frame in pictures],
            details=details, operator=args.operator,
        )  # fmt: skip
    except (ExamError, ArchiveError, OSError, PictureNotTaken, ConflictingImage) as problem:
        raise CommandFailed(f"{sentence(problem)}; {_NOTHING}") from None


def _report(office: Office, acquired: Acquired, kind: str) -> dict[str, Any]:
    from minipacs.dicom import part10
    from minipacs.dicom.validate import validate

    images = []
    for stored in acquired.stored:
        findings = validate(part10.read(office.archive.read(stored.sop_instance_uid)))
        images.append(
            {
                "kind": kind,
                "sop_class_uid": stored.sop_class_uid,
                "sop_instance_uid": stored.sop_instance_uid,
                "path": stored.path,
                "findings": [dataclasses.asdict(finding) for finding in findings],
            }
        )
    return {"study_instance_uid": acquired.study_instance_uid, "instances": images}
