"""Modality worklist: one whole association of findscu, against wlmscpfs and at growing lists."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from pydicom.uid import ExplicitVRLittleEndian

from minipacs.dicom import part10, worklist_item
from minipacs.dicom.uids import UidPolicy
from tests import servers
from tests.benchmarks.node import chairside_node, minipacs
from tests.benchmarks.table import Row, seconds
from tests.builders import a_patient, an_order
from tests.peers import run

MATCHES = 29
DAY = "20261120"
DCMTK_WORKLIST_FILE = "1.2.276.0.7230010.3.1.0.1"


def measure(scratch: Path) -> Iterator[Row]:
    """10,000 entries beside wlmscpfs; then 1,000 against 100,000 of our own."""
    scratch.mkdir(parents=True, exist_ok=True)
    with servers.wlmscpfs(scratch / "wlm", list(_items(10_000))) as server:
        theirs = seconds(lambda: _ask(server.peer.port, server.peer.ae_title), times=3)
    ours = _ours(scratch, 10_000)
    work = f"worklist C-FIND, 10,000 entries, {MATCHES} matches, whole association"
    yield Row(
        work,
        f"{ours * 1000:.0f} ms",
        f"wlmscpfs {theirs * 1000:.0f} ms",
        ours / theirs,
        0.1,
        "less",
    )
    few, many = _ours(scratch, 1_000), _ours(scratch, 100_000)
    work = "the same at 100,000 entries beside 1,000"
    yield Row(work, f"{many * 1000:.0f} ms", f"{few * 1000:.0f} ms", many / few, 1.5, "less")


def _entry(number: int, count: int) -> tuple[str, str, str]:
    """(patient ID, step ID, date): 29 of them today, spread over the list."""
    today = number % (count // MATCHES) == 0 and number // (count // MATCHES) < MATCHES
    day = DAY if today else f"2025{1 + number % 12:02d}{1 + number % 28:02d}"
    return f"W{number:06d}", f"S{number:06d}", day


def _items(count: int) -> Iterator[bytes]:
    uids = UidPolicy()
    for number in range(count):
        patient_id, step_id, day = _entry(number, count)
        patient = a_patient(name=f"FAMILY{number}^GIVEN", identifier=patient_id)
        order = an_order(uids, step_id=step_id, start_date=day, requested_procedure_id=f"R{number}")
        ds = worklist_item.to_dataset(patient, order)
        ds.SOPClassUID, ds.SOPInstanceUID = DCMTK_WORKLIST_FILE, uids.instance()
        yield part10.write(ds, transfer_syntax=ExplicitVRLittleEndian)


def _ours(scratch: Path, count: int) -> float:
    uids = UidPolicy()
    steps = []
    for number in range(count):
        patient_id, step_id, day = _entry(number, count)
        steps.append({
            "PatientID": patient_id, "PatientName": f"FAMILY{number}^GIVEN", "StudyInstanceUID": uids.study(),
            "RequestedProcedureID": f"R{number}", "Modality": "IO", "ScheduledStationAETitle": "KIOSK",
            "ScheduledProcedureStepStartDate": day, "ScheduledProcedureStepStartTime": "100000",
            "ScheduledProcedureStepID": step_id,
        })  # fmt: skip
    orders = scratch / f"orders-{count}.json"
    orders.write_text(json.dumps(steps))
    data = scratch / f"ours-{count}"
    minipacs("worklist", "import", orders, "--data", data)
    with chairside_node(data) as node:
        return seconds(lambda: _ask(node.port, node.ae_title), times=5)


def _ask(port: int, ae_title: str) -> None:
    keys = [
        "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyInstanceUID", "AccessionNumber",
        "RequestedProcedureID", f"ScheduledProcedureStepSequence[0].ScheduledProcedureStepStartDate={DAY}",
        "ScheduledProcedureStepSequence[0].Modality=IO", "ScheduledProcedureStepSequence[0].ScheduledProcedureStepID",
    ]  # fmt: skip
    options = [word for key in keys for word in ("-k", key)]
    said = run("findscu", "-v", "-W", "-aec", ae_title, *options, "127.0.0.1", port, timeout=120)
    found = said.stdout.count("(Pending)")
    if said.returncode or found != MATCHES:
        raise RuntimeError(f"findscu found {found} entries instead of {MATCHES}")
