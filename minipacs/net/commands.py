"""DIMSE command sets, read and written directly: group 0000, Implicit VR Little Endian. PS3.7 6.3."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from minipacs.net.pdu import AbortReason, ProtocolError

Command = Mapping[str, Any]
"""DICOM keyword -> int (US), str (UI, AE, LO) or a tuple of tags (AT)."""

C_STORE_RQ = 0x0001
C_GET_RQ = 0x0010
C_FIND_RQ = 0x0020
C_MOVE_RQ = 0x0021
C_ECHO_RQ = 0x0030
N_EVENT_REPORT_RQ = 0x0100
N_GET_RQ = 0x0110
N_SET_RQ = 0x0120
N_ACTION_RQ = 0x0130
N_CREATE_RQ = 0x0140
N_DELETE_RQ = 0x0150
C_CANCEL_RQ = 0x0FFF
RESPONSE = 0x8000
NO_DATA_SET = 0x0101
DATA_SET = 0x0001

_NAMES = {
    C_STORE_RQ: "C-STORE",
    C_GET_RQ: "C-GET",
    C_FIND_RQ: "C-FIND",
    C_MOVE_RQ: "C-MOVE",
    C_ECHO_RQ: "C-ECHO",
    N_EVENT_REPORT_RQ: "N-EVENT-REPORT",
    N_GET_RQ: "N-GET",
    N_SET_RQ: "N-SET",
    N_ACTION_RQ: "N-ACTION",
    N_CREATE_RQ: "N-CREATE",
    N_DELETE_RQ: "N-DELETE",
}

# PS3.7 E.1: element -> keyword and VR.
_ELEMENTS: Mapping[int, tuple[str, str]] = MappingProxyType(
    {
        0x0002: ("AffectedSOPClassUID", "UI"),
        0x0003: ("RequestedSOPClassUID", "UI"),
        0x0100: ("CommandField", "US"),
        0x0110: ("MessageID", "US"),
        0x0120: ("MessageIDBeingRespondedTo", "US"),
        0x0600: ("MoveDestination", "AE"),
        0x0700: ("Priority", "US"),
        0x0800: ("CommandDataSetType", "US"),
        0x0900: ("Status", "US"),
        0x0901: ("OffendingElement", "AT"),
        0x0902: ("ErrorComment", "LO"),
        0x0903: ("ErrorID", "US"),
        0x1000: ("AffectedSOPInstanceUID", "UI"),
        0x1001: ("RequestedSOPInstanceUID", "UI"),
        0x1002: ("EventTypeID", "US"),
        0x1005: ("AttributeIdentifierList", "AT"),
        0x1008: ("ActionTypeID", "US"),
        0x1020: ("NumberOfRemainingSuboperations", "US"),
        0x1021: ("NumberOfCompletedSuboperations", "US"),
        0x1022: ("NumberOfFailedSuboperations", "US"),
        0x1023: ("NumberOfWarningSuboperations", "US"),
        0x1030: ("MoveOriginatorApplicationEntityTitle", "AE"),
        0x1031: ("MoveOriginatorMessageID", "US"),
    }
)
_TAGS: Mapping[str, tuple[int, str]] = MappingProxyType(
    {keyword: (element, vr) for element, (keyword, vr) in _ELEMENTS.items()}
)
_ELEMENT = struct.Struct("<HHL")


def name_of(field: int) -> str:
    """The message's name as PS3.7 writes it: C-STORE-RQ, N-SET-RSP, C-CANCEL-RQ ..."""
    if field == C_CANCEL_RQ:
        return "C-CANCEL-RQ"
    base = _NAMES.get(field & ~RESPONSE)
    if base is None:
        return f"0x{field:04X}"
    return f"{base}-{'RSP' if field & RESPONSE else 'RQ'}"


def decode(data: bytes) -> dict[str, Any]:
    """The command set in `data`; elements that PS3.7 does not know are passed over.

    Raises:
        ProtocolError: it is cut short, is of another group, or lacks its command field.
    """
    command: dict[str, Any] = {}
    at, end = 0, len(data)
    while at < end:
        if end - at < 8:
            raise _broken("a command element is cut short")
        group, element, size = _ELEMENT.unpack_from(data, at)
        at += 8
        if group != 0 or size > end - at:
            raise _broken("a command element is not of group 0000 or is too long")
        known = _ELEMENTS.get(element)
        if known is not None:
            command[known[0]] = _value(known[1], data[at : at + size])
        at += size
    if "CommandField" not in command or "CommandDataSetType" not in command:
        raise _broken("the command set lacks its command field or data set type")
    return command


def _value(vr: str, raw: bytes) -> Any:
    if vr == "US":
        if len(raw) != 2:
            raise _broken("a number in the command set is not 16 bits")
        return raw[0] | raw[1] << 8
    if vr == "AT":
        if len(raw) % 4:
            raise _broken("a list of tags in the command set is cut short")
        pairs = struct.unpack(f"<{len(raw) // 2}H", raw)
        return tuple(
            group << 16 | element for group, element in zip(pairs[::2], pairs[1::2], strict=True)
        )
    return raw.decode("ascii", "replace").rstrip("\0 ").lstrip(" ")


def encode(command: Command) -> bytes:
    """The command set with its group length, elements in order."""
    found = []
    for keyword, value in command.items():
        element, vr = _TAGS[keyword]
        found.append((element, _raw(vr, value)))
    found.sort()
    body = b"".join(
        part for element, raw in found for part in (_ELEMENT.pack(0, element, len(raw)), raw)
    )
    return _ELEMENT.pack(0, 0, 4) + len(body).to_bytes(4, "little") + body


def _raw(vr: str, value: Any) -> bytes:
    if vr == "US":
        return int(value).to_bytes(2, "little")
    if vr == "AT":
        return b"".join(struct.pack("<HH", tag >> 16, tag & 0xFFFF) for tag in value)
    text = str(value)[:64].encode("ascii", "replace")
    return text + (b"\0" if vr == "UI" else b" ") * (len(text) % 2)


def _broken(why: str) -> ProtocolError:
    return ProtocolError(AbortReason.INVALID_PARAMETER, why)
