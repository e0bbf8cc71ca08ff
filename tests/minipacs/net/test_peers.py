"""The peer book: a file that a person may mend while the node runs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from minipacs.net.errors import BadAddress, BadPeerFile
from minipacs.net.peers import ALL_SERVICES, Peer, PeerBook, make_peer, parse_address


@pytest.mark.parametrize(
    ("text", "peer"),
    [
        ("PACS@10.0.0.1:104", Peer("PACS", "10.0.0.1", 104)),
        ("MY PACS@pacs.example.org:11112", Peer("MY PACS", "pacs.example.org", 11112)),
        ("A@B@localhost:1", Peer("A@B", "localhost", 1)),
        ("PACS@[::1]:104", Peer("PACS", "::1", 104)),
    ],
)
def test_an_address_is_understood_and_written_the_same_way(text: str, peer: Peer) -> None:
    assert parse_address(text) == peer
    assert str(peer) == text


@pytest.mark.parametrize(
    "text",
    [
        "PACS",
        "PACS@host",
        "@host:104",
        "PACS@:104",
        "PACS@host:x",
        "PACS@host:0",
        "PACS@host:70000",
        "SEVENTEEN-LETTERS@host:104",
        "A\\B@host:104",
        "PACS@ho st:104",
        "PACS@../etc:104",
        "PACS@host:１０４",
    ],
)
def test_what_is_no_address_is_refused_with_the_form_it_should_have(text: str) -> None:
    with pytest.raises(BadAddress, match="AETITLE@HOST:PORT"):
        parse_address(text)


def test_a_peer_is_kept_in_the_file_with_what_it_may_do(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "peers.toml"
    book = PeerBook(path)
    peer = make_peer("SENSOR", "10.0.0.9", 104, allow=["echo", "store"], character_set="ISO_IR 100")
    book.add(peer)
    book.add(make_peer('QUOTE"D', "h", 1))
    assert PeerBook(path).get("SENSOR") == peer
    assert PeerBook(path).list() == [make_peer('QUOTE"D', "h", 1), peer]
    assert path.stat().st_mode & 0o077 == 0
    assert os.listdir(path.parent) == ["peers.toml"]
    assert book.remove("SENSOR")
    assert not book.remove("SENSOR")
    assert PeerBook(path).get("SENSOR") is None


def test_a_file_that_someone_edits_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "peers.toml"
    book = PeerBook(path)
    assert book.list() == []
    path.write_text('[[peer]]\nae_title = "NEW"\nhost = "10.1.1.1"\nport = 104\n')
    assert book.get("NEW") == Peer("NEW", "10.1.1.1", 104, ALL_SERVICES)
    path.unlink()
    assert book.get("NEW") is None


@pytest.mark.parametrize(
    "content",
    [
        "[[peer]\n",
        '[[peer]]\nae_title = "X"\n',
        '[[peer]]\nae_title = "X"\nhost = "h"\nport = 1\nallow = ["everything"]\n',
        'peer = "X"\n',
        'peer = ["X"]\n',
        '[[peer]]\nae_title = "X"\nhost = "h"\nport = 1\n' * 2,
        "\x00\xff",
    ],
)
def test_a_damaged_file_leaves_the_last_good_one_in_force_and_is_never_overwritten(
    content: str, tmp_path: Path
) -> None:
    path = tmp_path / "peers.toml"
    book = PeerBook(path)
    book.add(make_peer("GOOD", "h", 1))
    path.write_text(content)
    assert book.get("GOOD") is not None
    assert book.problem is not None
    with pytest.raises(BadPeerFile):
        book.list()
    with pytest.raises(BadPeerFile):
        book.add(make_peer("OTHER", "h", 1))
    assert path.read_text() == content
