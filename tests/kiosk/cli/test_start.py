"""The entrance: help, version, the node's commands, and what is found."""

from __future__ import annotations

import subprocess
import sys

import pytest

import kiosk.cli
from minipacs.cli.frame import commands
from tests.kiosk.cli.conftest import Cli

DESIGN = (
    "acquire", "conformance", "demo", "echo", "fhir", "media", "outbox", "selftest", "send", "validate", "worklist",
)  # fmt: skip


def test_the_commands_of_the_design_are_found() -> None:
    assert set(DESIGN) <= set(commands(kiosk.cli))


@pytest.mark.parametrize(
    "words",
    [
        *([name] for name in DESIGN),
        *(["media", action] for action in ("create", "add", "remove", "list", "check", "import", "iso")),
        *(["outbox", action] for action in ("list", "retry", "drop")),
    ],
    ids=" ".join,
)  # fmt: skip
def test_every_command_has_help_with_an_example_and_takes_the_data_folder(
    cli: Cli, words: list[str]
) -> None:
    said = cli(*words, "--help")
    assert said.status == 0
    assert "example:" in said.out
    assert "--data DIR" in said.out


def test_help_names_the_commands_and_the_nodes_own(cli: Cli) -> None:
    out = cli("--help").out
    assert all(name in out for name in (*DESIGN, "minipacs"))
    assert "serve" in cli("minipacs", "--help").out


def test_help_is_quick_since_nothing_heavy_is_imported() -> None:
    script = (
        "import sys\n"
        "from kiosk.cli.start import main\n"
        "try: main(['acquire', '--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'pydicom', 'pynetdicom', 'numpy', 'peewee', 'PIL', 'tkinter'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_version(cli: Cli) -> None:
    said = cli("--version")
    assert said.status == 0
    name, number = said.out.split()
    assert name == "chairside"
    assert number[0].isdigit()


def test_minipacs_by_the_one_executable(cli: Cli) -> None:
    assert cli("minipacs", "peers", "add", "PACS", "192.0.2.1", 104).status == 0
    assert [one["ae_title"] for one in cli("minipacs", "peers", "list", "--json").value] == ["PACS"]
    assert cli("minipacs", "nonsense").status == 2
    assert cli("minipacs", "peers", "remove", "NOBODY").err.startswith("chairside minipacs: ")


def test_without_a_display_the_window_is_a_sentence() -> None:
    import os

    done = subprocess.run(
        [sys.executable, "-m", "kiosk", "--data", "/proc/none"],
        capture_output=True,
        text=True,
        env={**os.environ, "DISPLAY": ""},
        timeout=60,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
