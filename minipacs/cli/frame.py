"""What all commands share: how they are found, where the data lies, how they print and how they fail.

Only light modules are imported here and at the top of a command's module; the archive and the network come when a
command runs, so that `--help` is quick.
"""

from __future__ import annotations

import argparse
import importlib
import json
import logging
import os
import pkgutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import TYPE_CHECKING, Any

import minipacs.cli

if TYPE_CHECKING:
    from minipacs.archive import Archive

log = logging.getLogger(__name__)

DATA_VARIABLE = "CHAIRSIDE_DATA"
Build = Callable[[argparse.ArgumentParser], None]
"""Adds a command's arguments and sets `run`, a function of the parsed arguments that gives the exit status or None."""


class CommandFailed(Exception):
    """The job failed; the text says what and what to do. Exit status 1."""


@dataclass(frozen=True)
class Command:
    """A command of the command line."""

    name: str
    summary: str
    example: str
    build: Build
    prints_records: bool = False


_MARK = "__command__"


def command(
    name: str, summary: str, example: str, *, prints_records: bool = False
) -> Callable[[Build], Build]:
    """Mark the function of a module that builds a command's parser.

    Args:
        summary: one line for the list of commands.
        example: command lines for the end of its help.
        prints_records: whether it has --json.
    """

    def mark(build: Build) -> Build:
        setattr(build, _MARK, Command(name, summary, example, build, prints_records))
        return build

    return mark


@cache
def commands(package: ModuleType) -> Mapping[str, Command]:
    """All commands of a package by name, one or more in each of its modules; frozen.

    Raises:
        ValueError: two modules want the same name.
    """
    found: dict[str, Command] = {}
    for info in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        for value in vars(module).values():
            one = getattr(value, _MARK, None)
            if not isinstance(one, Command) or value.__module__ != module.__name__:
                continue
            if one.name in found:
                raise ValueError(f"two modules want to be the command {one.name}")
            found[one.name] = one
    return MappingProxyType(dict(sorted(found.items())))


def add_commands(subparsers: Any, package: ModuleType) -> None:
    """Add every command of a package to the subparsers of a program; the chosen one is carried out by `run`."""
    for one in commands(package).values():
        parser = add_parser(
            subparsers, one.name, one.summary, one.example, prints_records=one.prints_records
        )
        one.build(parser)


def add_parser(
    subparsers: Any, name: str, summary: str, example: str, *, prints_records: bool = False
) -> argparse.ArgumentParser:
    """A command or subcommand with what all of them have: --data, --help with an example, and --json where asked."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        name,
        help=summary,
        description=summary[:1].upper() + summary[1:] + ".",
        epilog=f"example:\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_data(parser)
    if prints_records:
        add_json(parser)
    return parser


def add_data(parser: argparse.ArgumentParser) -> None:
    """The option for the data folder. Given before a subcommand it is not overruled by the subcommand's default."""
    parser.add_argument(
        "--data",
        metavar="DIR",
        type=Path,
        default=argparse.SUPPRESS,
        help=f"data folder (default: {DATA_VARIABLE}, else the platform's user data folder)",
    )


def add_json(parser: argparse.ArgumentParser) -> None:
    """The option for one JSON value on stdout."""
    parser.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help="print one JSON value"
    )


def main(argv: Sequence[str] | None = None, *, prog: str = "minipacs") -> int:
    """Run a command line and give the exit status: 0 done, 1 the job failed. Wrong usage ends the process with 2."""
    parser = argparse.ArgumentParser(
        prog=prog,
        description="A small DICOM node: archive, worklist and services.",
        epilog=f"example:\n  {prog} serve --port 11112",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_data(parser)
    parser.add_argument("-v", "--verbose", action="store_true", help="log more to stderr")
    add_commands(
        parser.add_subparsers(dest="command", metavar="COMMAND", required=True), minipacs.cli
    )
    args = parser.parse_args(argv)
    begin_logging(verbose=args.verbose)
    return run(args, prog=prog)


def begin_logging(*, verbose: bool) -> None:
    """Log to stderr, since stdout belongs to what a command prints."""
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.INFO if verbose else logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )


def run(args: argparse.Namespace, *, prog: str = "minipacs") -> int:
    """Carry out parsed arguments; what fails becomes a sentence on stderr and exit status 1."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        status = args.run(args)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader (a pager, `head`) has seen enough; nothing more may be written at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return _failed(prog, "interrupted")
    except Exception as problem:  # noqa: BLE001 - last net: a person gets a sentence, never a traceback
        return _failed(prog, sentence(problem))
    return int(status or 0)


def sentence(problem: Exception) -> str:
    """What a person is told about an error."""
    # Told apart by where they come from, so that nothing heavy is imported for a command that never met them.
    ours = isinstance(problem, CommandFailed) or type(problem).__module__.startswith(
        ("minipacs.", "kiosk.")
    )
    if ours:
        return str(problem)
    if isinstance(problem, OSError) and problem.strerror:
        where = f"{problem.filename}: " if problem.filename else ""
        return f"{where}{problem.strerror.lower()}; check the path, its rights and the room on the disk"
    # The text of a foreign exception may hold a patient's values.
    log.debug("unexpected: %s", type(problem).__name__)
    return f"an unexpected {type(problem).__name__} happened; please report what you did"


def _failed(prog: str, text: str) -> int:
    sys.stderr.write(f"{prog}: {text}\n")
    return 1


def data_folder(args: argparse.Namespace) -> Path:
    """The data folder that a command line means."""
    chosen: Path | None = getattr(args, "data", None)
    if chosen is None and os.environ.get(DATA_VARIABLE):
        chosen = Path(os.environ[DATA_VARIABLE])
    if chosen is None:
        import platformdirs

        chosen = platformdirs.user_data_path("chairside", appauthor=False)
    return chosen.expanduser().absolute()


def check_data_folder(folder: Path) -> None:
    """Say it before anything is tried where a file is in the way.

    Raises:
        CommandFailed: the folder, or one that it would lie in, is a file.
    """
    there = next(path for path in (folder, *folder.parents) if path.exists())
    if not there.is_dir():
        which = "is not a folder" if there == folder else f"can't be made, {there} is a file"
        raise CommandFailed(f"the data folder {folder} {which}; choose another by --data")


def open_archive(args: argparse.Namespace) -> Archive:
    """The archive of the data folder, to be closed by the caller."""
    from minipacs.archive import Archive
    from minipacs.clock import system_clock

    folder = data_folder(args)
    check_data_folder(folder)
    return Archive.open(folder / "archive", clock=system_clock)


def peers_file(args: argparse.Namespace) -> Path:
    """The peer list of the data folder."""
    return data_folder(args) / "peers.toml"


def wants_json(args: argparse.Namespace) -> bool:
    """Whether one JSON value is to be printed."""
    return bool(getattr(args, "json", False))


def print_json(value: Any) -> None:
    """One JSON value on stdout."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1) + "\n")


def print_line(text: str) -> None:
    """A line on stdout, seen at once by whoever waits for it."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def print_table(rows: Sequence[Sequence[str]]) -> None:
    """Rows in columns, the first row being the headings; text from patients cannot steer the terminal."""
    clean = [["".join(c if c.isprintable() else " " for c in cell) for cell in row] for row in rows]
    widths = [max(len(row[n]) for row in clean) for n in range(len(clean[0]))] if clean else []
    for row in clean:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        sys.stdout.write("  ".join(cells).rstrip() + "\n")
