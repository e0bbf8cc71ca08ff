"""Who we talk to: peers by AE title, kept in a small TOML file that a person can read and mend."""

from __future__ import annotations

import os
import re
import tempfile
import threading
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomlkit

from minipacs.archive.blobs import sync_folder
from minipacs.net.errors import BadAddress, BadPeerFile

SERVICES = ("echo", "store", "find", "get", "move", "worklist", "mpps", "commitment")
"""What a peer may be allowed to ask of us."""
ALL_SERVICES = frozenset(SERVICES)

_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252})\Z|[0-9A-Fa-f:.%]{2,64}\Z")


@dataclass(frozen=True, slots=True)
class Peer:
    """Another DICOM node.

    `allow` is what it may ask of us; it says nothing about what we may send to it. `character_set` is the
    Specific Character Set it wants answers in; empty is ISO_IR 192.
    """

    ae_title: str
    host: str
    port: int
    allow: frozenset[str] = ALL_SERVICES
    character_set: str = ""

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.ae_title}@{host}:{self.port}"


def make_peer(
    ae_title: str,
    host: str,
    port: int,
    *,
    allow: Iterable[str] = SERVICES,
    character_set: str = "",
) -> Peer:
    """A checked peer.

    Raises:
        BadAddress: the AE title, host, port or a service name cannot be right.
    """
    shown = f"{ae_title}@{host}:{port}"
    title = check_ae_title(ae_title, shown)
    if not _HOST.match(host):
        raise BadAddress(shown, "the host is neither a name nor an address")
    if not 1 <= port <= 65535:
        raise BadAddress(shown, "the port must be 1 to 65535")
    services = frozenset(allow)
    unknown = sorted(services - ALL_SERVICES)
    if unknown:
        raise BadAddress(shown, f"there is no service {unknown[0]!r}, only {', '.join(SERVICES)}")
    if not all(32 <= ord(char) < 127 for char in character_set):
        raise BadAddress(shown, "the character set is not a defined term of PS3.3 C.12.1.1.2")
    return Peer(title, host, port, services, character_set)


def check_ae_title(ae_title: str, shown: str = "") -> str:
    """`ae_title` without its padding, if it is one by PS3.5 6.2 (AE: 1 to 16 printable, no backslash).

    Raises:
        BadAddress: it is not.
    """
    title = ae_title.strip(" ")
    shown = shown or ae_title
    if not 1 <= len(title) <= 16:
        raise BadAddress(shown, "an AE title has 1 to 16 characters")
    if not all(32 <= ord(char) < 127 and char != "\\" for char in title):
        raise BadAddress(shown, "an AE title has plain printable characters without a backslash")
    return title


def parse_address(text: str) -> Peer:
    """The peer that AETITLE@HOST:PORT (IPv6 as AETITLE@[HOST]:PORT) names.

    Raises:
        BadAddress: the text has another form.
    """
    title, at, place = text.strip().rpartition("@")
    host, colon, port = place.rpartition(":")
    if not at or not colon:
        raise BadAddress(text, "the AE title, the host or the port is missing")
    if not (port.isascii() and port.isdigit()):
        raise BadAddress(text, "the port is not a number")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    return make_peer(title, bare, int(port))


class PeerBook:
    """The peers of this node. The file is read again whenever it has changed; without a file it is in memory.

    Args:
        path: the TOML file; None keeps the book in memory only.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._peers: dict[str, Peer] = {}
        self._stamp: tuple[int, int, int] | None = None
        self._problem: BadPeerFile | None = None

    def list(self) -> list[Peer]:
        """All peers by AE title.

        Raises:
            BadPeerFile: the file is damaged.
        """
        with self._lock:
            self._refresh(strict=True)
            return sorted(self._peers.values(), key=lambda peer: peer.ae_title)

    def get(self, ae_title: str) -> Peer | None:
        """The peer of that AE title, or None. A damaged file leaves the last good content in force."""
        with self._lock:
            self._refresh(strict=False)
            return self._peers.get(ae_title.strip(" "))

    def known(self) -> tuple[Peer, ...]:
        """All peers, from the last good content where the file is damaged just now."""
        with self._lock:
            self._refresh(strict=False)
            return tuple(self._peers.values())

    @property
    def problem(self) -> BadPeerFile | None:
        """Why the file as it is now cannot be used, for the status line."""
        with self._lock:
            self._refresh(strict=False)
            return self._problem

    def add(self, peer: Peer) -> None:
        """Add or replace the peer of that AE title, durably.

        Raises:
            BadAddress: the peer is not valid.
            BadPeerFile: the file as it is cannot be understood; it is left alone.
        """
        checked = make_peer(
            peer.ae_title,
            peer.host,
            peer.port,
            allow=peer.allow,
            character_set=peer.character_set,
        )
        with self._lock:
            self._refresh(strict=True)
            self._save({**self._peers, checked.ae_title: checked})

    def remove(self, ae_title: str) -> bool:
        """Forget a peer; says whether there was one.

        Raises:
            BadPeerFile: the file as it is cannot be understood; it is left alone.
        """
        title = ae_title.strip(" ")
        with self._lock:
            self._refresh(strict=True)
            if title not in self._peers:
                return False
            self._save({key: peer for key, peer in self._peers.items() if key != title})
            return True

    def _refresh(self, *, strict: bool) -> None:
        if self._path is None:
            return
        try:
            found = self._path.stat()
            stamp = (found.st_mtime_ns, found.st_size, found.st_ino)
        except FileNotFoundError:
            self._peers, self._stamp, self._problem = {}, None, None
            return
        except OSError as problem:
            self._problem = BadPeerFile(str(self._path), problem.strerror or "not readable")
            stamp = self._stamp or (0, 0, 0)
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                self._peers = _read(self._path)
                self._problem = None
            except BadPeerFile as problem:
                self._problem = problem
        if strict and self._problem is not None:
            raise self._problem

    def _save(self, peers: dict[str, Peer]) -> None:
        if self._path is not None:
            _write(self._path, sorted(peers.values(), key=lambda peer: peer.ae_title))
            found = self._path.stat()
            self._stamp = (found.st_mtime_ns, found.st_size, found.st_ino)
        self._peers = peers


def _read(path: Path) -> dict[str, Peer]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise BadPeerFile(str(path), str(problem)) from problem
    entries = content.get("peer", [])
    if not isinstance(entries, list):
        raise BadPeerFile(str(path), "each peer is a [[peer]] table")
    peers: dict[str, Peer] = {}
    for number, entry in enumerate(entries, start=1):
        try:
            peer = _peer_of(entry)
        except (BadAddress, KeyError, TypeError, ValueError) as problem:
            raise BadPeerFile(str(path), f"entry {number}: {problem}") from problem
        if peer.ae_title in peers:
            raise BadPeerFile(str(path), f"entry {number}: {peer.ae_title} is there twice")
        peers[peer.ae_title] = peer
    return peers


def _peer_of(entry: dict[str, Any]) -> Peer:
    return make_peer(
        str(entry["ae_title"]),
        str(entry["host"]),
        int(entry["port"]),
        allow=[str(name) for name in entry.get("allow", SERVICES)],
        character_set=str(entry.get("character_set", "")),
    )


def _write(path: Path, peers: Iterable[Peer]) -> None:
    document = tomlkit.document()
    document.add(tomlkit.comment("The DICOM nodes that this one knows. Read again when changed."))
    tables = tomlkit.aot()
    for peer in peers:
        table = tomlkit.table()
        table["ae_title"] = peer.ae_title
        table["host"] = peer.host
        table["port"] = peer.port
        table["allow"] = [name for name in SERVICES if name in peer.allow]
        if peer.character_set:
            table["character_set"] = peer.character_set
        tables.append(table)
    document["peer"] = tables
    path.parent.mkdir(parents=True, exist_ok=True)
    # A reader sees the old file or the new one, never half of it; mkstemp makes it 0600.
    handle, name = tempfile.mkstemp(prefix=".peers-", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(tomlkit.dumps(document))
            out.flush()
            os.fsync(out.fileno())
        Path(name).replace(path)
        sync_folder(path.parent)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
