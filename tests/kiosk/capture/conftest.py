"""Tokens and a listener for sources."""

from __future__ import annotations

import dataclasses
import threading

import pytest

from minipacs.dicom.model import Shot


@dataclasses.dataclass(frozen=True)
class FakeToken:
    identifier: str = "t1"
    exam_id: str = "e1"
    kind: str = "io"
    slot: str = "a"
    shot: Shot = dataclasses.field(default_factory=lambda: Shot(teeth=("36",), view="periapical"))


class Ear:
    """Writes down what it hears."""

    def __init__(self) -> None:
        self.frames = []
        self.states = []
        self.threads = set()

    def on_frame(self, frame, token) -> None:
        self.threads.add(threading.current_thread().name)
        self.frames.append((frame, token))

    def on_state(self, state, text) -> None:
        self.states.append((state, text))

    @property
    def tokens(self):
        return [token for _, token in self.frames]


@pytest.fixture
def ear():
    return Ear()


@pytest.fixture
def a_token():
    return FakeToken
