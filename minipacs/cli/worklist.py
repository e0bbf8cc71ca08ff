"""`minipacs worklist`: what is to be done today."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from minipacs.cli.frame import (
    CommandFailed,
    add_parser,
    command,
    open_archive,
    print_json,
    print_line,
    print_table,
    wants_json,
)
from minipacs.cli.patients import ORDER, PATIENT, Option, add_options, given, in_words

if TYPE_CHECKING:
    from minipacs.archive import Archive, WorklistEntry
    from minipacs.dicom.model import Order

_STEP: tuple[Option, ...] = (
    ("--modality", "Modality", "IO, PX, DX, CR, US, XC ..."),
    ("--date", "ScheduledProcedureStepStartDate", "YYYYMMDD, today by default"),
    ("--time", "ScheduledProcedureStepStartTime", "HHMM"),
    ("--station-aet", "ScheduledStationAETitle", "AE title of the kiosk; any by default"),
    ("--station-name", "ScheduledStationName", ""),
    ("--location", "ScheduledProcedureStepLocation", ""),
    ("--step-id", "ScheduledProcedureStepID", "from the content by default"),
    ("--step-description", "ScheduledProcedureStepDescription", ""),
    ("--protocol-code", "ScheduledProtocolCodeSequence", "VALUE^SCHEME^MEANING"),
    ("--performing-physician", "ScheduledPerformingPhysicianName", ""),
)  # fmt: skip
_OPTIONS = (*PATIENT, *ORDER, *_STEP)
_REQUIRED = ("PatientID", "PatientName", "Modality")


@command(
    "worklist",
    "the procedure steps that are to be done",
    "minipacs worklist add --patient-id P1 --patient-name Doe^Jane --modality IO --time 1030",
)
def build(parser: argparse.ArgumentParser) -> None:
    """The subcommands of `worklist`."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    add = add_parser(
        actions,
        "add",
        "put a step on the worklist and print its ID",
        "minipacs worklist add --patient-id D17 --patient-name Rex --species dog --modality DX",
        prints_records=True,
    )
    # Only what argparse itself would not let pass is required here; the rest is checked with the others.
    add_options(add, _OPTIONS, required=_REQUIRED)
    add.set_defaults(run=_add)
    listed = add_parser(
        actions,
        "list",
        "show the worklist",
        "minipacs worklist list --date 20261120 --json",
        prints_records=True,
    )
    listed.add_argument("--date", default="", help="YYYYMMDD, or a range YYYYMMDD-YYYYMMDD")
    listed.add_argument("--status", default="", help="SCHEDULED, STARTED, COMPLETED ...")
    listed.add_argument("--text", default="", help="begin of a name, ID or accession number")
    listed.set_defaults(run=_list)
    taken = add_parser(
        actions,
        "import",
        "take in orders from a file, all or none",
        "minipacs worklist import orders.csv",
        prints_records=True,
    )
    taken.add_argument("file", metavar="FILE", type=Path, help=".json or .csv")
    taken.add_argument("--format", default="", help="json or csv, where the name does not tell")
    taken.set_defaults(run=_import)
    close = add_parser(
        actions, "close", "close a step by hand", "minipacs worklist close S1", prints_records=True
    )
    close.add_argument("step_id", metavar="STEP_ID")
    close.set_defaults(run=_close)


def _add(args: argparse.Namespace) -> None:
    from minipacs.clock import system_clock
    from minipacs.dicom.uids import UidPolicy
    from minipacs.orders.errors import BadOrder
    from minipacs.orders.flat import from_flat, to_flat
    from minipacs.orders.intake import complete

    try:
        patient, order = from_flat(given(args, _OPTIONS))
    except BadOrder as problem:
        raise CommandFailed(in_words(problem, _OPTIONS)) from None
    with open_archive(args) as archive:
        step = complete(
            patient, order, today=system_clock().date(), uids=UidPolicy(), known=_known(archive)
        )
        step_id = archive.worklist.add(step.patient, step.order)
        entry = archive.worklist.get(step_id)
    if wants_json(args):
        print_json(to_flat(entry.patient, entry.order, entry.status))
    else:
        print_line(step_id)


def _list(args: argparse.Namespace) -> None:
    date = args.date.replace("-", "") if len(args.date) == 10 else args.date
    _check_period(date)
    with open_archive(args) as archive:
        entries = archive.worklist.entries(
            date=date, text=args.text, status=args.status.upper(), limit=1_000_000
        )
    if wants_json(args):
        print_json(_flats(entries))
        return
    rows = [("DATE", "TIME", "MODALITY", "STATUS", "STEP", "PATIENT ID", "NAME", "STATION", "WHAT")]
    for one in entries:
        order = one.order
        rows.append(
            (
                order.start_date,
                order.start_time[:4],
                order.modality,
                one.status,
                order.step_id,
                one.patient.identifier,
                one.patient.name,
                order.station_ae,
                order.step_description or order.requested_procedure_description,
            )
        )
    print_table(rows)


def _check_period(text: str) -> None:
    from minipacs.dicom.values import fault

    first, dash, last = text.partition("-")
    if any(fault("DA", day) for day in (first, last)) or (dash and not (first or last)):
        raise CommandFailed("--date must be a date as YYYYMMDD, or a range YYYYMMDD-YYYYMMDD")


def _import(args: argparse.Namespace) -> None:
    from minipacs.archive import UnknownEntry
    from minipacs.clock import system_clock
    from minipacs.dicom.uids import UidPolicy
    from minipacs.orders.formats import read_records
    from minipacs.orders.intake import take_in

    records = read_records(args.file, args.format)
    with open_archive(args) as archive:

        def is_open(step_id: str) -> bool:
            try:
                return archive.worklist.get(step_id).status == "SCHEDULED"
            except UnknownEntry:
                return True

        steps = take_in(
            records,
            args.file.name,
            today=system_clock().date(),
            uids=UidPolicy(),
            known=_known(archive),
        )
        # What has begun or is over belongs to the chair; an order file no longer changes it.
        wanted = [step for step in steps if is_open(step.order.step_id)]
        archive.worklist.add_all([(step.patient, step.order) for step in wanted], replace=True)
        entries = [archive.worklist.get(step.order.step_id) for step in steps]
    if wants_json(args):
        print_json(_flats(entries))
        return
    new = sum(step.is_new for step in wanted)
    left = len(steps) - len(wanted)
    note = f", {left} left alone as they are no longer SCHEDULED" if left else ""
    print_line(f"{new} new, {len(wanted) - new} updated{note}")


def _close(args: argparse.Namespace) -> None:
    from minipacs.orders.flat import to_flat

    with open_archive(args) as archive:
        archive.worklist.close(args.step_id)
        entry = archive.worklist.get(args.step_id)
    if wants_json(args):
        print_json(to_flat(entry.patient, entry.order, entry.status))


def _known(archive: Archive) -> Any:
    from minipacs.archive import UnknownEntry

    def find(step_id: str) -> Order | None:
        try:
            return archive.worklist.get(step_id).order
        except UnknownEntry:
            return None

    return find


def _flats(entries: Iterable[WorklistEntry]) -> list[dict[str, Any]]:
    from minipacs.orders.flat import to_flat

    return [to_flat(one.patient, one.order, one.status) for one in entries]
