"""Where pictures come from. A source is armed with a token and gives frames back with it; it knows no patient.

The states follow the published state machine of a sensor vendor (ecosystem.md 2). All callbacks of a listener come
on the source's own threads.

A source is one module of this package that marks its factory with `@source("name")`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from enum import Enum
from functools import cache
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

import kiosk.capture
from minipacs.clock import Clock
from minipacs.dicom.model import Frame, Shot


class SourceState(Enum):
    """Where a source stands."""

    STOPPED = "stopped"
    NO_HARDWARE = "no hardware"
    """Not plugged in."""
    GONE = "gone"
    """Was there, is not now (a network share, a cable); comes back by itself."""
    READY = "ready"
    ARMED = "armed"
    READING = "reading"
    ERROR = "error"


class Armed(Protocol):
    """What a source may know of a token: nothing of the patient but what it shows."""

    @property
    def identifier(self) -> str:
        """Of the token."""

    @property
    def exam_id(self) -> str:
        """Of its exam: pictures that wait in a source never cross from one exam to another."""

    @property
    def kind(self) -> str:
        """The IOD it will be."""

    @property
    def slot(self) -> str:
        """The position in the mount."""

    @property
    def shot(self) -> Shot:
        """Teeth and view."""


class Listener(Protocol):
    """Who hears from a source, on its threads."""

    def on_frame(self, frame: Frame, token: Any) -> None:
        """A picture, with the token that the source was armed with, or None when it was not."""

    def on_state(self, state: SourceState, text: str) -> None:
        """Where the source stands, with a sentence for the person (may be empty)."""


class Source(Protocol):
    """A device, a folder or a person who picks files."""

    name: str
    """Its name in the registry."""
    title: str
    """As the person reads it."""
    kinds: frozenset[str]
    """The kinds of picture it can make."""

    @property
    def state(self) -> SourceState:
        """Where it stands."""

    def start(self, listener: Listener) -> None:
        """Begin to watch; returns at once."""

    def arm(self, token: Armed) -> None:
        """The next picture is for this token."""

    def disarm(self) -> None:
        """The next picture is for nobody."""

    def stop(self) -> None:
        """End its threads; returns when they have ended or after some seconds."""


class Worker(Protocol):
    """A thread that `minipacs.workers` started."""

    def join(self, timeout: float | None = None) -> None:
        """Wait for its end."""

    def is_alive(self) -> bool:
        """Whether it runs."""


class CaptureError(Exception):
    """A source cannot be used."""


class UnknownSource(CaptureError):
    """There is no source of that name."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(f"no capture source {name!r}; there are: {', '.join(known)}")
        self.name = name


class BadSourceSettings(CaptureError):
    """A source lacks a setting or has a wrong one."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"capture source {name}: {why}")
        self.name, self.why = name, why


Settings = Mapping[str, Any]
Factory = Callable[[Settings, Clock], Source]
F = TypeVar("F", bound=Factory)

_MARK = "__capture_source__"


def source(name: str) -> Callable[[F], F]:
    """Mark a function (settings, clock) -> Source as the factory of the source of that name."""

    def mark(factory: F) -> F:
        setattr(factory, _MARK, name)
        return factory

    return mark


@cache
def sources() -> Mapping[str, Factory]:
    """All sources by name, found among the modules of this package; frozen.

    Raises:
        CaptureError: two have the same name.
    """
    found: dict[str, Factory] = {}
    for info in pkgutil.iter_modules(kiosk.capture.__path__):
        module = importlib.import_module(f"{kiosk.capture.__name__}.{info.name}")
        for value in vars(module).values():
            name = getattr(value, _MARK, None) if callable(value) else None
            if name is None or value.__module__ != module.__name__:
                continue
            if name in found:
                raise CaptureError(f"two capture sources are named {name!r}")
            found[name] = value
    return MappingProxyType(dict(sorted(found.items())))


def make_source(name: str, settings: Settings, clock: Clock) -> Source:
    """A source by its name.

    Raises:
        UnknownSource: none has that name.
        BadSourceSettings: a setting is missing or wrong.
    """
    factory = sources().get(name)
    if factory is None:
        raise UnknownSource(name, tuple(sources()))
    return factory(settings, clock)
