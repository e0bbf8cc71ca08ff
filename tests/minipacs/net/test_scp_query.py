"""C-FIND as findscu asks it, and as no honest client would. PS3.4 C.4.1."""

from __future__ import annotations

from pathlib import Path

import pytest

from minipacs.archive import Origin
from minipacs.dicom import part10
from minipacs.dicom.uids import CountedUids
from minipacs.net import commands
from minipacs.net.peers import make_peer
from tests.minipacs.net.noderig import a_node, an_object, answers, filled
from tests.minipacs.net.rig import EXPLICIT, IMPLICIT, RawPeer
from tests.peers import run

STUDY_FIND = "1.2.840.10008.5.1.4.1.2.2.1"


def _find(port: int, *keys: str, model: str = "-S", more: tuple[str, ...] = ()) -> str:
    options = [part for key in keys for part in ("-k", key)]
    said = run("findscu", "-v", model, *more, "127.0.0.1", port, *options)
    return said.stdout


def test_findscu_finds_studies_by_study_root(tmp_path: Path) -> None:
    with a_node(tmp_path) as rig:
        objects = filled(rig.archive)
        said = _find(rig.port, "QueryRetrieveLevel=STUDY", "StudyInstanceUID", "PatientID")
        assert answers(said) == 3
        assert all(ds.StudyInstanceUID in said for ds in objects)
        assert "RetrieveAETitle" in said
        assert "MINIPACS" in said
        one = _find(rig.port, "QueryRetrieveLevel=STUDY", "AccessionNumber=A-1", "StudyInstanceUID")
        assert answers(one) == 1
        assert objects[1].StudyInstanceUID in one
        none = _find(rig.port, "QueryRetrieveLevel=STUDY", "AccessionNumber=NONE")
        assert answers(none) == 0
        assert "Received Final Find Response (Success)" in none


def test_findscu_goes_down_the_levels(tmp_path: Path) -> None:
    with a_node(tmp_path) as rig:
        ds = filled(rig.archive)[0]
        study = f"StudyInstanceUID={ds.StudyInstanceUID}"
        series = f"SeriesInstanceUID={ds.SeriesInstanceUID}"
        assert answers(_find(rig.port, "QueryRetrieveLevel=SERIES", study, "Modality=IO")) == 1
        said = _find(rig.port, "QueryRetrieveLevel=IMAGE", study, series, "SOPInstanceUID")
        assert ds.SOPInstanceUID in said
        patients = _find(
            rig.port, "QueryRetrieveLevel=PATIENT", "PatientName=canary*", "PatientID", model="-P"
        )
        assert answers(patients) == 3


@pytest.mark.parametrize(
    ("keys", "model"),
    [
        (("PatientID=1",), "-S"),
        (("QueryRetrieveLevel=PATIENT", "PatientID"), "-S"),
        (("QueryRetrieveLevel=WORKLIST", "PatientID"), "-P"),
        (("QueryRetrieveLevel=STUDY", "StudyDate=2026-20"), "-S"),
    ],
    ids=["no level", "level of another model", "no level of any", "a date that is none"],
)
def test_a_bad_identifier_is_answered_a900(
    keys: tuple[str, ...], model: str, tmp_path: Path
) -> None:
    with a_node(tmp_path) as rig:
        filled(rig.archive, 1)
        said = _find(rig.port, *keys, model=model)
        assert "Error: DataSetDoesNotMatchSOPClass" in said
        # The service goes on.
        assert answers(_find(rig.port, "QueryRetrieveLevel=STUDY", "StudyInstanceUID")) == 1


def test_a_cancelled_query_ends_with_fe00(tmp_path: Path) -> None:
    with a_node(tmp_path) as rig:
        filled(rig.archive, 300)
        said = _find(
            rig.port, "QueryRetrieveLevel=STUDY", "StudyInstanceUID", more=("--cancel", "2")
        )
        assert "Cancel" in said
        assert answers(said) <= 300


def _query(peer: RawPeer, data: bytes) -> list[int]:
    peer.message(
        1,
        {"CommandField": 0x20, "MessageID": 5, "AffectedSOPClassUID": STUDY_FIND, "Priority": 0},
        data,
    )
    found = []
    while True:
        command, _ = peer.answer()
        found.append(command["Status"])
        if found[-1] not in (0xFF00, 0xFF01):
            return found


def test_a_cancel_between_two_answers_is_heard(tmp_path: Path) -> None:
    with a_node(tmp_path) as rig, RawPeer(rig.port) as peer:
        filled(rig.archive, 40)
        assert peer.associate((1, STUDY_FIND, (IMPLICIT,))) == 2
        level = b"\x08\0\x52\0\6\0\0\0STUDY " + b"\x20\0\x0d\0\0\0\0\0"
        cancel = {"CommandField": commands.C_CANCEL_RQ, "MessageIDBeingRespondedTo": 5}
        # Request and cancel in one go: the cancel is there before the first answer.
        peer.message(
            1, {"CommandField": 0x20, "MessageID": 5, "AffectedSOPClassUID": STUDY_FIND}, level
        )
        peer.message(1, cancel)
        statuses = []
        while not statuses or statuses[-1] == 0xFF00:
            statuses.append(peer.answer()[0]["Status"])
        assert statuses[-1] in (0xFE00, 0x0000)
        assert len(_query(peer, level)) == 41


@pytest.mark.parametrize(
    "data",
    [
        b"garbage that is no data set at all",
        b"\x08\0\x52\0\xff\xff\xff\x7fSTUDY ",
        (b"\x08\0\x40\x11\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff") * 3000,
        b"\x08\0\x52\0\6\0\0\0STUDY " + b"\x10\0\x20\0\x00\x00\x10\x00" + b"*?" * (1 << 19),
        b"\x08\0\x52\0\6\0\0\0STUDY " + b"\x20\0\x0d\0\2\0\0\0" + b"'\"",
    ],
    ids=["garbage", "a length too long", "3000 levels deep", "a megabyte of wildcards", "quotes"],
)
def test_a_hostile_identifier_is_answered_and_harms_nobody(data: bytes, tmp_path: Path) -> None:
    with a_node(tmp_path) as rig, RawPeer(rig.port) as peer:
        filled(rig.archive, 2)
        assert peer.associate((1, STUDY_FIND, (IMPLICIT,))) == 2
        statuses = _query(peer, data)
        assert statuses[-1] in (0xA900, 0xC000, 0x0000)
        good = b"\x08\0\x52\0\6\0\0\0STUDY " + b"\x20\0\x0d\0\0\0\0\0"
        assert len(_query(peer, good)) == 3


def test_answers_come_in_the_character_set_of_the_peer(tmp_path: Path) -> None:
    latin = make_peer("LATIN", "127.0.0.1", 104, character_set="ISO_IR 100")
    with a_node(tmp_path, peers=(latin,)) as rig:
        uids = CountedUids(50)
        for name in ("Müller^CANARY", "山田^CANARY"):
            ds = an_object(uids, {"name": name, "identifier": name[:2]})
            rig.archive.ingest(part10.write(ds), Origin("cli"))
        for title, name, wanted in (
            ("LATIN", "M*", ("Müller".encode("latin-1"), b"ISO_IR 100")),
            ("OTHER", "M*", ("Müller".encode(), b"ISO_IR 192")),
            # What does not fit the peer's set is not mutilated.
            ("LATIN", "山*", ("山田".encode(), b"ISO_IR 192")),
        ):
            with RawPeer(rig.port) as peer:
                assert peer.associate((1, STUDY_FIND, (EXPLICIT,)), calling=title) == 2
                value = name.encode()
                value += b" " * (len(value) % 2)
                identifier = b"\x08\0\x05\0CS\x0a\0ISO_IR 192" + b"\x08\0\x52\0CS\6\0STUDY "
                identifier += b"\x10\0\x10\0PN" + len(value).to_bytes(2, "little") + value
                peer.message(
                    1,
                    {"CommandField": 0x20, "MessageID": 1, "AffectedSOPClassUID": STUDY_FIND},
                    identifier,
                )
                command, data = peer.answer()
                assert command["Status"] == 0xFF00
                assert all(one in data for one in wanted)
