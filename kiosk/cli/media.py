"""`chairside media`: file-sets with a DICOMDIR on sticks, discs and folders."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path
from typing import Any

from minipacs.cli.frame import (
    CommandFailed,
    add_parser,
    command,
    open_archive,
    print_json,
    print_line,
    wants_json,
)

_PROFILE = "STD-GEN-CD"


@command(
    "media",
    "write, read and check media with a DICOMDIR",
    "chairside media create ./stick --all --profile STD-GEN-USB-JPEG",
)
def build(parser: argparse.ArgumentParser) -> None:
    """The subcommands of `media`."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    create = _action(
        actions, "create", "write a new file-set", "create ./stick --study 2.25.1", _create
    )
    _selection(create).add_argument(
        "--empty", action="store_true", help="a file-set without images"
    )
    _written(create)
    add = _action(actions, "add", "add studies to a file-set", "add ./stick --study 2.25.1", _add)
    _selection(add)
    _written(add)
    remove = _action(
        actions, "remove", "take studies off a file-set", "remove ./stick --study 2.25.1", _remove
    )
    remove.add_argument("--study", action="append", default=[], metavar="UID")
    remove.add_argument("--series", action="append", default=[], metavar="UID")
    remove.add_argument("--instance", action="append", default=[], metavar="UID")
    remove.add_argument("--profile", default=_PROFILE)
    _action(actions, "list", "what a file-set holds", "list ./stick", _list)
    _action(actions, "check", "every file against DICOMDIR and hash", "check ./stick", _check)
    _action(actions, "import", "store what is on a medium", "import ./stick", _import)
    iso = _action(actions, "iso", "the file-set as an ISO 9660 image", "iso ./stick disc.iso", _iso)
    iso.add_argument("iso", type=Path, metavar="FILE.iso")


def _action(
    actions: Any, name: str, summary: str, example: str, run: Any
) -> argparse.ArgumentParser:
    parser = add_parser(actions, name, summary, f"chairside media {example}", prints_records=True)
    parser.add_argument("folder", type=Path, metavar="DIR", help="the medium")
    parser.set_defaults(run=run)
    return parser


def _selection(parser: argparse.ArgumentParser) -> Any:
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--study", action="append", metavar="UID", help="a study; may be repeated")
    what.add_argument("--all", action="store_true", help="every study of the archive")
    return what


def _written(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--profile", default=_PROFILE, metavar="NAME", help=f"STD-... ({_PROFILE})")
    parser.add_argument("--file-set-id", default="", metavar="ID", help="a label, 16 of A-Z 0-9 _")
    parser.add_argument(
        "--pages", action="store_true", help="add README.TXT, INDEX.HTM and previews"
    )


def _check_target(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise CommandFailed(f"{folder} is a file; name a folder for the medium")


def _create(args: argparse.Namespace) -> None:
    _check_target(args.folder)
    from minipacs.clock import system_clock
    from minipacs.dicom.uids import UidPolicy
    from minipacs.media import fileset

    with open_archive(args) as archive:
        report = fileset.create(
            archive,
            args.folder,
            studies=tuple(args.study or ()),
            all_=args.all,
            empty=args.empty,
            profile=args.profile,
            file_set_id=args.file_set_id,
            clock=system_clock,
            uids=UidPolicy(),
            with_pages=args.pages,
        )
    _tell(
        args,
        report,
        f"{report.instances} images written, {report.verified} files read back and right",
    )


def _add(args: argparse.Namespace) -> None:
    _check_target(args.folder)
    from minipacs.clock import system_clock
    from minipacs.dicom.uids import UidPolicy
    from minipacs.media import fileset

    with open_archive(args) as archive:
        report = fileset.add(
            archive,
            args.folder,
            studies=tuple(args.study or ()),
            all_=args.all,
            profile=args.profile,
            file_set_id=args.file_set_id,
            clock=system_clock,
            uids=UidPolicy(),
            with_pages=args.pages or None,
        )
    _tell(
        args,
        report,
        f"{report.written} images added, {report.already} were there; {report.instances} in all",
    )


def _remove(args: argparse.Namespace) -> None:
    from minipacs.clock import system_clock
    from minipacs.dicom.uids import UidPolicy
    from minipacs.media import fileset

    report = fileset.remove(
        args.folder,
        studies=args.study,
        series=args.series,
        instances=args.instance,
        profile=args.profile,
        clock=system_clock,
        uids=UidPolicy(),
    )
    _tell(args, report, f"{report.removed} images removed; {report.instances} are left")


def _list(args: argparse.Namespace) -> None:
    from minipacs.media.content import list_

    content = list_(args.folder)
    if wants_json(args):
        print_json(plain(content))
        return
    for patient in content.patients:
        print_line(f"patient {patient.identifier}  {patient.name}")
        for study in patient.studies:
            print_line(f"  study {study.date} {study.description}  {study.instance_uid}")
            for series in study.series:
                print_line(
                    f"    series {series.number} {series.modality}: {len(series.instances)} instances"
                )


def _check(args: argparse.Namespace) -> int:
    from minipacs.media.checking import check

    report = check(args.folder)
    if wants_json(args):
        print_json({**plain(report), "is_good": report.is_good})
    else:
        for word, rows in (
            ("missing", report.missing),
            ("damaged", report.damaged),
            ("orphan", report.orphans),
        ):
            for row in rows:
                print_line(f"{word}: {row}")
        print_line(f"{report.instances} instances, {report.hashed} compared with their hash")
    if not report.is_good:
        raise CommandFailed(
            "the medium is not as its DICOMDIR says; write it again from the archive"
        )
    return 0


def _import(args: argparse.Namespace) -> int:
    from minipacs.media.importing import import_

    with open_archive(args) as archive:
        report = import_(archive, args.folder)
    if not (report.stored or report.already or report.conflict or report.refused):
        raise CommandFailed(
            f"there is no DICOM object in {args.folder}; put the medium in, or name another folder"
        )
    words = f"{report.stored} stored, {report.already} were there, {report.conflict} in conflict"
    _tell(args, report, f"{words}, {len(report.refused)} refused")
    for line in () if wants_json(args) else report.refused:
        print_line(f"refused: {line}")
    if report.refused and not (report.stored or report.already):
        raise CommandFailed(f"nothing on {args.folder} could be stored: {report.refused[0]}")
    return 0


def _iso(args: argparse.Namespace) -> None:
    from minipacs.media.iso import write_iso

    made = write_iso(args.folder, args.iso)
    if wants_json(args):
        print_json({"path": str(made), "bytes": made.stat().st_size})
    else:
        print_line(f"{made}: {made.stat().st_size / 1e6:.1f} MB")


def _tell(args: argparse.Namespace, report: Any, words: str) -> None:
    if wants_json(args):
        print_json(plain(report))
        return
    print_line(words)
    for warning in getattr(report, "warnings", ()):
        print_line(f"note: {warning}")


def plain(value: Any) -> Any:
    """A report as plain JSON values."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)
        }
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return str(value) if isinstance(value, Path) else value
