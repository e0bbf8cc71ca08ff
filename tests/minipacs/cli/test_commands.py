"""The other commands, and what all of them share."""

from __future__ import annotations

import importlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import minipacs.cli
from minipacs.archive import Archive, Origin
from minipacs.cli import add_commands, frame, main
from minipacs.clock import system_clock
from minipacs.net.peers import Peer
from minipacs.net.scu.echo import echo
from tests.minipacs.cli.conftest import Cli
from tests.objects import an_object
from tests.servers import dcmqrscp


def filled(tmp_path: Path, count: int = 2) -> list[str]:
    with Archive.open(tmp_path / "data" / "archive", clock=system_clock) as archive:
        return [
            archive.ingest(an_object(InstanceNumber=n), Origin("cli")).sop_instance_uid
            for n in range(count)
        ]


# ---- all of them


def test_the_commands_are_found() -> None:
    assert list(frame.commands(minipacs.cli)) == [
        "backup",
        "check",
        "peers",
        "query",
        "restore",
        "serve",
        "worklist",
    ]


@pytest.mark.parametrize(
    "words",
    [
        *([name] for name in ("backup", "check", "peers", "query", "restore", "serve", "worklist")),
        *(["peers", action] for action in ("add", "list", "remove")),
        *(["worklist", action] for action in ("add", "list", "import", "close")),
    ],
    ids=" ".join,
)
def test_every_command_has_help_with_an_example_and_takes_the_data_folder(
    cli: Cli, words: list[str]
) -> None:
    said = cli(*words, "--help")
    assert said.status == 0
    assert "example:" in said.out
    assert "--data DIR" in said.out


def test_two_commands_of_one_name_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "twice_commands"
    folder.mkdir()
    text = (
        "from minipacs.cli.frame import command\n\n@command('x', '', '')\ndef build(parser): ...\n"
    )
    for name in ("__init__", "one", "two"):
        (folder / f"{name}.py").write_text("" if name == "__init__" else text)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ValueError, match="two modules"):
        frame.commands(importlib.import_module("twice_commands"))


def test_wrong_usage_is_exit_2(cli: Cli) -> None:
    assert cli("worklist").status == 2
    assert cli("nonsense").status == 2
    assert cli("serve", "--port", "99999").status == 2


def test_another_program_can_mount_the_commands(tmp_path: Path) -> None:
    import argparse

    parser = argparse.ArgumentParser(prog="chairside")
    add_commands(parser.add_subparsers(), minipacs.cli)
    args = parser.parse_args(["peers", "list", "--data", str(tmp_path)])
    assert frame.run(args) == 0


def test_the_data_folder_may_come_before_the_subcommand_or_from_the_environment(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "data"
    assert main(["peers", "--data", str(folder), "add", "PACS", "127.0.0.1", "104"]) == 0
    monkeypatch.setenv("CHAIRSIDE_DATA", str(folder))
    capsys.readouterr()
    assert main(["peers", "list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["ae_title"] == "PACS"


def test_a_data_folder_that_is_a_file_is_a_sentence(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("x")
    done = cli("check")
    assert done.status == 1
    assert done.err.startswith("minipacs: ")


def test_help_needs_neither_archive_nor_network() -> None:
    script = (
        "import sys\n"
        "from minipacs.cli import main\n"
        "try: main(['worklist', '--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'pydicom', 'pynetdicom', 'numpy', 'peewee', 'PIL'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_an_unexpected_error_tells_nothing_of_a_patient(
    monkeypatch: pytest.MonkeyPatch, cli: Cli
) -> None:
    def fails(args: object) -> None:
        raise KeyError("CANARY^PATIENT")

    monkeypatch.setattr("minipacs.cli.check._run", fails)
    done = cli("check")
    assert done.status == 1
    assert "unexpected KeyError" in done.err
    assert "CANARY" not in done.err


# ---- peers


def test_peers_are_added_listed_and_removed(cli: Cli) -> None:
    cli("peers", "add", "PACS", "192.0.2.1", 104, "--allow", "echo,find")
    cli("peers", "add", "OTHER", "pacs.example", 11112)
    assert cli("peers", "list", "--json").value == [
        {
            "ae_title": "OTHER",
            "host": "pacs.example",
            "port": 11112,
            "allow": ["echo", "store", "find", "get", "move", "worklist", "mpps", "commitment"],
            "character_set": "",
        },
        {
            "ae_title": "PACS",
            "host": "192.0.2.1",
            "port": 104,
            "allow": ["echo", "find"],
            "character_set": "",
        },
    ]
    assert "192.0.2.1" in cli("peers", "list").out
    assert cli("peers", "remove", "PACS").status == 0
    assert [one["ae_title"] for one in cli("peers", "list", "--json").value] == ["OTHER"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("A TITLE THAT IS TOO LONG", "host", 104), "1 to 16"),
        (("PACS", "host", 0), "1 to 65535"),
        (("PACS", "ho st", 104), "neither a name nor an address"),
        (("PACS", "host", 104, "--allow", "everything"), "no service"),
    ],
)
def test_a_peer_that_cannot_be_is_refused(cli: Cli, words: tuple[object, ...], said: str) -> None:
    done = cli("peers", "add", *words)
    assert done.status == 1
    assert said in done.err


def test_a_port_that_is_no_number_is_wrong_usage(cli: Cli) -> None:
    assert cli("peers", "add", "PACS", "host", "dicom").status == 2


def test_removing_who_is_not_there(cli: Cli) -> None:
    assert "peers list" in cli("peers", "remove", "NOBODY").err


# ---- query


def test_a_study_is_found_by_name_and_date(cli: Cli, tmp_path: Path) -> None:
    filled(tmp_path)
    (found,) = cli("query", "PatientName=canary*", "StudyDate=20261101-20261130", "--json").value
    assert found["StudyInstanceUID"] == "2.25.11"
    assert found["PatientID"] == "P-4711"
    assert found["NumberOfStudyRelatedInstances"] == 2
    assert cli("query", "StudyDate=20250101", "--json").value == []


@pytest.mark.parametrize(
    ("level", "count", "key"),
    [
        ("patient", 1, "PatientID"),
        ("study", 1, "StudyInstanceUID"),
        ("series", 1, "SeriesInstanceUID"),
        ("image", 2, "SOPInstanceUID"),
    ],
)
def test_every_level(cli: Cli, tmp_path: Path, level: str, count: int, key: str) -> None:
    filled(tmp_path)
    found = cli("query", "--level", level, "--json").value
    assert len(found) == count
    assert all(one[key] for one in found)


def test_a_keyword_alone_is_shown(cli: Cli, tmp_path: Path) -> None:
    filled(tmp_path, 1)
    (found,) = cli(
        "query", "--level", "image", "InstanceNumber", "PatientID=P-4711", "--json"
    ).value
    assert found["InstanceNumber"] == 0
    assert found["PatientID"] == "P-4711"


def test_the_table_for_people(cli: Cli, tmp_path: Path) -> None:
    filled(tmp_path)
    out = cli("query").out
    assert "StudyInstanceUID" in out
    assert "2.25.11" in out


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("PatientsName=X", "not a DICOM keyword"),
        ("ScheduledProcedureStepSequence=X", "cannot be matched"),
        ("InstanceNumber=first", "number"),
    ],
)
def test_a_key_that_cannot_be_is_refused(cli: Cli, key: str, said: str) -> None:
    done = cli("query", key, "--json")
    assert (done.status, done.out) == (1, "")
    assert said in done.err


def test_another_node_is_asked(cli: Cli, tmp_path: Path) -> None:
    from minipacs.net.scu.store import store

    with dcmqrscp(tmp_path / "qr") as server:
        assert all(one.ok for one in store(server.peer, [an_object()], calling_ae="X"))
        (found,) = cli("query", "--from", server.peer, "PatientID=P-4711", "--json").value
    assert found["StudyInstanceUID"] == "2.25.11"


def test_a_node_that_is_not_there_is_a_sentence(cli: Cli) -> None:
    done = cli("query", "--from", "X@127.0.0.1:1", "PatientID=P1")
    assert done.status == 1
    assert "nothing listens there" in done.err
    assert cli("query", "--from", "nonsense").status == 1


# ---- check, backup, restore


def test_a_good_archive_is_said_to_be_good(cli: Cli, tmp_path: Path) -> None:
    filled(tmp_path)
    done = cli("check", "--json")
    assert done.status == 0
    assert done.value == {
        "instances": 2,
        "damaged": [],
        "missing": [],
        "orphans": [],
        "quarantined": [],
        "repaired": [],
    }


def test_a_damaged_and_a_missing_file_are_named(cli: Cli, tmp_path: Path) -> None:
    one, two = filled(tmp_path)
    with Archive.open(tmp_path / "data" / "archive", clock=system_clock) as archive:
        first, second = archive.path_of(one), archive.path_of(two)
    first.chmod(0o600)
    first.write_bytes(first.read_bytes()[:-2] + b"XX")
    second.unlink()
    done = cli("check", "--json")
    assert done.status == 1
    assert (done.value["damaged"], done.value["missing"]) == ([one], [two])
    assert "backup" in cli("check").out


def test_a_backup_can_be_restored_elsewhere(cli: Cli, tmp_path: Path) -> None:
    filled(tmp_path)
    cli("peers", "add", "PACS", "192.0.2.1", 104)
    assert cli("backup", tmp_path / "copy", "--json").value["instances"] == 2
    other = tmp_path / "other"
    assert main(["restore", str(tmp_path / "copy"), "--data", str(other)]) == 0
    with Archive.open(other / "archive", clock=system_clock) as archive:
        assert archive.check().is_good
        assert archive.counts().instances == 2
    assert (other / "peers.toml").exists()


def test_a_backup_never_mixes_with_what_is_there(cli: Cli, tmp_path: Path) -> None:
    filled(tmp_path)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    assert "not an empty folder" in cli("backup", tmp_path / "full").err
    assert "within the data folder" in cli("backup", tmp_path / "data" / "copy").err
    cli("backup", tmp_path / "copy")
    assert "has an archive already" in cli("restore", tmp_path / "copy").err
    assert "not a backup" in cli("restore", tmp_path / "full").err


def test_a_backup_of_nothing_is_refused(cli: Cli, tmp_path: Path) -> None:
    assert "no archive" in cli("backup", tmp_path / "copy").err
    assert not (tmp_path / "data").exists()


# ---- serve


def serving(tmp_path: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "minipacs", "serve", "--port", "0", *words],
        env={**os.environ, "CHAIRSIDE_DATA": str(tmp_path / "data")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_serve_says_where_it_listens_and_ends_when_told(tmp_path: Path, how: int) -> None:
    process = serving(tmp_path, "--ae-title", "OFFICE")
    try:
        line = process.stdout.readline()  # type: ignore[union-attr]
        found = re.fullmatch(r"listening 127\.0\.0\.1 (\d+) OFFICE\n", line)
        assert found, (line, process.stderr.read())  # type: ignore[union-attr]
        assert echo(Peer("OFFICE", "127.0.0.1", int(found[1])), calling_ae="X").status == 0
        process.send_signal(how)
        assert process.wait(10) == 0
    finally:
        process.kill()
        out, err = process.communicate()
    assert out == ""
    assert "Traceback" not in err


def test_serve_ends_within_ten_seconds_although_a_peer_is_stuck(tmp_path: Path) -> None:
    process = serving(tmp_path)
    try:
        port = int(process.stdout.readline().split()[2])  # type: ignore[union-attr]
        with socket.create_connection(("127.0.0.1", port)) as stuck:
            stuck.sendall(b"\x01\x00\x00")
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
    finally:
        process.kill()
        process.communicate()


def test_a_port_that_is_taken_is_a_sentence(tmp_path: Path) -> None:
    first = serving(tmp_path)
    try:
        port = first.stdout.readline().split()[2]  # type: ignore[union-attr]
        done = subprocess.run(
            [
                *(sys.executable, "-m", "minipacs", "serve", "--port", port),
                *("--data", str(tmp_path / "other")),
            ],
            capture_output=True,
            text=True,
            timeout=20,
        )
    finally:
        first.terminate()
        first.communicate(timeout=15)
    assert (done.returncode, done.stdout) == (1, "")
    assert port in done.stderr
    assert "Traceback" not in done.stderr


def test_a_bad_ae_title_is_a_sentence(tmp_path: Path) -> None:
    process = serving(tmp_path, "--ae-title", "A TITLE THAT IS TOO LONG")
    _, err = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "1 to 16" in err
