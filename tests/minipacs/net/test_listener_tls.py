"""A listener that speaks TLS only: its place is there, and nobody can block it. PS3.15 B.12, bar 18."""

from __future__ import annotations

import datetime as dt
import ssl
import subprocess
import warnings
from contextlib import ExitStack
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.minipacs.net.rig import FakeArchive, RawPeer, echo, listening, plain_object, port_of
from tests.peers import need, run, wait_until


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


# ---- who may connect: versions and client certificates


class Authority:
    """Makes certificates; good for a day, or expired."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.name = name
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.path = folder / f"{name}-ca.pem"
        self._own = self._made(name, self._key.public_key(), -1, 2, authority=True)
        self.path.write_bytes(self._own.public_bytes(serialization.Encoding.PEM))

    def _made(
        self, name: str, key: ec.EllipticCurvePublicKey, first: int, last: int, *, authority: bool
    ) -> x509.Certificate:
        now = dt.datetime.now(dt.UTC)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name)])
        made = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + dt.timedelta(days=first))
            .not_valid_after(now + dt.timedelta(days=last))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        )
        return made.sign(self._key, hashes.SHA256())

    def certificate(self, name: str, first: int = -1, last: int = 1) -> Path:
        """A file with a key and its certificate."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = self._made(name, key.public_key(), first, last, authority=False)
        path = self.folder / f"{self.name}-{name}.pem"
        path.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + made.public_bytes(serialization.Encoding.PEM)
        )
        return path


def _connect(port: int, ours: Authority, mine: Path | None, version: ssl.TLSVersion) -> str:
    """How an echo over TLS ends: `served` or `refused`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.load_verify_locations(ours.path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = version
    if version < ssl.TLSVersion.TLSv1_2:
        context.set_ciphers("ALL:@SECLEVEL=0")
    if mine is not None:
        context.load_cert_chain(mine)
    with RawPeer(port) as peer:
        try:
            peer.sock = context.wrap_socket(peer.sock)
            return "served" if peer.associate() == 2 else "refused"
        except OSError:
            return "refused"


def test_only_who_has_a_good_certificate_is_served(tmp_path: Path) -> None:
    ours, theirs = Authority(tmp_path, "ours"), Authority(tmp_path, "theirs")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(ours.certificate("node"))
    context.load_verify_locations(ours.path)
    context.verify_mode = ssl.CERT_REQUIRED
    good = ours.certificate("good")
    newest, older = ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_2
    told: list[str] = []
    with listening(tls=context, refused=lambda who, why: told.append(f"{who} {why}")) as listener:
        port = port_of(listener)
        served = [_connect(port, ours, good, version) for version in (newest, older)]
        assert served == ["served", "served"]
        assert told == []
        bad: list[tuple[Path | None, ssl.TLSVersion]] = [
            (None, newest),
            (None, older),
            (theirs.certificate("stranger"), newest),
            (ours.certificate("expired", -3, -1), newest),
            (ours.certificate("early", 1, 3), newest),
            (good, ssl.TLSVersion.TLSv1),
            (good, ssl.TLSVersion.TLSv1_1),
        ]
        for mine, version in bad:
            assert _connect(port, ours, mine, version) == "refused", (mine, version)
        wait_until(lambda: len(told) == len(bad), what="the audit of each refusal")
        assert _connect(port, ours, good, newest) == "served"
