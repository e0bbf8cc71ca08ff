"""An ISO 9660 level 1 image of a finished file-set, to be burned with whatever the computer has. PS3.12 Annex F.

Plain level 1: a dental CD has no other, and each reader knows it.
"""

from __future__ import annotations

import hashlib
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from minipacs.media import durable
from minipacs.media.errors import (
    BadSelection,
    DiscToolMissing,
    MediaError,
    NotAFileSet,
    VerifyFailed,
    told_plainly,
)
from minipacs.media.medium import Medium
from minipacs.media.names import TEMPORARY_SUFFIX

_NAME = re.compile(r"[A-Z0-9_]{1,8}(?:\.[A-Z0-9_]{1,3})?\Z")
_FOLDER = re.compile(r"[A-Z0-9_]{1,8}\Z")
_MAX_DEPTH = 8


def write_iso(folder: Path, iso_path: Path) -> Path:
    """Write the image, read every file in it back and compare; then put it in place under its name.

    Raises:
        DiscToolMissing: pycdlib is not installed.
        NotAFileSet: the folder has no DICOMDIR.
        BadSelection: the target is inside the folder, or a name in the folder fits no CD.
        MediumFull, MediumFailed, VerifyFailed: as for a file-set.
    """
    try:
        pycdlib = importlib.import_module("pycdlib")
    except ImportError:
        raise DiscToolMissing from None
    medium = Medium(folder)
    if medium.directory() is None:
        raise NotAFileSet(folder)
    if folder.resolve() in iso_path.resolve().parents:
        raise BadSelection("the ISO image cannot lie in the folder that it is made of")
    files = list(_files(medium))
    temporary = iso_path.with_name(iso_path.name + TEMPORARY_SUFFIX)
    needed = sum(path.stat().st_size for _, path in files)
    with told_plainly(0, needed):
        try:
            _write(pycdlib, files, temporary)
            _compare(pycdlib, files, temporary)
            with temporary.open("rb+") as stream:
                durable.sync_stream(stream)
            temporary.replace(iso_path)
            durable.sync_folder(iso_path.parent)
        except pycdlib.pycdlibexception.PyCdlibException as problem:
            raise MediaError(f"the ISO image cannot be made: {problem}") from problem
        finally:
            durable.remove_quietly(temporary)
    return iso_path


def _files(medium: Medium) -> Iterator[tuple[tuple[str, ...], Path]]:
    for name in medium.all_names():
        *folders, last = name
        fits = _NAME.match(last) and all(map(_FOLDER.match, folders))
        if not fits or len(name) > _MAX_DEPTH:
            shown = "/".join(name).encode("ascii", "backslashreplace").decode("ascii")
            raise BadSelection(
                f"{shown} has a name that a CD of ISO 9660 level 1 cannot hold: move it away"
            )
        yield name, medium.root.joinpath(*name)


def _write(pycdlib: Any, files: list[tuple[tuple[str, ...], Path]], target: Path) -> None:
    image = pycdlib.PyCdlib()
    image.new(interchange_level=1, vol_ident="DICOM")
    try:
        made: set[tuple[str, ...]] = set()
        for name, path in files:
            for depth in range(1, len(name)):
                if name[:depth] not in made:
                    made.add(name[:depth])
                    image.add_directory("/" + "/".join(name[:depth]))
            image.add_file(str(path), _iso_name(name))
        image.write(str(target))
    finally:
        image.close()


def _compare(pycdlib: Any, files: list[tuple[tuple[str, ...], Path]], target: Path) -> None:
    image = pycdlib.PyCdlib()
    image.open(str(target))
    try:
        for name, path in files:
            with image.open_file_from_iso(iso_path=_iso_name(name)) as stream:
                digest = hashlib.sha256()
                while chunk := stream.read(1 << 20):
                    digest.update(chunk)
            if digest.hexdigest() != durable.hash_from_medium(path):
                raise VerifyFailed("/".join(name))
    finally:
        image.close()


def _iso_name(name: tuple[str, ...]) -> str:
    # ISO 9660 7.5: a file without extension keeps its dot, and each has a version.
    last = name[-1] if "." in name[-1] else name[-1] + "."
    return "/" + "/".join((*name[:-1], f"{last};1"))
