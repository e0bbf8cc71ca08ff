"""`chairside conformance`: the DICOM Conformance Statement of this copy of the program."""

from __future__ import annotations

import argparse
import sys

from minipacs.cli.frame import check_data_folder, command


@command(
    "conformance",
    "the DICOM Conformance Statement (PS3.2), Markdown on stdout",
    "chairside conformance > conformance.md",
)
def build(parser: argparse.ArgumentParser) -> None:
    """The arguments of `conformance`."""
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> None:
    from kiosk import settings
    from kiosk.office.conformance import statement
    from kiosk.office.office import version
    from kiosk.office.places import places
    from minipacs.clock import system_clock

    place = places(getattr(args, "data", None))
    check_data_folder(place.data)
    sys.stdout.write(statement(settings.load(place.settings), version(), system_clock))
