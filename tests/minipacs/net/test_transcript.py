"""The transcript: what a screen can show of a conversation, and pynetdicom's log that shows nothing."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from pynetdicom import _config

from minipacs.net.transcript import Message, Transcript
from tests.builders import NOW, a_patient, an_order
from tests.minipacs.net.noderig import a_node
from tests.minipacs.net.rig import echo
from tests.peers import run


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


def test_pynetdicom_writes_no_identifier_to_its_log() -> None:
    assert not _config.LOG_REQUEST_IDENTIFIERS
    assert not _config.LOG_RESPONSE_IDENTIFIERS
    assert _config.LOG_HANDLER_LEVEL == "none"
    assert not _config.STORE_RECV_CHUNKED_DATASET
