"""The list of hashes that we leave beside a file-set, so that a later check can tell a decayed medium."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from minipacs.media.durable import write_file
from minipacs.media.names import CHECKSUMS, FileId, as_text

_LINE = re.compile(r"([0-9a-f]{64})  ([!-~]{1,200})\Z")
_MAX_BYTES = 64 << 20


def read_checksums(root: Path) -> dict[FileId, str]:
    """File ID -> SHA-256; empty where there is no list, or one of someone else.

    Raises:
        OSError: it is there and cannot be read.
    """
    path = root / CHECKSUMS
    if path.is_symlink() or not path.is_file() or path.stat().st_size > _MAX_BYTES:
        return {}
    lines = path.read_text("ascii", "replace").splitlines()
    matches = [_LINE.match(line) for line in lines]
    return {tuple(match[2].split("/")): match[1] for match in matches if match}


def write_checksums(root: Path, hashes: Mapping[FileId, str]) -> None:
    """Replace the list, in the form that `sha256sum -c` reads."""
    lines = [f"{digest}  {as_text(file_id)}\n" for file_id, digest in sorted(hashes.items())]
    write_file(root / CHECKSUMS, "".join(lines).encode("ascii"))
