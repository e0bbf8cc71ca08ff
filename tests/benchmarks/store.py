"""C-STORE: what a peer's client can push into each node, one association, until the last answer."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import servers
from tests.benchmarks import objects
from tests.benchmarks.node import chairside_node
from tests.benchmarks.table import Row, seconds
from tests.peers import run


def measure(scratch: Path) -> Iterator[Row]:
    """The three C-STORE lines of the design, and the disk's own rate for the large one."""
    large = objects.write_images(scratch / "large", 100, 1300, 1700)
    small = objects.write_images(scratch / "small", 600, 500, 500)
    yield from _large(scratch, large)
    yield from _small(scratch, small)
    yield from _nagle(scratch, small)


def _large(scratch: Path, files: list[Path]) -> Iterator[Row]:
    megabytes = sum(file.stat().st_size for file in files) / 1e6
    with servers.orthanc(scratch / "orthanc-large") as server:
        theirs = megabytes / _push(server.peer.port, server.peer.ae_title, files)
    with chairside_node(scratch / "ours-large") as node:
        ours = megabytes / _push(node.port, node.ae_title, files)
    bare = megabytes / seconds(lambda: _write_and_sync(scratch / "bare", files), times=3)
    work = "C-STORE of 100 intra-oral images of 4.4 MB"
    yield Row(work, f"{ours:.0f} MB/s", f"Orthanc {theirs:.0f} MB/s", ours / theirs, 4)
    yield Row(work, f"{ours:.0f} MB/s", f"write and fsync {bare:.0f} MB/s", ours / bare, 0.6)


def _small(scratch: Path, files: list[Path]) -> Iterator[Row]:
    with servers.orthanc(scratch / "orthanc-small") as server:
        orthanc = len(files) / _push(server.peer.port, server.peer.ae_title, files)
    with servers.dcmqrscp(scratch / "dcmqrscp-small") as server:
        dcmqrscp = len(files) / _push(server.peer.port, server.peer.ae_title, files)
    with chairside_node(scratch / "ours-small") as node:
        ours = len(files) / _push(node.port, node.ae_title, files)
    work = "C-STORE of 600 objects of 0.5 MB"
    yield Row(work, f"{ours:.0f}/s", f"Orthanc {orthanc:.0f}/s", ours / orthanc, 7)
    yield Row(work, f"{ours:.0f}/s", f"dcmqrscp {dcmqrscp:.0f}/s", ours / dcmqrscp, 6)


def _nagle(scratch: Path, files: list[Path]) -> Iterator[Row]:
    few = files[:200]
    with servers.orthanc(scratch / "orthanc-nagle") as server:
        theirs = len(few) / seconds(lambda: _dcmsend(server.peer.port, server.peer.ae_title, few))
    with chairside_node(scratch / "ours-nagle") as node:
        ours = len(few) / seconds(lambda: _dcmsend(node.port, node.ae_title, few))
    work = "objects of 0.5 MB from dcmsend, Nagle's algorithm on"
    yield Row(work, f"{ours:.0f}/s", f"Orthanc {theirs:.0f}/s", ours / theirs, 5)


def _push(port: int, ae_title: str, files: list[Path]) -> float:
    """Seconds that storescu takes to hand over all files in one association."""

    def send() -> None:
        with no_delay():
            said = run("storescu", "-aec", ae_title, "127.0.0.1", port, *files, timeout=600)
        if said.returncode:
            raise RuntimeError(f"storescu: {said.stdout[-300:]}")

    return seconds(send)


def _dcmsend(port: int, ae_title: str, files: list[Path]) -> None:
    said = run("dcmsend", "-aec", ae_title, "127.0.0.1", port, *files, timeout=600)
    if said.returncode:
        raise RuntimeError(f"dcmsend: {said.stdout[-300:]}")


@contextmanager
def no_delay() -> Iterator[None]:
    """DCMTK sends at once with this in its environment, so that no node is slowed by the client's socket."""
    os.environ["TCP_NODELAY"] = "1"
    try:
        yield
    finally:
        del os.environ["TCP_NODELAY"]


def _write_and_sync(folder: Path, files: list[Path]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    blobs = [file.read_bytes() for file in files]
    for number, blob in enumerate(blobs):
        with (folder / str(number)).open("wb") as out:
            out.write(blob)
            out.flush()
            os.fsync(out.fileno())
