"""Servers of other projects on free loopback ports, as context managers; their files stay under the given folder."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from minipacs.net.peers import Peer
from tests.peers import free_port, need, port_answers, run, start, stop, wait_until


@dataclass
class Server:
    """A running peer."""

    peer: Peer
    folder: Path
    """Where it keeps what it gets."""
    log: Path
    pid: int = 0

    def files(self) -> list[Path]:
        return sorted(path for path in self.folder.rglob("*") if path.is_file())


@contextlib.contextmanager
def _running(
    command: Sequence[object], peer: Peer, folder: Path, *, seconds: float = 20
) -> Iterator[Server]:
    log = folder.parent / f"{folder.name}.log"
    process = start(command, log)
    try:
        wait_until(
            lambda: port_answers(peer.port) or process.poll() is not None, seconds, str(command[0])
        )
        if process.poll() is not None:
            raise AssertionError(f"{command[0]} ended: {log.read_text(errors='replace')[-800:]}")
        yield Server(peer, folder, log, process.pid)
    finally:
        stop(process)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextlib.contextmanager
def storescp(
    folder: Path, *options: object, ae_title: str = "STORESCP", port: int = 0
) -> Iterator[Server]:
    """DCMTK's storescp; bit-preserving, so that what it got can be compared."""
    port = port or free_port()
    command = ["storescp", "--bit-preserving", *options, "-od", _made(folder), port]
    with _running(command, Peer(ae_title, "127.0.0.1", port), folder) as server:
        yield server


@contextlib.contextmanager
def dcmqrscp(
    folder: Path, *, ae_title: str = "QRSCP", destinations: Sequence[Peer] = ()
) -> Iterator[Server]:
    """DCMTK's query/retrieve server with one storage area, open to everyone."""
    port = free_port()
    area = _made(folder / "area")
    hosts = [f"h{n} = ({d.ae_title}, {d.host}, {d.port})" for n, d in enumerate(destinations)]
    config = folder / "dcmqrscp.cfg"
    config.write_text(
        "\n".join(
            [
                f"NetworkTCPPort = {port}",
                "MaxPDUSize = 131072",
                "MaxAssociations = 16",
                "HostTable BEGIN",
                *hosts,
                "HostTable END",
                "VendorTable BEGIN",
                "VendorTable END",
                "AETable BEGIN",
                f"{ae_title} {area} RW (2000, 2048mb) ANY",
                "AETable END",
                "",
            ]
        )
    )
    command = ["dcmqrscp", "-c", config]
    with _running(command, Peer(ae_title, "127.0.0.1", port), area) as server:
        yield server


@contextlib.contextmanager
def wlmscpfs(folder: Path, items: Sequence[bytes], *, ae_title: str = "WLMSCP") -> Iterator[Server]:
    """DCMTK's worklist server over `items`, each a Part 10 file of one worklist entry."""
    port = free_port()
    area = _made(folder / ae_title)
    (area / "lockfile").touch()
    for number, item in enumerate(items):
        (area / f"item{number}.wl").write_bytes(item)
    command = ["wlmscpfs", "-csk", "-dfp", folder, port]
    with _running(command, Peer(ae_title, "127.0.0.1", port), area) as server:
        yield server


@contextlib.contextmanager
def orthanc(
    folder: Path, *, ae_title: str = "ORTHANC", modalities: Sequence[Peer] = ()
) -> Iterator[Server]:
    """Orthanc with its storage in `folder`; takes everyone, knows `modalities` for C-MOVE and reports."""
    port, web = free_port(), free_port()
    storage = _made(folder / "storage")
    known = {peer.ae_title.lower(): [peer.ae_title, peer.host, peer.port] for peer in modalities}
    config = folder / "orthanc.json"
    config.write_text(
        json.dumps(
            {
                "Name": "test",
                "StorageDirectory": str(storage),
                "IndexDirectory": str(storage),
                "DicomAet": ae_title,
                "DicomPort": port,
                "HttpPort": web,
                "RemoteAccessAllowed": False,
                "AuthenticationEnabled": False,
                "DicomAlwaysAllowEcho": True,
                "DicomAlwaysAllowStore": True,
                "DicomAlwaysAllowFind": True,
                "DicomAlwaysAllowGet": True,
                "DicomModalities": known,
                "Plugins": [],
            }
        )
    )
    need("Orthanc")
    peer = Peer(ae_title, "127.0.0.1", port)
    with _running(["Orthanc", config], peer, storage, seconds=40) as server:
        yield server


@dataclass
class FaultProxy:
    """Stands between a client and a server and breaks their conversation as told."""

    port: int
    cut_after: int | None = None
    """End the connection when so many bytes have gone to the server."""
    silent_after: int | None = None
    """Pass nothing on any more in either direction after so many bytes."""
    connections: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)


@contextlib.contextmanager
def fault_proxy(server: Peer) -> Iterator[tuple[Peer, FaultProxy]]:
    """A peer that behaves like `server` but for what is set at the FaultProxy."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(16)
    proxy = FaultProxy(listener.getsockname()[1])
    open_sockets: list[socket.socket] = []

    def pump(source: socket.socket, target: socket.socket, upward: bool) -> None:
        passed = 0
        with contextlib.suppress(OSError):
            while data := source.recv(16384):
                passed += len(data)
                if upward and proxy.cut_after is not None and passed > proxy.cut_after:
                    _cut(source)
                    _cut(target)
                    return
                if upward and proxy.silent_after is not None and passed > proxy.silent_after:
                    proxy._stop.wait(60)
                    return
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    def serve() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            proxy.connections += 1
            try:
                upstream = socket.create_connection((server.host, server.port), 5)
            except OSError:
                client.close()
                continue
            open_sockets.extend((client, upstream))
            for source, target, upward in ((client, upstream, True), (upstream, client, False)):
                _thread(lambda s=source, t=target, u=upward: pump(s, t, u))

    _thread(serve)
    try:
        yield Peer(server.ae_title, "127.0.0.1", proxy.port), proxy
    finally:
        proxy._stop.set()
        listener.close()
        for one in open_sockets:
            one.close()


def _thread(run_it: Callable[[], None]) -> None:
    threading.Thread(target=run_it, daemon=True).start()


def _cut(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        # Only a shutdown wakes the other thread that still reads from it.
        sock.shutdown(socket.SHUT_RDWR)
        sock.close()


@contextlib.contextmanager
def scripted(script: Callable[[socket.socket], None]) -> Iterator[Peer]:
    """A peer that does with each connection what `script` says; for rudeness that no real server has."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(4)

    def serve() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            with client, contextlib.suppress(OSError):
                script(client)

    _thread(serve)
    try:
        yield Peer("SCRIPTED", "127.0.0.1", listener.getsockname()[1])
    finally:
        listener.close()


@contextlib.contextmanager
def pynetdicom_scp(
    sop_classes: Sequence[str], handlers: Sequence[tuple[Any, Any]], *, ae_title: str = "PYSCP"
) -> Iterator[Peer]:
    """Stock pynetdicom as a server, with handlers that answer what the test wants."""
    from pynetdicom import AE

    ae = AE(ae_title)
    for sop_class in sop_classes:
        ae.add_supported_context(sop_class)
    server = ae.start_server(("127.0.0.1", 0), block=False, evt_handlers=list(handlers))
    try:
        yield Peer(ae_title, "127.0.0.1", server.server_address[1])
    finally:
        ae.shutdown()


def dump(path: Path) -> str:
    """What dcmdump says of a file."""
    return run("dcmdump", path).stdout
