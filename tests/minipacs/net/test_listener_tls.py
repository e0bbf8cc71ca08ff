"""A listener that speaks TLS only: its place is there, and nobody can block it. PS3.15 B.12, bar 18."""

from __future__ import annotations

import ssl
import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.minipacs.net.rig import FakeArchive, RawPeer, echo, listening, plain_object, port_of
from tests.peers import need, run


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    need("openssl")
    folder = tmp_path_factory.mktemp("keys")
    key, certificate = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key),
            *("-out", certificate, "-days", "2", "-subj", "/CN=localhost"),
        ],
        check=True,
        capture_output=True,
        timeout=60,
    )
    return key, certificate


@pytest.fixture
def server_side(keys: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(keys[1], keys[0])
    return context


def _echoscu(port: int, keys: tuple[Path, Path]) -> int:
    tls = ("+tls", keys[0], keys[1], "+cf", keys[1], "-ic")
    return run("echoscu", *tls, "127.0.0.1", port, timeout=15).returncode


def test_twenty_silent_clients_do_not_block_the_handshake_of_a_good_one(
    server_side: ssl.SSLContext, keys: tuple[Path, Path]
) -> None:
    with listening(tls=server_side) as listener, ExitStack() as stack:
        for number in range(20):
            stack.enter_context(RawPeer(port_of(listener), f"127.0.0.{2 + number % 3}"))
        assert _echoscu(port_of(listener), keys) == 0


def test_a_plain_client_is_not_served(server_side: ssl.SSLContext) -> None:
    with listening(tls=server_side) as listener:
        assert echo(port_of(listener)) in ("closed", "21")


def test_objects_come_over_tls_and_the_answer_goes_back(
    server_side: ssl.SSLContext, keys: tuple[Path, Path], tmp_path: Path
) -> None:
    archive = FakeArchive()
    with listening(archive, tls=server_side) as listener:
        tls = ("+tls", keys[0], keys[1], "+cf", keys[1], "-ic")
        said = run(
            "storescu", *tls, "-R", "127.0.0.1", port_of(listener), plain_object(tmp_path / "a.dcm")
        )
    assert said.returncode == 0, said.stdout
    assert len(archive.objects) == 1
