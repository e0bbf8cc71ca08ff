"""What the commands of `chairside` share: opening the office without a window."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from minipacs.cli.frame import CommandFailed, check_data_folder

if TYPE_CHECKING:
    from kiosk.office.office import Choices, Office
    from kiosk.office.places import Places
    from kiosk.settings import Settings
    from minipacs.net.peers import Peer


@contextmanager
def open_office(
    args: argparse.Namespace,
    *,
    commit_to: frozenset[str] = frozenset(),
    at_its_address: bool = False,
) -> Iterator[Office]:
    """The office of the data folder, without what only a window needs.

    Its node is on a free port of this machine, so that a kiosk that runs is not in the way.

    Args:
        commit_to: further destinations that are asked for storage commitment.
        at_its_address: try the address of the settings first, since another node will call there. Where a kiosk or
            `minipacs serve` of this data folder has it, that one takes the call.
    """
    import dataclasses

    from kiosk import settings as settings_file
    from kiosk.office.office import Choices
    from kiosk.office.places import places
    from minipacs.net.listener import CannotListen

    place = places(getattr(args, "data", None))
    check_data_folder(place.data)
    settings = settings_file.load(place.settings)
    capture = dataclasses.replace(settings.capture, source="file", folder="")
    open_to_all = dataclasses.replace(settings, capture=capture)
    node = dataclasses.replace(settings.node, host="127.0.0.1")
    hidden = dataclasses.replace(open_to_all, node=node)
    choices = Choices(port=0, commit_to=commit_to, take_up=False)
    office: Office | None = None
    if at_its_address:
        with suppress(CannotListen):
            office = _started(place, open_to_all, dataclasses.replace(choices, port=None))
    office = office or _started(place, hidden, choices)
    try:
        yield office
    finally:
        office.stop()


def _started(place: Places, settings: Settings, choices: Choices) -> Office:
    from kiosk.office.office import Office

    office = Office(place, settings, choices=choices)
    try:
        office.start()
    except BaseException:
        office.stop()
        raise
    return office


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
