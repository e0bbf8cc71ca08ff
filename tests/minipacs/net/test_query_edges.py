"""Queries as real and unreal modalities send them: each answered or refused in order, and the node serves on."""

from __future__ import annotations

import struct
import time
from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from minipacs.archive import Origin
from minipacs.dicom import part10
from minipacs.net import commands
from tests.minipacs.net.noderig import Rig, a_node
from tests.minipacs.net.rig import EXPLICIT, RawPeer, echo
from tests.objects import an_object

STUDY_FIND = "1.2.840.10008.5.1.4.1.2.2.1"
WORKLIST = "1.2.840.10008.5.1.4.31"
REFUSED = {0xA900, 0xC000, 0x0106, 0xC001}


def element(group: int, number: int, vr: str, value: bytes) -> bytes:
    value += b" " * (len(value) % 2)
    if vr in ("OB", "OW", "SQ", "UN", "UT"):
        return struct.pack("<HH2sHL", group, number, vr.encode(), 0, len(value)) + value
    return struct.pack("<HH2sH", group, number, vr.encode(), min(len(value), 0xFFFE)) + value


LEVEL = element(8, 0x52, "CS", b"STUDY")
STUDY_UID = element(0x20, 0x0D, "UI", b"")


def ask(rig: Rig, body: bytes, sop_class: str = STUDY_FIND) -> tuple[int, list[bytes]]:
    """(final status, the identifiers of the answers)."""
    with RawPeer(rig.port) as peer:
        assert peer.associate((1, sop_class, (EXPLICIT,))) == 2
        command = {
            "CommandField": commands.C_FIND_RQ,
            "MessageID": 1,
            "AffectedSOPClassUID": sop_class,
        }
        peer.message(1, command | {"Priority": 0}, body)
        found = []
        while True:
            answer, data = peer.answer()
            if answer["Status"] not in (0xFF00, 0xFF01):
                return int(answer["Status"]), found
            found.append(data)


def filled(rig: Rig) -> None:
    for number, name in enumerate(
        ("Doe^John", "Müller^Änne", "Yamada^Tarou=山田^太郎=やまだ^たろう")
    ):
        data = an_object(
            uid=f"2.25.10{number}",
            study=f"2.25.20{number}",
            PatientName=name,
            PatientID=f"P{number}",
            AccessionNumber="" if number else "A1",
        )
        rig.archive.ingest(data, Origin("cli"))


@pytest.mark.parametrize(
    ("what", "body", "count"),
    [
        ("an empty key is no filter", LEVEL + element(0x10, 0x10, "PN", b"") + STUDY_UID, 3),
        (
            "an empty accession number is none either",
            element(8, 0x50, "SH", b"") + LEVEL + STUDY_UID,
            3,
        ),
        (
            "a star matches what has no value too",
            element(8, 0x50, "SH", b"*") + LEVEL + STUDY_UID,
            3,
        ),
        ("group lengths are passed over", element(8, 0, "UL", bytes(4)) + LEVEL + STUDY_UID, 3),
        (
            "the groups of a file are passed over",
            element(2, 0x10, "UI", b"1.2.840.10008.1.2.1\0") + LEVEL + STUDY_UID,
            3,
        ),
        ("private keys are no filter", element(9, 0x10, "LO", b"X") + LEVEL + STUDY_UID, 3),
        (
            "an unknown standard key is none",
            LEVEL + element(0x10, 0x2297, "PN", b"") + STUDY_UID,
            3,
        ),
        ("a name without case", LEVEL + element(0x10, 0x10, "PN", b"dOE^JOHN") + STUDY_UID, 1),
        ("a wildcard", LEVEL + element(0x10, 0x10, "PN", b"*o?n*") + STUDY_UID, 1),
        (
            "a list of 300 UIDs",
            LEVEL + element(0x20, 0x0D, "UI", b"\\".join(b"2.25.%d" % n for n in range(200, 500))),
            3,
        ),
        (
            "a list of 300 UIDs that are not there",
            LEVEL + element(0x20, 0x0D, "UI", b"\\".join(b"2.25.%d" % n for n in range(300, 600))),
            0,
        ),
        (
            "a name in Latin 1",
            element(8, 5, "CS", b"ISO_IR 100")
            + LEVEL
            + element(0x10, 0x10, "PN", "Müller*".encode("latin-1"))
            + STUDY_UID,
            1,
        ),
        (
            "a name in UTF-8 with its groups",
            element(8, 5, "CS", b"ISO_IR 192")
            + LEVEL
            + element(0x10, 0x10, "PN", "*=山田*".encode())
            + STUDY_UID,
            1,
        ),
        (
            "a name in ISO 2022",
            element(8, 5, "CS", b"\\ISO 2022 IR 87")
            + LEVEL
            + element(0x10, 0x10, "PN", b"=\x1b$B;3ED\x1b(B^*")
            + STUDY_UID,
            1,
        ),
    ],
)
def test_each_of_these_is_answered(tmp_path: Path, what: str, body: bytes, count: int) -> None:
    with a_node(tmp_path) as rig:
        filled(rig)
        status, found = ask(rig, body)
        assert (status, len(found)) == (0, count), what


@pytest.mark.parametrize(
    "body",
    [
        LEVEL + element(0x10, 0x10, "SQ", b""),
        LEVEL + element(0x10, 0x10, "OB", b"\0\1\2\3"),
        LEVEL + element(0x10, 0x10, "FD", bytes(8)),
        LEVEL + element(0x20, 0x0D, "SQ", b"\xfe\xff\0\xe0\0\0\0\0"),
        LEVEL + element(0x40, 0x275, "LO", b"text instead of a sequence"),
        LEVEL + element(0x10, 0x10, "PN", b"X" * 60_000),
        LEVEL + element(0x10, 0x10, "UT", b"X" * 1_000_000),
        LEVEL + element(0x10, 0x10, "PN", b"*?" * 500),
        LEVEL + element(8, 0x20, "DA", b"not a date"),
        LEVEL + element(8, 0x20, "DA", b"-"),
        LEVEL + element(8, 0x20, "DA", b"20261399-20269999"),
        LEVEL[:-2],
        LEVEL + STUDY_UID[:-3],
        LEVEL + b"\xff" * 300,
        element(8, 0x52, "CS", b"NONSENSE"),
        element(8, 0x52, "CS", b""),
        b"",
        b"\0",
        element(8, 5, "CS", b"ISO_IR 999") + LEVEL + element(0x10, 0x10, "PN", b"\xff\xfe*"),
        element(8, 5, "CS", b"ISO_IR 192") + LEVEL + element(0x10, 0x10, "PN", b"\xc3\x28*"),
        LEVEL + b"".join(element(9, 0x1000 + n, "LO", b"x") for n in range(5000)),
        LEVEL + element(0x40, 0x275, "SQ", b"\xfe\xff\0\xe0\0\0\0\0" * 50_000),
    ],
    ids=lambda body: f"{len(body)} bytes",
)
@pytest.mark.parametrize("sop_class", [STUDY_FIND, WORKLIST])
def test_each_of_these_ends_in_order(tmp_path: Path, body: bytes, sop_class: str) -> None:
    """Answered or refused by a status, in time; never by silence, an abort or another association's end."""
    with a_node(tmp_path) as rig:
        filled(rig)
        began = time.monotonic()
        with RawPeer(rig.port) as other:
            assert other.associate() == 2
            status, _ = ask(rig, body, sop_class)
            assert status == 0 or status in REFUSED or status & 0xF000 in (0xC000, 0xA000), hex(
                status
            )
            assert time.monotonic() - began < 8
            other.message(
                1,
                {"CommandField": 0x30, "MessageID": 7, "AffectedSOPClassUID": "1.2.840.10008.1.1"},
            )
            assert other.answer()[0]["Status"] == 0


@pytest.mark.parametrize(
    ("charset", "raw", "name"),
    [
        ("ISO_IR 100", "Müller^Änne".encode("latin-1"), "Müller^Änne"),
        ("ISO_IR 144", "Люкceмбypг".encode("iso8859_5"), "Люкceмбypг"),
        ("ISO_IR 192", "Wang^XiaoDong=王^小東".encode(), "Wang^XiaoDong=王^小東"),
        (
            "\\ISO 2022 IR 87",
            b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B",
            "Yamada^Tarou=山田^太郎=やまだ^たろう",
        ),
        (
            "\\ISO 2022 IR 149",
            b"Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7",
            "Hong^Gildong=洪^吉洞",
        ),
        ("GB18030", "Wang^XiaoDong=王^小东".encode("gb18030"), "Wang^XiaoDong=王^小东"),
    ],
)
def test_a_name_in_any_old_character_set_is_stored_as_it_came_and_found_again(
    tmp_path: Path, charset: str, raw: bytes, name: str
) -> None:
    plain = an_object(uid="2.25.5", PatientName="MARK^MARK", SpecificCharacterSet="ISO_IR 192")
    body = plain[part10.scan(plain).dataset_offset :]
    body = body.replace(element(8, 5, "CS", b"ISO_IR 192"), element(8, 5, "CS", charset.encode()))
    body = body.replace(element(0x10, 0x10, "PN", b"MARK^MARK"), element(0x10, 0x10, "PN", raw))
    with a_node(tmp_path) as rig:
        with RawPeer(rig.port) as peer:
            sop_class = "1.2.840.10008.5.1.4.1.1.1.3"
            assert peer.associate((1, sop_class, (EXPLICIT,))) == 2
            command = {"CommandField": 1, "MessageID": 1, "AffectedSOPClassUID": sop_class}
            peer.message(1, command | {"AffectedSOPInstanceUID": "2.25.5", "Priority": 0}, body)
            assert peer.answer()[0]["Status"] == 0
        assert rig.archive.read("2.25.5").endswith(body), "the bytes are kept"
        (row,) = rig.archive.studies(name.split("=")[0][:4].lower())
        assert row.patient_name == name
        # Asked in UTF-8 by its last group, and answered in UTF-8.
        last = name.split("=")[-1]
        group = name.count("=")
        key = element(0x10, 0x10, "PN", ("=" * group + last[:1] + "*").encode())
        status, found = ask(rig, element(8, 5, "CS", b"ISO_IR 192") + LEVEL + key + STUDY_UID)
        assert status == 0
        (answer,) = [part10.read(data, transfer_syntax=EXPLICIT) for data in found]
        assert isinstance(answer, Dataset)
        assert str(answer.PatientName) == name
        assert echo(rig.port) == 0
