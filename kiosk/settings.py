"""What an office decides once: a TOML file that a person can read, with defaults that work out of the box.

Loading checks every key and value, so that a slip is said by its name and never found out in the middle of an exam.
Saving keeps the comments that a person wrote.
"""

from __future__ import annotations

import dataclasses
import os
import re
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

FILE_NAME = "chairside.toml"
_AE_TITLE = re.compile(r"[A-Za-z0-9_.\-]{1,16}")
_ADDRESS = re.compile(r"[A-Za-z0-9_.\-]{1,16}@[A-Za-z0-9_.\-]+:[0-9]{1,5}")


class SettingsWrong(ValueError):
    """A setting that can't be used: which one, why, and where it stands."""

    def __init__(self, key: str, why: str, path: Path | None = None) -> None:
        where = f" in {path.name}" if path else ""
        super().__init__(f"setting {key}{where}: {why}")
        self.key, self.why, self.path = key, why, path


@dataclass(frozen=True, slots=True)
class NodeSection:
    """The DICOM node that runs inside."""

    ae_title: str = "MINIPACS"
    host: str = "127.0.0.1"
    port: int = 11112


@dataclass(frozen=True, slots=True)
class StationSection:
    """This kiosk as the worklist knows it, and whose chair it is."""

    ae_title: str = "KIOSK"
    name: str = ""
    institution: str = ""
    address: str = ""
    department: str = ""
    operator: str = ""


@dataclass(frozen=True, slots=True)
class WorklistSection:
    """Who is asked for today's list and told of performed steps; empty is the node inside."""

    node: str = ""
    only_this_station: bool = False


@dataclass(frozen=True, slots=True)
class DeliverySection:
    """Where accepted images go by themselves, each as AETITLE@HOST:PORT."""

    send_to: tuple[str, ...] = ()
    commit: bool = True


@dataclass(frozen=True, slots=True)
class CaptureSection:
    """Where pictures come from."""

    source: str = "simulator"
    folder: str = ""
    reserve_mb: int = 500


@dataclass(frozen=True, slots=True)
class DisplaySection:
    """How the window looks. A scale of 0 is found from the screen."""

    scale_percent: int = 0
    fullscreen: bool = True
    teeth: str = "fdi"
    language: str = ""


@dataclass(frozen=True, slots=True)
class EquipmentSection:
    """What stands in each image about the device that made it."""

    manufacturer: str = ""
    model_name: str = ""
    serial_number: str = ""
    software_versions: tuple[str, ...] = ()
    spatial_resolution_mm: float = 0.0
    detector_type: str = ""
    detector_id: str = ""
    detector_manufacturer: str = ""
    detector_model_name: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """All of it. `equipment` is by kind of image, with `default` for the others."""

    node: NodeSection = field(default_factory=NodeSection)
    station: StationSection = field(default_factory=StationSection)
    worklist: WorklistSection = field(default_factory=WorklistSection)
    delivery: DeliverySection = field(default_factory=DeliverySection)
    capture: CaptureSection = field(default_factory=CaptureSection)
    display: DisplaySection = field(default_factory=DisplaySection)
    equipment: Mapping[str, EquipmentSection] = field(default_factory=dict)


def load(path: Path) -> Settings:
    """The settings in a file; a missing file means the defaults.

    Raises:
        SettingsWrong: not TOML, an unknown key, or a value that can't be.
    """
    if not path.exists():
        return Settings()
    try:
        table = tomlkit.parse(path.read_text(encoding="utf-8")).unwrap()
    except (TOMLKitError, UnicodeDecodeError) as problem:
        raise SettingsWrong(
            "file", f"not readable as TOML ({problem}); mend that line", path
        ) from None
    return from_mapping(table, path)


def from_mapping(table: Mapping[str, Any], path: Path | None = None) -> Settings:
    """Settings from plain values, each checked."""
    known = typing.get_type_hints(Settings)
    parts: dict[str, Any] = {}
    for name, values in table.items():
        if name not in known:
            raise SettingsWrong(name, f"unknown; there are {', '.join(known)}", path)
        if not isinstance(values, Mapping):
            raise SettingsWrong(name, f"is a section; write [{name}] and its keys below", path)
        if name == "equipment":
            _check_kinds(values, path)
            parts[name] = {
                kind: _section(EquipmentSection, f"equipment.{kind}", section, path)
                for kind, section in values.items()
            }
        else:
            parts[name] = _section(known[name], name, values, path)
    settings = Settings(**parts)
    _check(settings, path)
    return settings


def _check_kinds(equipment: Mapping[str, Any], path: Path | None) -> None:
    """A section of [equipment] is for a kind of image, or for all that have none of their own."""
    if not equipment:
        return
    from minipacs.dicom import iods  # heavy, and most offices have no such section

    known = ("default", *iods.kinds())
    for kind in equipment:
        if kind not in known:
            why = f"no kind of image; there are {', '.join(known)}"
            raise SettingsWrong(f"equipment.{kind}", why, path)


def save(path: Path, key: str, value: object) -> Settings:
    """Set one key (`station.name`) and keep all else in the file as the person wrote it.

    The file is replaced in one step, so that a power cut leaves the old one or the new one.
    """
    document = tomlkit.parse(path.read_text(encoding="utf-8") if path.exists() else "")
    table: Any = document
    *sections, last = key.split(".")
    for section in sections:
        if section not in table:
            table[section] = tomlkit.table()
        table = table[section]
    table[last] = list(value) if isinstance(value, tuple) else value
    settings = from_mapping(document.unwrap(), path)
    fresh = path.with_suffix(".new")
    with fresh.open("w", encoding="utf-8") as out:
        out.write(tomlkit.dumps(document))
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(path)
    return settings


def _section(kind: Any, name: str, values: Any, path: Path | None) -> Any:
    if not isinstance(values, Mapping):
        raise SettingsWrong(name, f"is a section; write [{name}] and its keys below", path)
    hints = typing.get_type_hints(kind)
    given: dict[str, Any] = {}
    for key, value in values.items():
        if key not in hints:
            raise SettingsWrong(f"{name}.{key}", f"unknown; there are {', '.join(hints)}", path)
        given[key] = _value(f"{name}.{key}", hints[key], value, path)
    return kind(**given)


def _value(key: str, wanted: Any, value: Any, path: Path | None) -> Any:
    if isinstance(wanted, types.GenericAlias):
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise SettingsWrong(key, 'is a list of texts, as ["one", "two"]', path)
        return tuple(value)
    if wanted is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is not wanted:
        names = {
            str: "a text in quotes",
            int: "a whole number",
            bool: "true or false",
            float: "a number",
        }
        raise SettingsWrong(key, f"is {names[wanted]}", path)
    return value


def _check(settings: Settings, path: Path | None) -> None:
    for key, title in (
        ("node.ae_title", settings.node.ae_title),
        ("station.ae_title", settings.station.ae_title),
    ):
        if not _AE_TITLE.fullmatch(title):
            raise SettingsWrong(key, "1 to 16 letters, digits, _ . or - make an AE title", path)
    if not 0 <= settings.node.port <= 65535:
        raise SettingsWrong("node.port", "a port is a number from 0 to 65535", path)
    for key, addresses in (
        ("worklist.node", (settings.worklist.node,) if settings.worklist.node else ()),
        ("delivery.send_to", settings.delivery.send_to),
    ):
        for address in addresses:
            if not _ADDRESS.fullmatch(address):
                raise SettingsWrong(key, "a node is written AETITLE@HOST:PORT", path)
    if settings.display.scale_percent and not 75 <= settings.display.scale_percent <= 300:
        raise SettingsWrong("display.scale_percent", "75 to 300, or 0 for automatic", path)
    if settings.display.teeth not in ("fdi", "universal", "palmer"):
        raise SettingsWrong("display.teeth", "fdi, universal or palmer", path)
    if settings.capture.source == "folder" and not settings.capture.folder:
        raise SettingsWrong("capture.folder", "name the folder that is watched", path)
    if settings.capture.reserve_mb < 0:
        raise SettingsWrong("capture.reserve_mb", "not below 0", path)


DEFAULT_TEXT = """\
# Chairside's settings. Every line may be left out; what stands behind # is a remark and is kept.

[node]                       # the DICOM node that runs inside
ae_title = "MINIPACS"
host = "127.0.0.1"           # 0.0.0.0 lets other machines in: only those of `minipacs peers`
port = 11112

[station]                    # this kiosk as the worklist knows it
ae_title = "KIOSK"
name = ""
institution = ""             # stands in every image
address = ""
department = ""
operator = ""

[worklist]
node = ""                    # AETITLE@HOST:PORT of the hospital's; empty: the node inside
only_this_station = false

[delivery]
send_to = []                 # each accepted image goes there by itself: ["ARCHIVE@10.0.0.5:104"]
commit = true                # and the peer is asked to confirm that it keeps it

[capture]
source = "simulator"         # simulator, folder or file
folder = ""                  # the folder that the sensor's own program exports to
reserve_mb = 500             # no exposure is armed with less free space

[display]
scale_percent = 0            # 75 to 300; 0: from the screen
fullscreen = true
teeth = "fdi"                # fdi, universal or palmer
language = ""
"""


def defaults_as_sections() -> dict[str, Any]:
    """The default settings as plain values, a section each."""
    return dataclasses.asdict(Settings())
