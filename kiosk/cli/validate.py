"""`chairside validate`: files against their IOD, each finding with where, why and how to mend it."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path
from typing import Any

from minipacs.cli.frame import command, print_json, print_line, wants_json


@command(
    "validate",
    "check DICOM files against the standard",
    "chairside validate image.dcm --json",
    prints_records=True,
)
def build(parser: argparse.ArgumentParser) -> None:
    """The arguments of `validate`."""
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    report: list[dict[str, Any]] = [
        {"file": str(path), "findings": _findings(path)} for path in args.files
    ]
    if wants_json(args):
        print_json(report)
    else:
        for item in report:
            _print(item)
    return int(any(one["severity"] == "error" for item in report for one in item["findings"]))


def _findings(path: Path) -> list[dict[str, Any]]:
    from minipacs.dicom import part10
    from minipacs.dicom.validate import validate

    if not path.is_file():
        return [_unreadable("a folder, no file" if path.is_dir() else "there is no such file")]
    try:
        ds = part10.read(path)
    except part10.Unreadable as problem:
        return [_unreadable(str(problem))]
    except OSError as problem:
        return [_unreadable(f"the file cannot be read: {problem.strerror}")]
    return [dataclasses.asdict(finding) for finding in validate(ds)]


def _unreadable(what: str) -> dict[str, Any]:
    return {
        "severity": "error",
        "keyword": "",
        "tag": "",
        "rule": "PS3.10 7.1",
        "what": what,
        "mend": "give a DICOM file (Part 10)",
    }


def _print(item: dict[str, Any]) -> None:
    if not item["findings"]:
        print_line(f"{item['file']}: nothing to complain of")
    for one in item["findings"]:
        where = f"{one['keyword']} {one['tag']}".strip()
        print_line(
            f"{item['file']}: {one['severity']}: {where}: {one['what']} [{one['rule']}]; {one['mend']}"
        )
