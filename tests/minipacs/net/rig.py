"""A listener with small limits around a fake archive, and a peer that speaks raw bytes."""

from __future__ import annotations

import contextlib
import socket
import struct
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pydicom

from minipacs.archive.rows import Ingested, Origin, Outcome
from minipacs.dicom.uids import CountedUids
from minipacs.net import commands, pdu, scp
from minipacs.net.access import Access
from minipacs.net.limits import Limits
from minipacs.net.listener import Listener
from minipacs.net.peers import PeerBook
from minipacs.net.reports import Reporter
from minipacs.net.service import Node
from tests.builders import frozen_clock

VERIFICATION = "1.2.840.10008.1.1"
INTRA_ORAL = "1.2.840.10008.5.1.4.1.1.1.3"
IMPLICIT = "1.2.840.10008.1.2"
EXPLICIT = "1.2.840.10008.1.2.1"
DEFLATED = "1.2.840.10008.1.2.1.99"

QUICK = Limits(
    artim_s=1.0, idle_s=2.0, pdu_s=1.0, handshake_s=1.0, send_s=2.0, answer_s=2.0, stop_s=4.0
)


class FakeArchive:
    """Remembers what it was given; fails as it is told."""

    def __init__(self) -> None:
        self.objects: list[bytes] = []
        self.origins: list[Origin] = []
        self.problem: Exception | None = None
        self.outcome = Outcome.STORED

    def ingest(self, parts: Sequence[Any], origin: Origin) -> Ingested:
        if self.problem is not None:
            raise self.problem
        self.objects.append(b"".join(bytes(part) for part in parts))
        self.origins.append(origin)
        return Ingested(self.outcome, "", "", "", "", "", Path("x"))


@contextlib.contextmanager
def listening(
    archive: Any = None,
    limits: Limits = QUICK,
    peers: PeerBook | None = None,
    *,
    ae_title: str = "MINIPACS",
    services: Sequence[str] | None = None,
    local: Any = None,
    **options: Any,
) -> Iterator[Listener]:
    """A started listener with all services."""
    peers = peers if peers is not None else PeerBook()
    archive = archive if archive is not None else FakeArchive()
    checks = {"check_called": options.pop("check_called")} if "check_called" in options else {}
    if local is not None:
        checks["local"] = local
    reporter = Reporter(archive, peers, ae_title, frozen_clock)
    node = Node(ae_title, archive, peers, frozen_clock, CountedUids(), reporter)
    listener = Listener(
        ae_title,
        "127.0.0.1",
        0,
        scp.build(node, services),
        Access(ae_title, peers, **checks),
        limits,
        **options,
    )
    listener.start()
    try:
        yield listener
    finally:
        listener.stop()


class RawPeer:
    """A peer that sends what it is told, right or wrong."""

    def __init__(self, port: int, source: str = "127.0.0.1", seconds: float = 10) -> None:
        self.sock = socket.socket()
        self.sock.settimeout(seconds)
        self.sock.bind((source, 0))
        self.sock.connect(("127.0.0.1", port))

    def __enter__(self) -> RawPeer:
        return self

    def __exit__(self, *_: object) -> None:
        self.sock.close()

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def read_pdu(self) -> tuple[int, bytes]:
        """(type, body) of the next PDU; (0, b"") at the end of the connection."""
        try:
            head = self._exactly(6)
            kind, size = struct.unpack(">BxL", head)
            return kind, self._exactly(size)
        except (ConnectionError, EOFError):
            return 0, b""

    def _exactly(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            more = self.sock.recv(size - len(data))
            if not more:
                raise EOFError
            data += more
        return data

    def associate(self, *contexts: tuple[int, str, Sequence[str]], **kw: Any) -> int:
        """Send a request; gives the type of the answer."""
        self.send(associate_rq(contexts or ((1, VERIFICATION, (IMPLICIT,)),), **kw))
        return self.read_pdu()[0]

    def is_ended(self, seconds: float = 10) -> bool:
        """Whether the other side ends the connection in that time."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.sock.settimeout(max(deadline - time.monotonic(), 0.01))
            try:
                if not self.sock.recv(4096):
                    return True
            except TimeoutError:
                return False
            except ConnectionError:
                return True
        return False

    def message(self, context_id: int, command: dict[str, Any], data: bytes | None = None) -> None:
        """Send a DIMSE message."""
        command.setdefault(
            "CommandDataSetType", commands.NO_DATA_SET if data is None else commands.DATA_SET
        )
        parts = pdu.p_data(context_id, commands.encode(command), data, 16384)
        self.send(b"".join(bytes(part) for part in parts))

    def answer(self) -> tuple[dict[str, Any], bytes]:
        """(command, data set) of the next message."""
        command, data, complete = b"", b"", False
        found: dict[str, Any] = {}
        while not complete:
            kind, body = self.read_pdu()
            assert kind == 4, f"PDU of type {kind} instead of an answer"
            at = 0
            while at < len(body):
                size, _, control = struct.unpack(">LBB", body[at : at + 6])
                value = body[at + 6 : at + 4 + size]
                at += 4 + size
                if control & 1:
                    command += value
                    if control & 2:
                        found = commands.decode(command)
                        complete = found["CommandDataSetType"] == commands.NO_DATA_SET
                else:
                    data += value
                    complete = bool(control & 2)
        return found, data


def associate_rq(
    contexts: Sequence[tuple[int, str, Sequence[str]]],
    *,
    called: str = "MINIPACS",
    calling: str = "RAW",
    max_pdu: int = 16384,
    roles: dict[str, tuple[bool, bool]] | None = None,
) -> bytes:
    def item(kind: int, value: bytes) -> bytes:
        return struct.pack(">BBH", kind, 0, len(value)) + value

    items = item(0x10, b"1.2.840.10008.3.1.1.1")
    for context_id, abstract, syntaxes in contexts:
        value = bytes((context_id, 0, 0, 0)) + item(0x30, abstract.encode())
        value += b"".join(item(0x40, one.encode()) for one in syntaxes)
        items += item(0x20, value)
    user = item(0x51, struct.pack(">L", max_pdu)) + item(0x52, b"1.2.3.4")
    for uid, (scu, scp_role) in (roles or {}).items():
        value = struct.pack(">H", len(uid)) + uid.encode() + bytes((scu, scp_role))
        user += item(0x54, value)
    items += item(0x50, user)
    body = b"\0\1\0\0" + called.encode().ljust(16) + calling.encode().ljust(16) + bytes(32) + items
    return struct.pack(">BBL", 1, 0, len(body)) + body


def plain_object(path: Path, *, uid: str = "2.25.4711", sop_class: str = INTRA_ORAL) -> Path:
    ds = pydicom.Dataset()
    ds.file_meta = pydicom.dataset.FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = EXPLICIT
    ds.SOPClassUID, ds.SOPInstanceUID = sop_class, uid
    ds.StudyInstanceUID, ds.SeriesInstanceUID = "2.25.1", "2.25.2"
    ds.PatientName, ds.PatientID = "CANARY^PATIENT", "P-1"
    ds.Rows, ds.Columns = 64, 64
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = 8, 8, 7
    ds.SamplesPerPixel, ds.PixelRepresentation = 1, 0
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.PixelData = bytes(range(64)) * 64
    ds["PixelData"].VR = "OB"
    ds.save_as(path, enforce_file_format=True)
    return path


def port_of(listener: Listener) -> int:
    return listener.status().port


def echo(port: int, source: str = "127.0.0.1", **kw: Any) -> int | str:
    """The status of a C-ECHO, or how the association was refused."""
    with RawPeer(port, source) as peer:
        kind = peer.associate(**kw)
        if kind != 2:
            return {0: "closed", 3: "rejected", 7: "aborted"}.get(kind, str(kind))
        peer.message(1, {"CommandField": 0x30, "MessageID": 7, "AffectedSOPClassUID": VERIFICATION})
        return int(peer.answer()[0]["Status"])


def memory_kb() -> int:
    text = Path("/proc/self/status").read_text()
    return int(text.split("VmRSS:")[1].split()[0])
