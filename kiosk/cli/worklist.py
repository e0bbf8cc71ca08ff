"""`chairside worklist`: who is expected, as the configured node or another one says."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from kiosk.cli.common import open_office, peer_of
from minipacs.cli.frame import CommandFailed, command, print_json, print_table, wants_json

if TYPE_CHECKING:
    from minipacs.dicom.model import Order, Patient


@command(
    "worklist",
    "show the worklist of the configured node, or of another one",
    "chairside worklist --from RIS@127.0.0.1:105 --date 20261120",
    prints_records=True,
)
def build(parser: argparse.ArgumentParser) -> None:
    """The arguments of `worklist`."""
    parser.add_argument("--from", dest="peer", metavar="AETITLE@HOST:PORT", help="ask this node")
    parser.add_argument(
        "--date", default="", help="YYYYMMDD, a range YYYYMMDD-YYYYMMDD, or all (today)"
    )
    parser.add_argument("--modality", default="")
    parser.add_argument("--patient-id", default="")
    parser.add_argument(
        "--calling-aet", default="KIOSK", metavar="AET", help="our name towards it (KIOSK)"
    )
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> None:
    from minipacs.orders.flat import to_flat

    found = _ask(args)
    found.sort(key=lambda item: (item[1].start_date, item[1].start_time, item[1].step_id))
    if wants_json(args):
        print_json([to_flat(patient, order) for patient, order in found])
        return
    rows = [("DATE", "TIME", "MODALITY", "STEP", "PATIENT ID", "NAME", "WHAT")]
    for patient, order in found:
        what = order.step_description or order.requested_procedure_description
        rows.append(
            (
                order.start_date,
                order.start_time[:4],
                order.modality,
                order.step_id,
                patient.identifier,
                patient.name,
                what,
            )
        )
    print_table(rows)


def _ask(args: argparse.Namespace) -> list[tuple[Patient, Order]]:
    from minipacs.clock import system_clock
    from minipacs.dicom.values import fault
    from minipacs.net.scu.worklist import worklist

    date = args.date or f"{system_clock():%Y%m%d}"
    if date == "all":
        date = ""
    days = date.split("-")
    if len(days) > 2 or any(fault("DA", day) for day in days) or date == "-":
        raise CommandFailed("--date must be YYYYMMDD, a range YYYYMMDD-YYYYMMDD, or all")
    wanted = {"date": date, "modality": args.modality, "patient_id": args.patient_id}
    if args.peer:
        return list(worklist(peer_of(args.peer), calling_ae=args.calling_aet, **wanted))
    with open_office(args) as office:
        return list(worklist(office.worklist_peer(), calling_ae=args.calling_aet, **wanted))
