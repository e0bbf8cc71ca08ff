"""The settings file: what is right loads, what is wrong is named, what a person wrote stays."""

from __future__ import annotations

import pytest
import tomlkit

from kiosk import settings
from kiosk.settings import Settings, SettingsWrong


def test_the_default_file_says_exactly_the_defaults():
    assert settings.from_mapping(tomlkit.parse(settings.DEFAULT_TEXT).unwrap()) == Settings()


def test_a_missing_file_means_the_defaults(tmp_path):
    assert settings.load(tmp_path / "none.toml") == Settings()


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[nodes]\nport = 1", "nodes"),
        ("[node]\nprot = 1", "node.prot"),
        ('[node]\nport = "1"', "node.port"),
        ("[node]\nport = 70000", "node.port"),
        ("[node]\nport = true", "node.port"),
        ('[node]\nae_title = "A TITLE THAT IS LONG"', "node.ae_title"),
        ('[station]\nae_title = "../x"', "station.ae_title"),
        ('[worklist]\nnode = "somewhere"', "worklist.node"),
        ('[delivery]\nsend_to = "A@b:1"', "delivery.send_to"),
        ('[delivery]\nsend_to = ["A@b"]', "delivery.send_to"),
        ("[display]\nscale_percent = 40", "display.scale_percent"),
        ('[display]\nteeth = "iso"', "display.teeth"),
        ('[capture]\nsource = "folder"', "capture.folder"),
        ("node = 3", "node"),
        ("[equipment]\nio = 3", "equipment.io"),
        ("[equipment.io]\nkvp = 60", "equipment.io.kvp"),
        ("[node\nport = 1", "file"),
    ],
)
def test_a_wrong_setting_is_refused_by_its_name(tmp_path, text, key):
    path = tmp_path / "chairside.toml"
    path.write_text(text)
    with pytest.raises(SettingsWrong) as refused:
        settings.load(path)
    assert refused.value.key == key
    assert "chairside.toml" in str(refused.value)


def test_saving_one_key_keeps_the_remarks(tmp_path):
    path = tmp_path / "chairside.toml"
    path.write_text(settings.DEFAULT_TEXT)
    changed = settings.save(path, "station.institution", "Praxis Süd")
    assert changed.station.institution == "Praxis Süd"
    assert settings.load(path) == changed
    assert "# stands in every image" in path.read_text(encoding="utf-8")


def test_a_wrong_value_is_not_saved(tmp_path):
    path = tmp_path / "chairside.toml"
    path.write_text(settings.DEFAULT_TEXT)
    with pytest.raises(SettingsWrong):
        settings.save(path, "node.port", 99999)
    assert path.read_text() == settings.DEFAULT_TEXT


def test_equipment_is_by_kind(tmp_path):
    path = tmp_path / "chairside.toml"
    changed = settings.save(path, "equipment.io.detector_type", "SCINTILLATOR")
    assert changed.equipment["io"].detector_type == "SCINTILLATOR"
