"""What `chairside print` and `chairside pdf` share: reading the study, the layout, and what was left out."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from minipacs.cli.frame import CommandFailed, print_line

if TYPE_CHECKING:
    from kiosk.imaging.film import Layout
    from kiosk.office.paper import PaperStudy
    from kiosk.settings import Settings


def add_study(parser: argparse.ArgumentParser) -> None:
    """The options that say which pictures."""
    parser.add_argument("--study", required=True, metavar="UID")
    parser.add_argument(
        "--images", nargs="+", default=[], metavar="UID", help="only these images, in this order"
    )


def layout_of(given: str | None) -> Layout | None:
    """The layout of an option. Raises CommandFailed for a text that is none."""
    from kiosk.imaging.film import parse_layout

    if given is None:
        return None
    try:
        return parse_layout(given)
    except ValueError as problem:
        raise CommandFailed(str(problem)) from None


def read_for_paper(args: argparse.Namespace, *, bits: int = 8) -> tuple[PaperStudy, Settings]:
    """The study that a command line names, and the settings of its data folder."""
    from kiosk import settings as settings_file
    from kiosk.exam.templates import load_templates
    from kiosk.office.paper import read_study
    from kiosk.office.places import places
    from minipacs.cli.frame import open_archive

    place = places(getattr(args, "data", None))
    settings = settings_file.load(place.settings)
    with open_archive(args) as archive:
        study = read_study(
            archive,
            args.study,
            load_templates(place.templates),
            images=args.images,
            notation=settings.display.teeth,
            bits=bits,
        )
    return study, settings


def notes_of(study: PaperStudy) -> list[str]:
    """What a person should know of a study that was put on paper."""
    notes = [f"left out {uid}: {why}" for uid, why in study.skipped]
    if study.heading.undrawn:
        notes.append(
            "no font of this machine has some letters of the heading: a name in a further script is "
            "left out, other letters are boxes; install a font that has them and do it again"
        )
    return notes


def skipped_of(study: PaperStudy) -> list[dict[str, Any]]:
    """The images that were left out, as flat objects."""
    return [{"sop_instance_uid": uid, "why": why} for uid, why in study.skipped]


def counted(count: int, what: str) -> str:
    """`1 page`, `2 pages`."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def print_notes(notes: list[str]) -> None:
    """A line each."""
    for note in notes:
        print_line(f"note: {note}")
