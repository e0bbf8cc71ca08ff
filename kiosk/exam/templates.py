"""Mounts: which pictures an exam takes, in which order, and where each lies on the screen.

A mount is a TOML file in kiosk/exam/mounts/ (or in the templates folder of the data folder). The geometry is
labial: the patient's right is on the viewer's left, as if one stood before the patient.
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from kiosk.exam.errors import BadTemplate
from minipacs.dicom.model import Details, PatientKind, Shot

ROTATIONS = (0, 90, 180, 270)
_VIEWS_OF_TEETH = ("periapical", "bitewing", "bitewing-vertical")
"""Views that say nothing without the teeth: no side, no jaw."""


@dataclass(frozen=True)
class Tile:
    """One position of a mount. x, y, width and height are fractions of the mount (0 to 1, y downwards)."""

    key: str
    x: float
    y: float
    width: float
    height: float
    order: int
    """1-based place in the order of acquisition; auto-advance follows it."""
    kind: str
    """The IOD it becomes: io, px, ceph, photo, us, sc ..."""
    teeth: tuple[str, ...] = ()
    """FDI numbers; shown in the user's notation."""
    view: str = ""
    region: str = ""
    rotation: int = 0
    """Degrees clockwise that the source's picture is turned for display in this tile; pixels are not touched."""
    label: str = ""
    laterality: str = ""
    details: Details = field(default_factory=dict)
    """DICOM keyword -> value for the objects of this tile."""
    asks_teeth: bool = False
    """The mount leaves the teeth open: a person says them in each exam, before the exposure."""

    @property
    def needs_teeth(self) -> bool:
        """Nobody has said yet what it is of."""
        return self.asks_teeth and not self.teeth

    @property
    def shot(self) -> Shot:
        """What a picture in this tile is of."""
        return Shot(
            teeth=self.teeth, view=self.view, region=self.region, laterality=self.laterality
        )


@dataclass(frozen=True)
class Template:
    """A mount: its tiles in the order of acquisition."""

    key: str
    title: str
    kind: str
    """The kind of most of its tiles; a mount may mix kinds, then each has a series of its own."""
    tiles: tuple[Tile, ...]
    aspect: float = 1.6
    """Width to height of the whole mount."""
    patient_kind: PatientKind = PatientKind.PERSON
    place: int = 100
    """Where it stands in a list of mounts."""

    def tile(self, key: str) -> Tile | None:
        """The tile of that key."""
        return next((tile for tile in self.tiles if tile.key == key), None)

    def with_teeth(self, key: str, teeth: tuple[str, ...]) -> Template:
        """The mount with the teeth of one tile said."""
        tiles = tuple(
            dataclasses.replace(tile, teeth=teeth) if tile.key == key else tile
            for tile in self.tiles
        )
        return dataclasses.replace(self, tiles=tiles)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of its tiles, each once, in the order of acquisition."""
        return tuple(dict.fromkeys(tile.kind for tile in self.tiles))


def load_templates(extra_folder: Path | None = None) -> dict[str, Template]:
    """The built-in mounts and those of `extra_folder`, by key, in the order of their place.

    A file of the same key in the extra folder takes the place of the built-in one.

    Raises:
        BadTemplate: a file is not a mount; it names the file and says why.
    """
    found: dict[str, Template] = {}
    for name, text in _files(extra_folder):
        template = parse_template(name, text)
        found[template.key] = template
    return dict(sorted(found.items(), key=lambda item: (item[1].place, item[0])))


def parse_template(key: str, text: str) -> Template:
    """A mount of its TOML text.

    Raises:
        BadTemplate: it is not one.
    """
    try:
        data = tomllib.loads(text)
        template = _template(key, data)
    except tomllib.TOMLDecodeError as problem:
        raise BadTemplate(key, f"not TOML: {problem}") from None
    except KeyError as problem:
        raise BadTemplate(key, f"{problem.args[0]} is missing") from None
    except (TypeError, ValueError) as problem:
        raise BadTemplate(key, str(problem)) from None
    _check(template)
    return template


def _files(extra_folder: Path | None) -> Iterable[tuple[str, str]]:
    folder = resources.files("kiosk.exam") / "mounts"
    for file in sorted(folder.iterdir(), key=lambda item: item.name):
        if file.name.endswith(".toml"):
            yield file.name.removesuffix(".toml"), file.read_text(encoding="utf-8")
    if extra_folder is not None and extra_folder.is_dir():
        for path in sorted(extra_folder.glob("*.toml")):
            try:
                text = path.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as problem:
                raise BadTemplate(path.stem, f"cannot be read: {problem}") from None
            yield path.stem, text


def _template(key: str, data: Mapping[str, Any]) -> Template:
    kind = str(data["kind"])
    tiles = [_tile(tile, place, data) for place, tile in enumerate(data["tiles"], start=1)]
    return Template(
        key=key,
        title=str(data["title"]),
        kind=kind,
        tiles=tuple(sorted(tiles, key=lambda tile: tile.order)),
        aspect=float(data.get("aspect", 1.6)),
        patient_kind=PatientKind(data.get("patient_kind", "person")),
        place=int(data.get("place", 100)),
    )


def _tile(tile: Mapping[str, Any], place: int, mount: Mapping[str, Any]) -> Tile:
    x, y, width, height = (float(number) for number in tile["box"])
    grid = mount.get("grid")
    if grid:  # boxes are in grid units, so that people can count instead of divide
        columns, rows = (float(number) for number in grid)
        x, width, y, height = x / columns, width / columns, y / rows, height / rows
    teeth = tuple(str(tooth) for tooth in tile.get("teeth", ()))
    view = str(tile.get("view", mount.get("view", "")))
    return Tile(
        key=str(tile["key"]),
        x=x,
        y=y,
        width=width,
        height=height,
        order=int(tile.get("order", place)),
        kind=str(tile.get("kind", mount["kind"])),
        teeth=teeth,
        view=view,
        region=str(tile.get("region", mount.get("region", ""))),
        rotation=int(tile.get("rotation", 0)),
        label=str(tile.get("label", tile["key"])),
        laterality=str(tile.get("laterality", "")),
        details=tile.get("details", {}),
        asks_teeth=view in _VIEWS_OF_TEETH and not teeth,
    )


def _check(template: Template) -> None:
    keys = [tile.key for tile in template.tiles]
    if not keys:
        raise BadTemplate(template.key, "it has no tiles")
    if len(set(keys)) != len(keys):
        raise BadTemplate(template.key, "two tiles have the same key")
    if [tile.order for tile in template.tiles] != list(range(1, len(keys) + 1)):
        raise BadTemplate(template.key, "the orders must count from 1 without gaps")
    for tile in template.tiles:
        if tile.rotation not in ROTATIONS:
            raise BadTemplate(template.key, f"rotation of {tile.key} must be 0, 90, 180 or 270")
        inside = tile.x >= 0 and tile.y >= 0 and tile.width > 0 and tile.height > 0
        if not inside or tile.x + tile.width > 1.0001 or tile.y + tile.height > 1.0001:
            raise BadTemplate(template.key, f"the box of {tile.key} leaves the mount")
    for place, one in enumerate(template.tiles):
        for other in template.tiles[place + 1 :]:
            if _overlap(one, other):
                raise BadTemplate(template.key, f"{one.key} and {other.key} overlap")


def _overlap(one: Tile, other: Tile) -> bool:
    slack = 1e-6
    return (
        one.x + one.width > other.x + slack
        and other.x + other.width > one.x + slack
        and one.y + one.height > other.y + slack
        and other.y + other.height > one.y + slack
    )
