"""One frame and its token as the bytes of one spool file.

    magic (16 bytes) | length of the header (8, big endian) | header (JSON, UTF-8) | payload | SHA-256 (32)

The payload is the pixels in C order, little endian, or the JPEG stream untouched. The digest covers header and
payload, so a torn or changed file cannot pass for a frame.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from kiosk.exam.errors import DamagedEntry
from kiosk.exam.plain import from_plain, to_plain
from kiosk.exam.token import Token
from minipacs.dicom.model import Frame

MAGIC = b"CHAIRSIDE-SPOOL1"
_FIXED = len(MAGIC) + 8
_DIGEST = 32
_HEADER_CAP = 16 << 20


@dataclass(frozen=True)
class Envelope:
    """What the header of a spool file tells."""

    entry_id: str
    token: Token | None
    spooled_at: dt.datetime
    quarantine_reason: str
    dtype: str
    """numpy dtype of the pixels, little endian; empty for a JPEG stream."""
    shape: tuple[int, ...]
    payload_bytes: int
    frame: Frame
    """Without pixels."""


def seal(
    entry_id: str, frame: Frame, token: Token | None, at: dt.datetime, quarantine_reason: str = ""
) -> list[bytes | memoryview]:
    """The parts of the file, to be written one after another; pixels are not copied when they are contiguous."""
    payload, dtype, shape = _payload(frame)
    header = {
        "entry": entry_id,
        "token": to_plain(token),
        "spooled_at": at.isoformat(),
        "quarantine_reason": quarantine_reason,
        "dtype": dtype,
        "shape": list(shape),
        "payload_bytes": len(payload),
        "frame": to_plain(dataclasses.replace(frame, pixels=None, jpeg=None)),
    }
    text = json.dumps(header, ensure_ascii=False).encode("utf-8", "surrogatepass")
    digest = hashlib.sha256(text)
    digest.update(payload)
    return [MAGIC, len(text).to_bytes(8, "big"), text, payload, digest.digest()]


def read_header(path: Path) -> Envelope:
    """What is in the file, without reading the pixels; the length of the file is checked, the digest is not.

    Raises:
        DamagedEntry: it is torn or not a spool file.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return _header(path, file)[0]


def open_sealed(path: Path) -> tuple[Frame, Envelope]:
    """The frame with its pixels and the header, checked against the digest.

    Raises:
        DamagedEntry: it is torn or changed.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        envelope, text = _header(path, file)
        payload = file.read(envelope.payload_bytes)
        stored = file.read(_DIGEST)
    digest = hashlib.sha256(text)
    digest.update(payload)
    if digest.digest() != stored:
        raise DamagedEntry(path.stem, "its bytes changed on the disk")
    if not envelope.dtype:
        return dataclasses.replace(envelope.frame, jpeg=payload), envelope
    pixels = np.frombuffer(payload, dtype=np.dtype(envelope.dtype)).reshape(envelope.shape)
    return dataclasses.replace(envelope.frame, pixels=pixels), envelope


def _payload(frame: Frame) -> tuple[memoryview, str, tuple[int, ...]]:
    if frame.jpeg is not None:
        return memoryview(frame.jpeg), "", ()
    if frame.pixels is None:
        raise ValueError("a frame needs pixels or a JPEG stream")
    dtype = frame.pixels.dtype.newbyteorder("<")
    pixels = np.ascontiguousarray(frame.pixels, dtype=dtype)
    return pixels.reshape(-1).view(np.uint8).data, dtype.str, pixels.shape


def _header(path: Path, file: BinaryIO) -> tuple[Envelope, bytes]:
    size = path.stat().st_size
    fixed = file.read(_FIXED)
    if len(fixed) < _FIXED or fixed[: len(MAGIC)] != MAGIC:
        raise DamagedEntry(path.stem, "it is not a spool file or was cut off")
    length = int.from_bytes(fixed[len(MAGIC) :], "big")
    if length > min(size, _HEADER_CAP):
        raise DamagedEntry(path.stem, "it was cut off in its header")
    text = file.read(length)
    try:
        envelope = _parse(json.loads(text.decode("utf-8", "surrogatepass")))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise DamagedEntry(path.stem, "its header cannot be read") from None
    if size != _FIXED + length + envelope.payload_bytes + _DIGEST:
        raise DamagedEntry(path.stem, "it was cut off in its pixels")
    return envelope, text


def _parse(data: Mapping[str, Any]) -> Envelope:
    token = data["token"]
    return Envelope(
        entry_id=str(data["entry"]),
        token=None if token is None else from_plain(Token, token),
        spooled_at=dt.datetime.fromisoformat(data["spooled_at"]),
        quarantine_reason=str(data["quarantine_reason"]),
        dtype=str(data["dtype"]),
        shape=tuple(int(number) for number in data["shape"]),
        payload_bytes=int(data["payload_bytes"]),
        frame=from_plain(Frame, data["frame"]),
    )
