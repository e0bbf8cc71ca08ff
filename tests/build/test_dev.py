"""The developer's one command: what it needs is locked, and what is missing is said in a sentence."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def dev() -> ModuleType:
    spec = importlib.util.spec_from_file_location("dev", ROOT / "build" / "dev.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def locked(name: str) -> dict[str, str]:
    lines = (ROOT / "build" / name).read_text().splitlines()
    pins = [line.split("==") for line in lines if line and not line.startswith("#")]
    assert all(len(pin) == 2 for pin in pins), "each line is name==version"
    found = {_normal(pin[0]): pin[1] for pin in pins}
    assert len(found) == len(pins), "a package is locked twice"
    return found


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _required(entries: list[str]) -> set[str]:
    return {_normal(re.split(r"[<>=!~\[ ]", entry)[0]) for entry in entries}


def test_every_dependency_is_locked_where_it_belongs():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    runs = _required(project["dependencies"]) | _required(
        extras["codecs"] + extras["disc"] + extras["tls"]
    )
    assert runs <= set(locked("lock.txt"))
    assert _required(extras["dev"]) <= set(locked("lock-dev.txt"))
    assert not set(locked("lock.txt")) & set(locked("lock-dev.txt"))


def test_this_run_uses_the_locked_versions():
    for name, version in {**locked("lock.txt"), **locked("lock-dev.txt")}.items():
        assert importlib.metadata.version(name) == version, name


def test_a_missing_program_is_named_where_nothing_can_be_installed(dev, monkeypatch, capsys):
    monkeypatch.setattr(dev.shutil, "which", lambda name: None)
    dev.system_programs({"storescu": "dcmtk"})
    said = capsys.readouterr().err
    assert "storescu not found" in said
    assert "install dcmtk" in said
    assert said.count("\n") == 1


def test_an_old_python_is_refused_with_advice(dev, monkeypatch):
    monkeypatch.setattr(dev.sys, "version_info", (3, 10, 0))
    with pytest.raises(dev.Trouble, match=r"Python 3\.11 or newer"):
        dev.environment()


def test_an_unknown_command_is_wrong_usage(dev):
    with pytest.raises(SystemExit) as ended:
        dev.main(["frobnicate"])
    assert ended.value.code == 2


def test_installed_packages_are_not_installed_again(dev, tmp_path, monkeypatch):
    monkeypatch.setattr(dev, "VENV", tmp_path)
    lock = tmp_path / "lock.txt"
    lock.write_text("one==1\n")
    ran = []
    monkeypatch.setattr(dev, "call", lambda command: ran.append(command) or 0)
    dev.settle("run", [lock], [["pip", "install"]])
    dev.settle("run", [lock], [["pip", "install"]])
    assert len(ran) == 1
    lock.write_text("one==2\n")
    dev.settle("run", [lock], [["pip", "install"]])
    assert len(ran) == 2


def test_a_failed_installation_is_tried_again_next_time(dev, tmp_path, monkeypatch):
    monkeypatch.setattr(dev, "VENV", tmp_path)
    lock = tmp_path / "lock.txt"
    lock.write_text("one==1\n")
    monkeypatch.setattr(dev, "call", lambda command: 1)
    with pytest.raises(dev.Trouble, match="could not be installed"):
        dev.settle("run", [lock], [["pip", "install"]])
    assert list(tmp_path.glob("installed-*")) == []
