"""`chairside pdf`: a study as a PDF to look at and hand out."""

from __future__ import annotations

import argparse
import contextlib
import os
import secrets
from pathlib import Path

from kiosk.cli.paper import (
    add_study,
    counted,
    layout_of,
    notes_of,
    print_notes,
    read_for_paper,
    skipped_of,
)
from minipacs.cli.frame import CommandFailed, command, print_json, print_line, wants_json


@command(
    "pdf",
    "a study as a PDF, for viewing only",
    "chairside pdf handout.pdf --study 2.25.123 --paper Letter",
    prints_records=True,
)
def build(parser: argparse.ArgumentParser) -> None:
    """The arguments of `pdf`."""
    parser.add_argument("file", type=Path, metavar="FILE.pdf")
    add_study(parser)
    parser.add_argument(
        "--layout",
        metavar="COLUMNSxROWS",
        help="places on a page (default: the mount, else as large as they fit)",
    )
    parser.add_argument("--paper", default="A4", metavar="A4|Letter", help="size of the pages (A4)")
    parser.add_argument("--force", action="store_true", help="replace a file that is there")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> None:
    from kiosk.imaging.pdf import PAPER
    from kiosk.office.handout import make_pdf
    from minipacs.clock import system_clock

    _check_free(args.file, force=args.force)
    paper = args.paper.upper()
    if paper not in PAPER:
        raise CommandFailed(f"{args.paper!r} is no paper that is known; give A4 or Letter")
    layout = layout_of(args.layout)
    study, _ = read_for_paper(args)
    data, pages = make_pdf(study, system_clock(), paper=paper, layout=layout)
    _write(args.file, data, force=args.force)
    if wants_json(args):
        print_json(
            {
                "study_instance_uid": args.study,
                "file": str(args.file.absolute()),
                "bytes": len(data),
                "pages": pages,
                "images": [one.sop_instance_uid for one in study.pictures],
                "mount": study.template.key if study.template and layout is None else "",
                "skipped": skipped_of(study),
                "notes": notes_of(study),
            }
        )
        return
    what = f"{counted(len(study.pictures), 'image')} on {counted(pages, 'page')}"
    print_line(f"{args.file}: {what}, for viewing only")
    print_notes(notes_of(study))


def _check_free(file: Path, *, force: bool) -> None:
    if file.is_dir():
        raise CommandFailed(f"{file} is a folder; name a file, for example handout.pdf")
    if not file.absolute().parent.is_dir():
        raise CommandFailed(f"there is no folder {file.absolute().parent}; make it first")
    if file.exists() and not force:
        raise CommandFailed(f"{file} is there already; choose another name, or give --force")


def _write(file: Path, data: bytes, *, force: bool) -> None:
    """The whole file or none: beside its place, onto the disk, then by its name."""
    part = file.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with part.open("xb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        _check_free(file, force=force)
        part.replace(file)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise
