"""The strict half of Part 10: what is written is right, or is not written. PS3.10 7.1. Import it from `part10`."""

from __future__ import annotations

import re
import struct
import zlib

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
)
from pydicom.valuerep import AMBIGUOUS_VR

from minipacs.dicom.strictness import Unwritable, check_values

IMPLEMENTATION_CLASS_UID = "2.25.219448755382797897880471062303328974251"
"""Ours, made once from a random UUID (PS3.5 B.2); the same in every release."""
IMPLEMENTATION_VERSION_NAME = "CHAIRSIDE_0_1"

_PREAMBLE = bytes(128)
_UID_TEXT = re.compile(r"[0-9.]{1,64}\Z")
_AE_TEXT = re.compile(r"[ -\[\]-~]{0,16}\Z")


def file_head(
    sop_class_uid: str, sop_instance_uid: str, transfer_syntax: str, source_ae: str = ""
) -> bytes:
    """Preamble, DICM and meta information to stand before dataset bytes as they were received. PS3.10 7.1.

    The preamble is always 128 zero bytes, so that no file can be two things at once (CVE-2019-11687).

    Raises:
        Unwritable: a UID has other characters than digits and dots or more than 64, or the AE title is no AE title.
    """
    for keyword, uid in (
        ("MediaStorageSOPClassUID", sop_class_uid),
        ("MediaStorageSOPInstanceUID", sop_instance_uid),
        ("TransferSyntaxUID", transfer_syntax),
    ):
        if not _UID_TEXT.match(uid):
            raise Unwritable(keyword, "a UID has 1 to 64 digits and dots")
    if not _AE_TEXT.match(source_ae):
        raise Unwritable(
            "SourceApplicationEntityTitle", "an AE title has up to 16 ASCII characters"
        )
    body = b"".join(
        (
            struct.pack("<HH2sHL2s", 2, 1, b"OB", 0, 2, b"\x00\x01"),
            _meta_text(0x02, b"UI", sop_class_uid, b"\0"),
            _meta_text(0x03, b"UI", sop_instance_uid, b"\0"),
            _meta_text(0x10, b"UI", transfer_syntax, b"\0"),
            _meta_text(0x12, b"UI", IMPLEMENTATION_CLASS_UID, b"\0"),
            _meta_text(0x13, b"SH", IMPLEMENTATION_VERSION_NAME, b" "),
            _meta_text(0x16, b"AE", source_ae.strip(), b" ") if source_ae.strip() else b"",
        )
    )
    return _PREAMBLE + b"DICM" + struct.pack("<HH2sHL", 2, 0, b"UL", 4, len(body)) + body


def _meta_text(element: int, vr: bytes, text: str, pad: bytes) -> bytes:
    value = text.encode("ascii")
    if len(value) % 2:
        value += pad
    return struct.pack("<HH2sH", 2, element, vr, len(value)) + value


def write(ds: Dataset, *, transfer_syntax: str | None = None, source_ae: str = "") -> bytes:
    """A whole Part 10 file of `ds`, strict: every value fits its VR and its character set, or nothing is written.

    Args:
        ds: with SOP Class and Instance UID; left unchanged.
        transfer_syntax: of the file; default is that of `ds.file_meta`. Native data may be written in any native
            syntax; pixels are not coded here (see `minipacs.dicom.pixels.transcode`).
        source_ae: AE title of who made it, if it was given.

    Raises:
        Unwritable: with keyword and reason, naming no value.
    """
    check_values(ds)
    return rewrite(ds, transfer_syntax, source_ae=source_ae)


def rewrite(ds: Dataset, transfer_syntax: str | None = None, *, source_ae: str = "") -> bytes:
    """As `write`, for an object of somebody else's: its values stay as they came, valid or not.

    Raises:
        Unwritable: its identity, transfer syntax or pixel data don't make a file, or pydicom can't encode a value.
    """
    meta = getattr(ds, "file_meta", None)
    syntax = UID(transfer_syntax or (meta.get("TransferSyntaxUID", "") if meta else ""))
    if not syntax:
        raise Unwritable("TransferSyntaxUID", "no transfer syntax was given")
    if not syntax.is_transfer_syntax or syntax == ExplicitVRBigEndian:
        raise Unwritable("TransferSyntaxUID", "it is not a transfer syntax that is written")
    head = file_head(
        str(ds.get("SOPClassUID", "")), str(ds.get("SOPInstanceUID", "")), str(syntax), source_ae
    )
    native = not syntax.is_encapsulated
    _check_pixel_form(ds, native=native)
    body = _encode(ds, implicit=syntax == ImplicitVRLittleEndian, native=native)
    if syntax == DeflatedExplicitVRLittleEndian:
        packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
        body = packer.compress(body) + packer.flush()
        body += b"\0" * (len(body) % 2)  # PS3.5 A.5: padded to even length
    return head + body


def _check_pixel_form(ds: Dataset, *, native: bool) -> None:
    if "PixelData" not in ds:
        return
    value = ds["PixelData"].value
    if not isinstance(value, bytes | bytearray):
        raise Unwritable("PixelData", "it has no bytes")
    encapsulated = bytes(value[:4]) == b"\xfe\xff\x00\xe0"
    if not native and not encapsulated:
        raise Unwritable("PixelData", "native pixels can't stand in a compressed transfer syntax")
    if native and ds["PixelData"].is_undefined_length:
        raise Unwritable("PixelData", "encapsulated pixels can't stand in a native transfer syntax")
    if native and len(value) % 2:
        raise Unwritable("PixelData", "native pixel data has an even length, PS3.5 8.1.1")


def _encode(ds: Dataset, *, implicit: bool, native: bool) -> bytes:
    out = DicomBytesIO()
    out.is_little_endian, out.is_implicit_VR = True, implicit
    copy = Dataset({tag: ds.get_item(tag) for tag in ds.keys() if tag.group != 2})  # noqa: SIM118
    implicit_before, little_before = ds.original_encoding
    copy.set_original_encoding(implicit_before, little_before, ds.original_character_set)
    for tag, element in list(copy.items()):
        if element.VR in AMBIGUOUS_VR and isinstance(element, DataElement):
            # pydicom settles the VR in the element itself; that of the caller stays as it is.
            copy[tag] = DataElement(tag, element.VR, element.value, already_converted=True)
    if "PixelData" in copy and not native:
        old = copy["PixelData"]
        new = DataElement(old.tag, "OB", old.value, already_converted=True)
        new.is_undefined_length = True
        copy[old.tag] = new
    try:
        write_dataset(out, copy)
    except Exception as error:
        raise Unwritable(_keyword_in(error), "its value can't be encoded in its VR") from error
    return out.getvalue()


def _keyword_in(error: Exception) -> str:
    # pydicom ends its message by "With tag (gggg,eeee) got exception ..."; the rest may hold a value.
    match = re.search(r"\([0-9a-fA-F]{4},\s?[0-9a-fA-F]{4}\)", str(error))
    return match.group(0) if match else "dataset"
