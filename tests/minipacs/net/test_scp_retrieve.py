"""C-MOVE and C-GET by DCMTK's clients. PS3.4 C.4.2 and C.4.3."""

from __future__ import annotations

from pathlib import Path

import pytest

from minipacs.archive import Origin
from minipacs.dicom import part10
from minipacs.dicom.uids import CountedUids
from minipacs.net.peers import Peer
from tests.minipacs.net.noderig import a_node, an_object, filled
from tests.peers import free_port, run
from tests.servers import storescp

STUDY = "QueryRetrieveLevel=STUDY"


def _move(port: int, to: str, *keys: str) -> str:
    options = [part for key in keys for part in ("-k", key)]
    return run("movescu", "-v", "-S", "-aem", to, "127.0.0.1", port, *options).stdout


def _get(port: int, folder: Path, *keys: str, more: tuple[str, ...] = ()) -> str:
    folder.mkdir(exist_ok=True)
    options = [part for key in keys for part in ("-k", key)]
    return run("getscu", "-v", "-S", "+B", *more, "-od", folder, "127.0.0.1", port, *options).stdout


def _data_sets(folder: Path) -> set[bytes]:
    found = set()
    for path in folder.iterdir():
        data = path.read_bytes()
        found.add(data[part10.scan(data).dataset_offset :])
    return found


def _stored(rig_archive: object, uid: str) -> bytes:
    data = rig_archive.read(uid)  # type: ignore[attr-defined]
    return bytes(data[part10.scan(data).dataset_offset :])


def test_movescu_moves_a_study_to_a_known_destination(tmp_path: Path) -> None:
    with storescp(tmp_path / "there") as there, a_node(tmp_path, peers=(there.peer,)) as rig:
        objects = filled(rig.archive)
        said = _move(rig.port, "STORESCP", STUDY, f"StudyInstanceUID={objects[1].StudyInstanceUID}")
        assert "Success" in said
        assert _data_sets(there.folder) == {_stored(rig.archive, objects[1].SOPInstanceUID)}


def test_several_studies_in_one_move(tmp_path: Path) -> None:
    with storescp(tmp_path / "there") as there, a_node(tmp_path, peers=(there.peer,)) as rig:
        objects = filled(rig.archive)
        uids = "\\".join(ds.StudyInstanceUID for ds in objects)
        assert "Success" in _move(rig.port, "STORESCP", STUDY, f"StudyInstanceUID={uids}")
        assert len(there.files()) == 3


def test_a_destination_that_is_not_in_the_book_is_unknown(tmp_path: Path) -> None:
    with storescp(tmp_path / "there") as there, a_node(tmp_path) as rig:
        ds = filled(rig.archive, 1)[0]
        said = _move(rig.port, "STORESCP", STUDY, f"StudyInstanceUID={ds.StudyInstanceUID}")
        assert "MoveDestinationUnknown" in said
        assert there.files() == []


def test_a_destination_that_is_down_fails_every_object(tmp_path: Path) -> None:
    down = Peer("DOWN", "127.0.0.1", free_port())
    with a_node(tmp_path, peers=(down,)) as rig:
        ds = filled(rig.archive, 1)[0]
        said = _move(rig.port, "DOWN", STUDY, f"StudyInstanceUID={ds.StudyInstanceUID}")
        assert "0xa702" in said.lower() or "SubOperations" in said
        assert "Success" not in said


@pytest.mark.parametrize(
    "keys", [(STUDY,), (STUDY, "StudyInstanceUID=*"), ("StudyInstanceUID=1.2",)]
)
def test_an_identifier_that_names_nothing_is_refused(keys: tuple[str, ...], tmp_path: Path) -> None:
    there = Peer("THERE", "127.0.0.1", free_port())
    with a_node(tmp_path, peers=(there,)) as rig:
        filled(rig.archive, 1)
        assert "DataSetDoesNotMatchSOPClass" in _move(rig.port, "THERE", *keys)


def test_getscu_gets_what_it_names(tmp_path: Path) -> None:
    with a_node(tmp_path) as rig:
        objects = filled(rig.archive)
        ds = objects[2]
        said = _get(rig.port, tmp_path / "a", STUDY, f"StudyInstanceUID={ds.StudyInstanceUID}")
        assert "Success" in said
        assert _data_sets(tmp_path / "a") == {_stored(rig.archive, ds.SOPInstanceUID)}
        image = (
            "QueryRetrieveLevel=IMAGE",
            f"StudyInstanceUID={ds.StudyInstanceUID}",
            f"SeriesInstanceUID={ds.SeriesInstanceUID}",
            f"SOPInstanceUID={ds.SOPInstanceUID}",
        )
        _get(rig.port, tmp_path / "b", *image)
        assert len(list((tmp_path / "b").iterdir())) == 1
        # Under another study it is not.
        _get(rig.port, tmp_path / "c", image[0], "StudyInstanceUID=1.2.3", *image[2:])
        assert list((tmp_path / "c").iterdir()) == []


def test_a_compressed_object_is_decompressed_for_a_peer_that_takes_it_plain_only(
    tmp_path: Path,
) -> None:
    plain, small = tmp_path / "plain.dcm", tmp_path / "small.dcm"
    ds = an_object(CountedUids(5))
    plain.write_bytes(part10.write(ds))
    assert run("dcmcrle", plain, small).returncode == 0
    study = f"StudyInstanceUID={ds.StudyInstanceUID}"
    with storescp(tmp_path / "there", "+xe") as there, a_node(tmp_path, peers=(there.peer,)) as rig:
        rig.archive.ingest(small.read_bytes(), Origin("cli"))
        assert "Success" in _get(rig.port, tmp_path / "a", STUDY, study)
        (got,) = (tmp_path / "a").iterdir()
        assert part10.read(got).PixelData == ds.PixelData
        assert "Success" in _move(rig.port, "STORESCP", STUDY, study)
        (moved,) = there.files()
        assert part10.read(moved).PixelData == ds.PixelData


@pytest.mark.logs_errors
def test_a_damaged_object_is_never_sent(tmp_path: Path) -> None:
    with a_node(tmp_path) as rig:
        good, bad = filled(rig.archive, 2)
        path = rig.archive.path_of(bad.SOPInstanceUID)
        data = bytearray(path.read_bytes())
        data[-9] ^= 1
        path.chmod(0o600)
        path.write_bytes(data)
        uids = f"StudyInstanceUID={good.StudyInstanceUID}\\{bad.StudyInstanceUID}"
        said = _get(rig.port, tmp_path / "a", STUDY, uids)
        assert _data_sets(tmp_path / "a") == {_stored(rig.archive, good.SOPInstanceUID)}
        assert "Failed" in said
