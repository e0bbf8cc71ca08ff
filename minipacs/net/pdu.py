"""The upper layer's PDUs as an acceptor needs them: strict and bounded reading, plain writing. PS3.8 9.3.

pynetdicom's decoder accepts any number of contexts of any shape; this one stops at the first thing that breaks PS3.8.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum

APPLICATION_CONTEXT = "1.2.840.10008.3.1.1.1"
MAX_CONTEXTS = 128
"""Context IDs are the odd numbers of one byte, PS3.8 9.3.2.2."""
MAX_TRANSFER_SYNTAXES = 128
"""Per context. All transfer syntaxes ever defined are about 70."""
MAX_USER_ITEMS = 1024


class PduType(IntEnum):
    """PS3.8 9.3.1."""

    ASSOCIATE_RQ = 1
    ASSOCIATE_AC = 2
    ASSOCIATE_RJ = 3
    P_DATA = 4
    RELEASE_RQ = 5
    RELEASE_RP = 6
    ABORT = 7


class AbortReason(IntEnum):
    """Why the provider aborts, PS3.8 9.3.8."""

    NOT_SPECIFIED = 0
    UNRECOGNISED_PDU = 1
    UNEXPECTED_PDU = 2
    UNRECOGNISED_PARAMETER = 4
    UNEXPECTED_PARAMETER = 5
    INVALID_PARAMETER = 6


class ProtocolError(Exception):
    """The peer broke PS3.8 or PS3.7; answered by A-ABORT with `reason`."""

    def __init__(self, reason: AbortReason, why: str) -> None:
        super().__init__(why)
        self.reason = reason
        self.why = why


@dataclass(frozen=True, slots=True)
class Rejection:
    """An A-ASSOCIATE-RJ, PS3.8 9.3.4: result 1 permanent or 2 transient, source, reason, and why in words for us."""

    result: int
    source: int
    reason: int
    why: str


APPLICATION_CONTEXT_UNKNOWN = Rejection(1, 1, 2, "application context not supported")
CALLING_AE_UNKNOWN = Rejection(1, 1, 3, "calling AE title not recognised")
CALLED_AE_UNKNOWN = Rejection(1, 1, 7, "called AE title not recognised")
VERSION_UNKNOWN = Rejection(1, 2, 2, "protocol version not supported")
CONGESTED = Rejection(2, 3, 1, "temporary congestion")
TOO_MANY = Rejection(2, 3, 2, "too many associations")


@dataclass(frozen=True, slots=True)
class Proposed:
    """A presentation context as the peer proposed it."""

    context_id: int
    abstract_syntax: str
    transfer_syntaxes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AssociateRequest:
    """An A-ASSOCIATE-RQ, PS3.8 9.3.2."""

    called_raw: bytes
    calling_raw: bytes
    protocol_version: int
    application_context: str
    contexts: tuple[Proposed, ...]
    max_pdu: int = 0
    """The largest P-DATA-TF the peer takes; 0 is without limit."""
    roles: dict[str, tuple[bool, bool]] = field(default_factory=dict)
    """SOP class -> (the requestor may be SCU, may be SCP), PS3.7 D.3.3.4."""
    implementation_version: str = ""

    @property
    def called_ae(self) -> str:
        """The AE title the peer asks for."""
        return _title(self.called_raw)

    @property
    def calling_ae(self) -> str:
        """The AE title the peer says it has."""
        return _title(self.calling_raw)


@dataclass(frozen=True, slots=True)
class Answered:
    """A presentation context as we answer it: result 0 accepted, 1 user rejection, 3 class, 4 transfer syntaxes."""

    context_id: int
    result: int
    transfer_syntax: str


def parse_associate_request(body: bytes) -> AssociateRequest:
    """The request in the body (after the six bytes of header) of an A-ASSOCIATE-RQ.

    Raises:
        ProtocolError: a length, an ID or a UID that PS3.8 does not allow, or more contexts than it has IDs for.
    """
    if len(body) < 68:
        raise _invalid("A-ASSOCIATE-RQ is too short")
    application = ""
    contexts: dict[int, Proposed] = {}
    user: dict[str, object] = {}
    roles: dict[str, tuple[bool, bool]] = {}
    for kind, value in _items(body, 68, MAX_CONTEXTS + 16):
        if kind == 0x10:
            application = _uid(value)
        elif kind == 0x20:
            proposed = _context(value)
            if proposed.context_id in contexts:
                raise _invalid("a presentation context ID is there twice")
            contexts[proposed.context_id] = proposed
        elif kind == 0x50:
            _user_information(value, user, roles)
    if not contexts:
        raise _invalid("no presentation context")
    return AssociateRequest(
        called_raw=body[4:20],
        calling_raw=body[20:36],
        protocol_version=int.from_bytes(body[:2], "big"),
        application_context=application,
        contexts=tuple(contexts.values()),
        max_pdu=int(str(user.get("max_pdu", 0))),
        roles=roles,
        implementation_version=str(user.get("version", "")),
    )


def _user_information(
    value: bytes, user: dict[str, object], roles: dict[str, tuple[bool, bool]]
) -> None:
    for kind, item in _items(value, 0, MAX_USER_ITEMS):
        if kind == 0x51:
            if len(item) != 4:
                raise _invalid("maximum length item of a wrong size")
            user["max_pdu"] = int.from_bytes(item, "big")
        elif kind == 0x54:
            size = int.from_bytes(item[:2], "big")
            if len(item) != size + 4:
                raise _invalid("role selection item of a wrong size")
            roles[_uid(item[2 : 2 + size])] = (item[-2] == 1, item[-1] == 1)
        elif kind == 0x55:
            user["version"] = item[:16].decode("ascii", "replace").strip()


def _context(value: bytes) -> Proposed:
    if len(value) < 4:
        raise _invalid("presentation context item is too short")
    context_id = value[0]
    if context_id % 2 == 0:
        raise _invalid("a presentation context ID is even")
    abstract = ""
    syntaxes: list[str] = []
    for kind, item in _items(value, 4, MAX_TRANSFER_SYNTAXES + 1):
        if kind == 0x30:
            if abstract:
                raise _invalid("a presentation context has two abstract syntaxes")
            abstract = _uid(item)
        elif kind == 0x40:
            syntaxes.append(_uid(item))
    if not abstract or not syntaxes:
        raise _invalid("a presentation context lacks its abstract or transfer syntax")
    return Proposed(context_id, abstract, tuple(syntaxes))


def _items(data: bytes, start: int, most: int) -> Iterator[tuple[int, bytes]]:
    at, end, count = start, len(data), 0
    while at < end:
        if end - at < 4:
            raise _invalid("an item is cut short")
        size = int.from_bytes(data[at + 2 : at + 4], "big")
        if size > end - at - 4:
            raise _invalid("an item is longer than the PDU")
        count += 1
        if count > most:
            raise _invalid("too many items")
        yield data[at], data[at + 4 : at + 4 + size]
        at += 4 + size


def _uid(value: bytes) -> str:
    text = value.rstrip(b"\0 ")
    # Tolerant of leading zeros in components, which some private UIDs have; not of anything but digits and dots.
    if not 1 <= len(text) <= 64 or text.translate(None, b"0123456789."):
        raise _invalid("a UID in the association request is not one")
    return text.decode("ascii")


def _title(raw: bytes) -> str:
    return raw.decode("ascii", "replace").strip(" \0")


def _invalid(why: str) -> ProtocolError:
    return ProtocolError(AbortReason.INVALID_PARAMETER, why)


def associate_accept(
    request: AssociateRequest,
    contexts: Iterable[Answered],
    *,
    max_pdu: int,
    roles: dict[str, tuple[bool, bool]],
    implementation_uid: str,
    implementation_version: str,
) -> bytes:
    """An A-ASSOCIATE-AC, PS3.8 9.3.3, with the roles granted (PS3.7 D.3.3.4) and no asynchronous window."""
    items = [_item(0x10, APPLICATION_CONTEXT.encode("ascii"))]
    for one in contexts:
        syntax = _item(0x40, one.transfer_syntax.encode("ascii"))
        items.append(_item(0x21, bytes((one.context_id, 0, one.result, 0)) + syntax))
    user = [
        _item(0x51, max_pdu.to_bytes(4, "big")),
        _item(0x52, implementation_uid.encode("ascii")),
    ]
    for uid, (scu, scp) in roles.items():
        name = uid.encode("ascii")
        user.append(_item(0x54, len(name).to_bytes(2, "big") + name + bytes((scu, scp))))
    user.append(_item(0x55, implementation_version.encode("ascii")[:16]))
    items.append(_item(0x50, b"".join(user)))
    body = b"".join(
        (b"\0\1\0\0", request.called_raw, request.calling_raw, bytes(32), *items),
    )
    return struct.pack(">BBL", PduType.ASSOCIATE_AC, 0, len(body)) + body


def _item(kind: int, value: bytes) -> bytes:
    return struct.pack(">BBH", kind, 0, len(value)) + value


def associate_reject(rejection: Rejection) -> bytes:
    """An A-ASSOCIATE-RJ."""
    return struct.pack(">BBLBBBB", 3, 0, 4, 0, rejection.result, rejection.source, rejection.reason)


RELEASE_RESPONSE = struct.pack(">BBLL", PduType.RELEASE_RP, 0, 4, 0)


def abort(reason: AbortReason, *, by_user: bool = False) -> bytes:
    """An A-ABORT; the reason means something only from the provider (PS3.8 9.3.8)."""
    return struct.pack(
        ">BBLBBBB", PduType.ABORT, 0, 4, 0, 0, 0 if by_user else 2, 0 if by_user else reason
    )


Buffers = list[bytes | memoryview]


def p_data(
    context_id: int, command: bytes, data: bytes | memoryview | None, max_pdu: int
) -> Buffers:
    """A message as P-DATA-TF PDUs no longer than the peer takes, as buffers to be written one after another.

    The data set is not copied.

    Args:
        context_id: the presentation context.
        command: the encoded command set.
        data: the encoded data set, if the message has one.
        max_pdu: the peer's Maximum Length Received (0 is without limit). PS3.8 D.1.
    """
    room = min(max_pdu, 1 << 20) if max_pdu else 1 << 17
    room = max(room - 6, 16)
    parts: Buffers = []
    _fragments(parts, context_id, command, room, 1)
    if data is not None:
        _fragments(parts, context_id, data, room, 0)
    return parts


def _fragments(
    parts: Buffers, context_id: int, data: bytes | memoryview, room: int, kind: int
) -> None:
    view = memoryview(data)
    total = len(data)
    for at in range(0, max(total, 1), room):
        piece = view[at : at + room]
        last = 2 if at + room >= total else 0
        size = len(piece)
        parts.append(struct.pack(">BBLLBB", 4, 0, size + 6, size + 2, context_id, kind | last))
        parts.append(piece)
