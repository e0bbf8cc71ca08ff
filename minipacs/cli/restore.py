"""`minipacs restore`: a data folder out of a backup."""

from __future__ import annotations

import argparse
from pathlib import Path

from minipacs.cli.backup import ARCHIVE, copy_besides
from minipacs.cli.frame import (
    CommandFailed,
    add_json,
    command,
    data_folder,
    print_json,
    print_line,
    wants_json,
)


@command(
    "restore",
    "make a new data folder out of a backup, each file compared with its hash",
    "minipacs restore /media/disk/2026-11-20 --data /srv/chairside",
)
def build(parser: argparse.ArgumentParser) -> None:
    """The arguments of `restore`."""
    add_json(parser)
    parser.add_argument("folder", metavar="DIR", type=Path, help="the backup")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> None:
    from minipacs.archive import restore

    source = args.folder.expanduser().absolute()
    target = data_folder(args)
    if not (source / ARCHIVE).is_dir():
        raise CommandFailed(f"{source} is not a backup of this program; name the folder it made")
    if (target / ARCHIVE).exists():
        raise CommandFailed(
            f"{target} has an archive already, which stays as it is; name a new folder by --data"
        )
    count = restore(source / ARCHIVE, target / ARCHIVE)
    copy_besides(source, target)
    if wants_json(args):
        print_json({"instances": count, "folder": str(target)})
    else:
        print_line(f"{count} instances restored to {target}")
