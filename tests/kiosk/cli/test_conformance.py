"""The conformance statement lists exactly what is registered: no more, no less."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from kiosk.office import conformance
from kiosk.settings import defaults_as_sections
from minipacs.clock import system_clock
from minipacs.dicom import iods, pixels
from minipacs.media.profiles import profiles
from minipacs.net import scp
from minipacs.net.scp.storage import sop_classes, transfer_syntaxes
from tests.kiosk.cli.conftest import Cli, sentence_of

PLAIN = ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1"]


@pytest.fixture
def text(cli: Cli, data: Path) -> str:
    said = cli("conformance")
    assert said.status == 0, said.err
    assert not data.exists(), "the statement touches no data"
    return said.out


def section(text: str, heading: str) -> str:
    """From a heading to the next one of its level or a higher one."""
    level = heading.split(" ")[0]
    begin = text.index(f"\n{heading}")
    end = re.compile(rf"\n#{{1,{len(level)}}} ").search(text, begin + 1)
    return text[begin : end.start() if end else None]


def rows(part: str) -> list[list[str]]:
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in part.splitlines()
        if line.startswith("|") and not line.startswith("|---")
    ]


def services_of(part: str) -> dict[str, tuple[list[str], list[str]]]:
    """Name -> (abstract syntaxes, transfer syntaxes)."""
    found = {}
    for block in re.split(r"\n\*\*", part)[1:]:
        name = block.split("**")[0]
        abstract, transfer = block.split("| Transfer syntax", 1)
        found[name] = (
            sorted(row[1] for row in rows(abstract)[1:]),
            sorted(row[1] for row in rows("| Transfer syntax" + transfer)[1:]),
        )
    return found


def test_the_layout_is_that_of_the_standard(text: str) -> None:
    headings = [line for line in text.splitlines() if line.startswith("## ")]
    assert [line.split(" ")[1] for line in headings] == [str(number) for number in range(1, 9)]
    for row in rows(text):
        assert row, "no table is broken by a line"


def test_the_services_we_offer(text: str) -> None:
    found = services_of(section(text, "#### 4.2.3"))
    assert sorted(found) == sorted(scp.names())
    assert found["storage"] == (sorted(sop_classes()), sorted(transfer_syntaxes()))
    for name, (abstract, transfer) in found.items():
        module = importlib.import_module(f"minipacs.net.scp.{name}")
        if name != "storage":
            (service,) = [
                value
                for value in vars(module).values()
                if isinstance(value, type)
                and value.__module__ == module.__name__
                and hasattr(value, "sop_classes")
            ]
            assert abstract == sorted(service.sop_classes), name
            assert transfer == PLAIN, name


def test_the_services_we_ask_for(text: str) -> None:
    found = services_of(section(text, "#### 4.2.2"))
    folder = Path(conformance.minipacs.net.scu.__file__).parent
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__", "answers"}
    assert set(found) == modules
    assert found["store"] == (
        sorted({one.sop_class_uid for one in iods.iods().values()}),
        sorted(pixels.writable()),
    )
    assert found["worklist"][0] == ["1.2.840.10008.5.1.4.31"]


def test_a_service_that_the_statement_forgets_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conformance, "_HELPERS", ())
    with pytest.raises(conformance.UnknownService, match="answers"):
        conformance.requested()


def test_every_kind_of_image_with_its_modules(text: str) -> None:
    part = section(text, "### 8.1")
    headings = re.findall(r"^#### (\w+): ", part, re.MULTILINE)
    assert sorted(headings) == sorted(iods.kinds())
    for kind, iod in iods.iods().items():
        words = section(text, f"#### {kind}: ")
        assert iod.sop_class_uid in words
        assert f"Modality {iod.modality}." in words
        listed = [(row[0], row[1][0].upper()) for row in rows(words)[1:]]
        usage = {"M": "M", "C": "C", "U": "O"}
        assert listed == [(use.module.title, usage[use.usage]) for use in iod.uses]


def test_every_profile_with_its_transfer_syntaxes(text: str) -> None:
    part = section(text, "## 5")
    assert sorted(re.findall(r"^### ([A-Z-]+): ", part, re.MULTILINE)) == sorted(profiles())
    for name, profile in profiles().items():
        words = section(text, f"### {name}: ")
        uids = {row[1] for row in rows(words)}
        assert set(profile.transfer_syntaxes) <= uids
        assert (profile.sop_classes or frozenset()) <= uids


def test_every_setting_with_its_default_and_what_it_is_now(cli: Cli, data: Path) -> None:
    data.mkdir()
    (data / "chairside.toml").write_text(
        '[node]\nport = 4321\n[equipment.io]\nmanufacturer = "M"\n'
    )
    text = cli("conformance").out
    listed = {row[0]: row[1:] for row in rows(section(text, "### 4.4"))[1:]}
    wanted = {f"{name}.{key}" for name, values in defaults_as_sections().items() for key in values}
    assert wanted <= set(listed)
    assert listed["node.port"] == ["11112", "4321"]
    assert listed["equipment.io.manufacturer"][1] == "M"


def test_it_is_the_same_twice() -> None:
    from kiosk.settings import Settings

    assert conformance.statement(Settings(), "1", system_clock) == conformance.statement(
        Settings(), "1", system_clock
    )


def test_wrong_settings_are_a_sentence(cli: Cli, data: Path) -> None:
    data.mkdir()
    (data / "chairside.toml").write_text("[nodes]\n")
    assert "nodes" in sentence_of(cli("conformance"))
