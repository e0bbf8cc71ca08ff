"""C-STORE as DCMTK's clients do it, and as no honest client would. reliability.md 2.1 to 2.3, bars 6, 20."""

from __future__ import annotations

from pathlib import Path

import pydicom
import pytest
from pydicom.uid import generate_uid

from minipacs.archive.errors import Damaged, Refused, StorageFull
from minipacs.archive.rows import Outcome
from minipacs.dicom import part10
from minipacs.net.scp.storage import sop_classes, transfer_syntaxes
from tests.minipacs.net.rig import (
    DEFLATED,
    EXPLICIT,
    IMPLICIT,
    INTRA_ORAL,
    FakeArchive,
    RawPeer,
    associate_rq,
    listening,
    plain_object,
    port_of,
)
from tests.peers import run

BIG_ENDIAN = "1.2.840.10008.1.2.2"
JPEG_BASELINE = "1.2.840.10008.1.2.4.50"
JPEG_2000 = "1.2.840.10008.1.2.4.90"


def _data_set(path: Path) -> bytes:
    whole = path.read_bytes()
    return whole[part10.scan(whole).dataset_offset :]


def _command(uid: str = "2.25.4711", sop_class: str = INTRA_ORAL) -> dict[str, object]:
    return {
        "CommandField": 1,
        "MessageID": 3,
        "AffectedSOPClassUID": sop_class,
        "AffectedSOPInstanceUID": uid,
        "Priority": 0,
    }


def test_storescu_stores_and_the_bytes_are_kept(tmp_path: Path) -> None:
    archive = FakeArchive()
    path = plain_object(tmp_path / "a.dcm")
    with listening(archive) as listener:
        said = run("storescu", "-aet", "SENSOR", "-R", "127.0.0.1", port_of(listener), path)
    assert said.returncode == 0, said.stdout
    (kept,) = archive.objects
    assert kept.endswith(_data_set(path))
    assert kept[:132] == bytes(128) + b"DICM"
    meta = pydicom.dcmread(pydicom.filebase.BytesIO(kept)).file_meta
    assert meta.MediaStorageSOPInstanceUID == "2.25.4711"
    assert meta.TransferSyntaxUID == EXPLICIT
    assert archive.origins[0].ae_title == "SENSOR"
    assert archive.origins[0].address == "127.0.0.1"


@pytest.mark.parametrize(
    ("option", "syntax"), [("-xe", EXPLICIT), ("-xi", IMPLICIT), ("-xb", BIG_ENDIAN)]
)
def test_storescu_in_each_plain_syntax(option: str, syntax: str, tmp_path: Path) -> None:
    archive = FakeArchive()
    path = tmp_path / "b.dcm"
    assert (
        run(
            "dcmconv", option.replace("-x", "+t"), plain_object(tmp_path / "a.dcm"), path
        ).returncode
        == 0
    )
    with listening(archive) as listener:
        said = run("storescu", option, "-R", "127.0.0.1", port_of(listener), path)
    assert said.returncode == 0, said.stdout
    meta = pydicom.dcmread(pydicom.filebase.BytesIO(archive.objects[0])).file_meta
    assert meta.TransferSyntaxUID == syntax


@pytest.mark.parametrize(
    ("tool", "option", "proposed", "syntax"),
    [
        ("dcmcjpeg", "+eb", "-xy", JPEG_BASELINE),
        ("dcmcjpeg", "+e1", "-xs", "1.2.840.10008.1.2.4.70"),
        ("dcmcjpls", "+el", "-xt", "1.2.840.10008.1.2.4.80"),
        ("dcmcrle", "+un", "-xr", "1.2.840.10008.1.2.5"),
    ],
)
def test_compressed_objects_are_kept_compressed(
    tool: str, option: str, proposed: str, syntax: str, tmp_path: Path
) -> None:
    archive = FakeArchive()
    small = tmp_path / "small.dcm"
    made = run(tool, option, plain_object(tmp_path / "a.dcm"), small)
    assert made.returncode == 0, made.stdout
    with listening(archive) as listener:
        said = run("storescu", proposed, "-R", "127.0.0.1", port_of(listener), small)
    assert said.returncode == 0, said.stdout
    assert archive.objects[0].endswith(_data_set(small))
    meta = pydicom.dcmread(pydicom.filebase.BytesIO(archive.objects[0])).file_meta
    assert meta.TransferSyntaxUID == syntax


def test_dcmsend_sends_a_folder(tmp_path: Path) -> None:
    archive = FakeArchive()
    for number in range(20):
        plain_object(tmp_path / f"{number}.dcm", uid=f"2.25.{number + 1}")
    with listening(archive) as listener:
        said = run("dcmsend", "127.0.0.1", port_of(listener), "+sd", tmp_path)
    assert said.returncode == 0, said.stdout
    assert len(archive.objects) == 20


def test_the_peers_first_syntax_that_we_keep_is_chosen() -> None:
    with listening() as listener, RawPeer(port_of(listener)) as peer:
        syntaxes = (DEFLATED, "1.2.3.4.5", JPEG_2000, EXPLICIT, IMPLICIT)
        peer.send(associate_rq([(1, INTRA_ORAL, syntaxes)]))
        kind, body = peer.read_pdu()
        assert kind == 2
        at = body.index(b"\x21\x00", 68)
        assert body[at + 6] == 0
        assert JPEG_2000.encode() in body[at : at + 40]


def test_every_storage_class_is_taken_in_every_syntax_we_list() -> None:
    classes, syntaxes = sorted(sop_classes()), sorted(transfer_syntaxes())
    assert len(classes) > 150
    assert len(syntaxes) > 25
    with listening() as listener:
        for at in range(0, len(classes), 128):
            some = classes[at : at + 128]
            with RawPeer(port_of(listener)) as peer:
                peer.send(
                    associate_rq([(1 + 2 * n, uid, (EXPLICIT,)) for n, uid in enumerate(some)])
                )
                assert _results(peer.read_pdu()[1]) == [0] * len(some)
        with RawPeer(port_of(listener)) as peer:
            peer.send(
                associate_rq([(1 + 2 * n, INTRA_ORAL, (uid,)) for n, uid in enumerate(syntaxes)])
            )
            assert _results(peer.read_pdu()[1]) == [0] * len(syntaxes)


@pytest.mark.parametrize(
    ("sop_class", "result"),
    [
        ("1.3.12.2.1107.5.9.1", 0),
        ("1.2.840.10008.5.1.4.1.1.999.1", 0),
        ("1.2.840.10008.5.1.4.1.1.201.2", 3),
        ("1.2.840.10008.5.1.1.9", 3),
        ("1.2.840.10008.5.1.4.34.6.1", 3),
    ],
    ids=["private", "newer than our tables", "inventory", "print", "unified procedure step"],
)
def test_what_counts_as_storage(sop_class: str, result: int) -> None:
    with listening() as listener, RawPeer(port_of(listener)) as peer:
        peer.send(associate_rq([(1, sop_class, (EXPLICIT,))]))
        assert _results(peer.read_pdu()[1]) == [result]


def _results(body: bytes) -> list[int]:
    found, at = [], 68
    while at < len(body):
        size = int.from_bytes(body[at + 2 : at + 4], "big")
        if body[at] == 0x21:
            found.append(body[at + 6])
        at += 4 + size
    return found


@pytest.mark.parametrize(
    ("problem", "status"),
    [
        (StorageFull(1, 200), 0xA700),
        (Refused("no", mismatch=True), 0xA900),
        (Refused("no"), 0xC000),
        (Damaged(Path("x"), "disk"), 0xA700),
    ],
)
def test_what_the_archive_refuses_is_answered_with_its_status(
    problem: Exception, status: int, tmp_path: Path
) -> None:
    archive = FakeArchive()
    data = _data_set(plain_object(tmp_path / "a.dcm"))
    with listening(archive) as listener, RawPeer(port_of(listener)) as peer:
        assert peer.associate((1, INTRA_ORAL, (EXPLICIT,))) == 2
        archive.problem = problem
        peer.message(1, _command(), data)
        command, _ = peer.answer()
        assert command["Status"] == status
        assert command["ErrorComment"]
        assert str(tmp_path) not in command["ErrorComment"]
        # The next object is stored without any restart.
        archive.problem = None
        peer.message(1, _command(), data)
        assert peer.answer()[0]["Status"] == 0


def test_a_conflict_is_a_success_since_both_objects_are_durable() -> None:
    archive = FakeArchive()
    archive.outcome = Outcome.CONFLICT
    with listening(archive) as listener, RawPeer(port_of(listener)) as peer:
        assert peer.associate((1, INTRA_ORAL, (EXPLICIT,))) == 2
        peer.message(1, _command(), b"x" * 10)
        assert peer.answer()[0]["Status"] == 0


@pytest.mark.parametrize(
    "uid",
    ["../../../../tmp/evil", "/etc/cron.d/x", "..", "1.2\x003", "1.2.3\\4", "", "1" * 65, "1..2"],
)
def test_an_instance_uid_that_is_none_never_reaches_the_archive(uid: str) -> None:
    archive = FakeArchive()
    with listening(archive) as listener, RawPeer(port_of(listener)) as peer:
        assert peer.associate((1, INTRA_ORAL, (EXPLICIT,))) == 2
        peer.message(1, _command(uid), b"x" * 10)
        assert peer.answer()[0]["Status"] == 0x0117
    assert archive.objects == []


def test_a_class_other_than_the_contexts_is_refused() -> None:
    archive = FakeArchive()
    with listening(archive) as listener, RawPeer(port_of(listener)) as peer:
        assert peer.associate((1, INTRA_ORAL, (EXPLICIT,))) == 2
        peer.message(1, _command(sop_class="1.2.840.10008.5.1.4.1.1.7"), b"x" * 10)
        assert peer.answer()[0]["Status"] == 0xA900
        peer.message(1, _command())
        assert peer.answer()[0]["Status"] == 0xC000
    assert archive.objects == []


def test_four_peers_store_at_the_same_time(tmp_path: Path) -> None:
    archive = FakeArchive()
    for number in range(8):
        plain_object(tmp_path / f"{number}.dcm", uid=str(generate_uid()))
    with listening(archive) as listener:
        port = port_of(listener)
        peers = [RawPeer(port) for _ in range(4)]
        for peer in peers:
            assert peer.associate((1, INTRA_ORAL, (EXPLICIT,))) == 2
        for round_ in range(5):
            for number, peer in enumerate(peers):
                peer.message(1, _command(f"2.25.{number + 1}{round_}"), bytes([number]) * 300_000)
        for peer in peers:
            for _ in range(5):
                assert peer.answer()[0]["Status"] == 0
            peer.sock.close()
    assert len(archive.objects) == 20
    assert all(set(one[-300_000:]) == {one[-1]} for one in archive.objects)
