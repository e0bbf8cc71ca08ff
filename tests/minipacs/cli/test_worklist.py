"""`minipacs worklist`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from minipacs.cli.frame import print_table
from tests.builders import CANARY
from tests.minipacs.cli.conftest import Cli

WHO = ("--patient-id", "P1", "--patient-name", CANARY, "--modality", "IO")


def test_a_step_is_added_and_listed(cli: Cli) -> None:
    added = cli(
        "worklist", "add", *WHO, "--date", "2026-11-20", "--time", "10:30", "--step-id", "S1",
        "--accession-number", "A1", "--station-aet", "KIOSK", "--procedure", "Full mouth",
    )  # fmt: skip
    assert (added.status, added.out) == (0, "S1\n")
    (entry,) = cli("worklist", "list", "--json").value
    assert entry["PatientName"] == CANARY
    assert entry["ScheduledProcedureStepStartDate"] == "20261120"
    assert entry["ScheduledProcedureStepStartTime"] == "1030"
    assert entry["ScheduledProcedureStepID"] == "S1"
    assert entry["RequestedProcedureID"] == "S1"
    assert entry["ScheduledStationAETitle"] == "KIOSK"
    assert entry["StudyInstanceUID"].startswith("2.25.")
    assert entry["ScheduledProcedureStepStatus"] == "SCHEDULED"


def test_add_prints_the_whole_entry_as_json(cli: Cli) -> None:
    assert cli("worklist", "add", *WHO, "--json").value["PatientID"] == "P1"


def test_an_animal_with_everything(cli: Cli) -> None:
    entry = cli(
        "worklist", "add", "--patient-id", "D1", "--patient-name", "CANARY^REX", "--modality", "DX",
        "--species", "dog", "--breed", "beagle", "--neutered", "altered", "--owner", "CANARY^OWNER",
        "--owner-role", "OWNER", "--other-id", "276098100123456^RFID", "--weight", "12.5",
        "--breed-registration", "R-1^america-kennel-club", "--json",
    ).value  # fmt: skip
    assert entry["PatientSpeciesCodeSequence"][0]["CodeValue"] == "448771007"
    assert entry["PatientBreedCodeSequence"][0]["CodeMeaning"] == "Beagle"
    assert entry["PatientSexNeutered"] == "ALTERED"
    assert entry["ResponsiblePerson"] == "CANARY^OWNER"
    assert entry["OtherPatientIDsSequence"] == [
        {"PatientID": "276098100123456", "TypeOfPatientID": "RFID"}
    ]
    assert entry["PatientWeight"] == 12.5
    assert entry["BreedRegistrationSequence"][0]["BreedRegistrationNumber"] == "R-1"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--date", "20261340"), "--date must be a date"),
        (("--time", "25"), "--time must be"),
        (("--station-aet", "A TITLE THAT IS TOO LONG"), "--station-aet must have at most 16"),
        (("--sex", "X"), "--sex must be one of M, F, O"),
        (("--study-uid", "../../etc"), "--study-uid must be a UID"),
        (("--species", "unicorn"), "--species must be a code"),
        (("--weight", "heavy"), "--weight must be"),
    ],
)
def test_what_cannot_be_is_refused_by_its_option(
    cli: Cli, words: tuple[str, str], said: str
) -> None:
    done = cli("worklist", "add", *WHO, *words)
    assert done.status == 1
    assert said in done.err
    assert CANARY not in done.err
    assert cli("worklist", "list", "--json").value == []


def test_what_is_missing_is_wrong_usage(cli: Cli) -> None:
    done = cli("worklist", "add", "--patient-id", "P1")
    assert done.status == 2
    assert "--patient-name" in done.err


def test_the_same_step_twice_is_refused(cli: Cli) -> None:
    cli("worklist", "add", *WHO, "--step-id", "S1")
    done = cli("worklist", "add", *WHO, "--step-id", "S1")
    assert done.status == 1
    assert "already" in done.err


def test_a_list_of_a_day_and_a_status(cli: Cli) -> None:
    for number, day in enumerate(("20261119", "20261120", "20261121")):
        cli("worklist", "add", *WHO, "--date", day, "--step-id", f"S{number}")
    cli("worklist", "close", "S1")

    def ids(*words: str) -> list[str]:
        found = cli("worklist", "list", "--json", *words).value
        return [one["ScheduledProcedureStepID"] for one in found]

    assert ids() == ["S0", "S1", "S2"]
    assert ids("--date", "20261120") == ["S1"]
    assert ids("--date", "20261120-") == ["S1", "S2"]
    assert ids("--status", "scheduled") == ["S0", "S2"]


def test_a_bad_day_in_a_list_is_refused(cli: Cli) -> None:
    done = cli("worklist", "list", "--date", "tomorrow")
    assert (done.status, done.out) == (1, "")
    assert "YYYYMMDD" in done.err


def test_a_list_for_people(cli: Cli) -> None:
    cli("worklist", "add", *WHO, "--date", "20261120")
    out = cli("worklist", "list").out
    assert "PATIENT ID" in out
    assert "20261120" in out


def test_a_name_cannot_steer_the_terminal(cli: Cli, capsys: pytest.CaptureFixture[str]) -> None:
    who = ("--patient-id", "P1", "--modality", "IO", "--patient-name")
    assert "control characters" in cli("worklist", "add", *who, "A\x1b[31m^B").err
    print_table([("NAME",), ("A\x1b[31m\u202eB",)])
    assert capsys.readouterr().out == "NAME\nA [31m B\n"


def test_closing_what_is_not_there(cli: Cli) -> None:
    done = cli("worklist", "close", "NONE")
    assert done.status == 1
    assert "worklist list" in done.err


# ---- import


def orders(tmp_path: Path, entries: object, name: str = "orders.json") -> Path:
    path = tmp_path / name
    path.write_text(entries if isinstance(entries, str) else json.dumps(entries), encoding="utf-8")
    return path


ORDER = {
    "PatientID": "P1",
    "PatientName": "CANARY^Zoë",
    "StudyInstanceUID": "2.25.1",
    "AccessionNumber": "A1",
    "RequestedProcedureID": "RP1",
    "Modality": "IO",
    "ScheduledStationAETitle": "KIOSK",
    "ScheduledProcedureStepStartDate": "20261120",
    "ScheduledProcedureStepStartTime": "100000",
    "ScheduledProcedureStepID": "S1",
}


def test_json_is_imported_and_comes_back_as_it_was(cli: Cli, tmp_path: Path) -> None:
    done = cli("worklist", "import", orders(tmp_path, [ORDER]), "--json")
    (entry,) = done.value
    assert {key: entry[key] for key in ORDER} == ORDER


def test_what_list_prints_can_be_imported(cli: Cli, tmp_path: Path) -> None:
    cli("worklist", "add", *WHO, "--species", "dog", "--step-id", "S9")
    listed = cli("worklist", "list", "--json").value
    done = cli("worklist", "import", orders(tmp_path, listed))
    assert (done.status, done.out) == (0, "0 new, 1 updated\n")
    assert cli("worklist", "list", "--json").value == listed


def test_a_table_is_imported(cli: Cli, tmp_path: Path) -> None:
    table = (
        "PatientID;PatientName;Modality;ScheduledProcedureStepStartDate;PatientSpeciesCodeSequence\n"
        "P1;CANARY^One;IO;2026-11-20;\n"
        "\n"
        "D2;CANARY^Rex;DX;20261121;dog\n"
    )
    done = cli("worklist", "import", orders(tmp_path, table, "orders.csv"), "--json")
    assert [one["PatientID"] for one in done.value] == ["P1", "D2"]
    assert done.value[1]["PatientSpeciesCodeSequence"][0]["CodeMeaning"] == "Canis lupus familiaris"


def test_importing_again_changes_nothing(cli: Cli, tmp_path: Path) -> None:
    table = "PatientID,PatientName,Modality\nP1,CANARY^One,IO\n"
    path = orders(tmp_path, table, "orders.csv")
    first = cli("worklist", "import", path, "--json").value
    again = cli("worklist", "import", path, "--json").value
    assert again == first
    assert len(cli("worklist", "list", "--json").value) == 1


def test_a_changed_order_is_updated(cli: Cli, tmp_path: Path) -> None:
    cli("worklist", "import", orders(tmp_path, [ORDER]))
    changed = {**ORDER, "ScheduledProcedureStepStartTime": "1500"}
    done = cli("worklist", "import", orders(tmp_path, [changed]))
    assert done.out == "0 new, 1 updated\n"
    (entry,) = cli("worklist", "list", "--json").value
    assert entry["ScheduledProcedureStepStartTime"] == "1500"


def test_a_closed_step_is_left_alone(cli: Cli, tmp_path: Path) -> None:
    path = orders(tmp_path, [ORDER])
    cli("worklist", "import", path)
    cli("worklist", "close", "S1")
    assert "1 left alone" in cli("worklist", "import", path).out
    (entry,) = cli("worklist", "list", "--json").value
    assert entry["ScheduledProcedureStepStatus"] == "CLOSED"


def test_all_or_none_with_every_mistake_by_its_line(cli: Cli, tmp_path: Path) -> None:
    table = (
        "PatientID,PatientName,Modality,ScheduledProcedureStepStartDate\n"
        "P1,CANARY^One,IO,20261120\n"
        "P2,CANARY^Two,,20261120\n"
        "P3,CANARY^Three,IO,20261399\n"
    )
    done = cli("worklist", "import", orders(tmp_path, table, "orders.csv"))
    assert done.status == 1
    assert "line 3: Modality is missing" in done.err
    assert "line 4: ScheduledProcedureStepStartDate must be a date" in done.err
    assert "line 2" not in done.err
    assert CANARY not in done.err
    assert cli("worklist", "list", "--json").value == []


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.json", "{not json", "not JSON"),
        ("a.json", "[1, 2]", "list of objects"),
        ("a.json", "[]", "no orders"),
        ("a.json", "[" * 100_000, "not JSON"),
        ("a.json", '[{"PatientsName": "X"}]', "did you mean PatientName?"),
        ("a.json", '[{"PatientID": ["x"], "PatientName": "X", "Modality": "IO"}]', "must be a text"),
        ("a.csv", "", "header row"),
        ("a.csv", "name,id\nx,y\n", "DICOM keywords"),
        ("a.csv", "PatientID,PatientID\nx,y\n", "twice"),
        ("a.csv", "PatientID,PatientName,Modality\n1,2,IO,4\n", "line 2: 4 cells under 3 headings"),
        ("a.xls", "x", "must end in"),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_with_its_reason(
    cli: Cli, tmp_path: Path, name: str, content: str, said: str
) -> None:
    done = cli("worklist", "import", orders(tmp_path, content, name))
    assert done.status == 1
    assert said.lower() in done.err.lower() or "nested too deeply" in done.err


def test_a_missing_file_and_foreign_letters(cli: Cli, tmp_path: Path) -> None:
    assert "cannot be read" in cli("worklist", "import", tmp_path / "none.json").err
    path = tmp_path / "latin.csv"
    path.write_bytes("PatientID,PatientName,Modality\nP1,Zo\xeb,IO\n".encode("latin-1"))
    assert "not UTF-8" in cli("worklist", "import", path).err


def test_two_steps_of_one_id_in_a_file_are_a_mistake(cli: Cli, tmp_path: Path) -> None:
    done = cli("worklist", "import", orders(tmp_path, [ORDER, {**ORDER, "PatientID": "P2"}]))
    assert "entry 2: ScheduledProcedureStepID is the one of entry 1" in done.err


def test_steps_of_one_accession_share_a_study(cli: Cli, tmp_path: Path) -> None:
    order = {**ORDER, "StudyInstanceUID": ""}
    second = {**order, "ScheduledProcedureStepID": "S2"}
    one, two = cli("worklist", "import", orders(tmp_path, [order, second]), "--json").value
    assert one["StudyInstanceUID"] == two["StudyInstanceUID"] != ""
