"""What peers write in names, UIDs and titles: it is data, in every path by which it comes and goes.

It never becomes a path, a pattern, a line of a log or a command; a decoy tree around the archive stays as it is.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import re
import stat
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset

from minipacs.archive import Archive, ArchiveError, Origin
from minipacs.cli import main
from minipacs.dicom import part10
from minipacs.net import commands
from tests.builders import frozen_clock
from tests.minipacs.net.noderig import Rig, a_node
from tests.minipacs.net.rig import EXPLICIT, INTRA_ORAL, RawPeer
from tests.objects import an_object

HOSTILE = [
    "../../../../ESCAPED", "..", ".", "/etc/passwd", "/tmp/chairside-escaped", "1.2\x003", "1.2/../../x",
    "1.2\\..\\x", "C:\\x", "\\\\host\\share", "1." * 40 + "1", "%2e%2e%2fx", "1.2;touch ESCAPED", "$(touch ESCAPED)",
    "`touch ESCAPED`", "|touch ESCAPED", "1.2\n3", "1.2\r\nSet-Cookie: x", "\x1b[2J", "CON", "NUL", "AUX.dcm",
    "1..2", "1.02", ".1.2", "1.2.", "-rf", "--help", "~", "~root", "*", "?", "'; DROP TABLE instance; --", "\" OR 1=1",
    "<script>", "{{7*7}}", "${jndi:x}", "\ufeff1.2", "1.2\u202e3", "１.２", "A" * 70, "file:///etc/passwd",
    "archive.db", "../archive.db", "../../peers.toml", "lock", "incoming/x", "blobs/0/x",
]  # fmt: skip
FIELDS = ("SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID", "PatientID", "AccessionNumber")
_OURS = re.compile(
    r"archive(\.db(-wal|-shm)?)?|lock|incoming|blobs|quarantine|[0-9a-f]|[0-9a-f]{32}\.dcm|"
    r"peers\.toml(\.lock)?|logs|chairside\.toml"
)


def tree(folder: Path, but: Path) -> dict[str, str]:
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
        for path in sorted(folder.rglob("*"))
        if but not in (path, *path.parents)
    }


@contextlib.contextmanager
def decoys(folder: Path, but: str) -> Iterator[None]:
    """Files in and around the place that nobody may touch, add to or take away."""
    for name in ("ESCAPED.txt", "passwd", "peers.toml", "x", "sub/x", "sub/1.2.dcm"):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(name.encode() * 50)
    place = folder / but
    before, here = tree(folder, place), sorted(os.listdir("."))
    yield
    assert tree(folder, place) == before
    assert sorted(os.listdir(".")) == here
    assert not Path("/tmp/chairside-escaped").exists()
    strange = [path.name for path in place.rglob("*") if not _OURS.fullmatch(path.name)]
    assert strange == []


def test_the_decoys_notice_a_write_outside(tmp_path: Path) -> None:
    """The control: what a careless server does with such a UID is seen."""
    (tmp_path / "node").mkdir()
    for place in ("../ESCAPED", "1.2.3.dcm"):
        watch = decoys(tmp_path, "node")
        watch.__enter__()
        (tmp_path / "node" / place).write_bytes(b"x")
        with pytest.raises(AssertionError):
            watch.__exit__(None, None, None)


def body_with(field: str, text: str) -> bytes:
    """A data set whose field has any bytes at all, as no honest writer makes it."""
    marks = {
        "SOPInstanceUID": "2.25.700000001",
        "StudyInstanceUID": "2.25.700000002",
        "SeriesInstanceUID": "2.25.700000003",
        "PatientID": "MARK-ID-4",
        "AccessionNumber": "MARK-ACC-5",
    }
    data = an_object(
        uid=marks["SOPInstanceUID"],
        study=marks["StudyInstanceUID"],
        series=marks["SeriesInstanceUID"],
        PatientID=marks["PatientID"],
        AccessionNumber=marks["AccessionNumber"],
    )
    body = data[part10.scan(data).dataset_offset :]
    raw = marks[field].encode()
    at = body.index(raw)
    size = struct.unpack("<H", body[at - 2 : at])[0]
    new = text.encode("utf-8")
    new += b" " * (len(new) % 2)
    return body[: at - 2] + struct.pack("<H", len(new)) + new + body[at + size :]


def store(peer: RawPeer, uid: str, body: bytes) -> int:
    command = {
        "CommandField": commands.C_STORE_RQ,
        "MessageID": 1,
        "AffectedSOPClassUID": INTRA_ORAL,
        "AffectedSOPInstanceUID": uid,
        "Priority": 0,
    }
    peer.message(1, command, body)
    return int(peer.answer()[0]["Status"])


def test_no_string_of_a_c_store_becomes_a_path(tmp_path: Path) -> None:
    with decoys(tmp_path, "node"), a_node(tmp_path) as rig:
        stored = 0
        with RawPeer(rig.port) as peer:
            assert peer.associate((1, INTRA_ORAL, (EXPLICIT,))) == 2
            for text in HOSTILE:
                for field in FIELDS:
                    for uid in {"2.25.700000001", text if field == "SOPInstanceUID" else ""} - {""}:
                        status = store(peer, uid[:64], body_with(field, text))
                        if field.endswith("UID"):
                            assert status != 0, (field, text)
                        stored += status == 0
        assert stored > 0, "a strange patient ID is no reason to lose an image"
        assert rig.archive.counts().instances == 1
        assert rig.archive.check().is_good


@pytest.mark.parametrize("which", ["calling", "called"])
def test_no_ae_title_becomes_a_path(tmp_path: Path, which: str) -> None:
    with decoys(tmp_path, "node"), a_node(tmp_path) as rig:
        for text in HOSTILE:
            title = text.encode("ascii", "replace").decode()[:16]
            with RawPeer(rig.port) as peer:
                if peer.associate((1, INTRA_ORAL, (EXPLICIT,)), **{which: title}) == 2:
                    assert store(peer, "2.25.700000001", body_with("PatientID", "P")) == 0


def test_no_uid_of_a_step_or_a_commitment_becomes_a_path(tmp_path: Path) -> None:
    step_class, commitment_class = "1.2.840.10008.3.1.2.3.3", "1.2.840.10008.1.20.1"
    with decoys(tmp_path, "node"), a_node(tmp_path) as rig:
        with RawPeer(rig.port) as peer:
            contexts = ((1, step_class, (EXPLICIT,)), (3, commitment_class, (EXPLICIT,)))
            assert peer.associate(*contexts) == 2
            for text in HOSTILE:
                for field in (commands.N_CREATE_RQ, commands.N_SET_RQ, commands.N_GET_RQ):
                    key = "Affected" if field == commands.N_CREATE_RQ else "Requested"
                    command = {
                        "CommandField": field,
                        "MessageID": 1,
                        f"{key}SOPClassUID": step_class,
                        f"{key}SOPInstanceUID": text[:64],
                    }
                    peer.message(1, command, None if field == commands.N_GET_RQ else b"")
                    assert peer.answer()[0]["Status"] != 0
                raw = text.encode("utf-8")
                raw += b"\0" * (len(raw) % 2)
                action = {
                    "CommandField": commands.N_ACTION_RQ,
                    "MessageID": 1,
                    "RequestedSOPClassUID": commitment_class,
                    "RequestedSOPInstanceUID": "1.2.840.10008.1.20.1.1",
                    "ActionTypeID": 1,
                }
                peer.message(3, action, b"\x08\0\x95\x11UI" + struct.pack("<H", len(raw)) + raw)
                assert peer.answer()[0]["Status"] != 0
        assert rig.archive.commitment.pending("scp") == []


def test_no_string_of_an_imported_order_becomes_a_path(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "node").mkdir()
    with decoys(tmp_path, "node"):
        orders = tmp_path / "node" / "chairside.toml"  # any name that the decoys allow
        for text in HOSTILE:
            for key in ("StudyInstanceUID", "PatientID", "ScheduledProcedureStepID"):
                order = {"PatientID": "P", "PatientName": "A^B", "Modality": "IO", key: text}
                orders.write_text(json.dumps([order]), "utf-8")
                source = orders.rename(orders.with_name("chairside.toml"))
                status = main(["worklist", "import", str(source), "--data", str(tmp_path / "node")])
                said = capsys.readouterr()
                assert status in (0, 1)
                assert "Traceback" not in said.err
                assert "\x1b" not in said.out + said.err


# ---- names that other programs would run, and markers that may stand nowhere but in the archive

INJECTIONS = [
    "'; DROP TABLE patient; --", "' OR '1'='1", "\" OR \"\"=\"", "1); DELETE FROM instance; --", "%", "_", "%%__",
    "[a-z]", "{0}", "%s%n%x", "{{7*7}}", "${7*7}", "<script>alert(1)</script>", "<img src=x onerror=a>",
    "&lt;&amp;", "]]>",
    "=1+1", "+1", "-1", "@SUM(A1)", "\tx", "a\rb", "a\nb", "\x1b[31mred", "\x1b]0;title\x07", "a\u202eb", "a\u2066b",
    "a\u200bb", "\u0000", "İstanbul", "ﬀ", "ß", "Å", "Å", "name\u0301", "Ω" * 30, "🦷", "\U0001f468\u200d\u2695\ufe0f",
    "a|b", "a;b", "a&b", "`a`", "$(a)", "../..", "C:\\", "\\\\x\\y", "NULL", "None", "true", "0", "-0", "1e999", "NaN",
    "a" * 64, "^", "^^^^", "=", "==", "a=b=c", "*", "?", "a*b", "a?b",
]  # fmt: skip


def fields(archive: Archive) -> set[str]:
    return {row.patient_id for row in archive.instances()}


def test_a_name_that_is_a_statement_is_a_name(tmp_path: Path) -> None:
    """Through every lookup: no row changes, nobody else is found by it."""
    with Archive.open(tmp_path / "a", clock=frozen_clock, reserve_bytes=0) as archive:
        archive.ingest(
            an_object(uid="2.25.9", PatientID="OTHER", PatientName="Other^One"), Origin("cli")
        )
        kept = {}
        for number, text in enumerate(INJECTIONS):
            data = an_object(uid=f"2.25.{100 + number}", study=f"2.25.{9000 + number}")
            ds = part10.read(data)
            ds.PatientID = f"P-{number}"
            body = part10.write(ds).replace(b"CANARY^PATIENT", text.encode()[:14].ljust(14, b"x"))
            with contextlib.suppress(ArchiveError):
                archive.ingest(body, Origin("cli"))
                kept[number] = text
        assert len(kept) > len(INJECTIONS) * 0.9
        before = archive.counts()
        for text in INJECTIONS:
            found = archive.studies(text)
            if len(text.strip("\t\0 ")) > 1 and not set(text) & set("*?") and text != "-1":
                assert len(found) < 15, text
            for keyword in ("PatientName", "PatientID", "AccessionNumber", "StudyID"):
                ds = Dataset()
                ds.QueryRetrieveLevel = "STUDY"
                ds.SpecificCharacterSet = "ISO_IR 192"
                ds.StudyInstanceUID = ""
                with contextlib.suppress(ArchiveError, ValueError):
                    ds.add_new(keyword, "PN" if keyword == "PatientName" else "LO", text)
                    answers = list(archive.find("STUDY", "STUDY", ds))
                    if keyword == "PatientID" and text not in ("*", "?", "\u0000", "\tx"):
                        assert answers == [], text
            archive.worklist.entries(text=text)
        assert archive.counts() == before
        assert archive.check().is_good


def test_an_id_with_a_control_character_is_not_the_id_without_it(tmp_path: Path) -> None:
    """A NUL that is left out would put one patient's images into another's file."""
    marked = an_object(uid="2.25.700000001", study="2.25.5", PatientID="P_1")
    with Archive.open(tmp_path / "a", clock=frozen_clock, reserve_bytes=0) as archive:
        archive.ingest(an_object(uid="2.25.9", study="2.25.6", PatientID="P1"), Origin("cli"))
        archive.ingest(marked.replace(b"P_1 ", b"P\x001 "), Origin("cli"))
        assert archive.counts().patients == 2
        assert [row.sop_instance_uid for row in archive.instances(patient="P1")] == ["2.25.9"]


class Everything(logging.Handler):
    """All that any logger says at DEBUG."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if record.exc_info:
            text += logging.Formatter().formatException(record.exc_info)
        self.lines.append(text)


MARKS = ("Zqmarker", "ZQID77", "ZQACC88", "ZQDESC99")


def a_marked_object(uid: str, **changes: Any) -> bytes:
    return an_object(
        uid=uid,
        PatientName="Zqmarker^Name",
        PatientID="ZQID77",
        AccessionNumber="ZQACC88",
        StudyDescription="ZQDESC99",
        **changes,
    )


def a_working_day(rig: Rig) -> None:
    """Store, store again, another object of the UID, damage, bad objects, queries, a step, a wrong MOVE."""
    for number in (1, 2):
        data = a_marked_object(f"2.25.{number}")
        rig.archive.ingest(data, Origin("store"), destinations=["NOBODY@127.0.0.1:1"])
    with RawPeer(rig.port) as peer:
        assert peer.associate((1, INTRA_ORAL, (EXPLICIT,))) == 2
        for uid, changes in (
            ("2.25.3", {}),
            ("2.25.3", {"rows": 8}),
            ("2.25.4", {"StudyInstanceUID": "x"}),
        ):
            with contextlib.suppress(Exception):
                data = a_marked_object(uid, **changes)
                store(peer, uid, data[part10.scan(data).dataset_offset :])
        data = a_marked_object("2.25.5")
        body = data[part10.scan(data).dataset_offset :]
        store(peer, "2.25.6", body)
        store(peer, "2.25.5", body[: len(body) // 2])
        peer.send(b"\x04\0\0\0\0\x06garbage")
    for keyword, text in (
        ("PatientName", "Zqmarker*"),
        ("PatientID", "ZQID77"),
        ("StudyDate", "ZQID77"),
    ):
        ds = Dataset()
        ds.QueryRetrieveLevel = "STUDY"
        with contextlib.suppress(Exception):
            ds.add_new(keyword, "LO", text)
            list(rig.archive.find("STUDY", "STUDY", ds))
    rig.archive.path_of("2.25.1").write_bytes(b"damaged")
    with contextlib.suppress(ArchiveError):
        rig.archive.read("2.25.1")
    rig.archive.check()
    rig.node.delivery.run_due()


@pytest.mark.logs_errors
def test_a_marker_stands_in_the_archive_and_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ear = Everything()
    root = logging.getLogger()
    root.addHandler(ear)
    monkeypatch.setattr(root, "level", logging.DEBUG)
    temporary = tmp_path / "temp"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr("tempfile.tempdir", None)
    try:
        with a_node(tmp_path) as rig:
            a_working_day(rig)
            alerts = [alert.text for alert in rig.archive.alerts.list()]
            audit = [f"{one.user} {one.detail}" for one in rig.archive.audit.records()]
            reasons = [one.reason for one in rig.archive.outbox.list()]
    finally:
        root.removeHandler(ear)
    assert len(ear.lines) > 20, "the log was not heard"
    assert alerts
    for mark in MARKS:
        for line in (*ear.lines, *alerts, *audit, *reasons, *sys.argv):
            assert mark not in line
    outside = [
        path
        for path in tmp_path.rglob("*")
        if path.is_file() and (tmp_path / "node" / "archive") not in path.parents
    ]
    for path in outside:
        assert not [mark for mark in MARKS if mark.encode() in path.read_bytes()], path.name
    inside = b"".join(p.read_bytes() for p in (tmp_path / "node" / "archive").rglob("*.dcm"))
    assert b"Zqmarker" in inside, "the control: there it is"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_all_that_a_node_writes_is_for_the_owner_alone(tmp_path: Path) -> None:
    previous = os.umask(0)
    try:
        with a_node(tmp_path) as rig:
            rig.node.peers.add(rig.peer)
            rig.archive.ingest(an_object(uid="2.25.1"), Origin("cli"))
            rig.archive.ingest(an_object(uid="2.25.1", rows=8), Origin("cli"))
            rig.archive.backup(rig.folder / "backup")
            for path in (rig.folder / "archive", rig.folder / "backup", rig.folder / "peers.toml"):
                for one in (path, *path.rglob("*")):
                    mode = stat.S_IMODE(one.stat().st_mode)
                    assert mode == (0o700 if one.is_dir() else 0o600), (one.name, oct(mode))
    finally:
        os.umask(previous)
