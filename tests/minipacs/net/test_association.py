"""One conversation with a peer: it always ends, and says why it failed."""

from __future__ import annotations

import socket
import ssl
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from minipacs.net import wire
from minipacs.net.association import Cancelled, Offer, associate, open_conversation
from minipacs.net.errors import BadAddress, PeerRejected, PeerUnreachable
from minipacs.net.peers import Peer
from minipacs.net.scu.echo import VERIFICATION, echo
from minipacs.net.scu.retrieve import get
from minipacs.net.scu.store import store
from minipacs.net.wire import Timeouts
from tests.objects import an_object
from tests.peers import free_port, run, wait_until
from tests.servers import dcmqrscp, fault_proxy, scripted, storescp

SHORT = Timeouts(connect=1, acse=1, dimse=1, network=1)


def upper_layers() -> list[str]:
    return [one.name for one in threading.enumerate() if "DUL" in type(one).__name__]


def test_an_echo_comes_back(tmp_path: Path) -> None:
    with storescp(tmp_path / "in") as server:
        assert echo(server.peer, calling_ae="CHAIR").status == 0


def test_nobody_there_says_so() -> None:
    with pytest.raises(PeerUnreachable, match="nothing listens there"):
        echo(Peer("GONE", "127.0.0.1", free_port()), calling_ae="CHAIR")


def test_an_unknown_host_says_so() -> None:
    with pytest.raises(PeerUnreachable, match="no address is known"):
        echo(Peer("GONE", "nowhere.invalid", 104), calling_ae="CHAIR", timeouts=SHORT)


def test_a_peer_that_rejects_is_told_apart(tmp_path: Path) -> None:
    with storescp(tmp_path / "in", "--refuse") as server, pytest.raises(PeerRejected):
        echo(server.peer, calling_ae="CHAIR")


def test_a_peer_without_the_service_is_told_apart(tmp_path: Path) -> None:
    with (
        storescp(tmp_path / "in") as server,
        pytest.raises(PeerRejected, match="none of the services"),
        associate(server.peer, ["1.2.840.10008.5.1.4.31"], calling_ae="CHAIR"),
    ):
        pass


def test_a_service_the_peer_left_out_is_named(tmp_path: Path) -> None:
    with (
        storescp(tmp_path / "in") as server,
        pytest.raises(PeerRejected, match="Modality Worklist"),
        associate(
            server.peer, [VERIFICATION, "1.2.840.10008.5.1.4.31"], calling_ae="CHAIR"
        ) as conversation,
    ):
        conversation.need("1.2.840.10008.5.1.4.31")


def test_a_bad_ae_title_is_refused_before_any_connection() -> None:
    with pytest.raises(BadAddress):
        echo(Peer("X", "127.0.0.1", 1), calling_ae="A TITLE THAT IS TOO LONG")


def test_too_many_contexts_are_refused() -> None:
    offers = [Offer(f"2.25.{number}") for number in range(129)]
    with pytest.raises(ValueError, match="129"):
        open_conversation(Peer("X", "127.0.0.1", 1), offers, calling_ae="CHAIR")


def silence(client: socket.socket) -> None:
    client.recv(1 << 16)
    threading.Event().wait(8)


def half_an_answer(client: socket.socket) -> None:
    client.recv(1 << 16)
    client.sendall(b"\x02\x00\x00\x00\x01\x00half")
    threading.Event().wait(8)


def one_byte_a_second(client: socket.socket) -> None:
    client.recv(1 << 16)
    for byte in b"\x02\x00\x00\x00\x01\x00" + bytes(30):
        client.sendall(bytes([byte]))
        threading.Event().wait(0.3)


def a_huge_announcement(client: socket.socket) -> None:
    client.recv(1 << 16)
    client.sendall(b"\x02\x00\xff\xff\xff\xff" + bytes(4096))
    threading.Event().wait(8)


def web_page(client: socket.socket) -> None:
    client.recv(1 << 16)
    client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 40)
    threading.Event().wait(8)


def hang_up(client: socket.socket) -> None:
    client.recv(1 << 16)


@pytest.mark.parametrize(
    "rudeness",
    [silence, half_an_answer, one_byte_a_second, a_huge_announcement, web_page, hang_up],
    ids=lambda one: one.__name__,
)
def test_a_rude_peer_holds_us_no_longer_than_the_timeouts(rudeness: object) -> None:
    before = len(upper_layers())
    with scripted(rudeness) as peer:  # type: ignore[arg-type]
        begun = time.monotonic()
        with pytest.raises(PeerUnreachable):
            echo(peer, calling_ae="CHAIR", timeouts=SHORT)
        assert time.monotonic() - begun < 6
        wait_until(lambda: len(upper_layers()) <= before, 5, "the end of the upper layer's thread")


def test_a_huge_pdu_is_refused_by_its_announcement() -> None:
    with (
        scripted(a_huge_announcement) as peer,
        pytest.raises(PeerUnreachable, match="announced a PDU of 4294967295 bytes"),
    ):
        echo(peer, calling_ae="CHAIR", timeouts=SHORT)


def test_a_message_without_end_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "LARGEST_MESSAGE", 300_000)
    got: list[bytes] = []

    def sink(data: bytes) -> int:
        got.append(data)
        return 0

    with dcmqrscp(tmp_path / "qr") as server:
        assert all(
            one.ok
            for one in store(server.peer, [an_object(rows=600, columns=600)], calling_ae="CHAIR")
        )
        with pytest.raises(PeerUnreachable, match="without end"):
            get(server.peer, "STUDY", {"StudyInstanceUID": "2.25.11"}, sink, calling_ae="CHAIR")
    assert got == []


def test_nothing_is_left_over_after_many_associations(tmp_path: Path) -> None:
    process = psutil.Process()

    def ask(times: int) -> None:
        for _ in range(times):
            echo(server.peer, calling_ae="CHAIR")
            with pytest.raises(PeerUnreachable):
                echo(Peer("GONE", "127.0.0.1", 1), calling_ae="CHAIR")

    with storescp(tmp_path / "in") as server:
        ask(3)
        files, threads = process.num_fds(), threading.active_count()
        ask(40)
        wait_until(lambda: threading.active_count() <= threads, 5, "the end of the threads")
        assert process.num_fds() <= files + 2


def test_a_peer_that_falls_silent_after_the_association_is_left(tmp_path: Path) -> None:
    with storescp(tmp_path / "in") as server, fault_proxy(server.peer) as (peer, proxy):
        proxy.silent_after = 400

        def ask_until_silence() -> None:
            with associate(peer, [VERIFICATION], calling_ae="CHAIR", timeouts=SHORT) as one:
                for _ in range(9):
                    one.call(0x0030, one.need(VERIFICATION), AffectedSOPClassUID=VERIFICATION)

        with pytest.raises(PeerUnreachable, match="did not answer"):
            ask_until_silence()


def test_cancelling_ends_a_wait_at_once(tmp_path: Path) -> None:
    cancel = threading.Event()
    with storescp(tmp_path / "in") as server, fault_proxy(server.peer) as (peer, proxy):
        conversation = open_conversation(peer, [VERIFICATION], calling_ae="CHAIR", cancel=cancel)
        proxy.silent_after = 0
        threading.Timer(0.3, cancel.set).start()
        with pytest.raises(Cancelled):
            conversation.call(
                0x0030, conversation.need(VERIFICATION), AffectedSOPClassUID=VERIFICATION
            )
        conversation.abort()


def test_the_process_ends_although_a_peer_is_stuck(tmp_path: Path) -> None:
    with scripted(silence) as peer:
        script = (
            "import threading\n"
            "from minipacs.net.scu.echo import echo\n"
            "from minipacs.net.peers import parse_address\n"
            "from minipacs.workers import start_thread\n"
            f"start_thread('x', lambda: echo(parse_address('{peer}'), calling_ae='C'))\n"
            "threading.Event().wait(0.7)\n"
            "print('over')\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, timeout=6, check=True
        )
    assert done.stdout == "over\n"


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """(key, certificate) for 127.0.0.1."""
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    made = run(
        *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", 2),
        *("-keyout", key, "-out", cert, "-subj", "/CN=localhost"),
        *("-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"),
    )
    assert made.returncode == 0, made.stdout
    return key, cert


def test_a_connection_over_tls(tmp_path: Path, certificate: tuple[Path, Path]) -> None:
    key, cert = certificate
    trusting = ssl.create_default_context(cafile=cert)
    with storescp(tmp_path / "in", "+tls", key, cert, "--ignore-peer-cert") as server:
        assert echo(server.peer, calling_ae="CHAIR", tls=trusting).status == 0
        data = an_object(rows=500, columns=500)
        (result,) = store(server.peer, [data], calling_ae="CHAIR", tls=trusting)
        assert result.ok
        with pytest.raises(PeerUnreachable, match="certificate is not trusted"):
            echo(server.peer, calling_ae="CHAIR", tls=ssl.create_default_context())


def test_a_silent_tls_peer_holds_us_no_longer_than_the_connect_timeout() -> None:
    def accept_only(client: socket.socket) -> None:
        threading.Event().wait(6)

    with scripted(accept_only) as peer:
        begun = time.monotonic()
        with pytest.raises(PeerUnreachable):
            echo(peer, calling_ae="CHAIR", tls=ssl.create_default_context(), timeouts=SHORT)
        assert time.monotonic() - begun < 4
