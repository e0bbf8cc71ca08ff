"""C-GET from a peer that lies: no path of its making is ever touched, and each object gets the status it deserves."""

from __future__ import annotations

import contextlib
import hashlib
import socket
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from minipacs.archive import Archive, Origin
from minipacs.dicom import part10
from minipacs.net import commands, pdu
from minipacs.net.errors import NetError
from minipacs.net.peers import Peer
from minipacs.net.scu.retrieve import GET_CLASSES, Retrieved, get
from minipacs.net.status import status_for
from minipacs.net.wire import Timeouts
from tests.builders import frozen_clock
from tests.minipacs.net.rig import EXPLICIT, INTRA_ORAL
from tests.objects import an_object
from tests.servers import scripted

HOSTILE = (
    "../../../../ESCAPED",
    "..",
    ".",
    "/etc/passwd",
    "/tmp/chairside-escaped",
    "1.2\x003",
    "1.2/../../x",
    "1.2\\..\\x",
    "C:\\x",
    "1." * 40 + "1",
    "%2e%2e%2fx",
    "1.2;rm -rf x",
    "1.2\n3",
    "CON",
    "",
    " ",
    "1..2",
    "1.02.",
)
QUICK = Timeouts(connect=2, acse=2, dimse=5, network=5)


class Liar:
    """Accepts what it is asked for and sends what it likes: (UID in the command, UID in the object)."""

    def __init__(
        self, objects: Sequence[tuple[str, str]], announced: int = 1, sop_class: str = INTRA_ORAL
    ) -> None:
        self.objects = objects
        self.announced = announced
        self.sop_class = sop_class
        self.statuses: list[int] = []

    def __call__(self, sock: socket.socket) -> None:
        sock.settimeout(5)
        _, body = self._read(sock)
        contexts = self._contexts(body)
        sock.sendall(self._accept(body, contexts))
        get_id = next(k for k, (uid, _) in contexts.items() if uid == GET_CLASSES["STUDY"])
        store_id = next(
            k for k, (uid, ts) in contexts.items() if uid == INTRA_ORAL and EXPLICIT in ts
        )
        self._message(sock)
        for number, (uid, inside) in enumerate(self.objects):
            self._send(
                sock,
                store_id,
                {
                    "CommandField": commands.C_STORE_RQ,
                    "MessageID": 100 + number,
                    "AffectedSOPClassUID": self.sop_class,
                    "AffectedSOPInstanceUID": uid,
                    "Priority": 0,
                },
                object_body(inside),
            )
            self.statuses.append(self._message(sock)["Status"])
        final = {
            "CommandField": commands.C_GET_RQ | commands.RESPONSE,
            "MessageIDBeingRespondedTo": 1,
            "AffectedSOPClassUID": GET_CLASSES["STUDY"],
            "Status": 0,
            "NumberOfCompletedSuboperations": self.announced,
        }
        self._send(sock, get_id, final, None)
        kind, _ = self._read(sock)
        if kind == 5:
            sock.sendall(bytes((6, 0, 0, 0, 0, 4, 0, 0, 0, 0)))

    def _read(self, sock: socket.socket) -> tuple[int, bytes]:
        head = self._exactly(sock, 6)
        kind, size = struct.unpack(">BxL", head)
        return kind, self._exactly(sock, size)

    @staticmethod
    def _exactly(sock: socket.socket, size: int) -> bytes:
        data = b""
        while len(data) < size:
            more = sock.recv(size - len(data))
            if not more:
                raise ConnectionError
            data += more
        return data

    @staticmethod
    def _contexts(body: bytes) -> dict[int, tuple[str, list[str]]]:
        found: dict[int, tuple[str, list[str]]] = {}
        for kind, value in items(body[68:]):
            if kind == 0x20:
                inner = list(items(value[4:]))
                syntaxes = [v.decode() for k, v in inner if k == 0x40]
                found[value[0]] = (next(v.decode() for k, v in inner if k == 0x30), syntaxes)
        return found

    @staticmethod
    def _accept(body: bytes, contexts: dict[int, tuple[str, list[str]]]) -> bytes:
        made = item(0x10, b"1.2.840.10008.3.1.1.1")
        for number, (_, syntaxes) in contexts.items():
            made += item(0x21, bytes((number, 0, 0, 0)) + item(0x40, syntaxes[0].encode()))
        user = item(0x51, struct.pack(">L", 0)) + item(0x52, b"1.2.3.4")
        for kind, value in items(body[68:]):
            if kind == 0x50:
                user += b"".join(item(k, v) for k, v in items(value) if k == 0x54)
        made += item(0x50, user)
        head = body[:68]
        return struct.pack(">BBL", 2, 0, len(head) + len(made)) + head + made

    @staticmethod
    def _send(
        sock: socket.socket, context: int, command: dict[str, Any], data: bytes | None
    ) -> None:
        kind = commands.NO_DATA_SET if data is None else commands.DATA_SET
        encoded = commands.encode(command | {"CommandDataSetType": kind})
        sock.sendall(b"".join(bytes(part) for part in pdu.p_data(context, encoded, data, 16384)))

    def _message(self, sock: socket.socket) -> dict[str, Any]:
        command, found = b"", {}
        while True:
            kind, body = self._read(sock)
            if kind != 4:
                raise ConnectionError
            at = 0
            while at < len(body):
                size, _, control = struct.unpack(">LBB", body[at : at + 6])
                value = body[at + 6 : at + 4 + size]
                at += 4 + size
                if control & 1:
                    command += value
                    if control & 2:
                        found = commands.decode(command)
                        if found["CommandDataSetType"] == commands.NO_DATA_SET:
                            return found
                elif control & 2:
                    return found


def items(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(data):
        kind, size = struct.unpack(">BxH", data[at : at + 4])
        yield kind, data[at + 4 : at + 4 + size]
        at += 4 + size


def item(kind: int, value: bytes) -> bytes:
    return struct.pack(">BBH", kind, 0, len(value)) + value


def object_body(uid: str) -> bytes:
    data = an_object(uid="2.25.777777777777")
    body = data[part10.scan(data).dataset_offset :]
    raw = b"2.25.777777777777".ljust(18, b"\0")
    wanted = uid.encode("latin-1")
    wanted += b"\0" * (len(wanted) % 2)
    assert body.count(raw) == 1
    at = body.index(raw)
    return body[: at - 2] + struct.pack("<H", len(wanted)) + wanted + body[at + len(raw) :]


@contextlib.contextmanager
def decoy(folder: Path) -> Iterator[Path]:
    """Files around the archive that nobody may touch."""
    folder.mkdir()
    for name in ("a.dcm", "passwd", "sub/b.dcm"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(name.encode() * 100)
    before = tree(folder, but=folder / "archive")
    yield folder
    assert tree(folder, but=folder / "archive") == before
    assert not Path("/tmp/chairside-escaped").exists()


def tree(folder: Path, but: Path) -> dict[str, str]:
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
        for path in sorted(folder.rglob("*"))
        if but not in (path, *path.parents)
    }


def fetched(archive: Archive, peer: Peer) -> Retrieved:
    def sink(data: bytes) -> int:
        archive.ingest(data, Origin("retrieve"))
        return 0

    return get(
        peer,
        "STUDY",
        {"StudyInstanceUID": "2.25.11"},
        sink,
        calling_ae="CHAIR",
        sop_classes=[INTRA_ORAL],
        timeouts=QUICK,
    )


def test_hostile_uids_make_no_file_and_no_row(tmp_path: Path) -> None:
    # In the command alone, in the object alone, and in both.
    objects = [pair for uid in HOSTILE for pair in ((uid, "2.25.5"), ("2.25.6", uid), (uid, uid))]
    liar = Liar(objects)
    with (
        decoy(tmp_path / "all") as folder,
        Archive.open(folder / "archive", clock=frozen_clock, reserve_bytes=0) as archive,
        scripted(liar) as peer,
    ):
        with contextlib.suppress(NetError):
            fetched(archive, peer)
        assert len(liar.statuses) == len(objects)
        refused = dict(zip(objects, liar.statuses, strict=True))
        taken = {pair: hex(status) for pair, status in refused.items() if not is_refusal(status)}
        assert taken == {}
        assert archive.counts().instances == 0
        assert not [path for path in (folder / "archive/blobs").rglob("*") if path.is_file()]


def is_refusal(status: int) -> bool:
    return status in (0x0117, 0x0119) or 0xA700 <= status <= 0xCFFF


def test_an_object_other_than_the_command_says_is_not_kept(tmp_path: Path) -> None:
    liar = Liar([("2.25.5", "2.25.6")])
    with (
        Archive.open(tmp_path / "a", clock=frozen_clock, reserve_bytes=0) as archive,
        scripted(liar) as peer,
    ):
        fetched(archive, peer)
        assert archive.counts().instances == 0
    assert liar.statuses[0] & 0xFF00 in (0xA900, 0xC000)


def test_a_class_other_than_the_contexts_is_refused(tmp_path: Path) -> None:
    liar = Liar([("2.25.5", "2.25.5")], sop_class="1.2.840.10008.5.1.4.1.1.7")
    with (
        Archive.open(tmp_path / "a", clock=frozen_clock, reserve_bytes=0) as archive,
        scripted(liar) as peer,
    ):
        fetched(archive, peer)
        assert archive.counts().instances == 0
    assert liar.statuses == [0x0119]


def test_more_objects_than_were_announced_are_kept_and_the_count_is_what_came(
    tmp_path: Path,
) -> None:
    liar = Liar([(f"2.25.{n}", f"2.25.{n}") for n in range(1, 11)], announced=1)
    with (
        Archive.open(tmp_path / "a", clock=frozen_clock, reserve_bytes=0) as archive,
        scripted(liar) as peer,
    ):
        result = fetched(archive, peer)
        assert archive.counts().instances == 10
    assert liar.statuses == [0] * 10
    assert result.received == 10
    assert result.progress.completed == 1, "the peer's own word, kept apart"


def test_no_more_objects_are_taken_than_the_caller_allows(tmp_path: Path) -> None:
    liar = Liar([(f"2.25.{n}", f"2.25.{n}") for n in range(1, 11)])
    taken: list[bytes] = []

    def sink(data: bytes) -> int:
        taken.append(data)
        return 0

    with scripted(liar) as peer:
        get(
            peer,
            "STUDY",
            {"StudyInstanceUID": "2.25.11"},
            sink,
            calling_ae="CHAIR",
            sop_classes=[INTRA_ORAL],
            most=4,
            timeouts=QUICK,
        )
    assert len(taken) == 4
    assert liar.statuses == [0] * 4 + [0xA700] * 6


def test_a_study_that_was_not_asked_for_is_refused(tmp_path: Path) -> None:
    """An object of another study could put pictures of a stranger beside the patient's own."""
    liar = Liar([("2.25.5", "2.25.5")])
    with (
        Archive.open(tmp_path / "a", clock=frozen_clock, reserve_bytes=0) as archive,
        scripted(liar) as peer,
    ):

        def sink(data: bytes) -> int:
            archive.ingest(data, Origin("retrieve"))
            return 0

        result = get(
            peer,
            "STUDY",
            {"StudyInstanceUID": "2.25.999"},
            sink,
            calling_ae="CHAIR",
            sop_classes=[INTRA_ORAL],
            timeouts=QUICK,
        )
        assert archive.counts().instances == 0
    assert result.received == 0
    assert liar.statuses[0] & 0xFF00 == 0xA900


@pytest.mark.parametrize("problem", [ValueError("x"), OSError("x"), RecursionError()])
def test_whatever_the_sink_raises_is_a_failure_of_that_object(problem: Exception) -> None:
    assert status_for(problem) != 0
