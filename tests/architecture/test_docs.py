"""The documents say what is there: rooms, registries, settings, states, bounds, paths and names as in the code."""

from __future__ import annotations

import dataclasses
import importlib
import importlib.metadata
import json
import re
import tomllib
import typing
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import kiosk.cli
import minipacs.cli
from kiosk.capture.base import sources
from kiosk.exam.machine import ALLOWED, STEP_ALLOWED
from kiosk.exam.templates import load_templates
from kiosk.settings import EquipmentSection, Settings
from minipacs import fhir
from minipacs.archive.outbox import MOVES
from minipacs.archive.worklist import STATUSES
from minipacs.cli.frame import commands
from minipacs.dicom import iods, pictures, pixels
from minipacs.media.profiles import profiles
from minipacs.net import scp
from minipacs.orders.formats import order_formats

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("kiosk", "minipacs")
TOPS = ("kiosk", "minipacs", "build", "tests", "installer", ".ci", ".github")
DOCUMENTS = ("README.md", ".github/CONTRIBUTING.md", "kiosk/README.md", "minipacs/README.md")
NOTES = ROOT / "kiosk" / "release_notes.md"
FLAG = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
SUFFIXES = (".py", ".md", ".toml", ".csv", ".txt", ".json", ".spec", ".nsi", ".desktop", ".sh")

REGISTRIES: dict[tuple[str, str], Any] = {
    ("minipacs", "commands"): lambda: commands(minipacs.cli),
    ("minipacs", "kinds of image"): iods.kinds,
    ("minipacs", "picture formats"): pictures.formats,
    ("minipacs", "pixel families"): pixels.families,
    ("minipacs", "services"): scp.names,
    ("minipacs", "order formats"): order_formats,
    ("minipacs", "media profiles"): profiles,
    ("minipacs", "FHIR releases"): fhir.releases,
    ("kiosk", "commands"): lambda: commands(kiosk.cli),
    ("kiosk", "sources"): sources,
    ("kiosk", "mounts"): load_templates,
}
STATES: dict[tuple[str, str], Mapping[Any, Any]] = {
    ("minipacs", "delivery"): MOVES,
    ("kiosk", "exposure"): ALLOWED,
    ("kiosk", "performed step"): STEP_ALLOWED,
}


# ---- reading a document


def text_of(document: str) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


def quoted(text: str) -> list[str]:
    """What stands in backticks; blocks of code left out."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"(?ms)^```.*?^```", "", text))


def table(package: str, title: str) -> list[list[str]]:
    """The rows below the heading row whose first cell begins with `title`."""
    lines = text_of(f"{package}/README.md").splitlines()
    starts = [n for n, line in enumerate(lines) if line.startswith(f"| {title}")]
    heads = [n for n in starts if n + 1 < len(lines) and lines[n + 1].startswith("|---")]
    assert len(heads) == 1, f"{package}/README.md must have one table that begins with {title!r}"
    rows = []
    for line in lines[heads[0] + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip().strip("|").split(" | ")])
    return rows


def bare(cell: str) -> str:
    return cell.strip().strip("`")


# ---- rooms and floors


def folders(package: str) -> set[str]:
    """Every folder of a package that holds files of ours, as a README names it; pictures of documents left out."""
    base = ROOT / package
    holding = {
        path.parent
        for path in base.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and path.suffix not in (".pyc", ".mo")
    }
    rooms = {
        part
        for folder in holding
        for part in (folder, *folder.parents)
        if base in part.parents
        # A language's own folders belong to the room of translations.
        and "locale" not in [above.name for above in part.parents]
        and "docs" not in part.relative_to(base).parts
    }
    return {f"{room.relative_to(base).as_posix()}/" for room in rooms}


@pytest.mark.parametrize("package", PACKAGES)
def test_the_rooms_of_a_readme_are_the_folders_of_its_package(package):
    named = {bare(row[0]) for row in table(package, "folder")}
    assert folders(package) - named == set(), "a folder without a row in the table of rooms"
    assert named - folders(package) == set(), "a row in the table of rooms without a folder"


@pytest.mark.parametrize("package", PACKAGES)
def test_the_floors_of_a_readme_are_those_that_the_linter_holds(package):
    contracts = tomllib.loads(text_of("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    (floors,) = [one for one in contracts if one["name"] == f"the floors of {package}"]
    layers = [layer.replace(f"{package}.", "") for layer in floors["layers"]]
    assert " > ".join(layer for layer in layers if layer != "__main__") in quoted(
        text_of(f"{package}/README.md")
    )


# ---- registries, settings, states, bounds


@pytest.mark.parametrize(("package", "title"), REGISTRIES)
def test_what_a_registry_holds_is_named(package, title):
    (row,) = [row for row in table(package, "registry") if row[0].startswith(f"{title} (")]
    assert set(quoted(row[1])) == set(REGISTRIES[package, title]())


@pytest.mark.parametrize("package", PACKAGES)
def test_every_registry_row_is_compared(package):
    rows = {row[0].partition(" (")[0] for row in table(package, "registry")}
    assert rows == {title for owner, title in REGISTRIES if owner == package}


def as_toml(value: object) -> str:
    if isinstance(value, tuple):
        return json.dumps(list(value), ensure_ascii=False)
    return json.dumps(value, ensure_ascii=False)


def settings_rows() -> list[tuple[str, str]]:
    """(key, default) of every setting, in the order of the code."""
    rows = []
    for name, kind in typing.get_type_hints(Settings).items():
        section, prefix = (
            (EquipmentSection, "equipment.KIND") if name == "equipment" else (kind, name)
        )
        rows += [
            (f"{prefix}.{field.name}", as_toml(field.default))
            for field in dataclasses.fields(section)
        ]
    return rows


def test_every_setting_stands_in_the_table_with_its_default():
    said = [(bare(row[0]), bare(row[1])) for row in table("kiosk", "key")]
    wanted = settings_rows()
    missing = [f"| `{key}` | `{value}` | |" for key, value in wanted if (key, value) not in said]
    assert not missing, "rows for kiosk/README.md:\n" + "\n".join(missing)
    assert said == wanted


@pytest.mark.parametrize(("package", "title"), STATES)
def test_the_states_and_their_moves_are_those_of_the_code(package, title):
    def names(states: set[Enum]) -> set[str]:
        return {state.name for state in states}

    said = {
        row[0]: {part.strip() for part in row[-1].split(",") if part.strip()}
        for row in table(package, title)
    }
    assert said == {state.name: names(after) for state, after in STATES[package, title].items()}


def test_the_states_of_a_worklist_entry_are_named():
    assert f"A worklist entry is one of {', '.join(STATUSES)};" in text_of("minipacs/README.md")


@pytest.mark.parametrize("package", PACKAGES)
def test_a_number_that_is_given_is_that_of_the_code(package):
    rows = table(package, "constant")
    assert rows
    for name, value in rows:
        assert bare(value) == str(found(bare(name))), name


# ---- names and paths


@cache
def sources_text() -> str:
    """All Python of the repository but this file."""
    return "\n".join(
        path.read_text(encoding="utf-8")
        for top in ("kiosk", "minipacs", "build", "tests", "installer")
        for path in (ROOT / top).rglob("*.py")
        if path != Path(__file__)
    )


def found(dotted: str) -> Any:
    """The object of a dotted name; raises where there is none."""
    parts = dotted.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            value: Any = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for part in parts[cut:]:
            value = getattr(value, part)
        return value
    raise ModuleNotFoundError(dotted)


def paths_in(document: str) -> Iterator[str]:
    """Words in backticks that look like a path of the repository."""
    package = document.partition("/")[0] if document.startswith(PACKAGES) else ""
    for word in (word for words in quoted(text_of(document)) for word in words.split()):
        plain = word.rstrip(",;:")
        if re.search(r"[<>*|\"'$]|^DIR\b|^-|://", plain) or plain.startswith(("/", "./")):
            continue
        if not ("/" in plain or plain.endswith(SUFFIXES)):
            continue
        if package or plain.split("/")[0] in TOPS:
            yield plain


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_path_that_is_named_exists(document):
    base = (ROOT / document).parent
    lost = []
    for word in paths_in(document):
        path, _, test = word.partition("::")
        places = [place for place in (base / path, ROOT / path) if place.exists()]
        right = places and (not path.endswith("/") or places[0].is_dir())
        if not right or (test and f"def {test}(" not in places[0].read_text(encoding="utf-8")):
            lost.append(word)
    assert lost == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_leads_somewhere_and_nothing_is_left_open(document):
    base = (ROOT / document).parent
    links = re.findall(r"\]\(([^)#\s]+)", text_of(document))
    assert [link for link in links if "://" not in link and not (base / link).exists()] == []
    assert re.findall(r"@@\w+@@|\bTODO\b|\bTBD\b", text_of(document)) == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_name_of_the_code_is_there(document):
    words = [word for words in quoted(text_of(document)) for word in words.split()]
    for word in words:
        if re.fullmatch(r"(?:kiosk|minipacs)(?:\.\w+)+", word):
            found(word)
    markers = {
        match[0] for word in words if (match := re.match(r"@[a-z_]+(?:\.[a-z_]+)?(?=\(|$)", word))
    }
    constants = {word for word in words if re.fullmatch(r"_?[A-Z][A-Z_]{3,}", word)}
    text = sources_text()
    lost = [word for word in markers if f"{word}(" not in text]
    lost += [word for word in constants if not re.search(rf"\b{word}\b", text)]
    assert lost == []


def code_of(text: str) -> Iterator[str]:
    """Every piece of code of a document: in backticks, indented or fenced."""
    fenced = False
    for line in text.splitlines():
        if line.startswith("```"):
            fenced = not fenced
        elif fenced or line.startswith("    "):
            yield line.strip().removeprefix("$ ")
        else:
            yield from re.findall(r"`([^`]+)`", line)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_line_that_is_shown_exists(document):
    known = {
        "chairside": {*commands(kiosk.cli), "minipacs"},
        "minipacs": set(commands(minipacs.cli)),
        "python3 build/dev.py": set(dev_commands()),
    }
    lost = []
    for code in code_of(text_of(document)):
        line = code.removeprefix("chairside ") if code.startswith("chairside minipacs ") else code
        for program, names in known.items():
            shown = re.match(rf"{re.escape(program)} ([a-z]+)\b", line)
            if shown and shown[1] not in names:
                lost.append(code)
    assert lost == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_flag_that_is_shown_is_taken_by_a_program_of_ours(document):
    shown = {flag for code in code_of(text_of(document)) for flag in FLAG.findall(code)}
    assert [flag for flag in sorted(shown - {"--help"}) if f'"{flag}"' not in sources_text()] == []


def dev_commands() -> list[str]:
    (line,) = re.findall(r"(?ms)^COMMANDS = \{(.*?)\}$", text_of("build/dev.py"))
    return re.findall(r'"(\w+)":', line)


# ---- decisions and release notes


@pytest.mark.parametrize("package", PACKAGES)
def test_every_decision_says_when_what_why_and_what_would_change_it(package):
    rows = table(package, "date")
    assert rows
    wrong = [
        row
        for row in rows
        if row[0] and not (re.fullmatch(r"\d{4}-\d\d-\d\d", row[0]) and len(row) == 4 and all(row))
    ]
    assert wrong == []


def test_the_release_notes_tell_of_the_current_version():
    told = {
        version: body.strip()
        for version, body in re.findall(
            r"(?ms)^## (\d+\.\d+\.\d+)[^\n]*\n(.*?)(?=^## |\Z)", NOTES.read_text(encoding="utf-8")
        )
    }
    current = importlib.metadata.version("chairside")
    assert told.get(current), f"kiosk/release_notes.md says nothing of {current}"
    assert all(told.values()), "a version without a line"
    newest = max(told, key=lambda version: tuple(map(int, version.split("."))))
    assert next(iter(told)) == newest, "the newest version stands first: hatch takes that one"
