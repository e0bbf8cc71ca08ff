"""`minipacs peers`: the nodes that this one knows."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from minipacs.cli.frame import (
    CommandFailed,
    add_parser,
    command,
    peers_file,
    print_json,
    print_line,
    print_table,
    wants_json,
)

if TYPE_CHECKING:
    from minipacs.net.peers import Peer, PeerBook


@command(
    "peers",
    "the nodes that this one knows",
    "minipacs peers add PACS 192.0.2.10 104 --allow echo,find,move",
)
def build(parser: argparse.ArgumentParser) -> None:
    """The subcommands of `peers`."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    add = add_parser(
        actions,
        "add",
        "add a node, or change it",
        "minipacs peers add PACS 192.0.2.10 104",
        prints_records=True,
    )
    add.add_argument("ae_title", metavar="AETITLE")
    add.add_argument("host", metavar="HOST")
    add.add_argument("port", metavar="PORT", type=int)
    add.add_argument(
        "--allow",
        metavar="SERVICES",
        help="what it may ask of us, separated by commas (default all): "
        "echo,store,find,get,move,worklist,mpps,commitment",
    )
    add.add_argument(
        "--character-set", default="", metavar="TERM", help="for what we tell it (ISO_IR 192)"
    )
    add.set_defaults(run=_add)
    listed = add_parser(
        actions, "list", "show all nodes", "minipacs peers list --json", prints_records=True
    )
    listed.set_defaults(run=_list)
    remove = add_parser(actions, "remove", "forget a node", "minipacs peers remove PACS")
    remove.add_argument("ae_title", metavar="AETITLE")
    remove.set_defaults(run=_remove)


def _book(args: argparse.Namespace) -> PeerBook:
    from minipacs.net.peers import PeerBook

    return PeerBook(peers_file(args))


def _add(args: argparse.Namespace) -> None:
    from minipacs.net.peers import SERVICES, make_peer

    allow = SERVICES
    if args.allow is not None:
        allow = tuple(name.strip() for name in args.allow.split(",") if name.strip())
    peer = make_peer(
        args.ae_title, args.host, args.port, allow=allow, character_set=args.character_set
    )
    _book(args).add(peer)
    if wants_json(args):
        print_json(_plain(peer))
    else:
        print_line(str(peer))


def _list(args: argparse.Namespace) -> None:
    peers = _book(args).list()
    if wants_json(args):
        print_json([_plain(peer) for peer in peers])
        return
    rows = [("AE TITLE", "HOST", "PORT", "MAY ASK FOR")]
    rows += [(one.ae_title, one.host, str(one.port), ",".join(_allowed(one))) for one in peers]
    print_table(rows)


def _remove(args: argparse.Namespace) -> None:
    if not _book(args).remove(args.ae_title):
        raise CommandFailed(
            f"there is no peer {args.ae_title!r}; `minipacs peers list` shows them all"
        )


def _plain(peer: Peer) -> dict[str, Any]:
    return {
        "ae_title": peer.ae_title,
        "host": peer.host,
        "port": peer.port,
        "allow": _allowed(peer),
        "character_set": peer.character_set,
    }


def _allowed(peer: Peer) -> list[str]:
    from minipacs.net.peers import SERVICES

    return [name for name in SERVICES if name in peer.allow]
