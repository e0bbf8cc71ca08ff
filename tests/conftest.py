"""The guards that every test runs under: no name leaks, no swallowed error, no network but loopback."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis  # noqa: F401 - pytest imports it at its summary, deep in the stack, if nobody did before
import pydicom.config
import pytest

CANARY = "CANARY"
LOOPBACK = ("127.", "::1", "localhost")


@pytest.fixture(autouse=True)
def pydicom_is_strict(monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelt keyword or an invalid written value fails instead of being dropped."""
    monkeypatch.setattr(pydicom.config, "INVALID_KEYWORD_BEHAVIOR", "RAISE")
    monkeypatch.setattr(pydicom.config.settings, "_writing_validation_mode", pydicom.config.RAISE)


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that would reach another machine fails."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def check(address: Any) -> None:
        if isinstance(address, tuple) and not str(address[0]).startswith(LOOPBACK):
            raise AssertionError(f"a test tried to reach {address[0]}")

    def guarded(self: socket.socket, address: Any) -> None:
        check(address)
        connect(self, address)

    def guarded_ex(self: socket.socket, address: Any) -> int:
        check(address)
        return connect_ex(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    monkeypatch.setattr(socket.socket, "connect_ex", guarded_ex)


class _Ear(logging.Handler):
    def __init__(self) -> None:
        super().__init__(level=logging.DEBUG)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


def _words_of(record: logging.LogRecord) -> str:
    words = record.getMessage()
    if record.exc_info and record.exc_info[1] is not None:
        words += f" {record.exc_info[1]!r}"
    return words


@pytest.fixture(autouse=True)
def nothing_leaks(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    """No log line and no file name has the canary's name, and no ERROR is logged unless the test marks it expected."""
    ear = _Ear()
    root = logging.getLogger()
    root.addHandler(ear)
    level = root.level
    root.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.removeHandler(ear)
        root.setLevel(level)
    named = [words for record in list(ear.records) if CANARY in (words := _words_of(record))]
    assert not named, f"a patient's name stands in the log: {named[0]}"
    if request.node.get_closest_marker("logs_errors") is None:
        errors = [_words_of(record) for record in ear.records if record.levelno >= logging.ERROR]
        assert not errors, f"an error was logged that the test did not expect: {errors[0]}"
    files = [path.name for path in tmp_path.rglob("*") if CANARY in path.name]
    assert not files, f"a patient's name stands in a file name: {files[0]}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """What a refused operation says of itself may not name the patient either."""
    try:
        return (yield)
    except Exception as problem:
        if CANARY in str(problem) and not isinstance(problem, AssertionError):
            raise AssertionError("the text of an exception has a patient's name in it") from problem
        raise


@pytest.fixture
def raises_without_names() -> Any:
    """pytest.raises that also refuses a patient's name in the message."""
    from contextlib import contextmanager

    @contextmanager
    def raises(kind: type[BaseException]) -> Iterator[pytest.ExceptionInfo[BaseException]]:
        with pytest.raises(kind) as caught:
            yield caught
        assert CANARY not in str(caught.value), (
            "the text of an exception has a patient's name in it"
        )

    return raises
