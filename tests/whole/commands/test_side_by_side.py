"""Several programs on one data folder at the same time, and the loop of a day through the command line."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from minipacs.net.peers import Peer
from tests.peers import dciodvfy, need, run
from tests.pictures import Pictures
from tests.programs import Programs
from tests.servers import storescp

WHO = ("--patient-id", "P-4711", "--patient-name", "CANARY^PATIENT")


def test_commands_work_while_the_node_serves_the_same_folder(
    programs: Programs, pictures: Pictures, tmp_path: Path
) -> None:
    need("findscu", "storescu")
    with programs.serving() as node:
        added = programs(
            "minipacs", "worklist", "add", *WHO, "--modality", "IO", "--step-id", "S1", "--json"
        )
        assert added.status == 0, added.err
        listed = programs("worklist", "--from", str(node), "--json")
        assert [row["ScheduledProcedureStepID"] for row in listed.value] == ["S1"]
        with ThreadPoolExecutor(3) as pool:
            made = list(
                pool.map(
                    lambda words: programs("acquire", *words, "--json"),
                    [
                        ("--kind", "io", pictures("grey16.png"), "--step", "S1"),
                        ("--kind", "photo", pictures("colour.jpg"), *WHO),
                        ("--kind", "px", pictures("grey8.png"), *WHO),
                    ],
                )
            )
        assert [one.status for one in made] == [0, 0, 0], [one.err for one in made]
        assert [one.err for one in made] == ["", "", ""]
        # the node that serves knows at once what the commands stored
        assert programs("worklist", "--from", str(node), "--json").value == []
        found = find(node, tmp_path / "found")
        assert len(found) == 3
        paths = [Path(image["path"]) for one in made for image in one.value["instances"]]
        assert all(dciodvfy(path) == [] for path in paths)
    checked = programs("minipacs", "check", "--json")
    assert (checked.status, checked.value["instances"]) == (0, 3)
    left = [path for path in programs.data.glob("spool*/*/*") if path.is_file()]
    assert left == []


def find(node: Peer, folder: Path) -> list[Path]:
    """The studies that findscu sees."""
    folder.mkdir()
    said = run(
        "findscu", "-S", "-aec", node.ae_title, "-X", "-od", folder, "-k", "0008,0052=STUDY",
        "-k", "0020,000d", node.host, node.port,
    )  # fmt: skip
    assert said.returncode == 0, said.stdout
    return sorted(folder.iterdir())


def test_a_day_through_the_command_line(
    programs: Programs, pictures: Pictures, tmp_path: Path
) -> None:
    """Orders from a file, images, delivery to another program, a medium: only what stands in --help."""
    orders = tmp_path / "orders.json"
    rows = [
        {
            "PatientID": f"P-{n}",
            "PatientName": "CANARY^PATIENT",
            "Modality": "IO",
            "ScheduledProcedureStepID": f"S{n}",
            "RequestedProcedureDescription": "Periapical",
        }
        for n in (1, 2)
    ]
    orders.write_text(json.dumps(rows))
    taken = programs("minipacs", "worklist", "import", orders, "--json")
    assert taken.status == 0, taken.err
    studies = []
    for row in taken.value:
        said = programs(
            "acquire", "--kind", "io", "--step", row["ScheduledProcedureStepID"], "--tooth", "36",
            pictures("grey16.png"), "--json",
        )  # fmt: skip
        assert said.status == 0, said.err
        assert said.value["study_instance_uid"] == row["StudyInstanceUID"]
        studies.append(row["StudyInstanceUID"])
    with storescp(tmp_path / "scp") as server:
        sent = programs("send", "--all", "--to", str(server.peer), "--wait", "--json")
        assert sent.status == 0, sent.err
        assert len(server.files()) == 2
    medium = programs("media", "create", tmp_path / "stick", "--all", "--json")
    assert medium.value["instances"] == 2
    assert dciodvfy(tmp_path / "stick" / "DICOMDIR") == []
    status = programs("minipacs", "worklist", "list", "--json", "--status", "COMPLETED").value
    assert {row["StudyInstanceUID"] for row in status} == set(studies)


def test_a_reader_that_goes_away_is_no_traceback(programs: Programs) -> None:
    process = programs.start("minipacs", "--help")
    assert process.stdout is not None
    process.stdout.close()
    _, err = process.communicate(timeout=30)
    assert "Traceback" not in err
