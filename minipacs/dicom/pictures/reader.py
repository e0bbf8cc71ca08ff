"""The one entrance for pictures: which format, then its reader; whatever goes wrong is a `PictureRefused`."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from minipacs.dicom import pictures
from minipacs.dicom.model import Frame
from minipacs.dicom.pictures.errors import SAVE_AS_PNG, SEND_AGAIN, PictureRefused
from minipacs.dicom.pictures.format import MARK, MAX_PIXELS, Format
from minipacs.dicom.pictures.sidecar import sidecar_beside, sidecar_of

MAX_FILE_BYTES = 1024 * 1024 * 1024

__all__ = ["MAX_FILE_BYTES", "MAX_PIXELS", "formats", "read_picture"]


@cache
def formats() -> Mapping[str, Format]:
    """Every format by its key: found in this folder, one a file.

    Raises:
        ValueError: two have the same key.
    """
    found: dict[str, Format] = {}
    for info in sorted(pkgutil.iter_modules(pictures.__path__), key=lambda info: info.name):
        module = importlib.import_module(f"{pictures.__name__}.{info.name}")
        for make in vars(module).values():
            key = getattr(make, MARK, None)
            if key is None or make.__module__ != module.__name__:
                continue
            if key in found:
                raise ValueError(f"two picture formats are named {key}")
            found[key] = make()
    return MappingProxyType(found)


def read_picture(source: Path | bytes, *, sidecar: Mapping[str, Any] | None = None) -> list[Frame]:
    """The frames of a picture file: one, or one for each page of a TIFF.

    Args:
        source: the file, or its bytes.
        sidecar: what is known of it (see `sidecar`); None takes `<file name>.json` beside the file, if there is one.

    Raises:
        PictureRefused: nothing was read. Reasons are in the words of the person at the chair, without a file name.
    """
    try:
        if isinstance(source, Path):
            given = sidecar if sidecar is not None else sidecar_beside(source)
            return _frames(_bytes_of(source), given, source.suffix.lower())
        return _frames(bytes(source), sidecar, "")
    except PictureRefused:
        raise
    except Exception as error:
        # A decoder may raise anything on damaged input.
        raise PictureRefused(
            f"the picture can't be decoded ({type(error).__name__})", SAVE_AS_PNG
        ) from error


def _bytes_of(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise PictureRefused("there is no such picture file", "choose another file")
        if path.stat().st_size > MAX_FILE_BYTES:
            raise PictureRefused("the file has more than 1 GB", "make the picture smaller first")
        return path.read_bytes()
    except OSError as error:
        why = f"the file can't be read ({error.strerror or type(error).__name__})"
        raise PictureRefused(why, "look whether it is there and may be read") from error


def _frames(data: bytes, given: Mapping[str, Any] | None, suffix: str) -> list[Frame]:
    if not data:
        raise PictureRefused("the file is empty", SEND_AGAIN)
    sidecar = sidecar_of(given)
    chosen = next((one for one in formats().values() if one.recognises(data[:64])), None)
    raw = formats()["raw"]
    if sidecar.has_size and (chosen is None or suffix in raw.suffixes):
        chosen = raw
    if chosen is None:
        if suffix in raw.suffixes:
            chosen = raw
        else:
            known = ", ".join(one.name for one in formats().values() if one is not raw)
            raise PictureRefused(f"this is no picture in a known format ({known})", SAVE_AS_PNG)
    return chosen.read(data, sidecar)
