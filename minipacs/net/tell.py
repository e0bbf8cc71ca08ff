"""Turns what went over the wire into values of the transcript. Runs only while someone looks."""

from __future__ import annotations

from io import BytesIO
from typing import Protocol, cast

from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset
from pydicom.uid import UID

from minipacs.clock import Clock
from minipacs.net.commands import Command, name_of
from minipacs.net.status import meaning
from minipacs.net.transcript import Direction, Message, Transcript

_LONGEST = 120
_MOST = 200


class Syntaxes(Protocol):
    """What a presentation context says, on either side of an association."""

    @property
    def abstract_syntax(self) -> str:
        """The SOP class."""

    @property
    def transfer_syntax(self) -> str:
        """How its data sets are encoded."""


def event(
    transcript: Transcript, clock: Clock, direction: str, what: str, peer: str, why: str = ""
) -> None:
    """An association event: A-ASSOCIATE-RQ, A-RELEASE-RQ, A-ABORT ..."""
    transcript.add(Message(clock(), cast(Direction, direction), what, peer, meaning=why))


def message(
    transcript: Transcript,
    clock: Clock,
    direction: str,
    peer: str,
    context: Syntaxes,
    command: Command,
    data: bytes | memoryview | None,
    size: int,
) -> None:
    """A DIMSE message with its command elements and, where it is small, its identifier."""
    field = int(command["CommandField"])
    status = command.get("Status")
    transcript.add(
        Message(
            at=clock(),
            direction=cast(Direction, direction),
            service=name_of(field),
            peer=peer,
            status=status,
            meaning=meaning(status) if status is not None else "",
            sop_class=UID(context.abstract_syntax).name,
            transfer_syntax=UID(context.transfer_syntax).name,
            command=tuple((key, _text(key, value)) for key, value in command.items()),
            identifier=_identifier(context, data),
            size=size,
        )
    )


def _text(keyword: str, value: object) -> str:
    if keyword in ("CommandField", "Status", "CommandDataSetType") and isinstance(value, int):
        return f"0x{value:04X}"
    if isinstance(value, tuple):
        return ", ".join(f"({tag >> 16:04X},{tag & 0xFFFF:04X})" for tag in value[:_MOST])
    return str(value)


def _identifier(context: Syntaxes, data: bytes | memoryview | None) -> tuple[tuple[str, str], ...]:
    if not data or len(data) > 1 << 16:
        return ()
    try:
        ds = read_dataset(
            BytesIO(data),
            is_implicit_VR=context.transfer_syntax == "1.2.840.10008.1.2",
            is_little_endian=context.transfer_syntax != "1.2.840.10008.1.2.2",
        )
        return tuple(_elements(ds))[:_MOST]
    except Exception:  # noqa: BLE001 - pydicom raises anything at all on garbage; a view must not matter
        return (("", "unreadable"),)


def _elements(ds: Dataset, prefix: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for element in ds:
        name = prefix + (element.keyword or str(element.tag))
        if element.VR == "SQ":
            found.append((name, f"{len(element.value)} items"))
            if len(prefix) < 60:
                for item in list(element.value)[:8]:
                    found += _elements(item, name + ".")
        elif isinstance(element.value, bytes):
            found.append((name, f"{len(element.value)} bytes"))
        else:
            found.append((name, str(element.value)[:_LONGEST]))
    return found
