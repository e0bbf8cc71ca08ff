"""`send`, `outbox`, `echo` and `worklist` against other programs: states and exit status tell what the peer said."""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections.abc import Iterator
from pathlib import Path

import pydicom
import pytest

from minipacs.archive import Archive
from minipacs.clock import system_clock
from minipacs.dicom import part10, worklist_item
from minipacs.net.peers import Peer
from minipacs.server import MiniPacs, NodeSettings
from tests.builders import a_dog, a_patient, an_order
from tests.kiosk.cli.conftest import WHO, Cli, sentence_of
from tests.peers import free_port, need
from tests.pictures import Pictures
from tests.servers import orthanc, pynetdicom_scp, storescp, wlmscpfs


@pytest.fixture
def study(cli: Cli, pictures: Pictures) -> str:
    said = cli(
        "acquire", "--kind", "io", pictures("grey16.png"), pictures("grey8.png"), *WHO, "--json"
    )
    return str(said.value["study_instance_uid"])


@contextlib.contextmanager
def a_node(folder: Path, port: int = 0) -> Iterator[tuple[Peer, Archive]]:
    """A second node of our own with an archive of its own."""
    with Archive.open(folder, clock=system_clock) as archive:
        settings = NodeSettings(ae_title="SECOND", port=port, deliver=False)
        node = MiniPacs(archive, settings, clock=system_clock)
        host, bound = node.start()
        try:
            yield Peer("SECOND", host, bound), archive
        finally:
            node.stop()


def stored_bytes(data: Path) -> list[str]:
    """Hashes of the datasets in the archive, without the file meta, which a transfer may change."""
    with Archive.open(data / "archive", clock=system_clock) as archive:
        studies = [one.study_instance_uid for one in archive.studies()]
        rows = [row for study in studies for row in archive.instances(study=study)]
        return sorted(_dataset_hash(archive.read(row.sop_instance_uid)) for row in rows)


def _dataset_hash(data: bytes) -> str:
    meta = int.from_bytes(data[140:144], "little")
    return hashlib.sha256(data[144 + meta :]).hexdigest()


def test_storescp_gets_the_same_bytes(cli: Cli, study: str, data: Path, tmp_path: Path) -> None:
    with storescp(tmp_path / "scp") as server:
        said = cli("send", "--study", study, "--to", str(server.peer), "--wait", "--json")
        assert said.status == 0, said.err
        assert [row["state"] for row in said.value] == ["SENT", "SENT"]
        assert {row["status"] for row in said.value} == {"0000"}
        got = sorted(_dataset_hash(path.read_bytes()) for path in server.files())
    assert got == stored_bytes(data)
    assert {row["state"] for row in cli("outbox", "--json").value if row["kind"] == "store"} == {
        "SENT"
    }


def test_our_own_second_node_confirms(cli: Cli, study: str, data: Path, tmp_path: Path) -> None:
    with a_node(tmp_path / "second") as (peer, archive):
        said = cli("send", "--all", "--to", str(peer), "--commit", "--wait", "--json")
        assert said.status == 0, said.err
        assert [row["state"] for row in said.value] == ["COMMITTED", "COMMITTED"]
        assert archive.counts().instances == 2
        got = sorted(
            _dataset_hash(archive.read(row.sop_instance_uid))
            for row in archive.instances(study=study)
        )
    assert got == stored_bytes(data)


def test_orthanc_takes_and_confirms(cli: Cli, study: str, tmp_path: Path, data: Path) -> None:
    need("Orthanc")
    # Orthanc reports commitment on a new association, to a modality that it knows.
    port = free_port()
    data.joinpath("chairside.toml").write_text(f'[node]\nae_title = "MINIPACS"\nport = {port}\n')
    ours = Peer("MINIPACS", "127.0.0.1", port)
    with orthanc(tmp_path / "orthanc", modalities=[ours]) as server:
        said = cli("send", "--study", study, "--to", str(server.peer), "--wait", "--json")
        assert said.status == 0, said.err
        assert [row["state"] for row in said.value] == ["SENT", "SENT"]
        said = cli(
            "send", "--study", study, "--to", str(server.peer), "--commit", "--wait",
            "--patience", "8", "--json",
        )  # fmt: skip
    assert said.status == 0, said.err
    assert [row["state"] for row in said.value] == ["COMMITTED", "COMMITTED"]


def test_a_peer_that_cannot_confirm_is_not_said_to_have(
    cli: Cli, study: str, tmp_path: Path
) -> None:
    with storescp(tmp_path / "scp") as server:
        said = cli(
            "send", "--study", study, "--to", str(server.peer), "--commit", "--wait", "--json"
        )  # fmt: skip
    assert said.status == 1
    assert {row["state"] for row in said.value} == {"SENT"}
    assert "2 of 2 images were sent to and not confirmed by" in said.err
    assert "does not offer storage commitment" in said.err


def test_nobody_listens(cli: Cli, study: str) -> None:
    port = free_port()
    said = cli("send", "--study", study, "--to", f"X@127.0.0.1:{port}", "--wait", "--json")
    assert said.status == 1
    assert {row["state"] for row in said.value} == {"QUEUED"}
    assert "nothing listens there" in said.err
    assert "outbox" in said.err
    again = cli("send", "--study", study, "--to", f"X@127.0.0.1:{port}", "--json")
    assert again.status == 0, "without --wait it only has to be queued"
    assert {row["id"] for row in again.value} == {row["id"] for row in said.value}


def test_a_peer_that_is_back_is_tried_at_once(cli: Cli, study: str, tmp_path: Path) -> None:
    port = free_port()
    peer = f"STORESCP@127.0.0.1:{port}"
    assert cli("send", "--study", study, "--to", peer, "--wait").status == 1
    with storescp(tmp_path / "scp", port=port) as server:
        said = cli("send", "--study", study, "--to", peer, "--wait", "--json")
        assert said.status == 0, said.err
        assert len(server.files()) == 2


@pytest.mark.parametrize("fault", ["--refuse", "--abort-after", "--abort-during"])
def test_a_faulty_storescp_is_never_said_to_have_them(
    cli: Cli, study: str, tmp_path: Path, fault: str
) -> None:
    with storescp(tmp_path / "scp", fault) as server:
        said = cli("send", "--study", study, "--to", str(server.peer), "--wait", "--json")
    assert said.status == 1
    states = {row["state"] for row in said.value}
    assert states <= {"QUEUED", "FAILED"}, states
    assert "did not arrive" in said.err


def test_a_peer_that_refuses_each_image_and_one_that_is_full(cli: Cli, study: str) -> None:
    from pynetdicom import evt
    from pynetdicom.sop_class import DigitalIntraOralXRayImageStorageForPresentation as IntraOral

    for status, states in ((0xA900, {"FAILED"}), (0xC000, {"QUEUED"}), (0xA700, {"QUEUED"})):
        handlers = [(evt.EVT_C_STORE, lambda event, status=status: status)]
        with pynetdicom_scp([IntraOral], handlers) as peer:
            said = cli("send", "--study", study, "--to", str(peer), "--wait", "--json")
        assert said.status == 1
        assert {row["state"] for row in said.value} == states, hex(status)
        # One that is full is left alone: the second image then waits for the next try of the first.
        assert {row["status"] for row in said.value} - {None} == {f"{status:04X}"}
        assert f"{status:04X}" in said.err


def test_a_warning_is_a_success(cli: Cli, study: str) -> None:
    from pynetdicom import evt
    from pynetdicom.sop_class import DigitalIntraOralXRayImageStorageForPresentation as IntraOral

    with pynetdicom_scp([IntraOral], [(evt.EVT_C_STORE, lambda event: 0xB000)]) as peer:
        said = cli("send", "--study", study, "--to", str(peer), "--wait", "--json")
    assert said.status == 0
    assert {row["status"] for row in said.value} == {"B000"}


def test_one_of_two_is_refused(cli: Cli, study: str) -> None:
    from pynetdicom import evt
    from pynetdicom.sop_class import DigitalIntraOralXRayImageStorageForPresentation as IntraOral

    answers = iter([0xA900, 0x0000])
    with pynetdicom_scp([IntraOral], [(evt.EVT_C_STORE, lambda event: next(answers))]) as peer:
        said = cli("send", "--study", study, "--to", str(peer), "--wait", "--json")
    assert said.status == 1
    assert sorted(row["state"] for row in said.value) == ["FAILED", "SENT"]
    assert "1 of 2 images" in said.err


def test_the_outbox_is_listed_retried_and_dropped(
    cli: Cli, study: str, tmp_path: Path, data: Path
) -> None:
    port = free_port()
    peer = f"STORESCP@127.0.0.1:{port}"
    cli("send", "--study", study, "--to", peer, "--wait")
    waiting = [row for row in cli("outbox", "list", "--json").value if row["kind"] == "store"]
    assert sorted(row["attempts"] for row in waiting) == [0, 1], "the others wait for the first"
    assert "nothing listens" in cli("outbox").out
    first, second = waiting
    assert cli("outbox", "drop", first["id"]).status == 0
    with storescp(tmp_path / "scp", port=port) as server:
        retried = cli("outbox", "retry", second["id"])
        assert retried.status == 0
        assert retried.out.startswith("1 ")
        # the worker runs with any office that is open, as it does in the window
        done = cli("send", "--study", study, "--to", str(server.peer), "--wait", "--json")
        assert done.status == 0, done.err
    states = {row["id"]: row["state"] for row in cli("outbox", "--json").value}
    assert states[second["id"]] == "SENT"
    assert first["id"] not in states
    assert cli("outbox", "list", "--state", "FAILED", "--json").value == []
    with Archive.open(data / "archive", clock=system_clock) as archive:
        assert archive.counts().instances == 2, "a dropped delivery is not a dropped image"


def test_echo(cli: Cli, tmp_path: Path) -> None:
    with storescp(tmp_path / "scp") as server:
        said = cli("echo", str(server.peer), "--json")
        assert (said.status, said.value["status"]) == (0, 0)
        assert said.value["peer"] == str(server.peer)
        assert "answers" in cli("echo", str(server.peer)).out
    with storescp(tmp_path / "refusing", "--refuse") as server:
        assert str(server.peer) in sentence_of(cli("echo", str(server.peer), "--json"))


def test_the_worklist_of_another_program(cli: Cli, tmp_path: Path) -> None:
    items = [
        _item(a_patient(), an_order(step_id="S1")),
        _item(a_dog(), an_order(step_id="S2", start_date="20261121", accession_number="A-2")),
        _item(a_patient(identifier="P-2", name="Yamada^Tarou=山田^太郎"), an_order(step_id="S3", modality="PX")),
    ]  # fmt: skip
    with wlmscpfs(tmp_path / "wl", items) as server:
        peer = str(server.peer)
        found = cli("worklist", "--from", peer, "--date", "all", "--json")
        assert found.status == 0, found.err
        assert [row["ScheduledProcedureStepID"] for row in found.value] == ["S1", "S3", "S2"]
        assert found.value[1]["PatientName"] == "Yamada^Tarou=山田^太郎"
        for words, wanted in (
            (("--date", "20261120"), ["S1", "S3"]),
            (("--date", "20261121-20261231"), ["S2"]),
            (("--date", "all", "--modality", "PX"), ["S3"]),
            (("--date", "all", "--patient-id", "D-17"), ["S2"]),
            (("--date", "19990101"), []),
        ):
            rows = cli("worklist", "--from", peer, *words, "--json").value
            assert [row["ScheduledProcedureStepID"] for row in rows] == wanted, words
        assert "P-2" in cli("worklist", "--from", peer, "--date", "all").out


def _item(patient: object, order: object) -> bytes:
    ds = worklist_item.to_dataset(patient, order)  # type: ignore[arg-type]
    if "SOPClassUID" not in ds:
        ds.SOPClassUID, ds.SOPInstanceUID = "1.2.276.0.7230010.3.1.0.1", "2.25.1"
    return part10.write(ds, transfer_syntax="1.2.840.10008.1.2.1")


def test_an_order_of_the_hospital_becomes_an_image(
    cli: Cli, pictures: Pictures, data: Path, tmp_path: Path
) -> None:
    """The worklist is wlmscpfs, which takes no MPPS: the image is stored, and it is said that the report waits."""
    with wlmscpfs(tmp_path / "wl", [_item(a_patient(), an_order(step_id="S1"))]) as server:
        data.mkdir()
        (data / "chairside.toml").write_text(f'[worklist]\nnode = "{server.peer}"\n')
        said = cli("acquire", "--kind", "io", pictures("grey8.png"), "--step", "S1", "--json")
        assert said.status == 0, said.err
        assert "waits in the outbox" in said.err
    ds = pydicom.dcmread(said.value["instances"][0]["path"])
    assert ds.PatientID == "P-4711"
    assert ds.RequestAttributesSequence[0].ScheduledProcedureStepID == "S1"


def test_a_send_that_is_too_slow_says_so(cli: Cli, study: str) -> None:
    from pynetdicom import evt
    from pynetdicom.sop_class import DigitalIntraOralXRayImageStorageForPresentation as IntraOral

    let_go = threading.Event()

    def slow(event: object) -> int:
        let_go.wait(20)
        return 0

    with pynetdicom_scp([IntraOral], [(evt.EVT_C_STORE, slow)]) as peer:
        try:
            said = cli(
                "send", "--study", study, "--to", str(peer), "--wait", "--patience", "0.5", "--json"
            )
        finally:
            let_go.set()
    assert said.status == 1
    assert "did not arrive" in said.err
    assert {row["state"] for row in said.value} <= {"SENDING", "QUEUED"}
