"""`chairside print`: a study on a DICOM printer, several pictures on a film."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kiosk.cli.common import peer_of
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

if TYPE_CHECKING:
    from kiosk.imaging.film import Layout
    from kiosk.office.paper import Heading, PaperStudy
    from minipacs.net.scu.printing import PrintReport

_COMMON = ((1, 1), (1, 2), (2, 2), (2, 3), (3, 3), (3, 4), (4, 5))
"""Layouts that printers usually have."""
_ORIENTATIONS = ("PORTRAIT", "LANDSCAPE")
_MOST_COPIES = 20


@command(
    "print",
    "print a study on a DICOM printer",
    "chairside print --study 2.25.123 --to PRINTER@192.168.1.20:104 --layout 2x3 --film 8INX10IN",
    prints_records=True,
)
def build(parser: argparse.ArgumentParser) -> None:
    """The arguments of `print`."""
    add_study(parser)
    parser.add_argument("--to", required=True, metavar="AETITLE@HOST:PORT")
    parser.add_argument(
        "--layout",
        metavar="COLUMNSxROWS",
        help="places on a film (default: a usual layout that takes all images)",
    )
    parser.add_argument(
        "--film", default="8INX10IN", metavar="SIZE", help="8INX10IN (default), 24CMX30CM, A4 ..."
    )
    parser.add_argument("--copies", type=int, default=1, metavar="N")
    parser.add_argument("--orientation", default="PORTRAIT", metavar="|".join(_ORIENTATIONS))
    parser.add_argument("--medium", default="", metavar="TYPE", help="PAPER, BLUE FILM, CLEAR FILM")
    parser.add_argument(
        "--destination", default="", metavar="BIN", help="MAGAZINE, PROCESSOR, BIN_1 ..."
    )
    parser.add_argument(
        "--bits", type=int, choices=(8, 12), default=8, help="greys sent: 8 (default) or 12 bits"
    )
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> None:
    from kiosk.imaging import film
    from minipacs.dicom.uids import UidPolicy
    from minipacs.net.scu import printing

    peer, layout = peer_of(args.to), layout_of(args.layout)
    orientation = args.orientation.upper()
    if orientation not in _ORIENTATIONS:
        raise CommandFailed(f"{args.orientation!r} is no orientation; give PORTRAIT or LANDSCAPE")
    if not 1 <= args.copies <= _MOST_COPIES:
        raise CommandFailed(f"{args.copies} copies; give 1 to {_MOST_COPIES}")
    try:
        size = film.film_mm(args.film, landscape=orientation == "LANDSCAPE")
    except ValueError as problem:
        raise CommandFailed(str(problem)) from None
    study, settings = read_for_paper(args, bits=args.bits)
    layout = layout or _usual(len(study.pictures))
    place_mm = size[0] / layout.columns, size[1] / layout.rows
    lines = _lines(study.heading)
    places = [film.place(one.picture, (*lines, one.title), place_mm) for one in study.pictures]
    setup = printing.FilmSetup(
        columns=layout.columns,
        rows=layout.rows,
        film_size=args.film.strip().upper(),
        orientation=orientation,
        medium=args.medium.strip().upper(),
        destination=args.destination.strip().upper(),
        copies=args.copies,
    )
    report = printing.print_films(
        peer, places, setup, calling_ae=settings.station.ae_title, uids=UidPolicy()
    )
    notes = [*report.notes, *notes_of(study)]
    if wants_json(args):
        print_json({**_plain(args, study, layout, report), "notes": notes})
        return
    films = counted(len(report.films), "film")
    what = f"{counted(len(study.pictures), 'image')} on {films} of {layout.columns}x{layout.rows}"
    print_line(f"{args.to}: {what}" + (f", {args.copies} copies" if args.copies > 1 else ""))
    print_notes(notes)


def _usual(images: int) -> Layout:
    """The smallest usual layout that takes them all, else the largest."""
    from kiosk.imaging.film import Layout

    layouts = [Layout(columns, rows) for columns, rows in _COMMON]
    return next((one for one in layouts if one.places >= images), layouts[-1])


def _lines(heading: Heading) -> tuple[str, ...]:
    """What stands below each picture: two identifiers of the patient, then when and where."""
    return (
        heading.name,
        heading.other_script,
        f"ID {heading.identifier}" if heading.identifier else "",
        f"born {heading.born}" if heading.born else "",
        f"exam {heading.date}" if heading.date else "",
        heading.institution,
        "SIMULATED" if heading.simulated else "",
    )


def _plain(
    args: argparse.Namespace, study: PaperStudy, layout: Layout, report: PrintReport
) -> dict[str, Any]:
    return {
        "study_instance_uid": args.study,
        "printer": args.to,
        "printer_status": report.printer_status,
        "colour": report.colour,
        "copies": args.copies,
        "films": [
            {
                "film_box_uid": film.film_box_uid,
                "images": _on(study, layout, number),
                "status": f"{film.status:04X}",
                "print_job_uid": film.print_job_uid,
            }
            for number, film in enumerate(report.films)
        ],
        "skipped": skipped_of(study),
    }


def _on(study: PaperStudy, layout: Layout, number: int) -> Sequence[str]:
    part = study.pictures[number * layout.places : (number + 1) * layout.places]
    return [one.sop_instance_uid for one in part]
