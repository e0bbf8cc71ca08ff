"""`minipacs backup`: everything once more, in another place, while the node goes on."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from minipacs.cli.frame import (
    CommandFailed,
    add_json,
    command,
    data_folder,
    open_archive,
    print_json,
    print_line,
    wants_json,
)

ARCHIVE = "archive"
BESIDES = ("peers.toml", "chairside.toml", "templates")
"""What a data folder holds besides the archive and is worth keeping."""


@command(
    "backup",
    "copy archive, peers and settings to a new folder, each file compared with its hash",
    "minipacs backup /media/disk/2026-11-20",
)
def build(parser: argparse.ArgumentParser) -> None:
    """The arguments of `backup`."""
    add_json(parser)
    parser.add_argument("folder", metavar="DIR", type=Path, help="a new or empty folder")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> None:
    target = args.folder.expanduser().absolute()
    source = data_folder(args)
    if not (source / ARCHIVE).is_dir():
        raise CommandFailed(f"there is no archive in {source}; name the data folder by --data")
    if target == source or source in target.parents:
        raise CommandFailed("a backup within the data folder is none; choose another disk")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise CommandFailed(f"{target} is not an empty folder; choose a new one for each backup")
    with open_archive(args) as archive:
        count = archive.backup(target / ARCHIVE)
    copy_besides(source, target)
    if wants_json(args):
        print_json({"instances": count, "folder": str(target)})
    else:
        print_line(f"{count} instances are safe in {target}")


def copy_besides(source: Path, target: Path) -> None:
    """Copy what belongs to a data folder besides the archive; what is there already stays."""
    for name in BESIDES:
        found = source / name
        if (target / name).exists():
            continue
        if found.is_dir():
            shutil.copytree(found, target / name)
        elif found.is_file():
            target.mkdir(parents=True, exist_ok=True)
            shutil.copy2(found, target / name)
