"""The transcript: what a screen can show of a conversation, and pynetdicom's log that shows nothing."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from pynetdicom import _config

from minipacs.net.scu import worklist
from minipacs.net.transcript import Message, Transcript
from tests.builders import NOW, a_patient, an_order
from tests.minipacs.net.noderig import a_node, filled
from tests.minipacs.net.rig import echo
from tests.peers import free_port, run


def _message(number: int) -> Message:
    return Message(NOW, "in", f"M{number}", "A@B", identifier=(("PatientName", "CANARY"),))


def test_nothing_is_remembered_until_someone_listens() -> None:
    transcript = Transcript(capacity=3)
    transcript.add(_message(1))
    assert transcript.messages() == ()
    heard: list[Message] = []
    stop = transcript.listen(heard.append)
    for number in range(5):
        transcript.add(_message(number))
    assert [one.service for one in transcript.messages()] == ["M2", "M3", "M4"]
    assert len(heard) == 5
    stop()
    assert not transcript.wanted
    transcript.add(_message(9))
    assert len(heard) == 5


@pytest.mark.logs_errors
def test_a_listener_that_fails_disturbs_nobody() -> None:
    transcript = Transcript()
    heard: list[Message] = []

    def broken(_: Message) -> None:
        raise RuntimeError

    transcript.listen(broken)
    transcript.listen(heard.append)
    transcript.add(_message(1))
    assert len(heard) == 1


def test_a_message_is_plain_frozen_and_does_not_show_a_name() -> None:
    message = _message(1)
    assert "CANARY" not in repr(message)
    with pytest.raises(dataclasses.FrozenInstanceError):
        message.peer = "X"  # type: ignore[misc]


def test_a_query_can_be_followed(tmp_path: Path) -> None:
    with a_node(tmp_path) as rig:
        heard: list[Message] = []
        rig.node.transcript.listen(heard.append)
        rig.archive.worklist.add(a_patient(), an_order())
        run("findscu", "-W", "127.0.0.1", rig.port, "-k", "PatientName=CAN*")
        echo(rig.port)
    told = [(one.direction, one.service) for one in heard]
    assert told[:5] == [
        ("in", "A-ASSOCIATE-RQ"),
        ("in", "C-FIND-RQ"),
        ("out", "C-FIND-RSP"),
        ("out", "C-FIND-RSP"),
        ("in", "A-RELEASE-RQ"),
    ]
    assert dict(heard[1].identifier)["PatientName"] == "CAN*"
    assert heard[1].sop_class.startswith("Modality Worklist")
    assert [one.status for one in heard[2:4]] == [0xFF00, 0]


def test_what_we_ask_of_others_can_be_followed_too(tmp_path: Path) -> None:
    transcript = Transcript()
    with a_node(tmp_path) as rig:
        rig.archive.worklist.add(a_patient(), an_order())
        worklist.worklist(rig.peer, calling_ae="CHAIR", transcript=transcript)
        assert transcript.messages() == ()
        heard: list[Message] = []
        transcript.listen(heard.append)
        worklist.worklist(rig.peer, calling_ae="CHAIR", transcript=transcript)
    assert [(one.direction, one.service) for one in heard] == [
        ("out", "A-ASSOCIATE-RQ"),
        ("in", "A-ASSOCIATE-AC"),
        ("out", "C-FIND-RQ"),
        ("in", "C-FIND-RSP"),
        ("in", "C-FIND-RSP"),
        ("out", "A-RELEASE-RQ"),
    ]
    assert heard[2].sop_class.startswith("Modality Worklist")
    assert dict(heard[2].command)["MessageID"] == "1"
    assert dict(heard[3].identifier)["PatientName"] == "CANARY^PATIENT"
    assert [one.status for one in heard[3:5]] == [0xFF00, 0]


def test_a_delivery_can_be_followed_and_a_refused_association_too(tmp_path: Path) -> None:
    with a_node(tmp_path) as rig:
        filled(rig.archive, 1)
        (row,) = rig.archive.instances()
        heard: list[Message] = []
        rig.node.transcript.listen(heard.append)
        rig.archive.outbox.enqueue([row.sop_instance_uid], f"NOBODY@127.0.0.1:{free_port()}")
        rig.archive.outbox.enqueue([row.sop_instance_uid], str(rig.peer))
        rig.node.delivery.run_due()
    told = [(one.direction, one.service) for one in heard]
    assert ("out", "A-ASSOCIATE-RQ") in told
    assert ("in", "A-ABORT") in told
    # The node talks to itself: each message is told by both sides.
    assert told.count(("out", "C-STORE-RQ")) == told.count(("in", "C-STORE-RQ")) == 1
    assert told.count(("out", "C-STORE-RSP")) == told.count(("in", "C-STORE-RSP")) == 1


def test_pynetdicom_writes_no_identifier_to_its_log() -> None:
    assert not _config.LOG_REQUEST_IDENTIFIERS
    assert not _config.LOG_RESPONSE_IDENTIFIERS
    assert _config.LOG_HANDLER_LEVEL == "none"
    assert not _config.STORE_RECV_CHUNKED_DATASET
