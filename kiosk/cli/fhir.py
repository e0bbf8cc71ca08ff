"""`chairside fhir`: a study as a FHIR ImagingStudy."""

from __future__ import annotations

import argparse

from minipacs.cli.frame import command, open_archive, print_json


@command(
    "fhir",
    "a study as FHIR ImagingStudy, JSON on stdout",
    "chairside fhir --study 2.25.123 --release R5",
    prints_records=True,
)
def build(parser: argparse.ArgumentParser) -> None:
    """The arguments of `fhir`."""
    parser.add_argument("--study", required=True, metavar="UID")
    parser.add_argument("--release", default="R5", metavar="R5|R6", help="release of FHIR (R5)")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> None:
    from minipacs.fhir import imaging_study

    with open_archive(args) as archive:
        print_json(imaging_study(archive, args.study, release=args.release.upper()))
