"""What the commands of `chairside` share: opening the office without a window."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from minipacs.cli.frame import CommandFailed, check_data_folder

if TYPE_CHECKING:
    from kiosk.office.office import Office
    from minipacs.net.peers import Peer


@contextmanager
def open_office(
    args: argparse.Namespace, *, commit_to: frozenset[str] = frozenset(), source: str = "file"
) -> Iterator[Office]:
    """The office of the data folder, its node on a free port, so that a kiosk that runs is not in the way."""
    import dataclasses

    from kiosk import settings as settings_file
    from kiosk.office.office import Choices, Office
    from kiosk.office.places import places

    place = places(getattr(args, "data", None))
    check_data_folder(place.data)
    settings = settings_file.load(place.settings)
    capture = dataclasses.replace(settings.capture, source=source, folder="")
    node = dataclasses.replace(settings.node, host="127.0.0.1")
    settings = dataclasses.replace(settings, capture=capture, node=node)
    choices = Choices(port=0, commit_to=commit_to, take_up=False)
    with Office(place, settings, choices=choices) as office:
        yield office


def read_json(path: Path, what: str) -> Mapping[str, Any]:
    """A JSON object from a file.

    Raises:
        CommandFailed: the file can't be read, or is something else.
    """
    import json

    try:
        value = json.loads(path.read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as problem:
        raise CommandFailed(
            f"{what} {path.name} is not JSON: {problem.msg} in line {problem.lineno}, "
            f"column {problem.colno}; nothing was done"
        ) from None
    except (UnicodeDecodeError, RecursionError):
        raise CommandFailed(
            f"{what} {path.name} is not JSON in UTF-8; save it as that; nothing was done"
        ) from None
    if not isinstance(value, dict):
        raise CommandFailed(f'{what} {path.name} must be an object, {{"DICOMKeyword": value}}')
    return value


def peer_of(address: str) -> Peer:
    """The peer that AETITLE@HOST:PORT names; raises BadAddress."""
    from minipacs.net.peers import parse_address

    return parse_address(address)
