"""Whatever is wrong is said in one sentence, and leaves nothing behind, inside the data folder or outside."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.kiosk.cli.conftest import NOTHING, WHO, Cli, left_behind, sentence_of
from tests.pictures import Pictures
from tests.servers import scripted

NOBODY = "X@127.0.0.1:1"


@pytest.fixture
def fenced(tmp_path: Path, data: Path) -> object:
    """Checks at the end that nothing was written beside the data folder."""
    before = {path for path in tmp_path.rglob("*") if not path.is_relative_to(data)}

    def check(*allowed: Path) -> None:
        after = {path for path in tmp_path.rglob("*") if not path.is_relative_to(data)}
        assert after - before - set(allowed) == set()

    return check


# ---- pictures


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("nosuch.png", "io", "no such file"),
        (".", "io", "a folder, no picture"),
        ("zero.png", "io", "empty"),
        ("text.png", "io", "no picture in a known format"),
        ("truncated.png", "io", ""),
        ("truncated.jpg", "photo", ""),
        ("cmyk.tif", "photo", "CMYK"),
        ("enormous.png", "io", "megapixel"),
        ("sensor.raw", "io", "sidecar"),
        ("grey16.png", "photo", "8 bit"),
        ("colour.png", "io", "colour"),
        ("colour.png", "cr", "colour"),
        ("grey16.png", "us", "8 bit"),
    ],
)
def test_a_picture_that_cannot_be_taken(
    cli: Cli, pictures: Pictures, data: Path, name: str, kind: str, said: str
) -> None:
    told = sentence_of(cli("acquire", "--kind", kind, pictures(name), *WHO, "--json"))
    assert said in told
    assert "nothing was stored" in told
    if name != ".":
        assert name in told, "the sentence says which picture"
    assert left_behind(data) == NOTHING


def test_one_bad_picture_among_good_ones_stores_none(
    cli: Cli, pictures: Pictures, data: Path
) -> None:
    names = ("grey16.png", "grey8.png", "colour.png")
    told = sentence_of(cli("acquire", "--kind", "io", *map(pictures, names), *WHO))
    assert told.startswith("chairside: colour.png")
    assert left_behind(data) == NOTHING


@pytest.mark.parametrize(
    "sidecar",
    ["{}", "[]", '{"columns": -1}', '{"columns": 80, "rows": 61, "bits_stored": 16}', '{"colums": 80}', "{"],
)  # fmt: skip
def test_a_sidecar_that_cannot_be(
    cli: Cli, pictures: Pictures, data: Path, tmp_path: Path, sidecar: str
) -> None:
    file = tmp_path / "side.json"
    file.write_text(sidecar)
    sentence_of(
        cli("acquire", "--kind", "io", pictures("sensor.raw"), *WHO, "--sidecar", file, "--json")
    )
    assert left_behind(data) == NOTHING


# ---- details


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"KVPP": 70}', "did you mean KVP"),
        ('{"kvp": 70}', "did you mean KVP"),
        ('{"PatientsName": "x"}', "PatientsName"),
        ('{"ScheduledProcedureStepID": "S1"}', "ScheduledProcedureStepID"),
        ('{"CassetteSize": "18CMX24CM"}', "CassetteSize"),
        ('{"PatientName": "CANARY^OTHER"}', "PatientName"),
        ('{"PatientID": "CANARY"}', "PatientID"),
        ('{"SOPInstanceUID": "1.2.3"}', "SOPInstanceUID"),
        ('{"StudyInstanceUID": "../../x"}', "StudyInstanceUID"),
        ('{"Rows": 4}', "Rows"),
        ('{"PixelData": "AAAA"}', "PixelData"),
        ('{"KVP": "seventy"}', "KVP"),
        ('{"KVP": {"a": 1}}', "KVP"),
        ('{"Modality": "CT"}', "Modality"),
        ('{"AcquisitionDate": "20261399"}', "AcquisitionDate"),
        ('{"AnatomicRegionSequence": [{"CodeValu": "1"}]}', "AnatomicRegionSequence[0].CodeValu"),
        ('{"AnatomicRegionSequence": "teeth"}', "AnatomicRegionSequence"),
        ('{"AnatomicRegionSequence": []}', "AnatomicRegionSequence"),
        ('{"PositionerType": ""}', "PositionerType"),
        ('{"ImageComments": "a\\u0000b"}', "ImageComments"),
        ("[1]", "must be an object"),
        ("", "not JSON"),
        ('{"KVP": 70', "not JSON"),
        ("\ud800", "not JSON"),
        ('{"A":' + "[" * 99999 + "]" * 99999 + "}", "not JSON"),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else None,
)
def test_details_that_cannot_be(
    cli: Cli, pictures: Pictures, data: Path, tmp_path: Path, text: str, said: str
) -> None:
    file = tmp_path / "details.json"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    told = sentence_of(
        cli("acquire", "--kind", "io", pictures("grey16.png"), *WHO, "--details", file, "--json")
    )
    assert said in told
    if data.exists():
        assert left_behind(data) == NOTHING


# ---- who


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "--patient-id is missing"),
        (("--patient-id", "P1"), "--patient-name is missing"),
        (("--patient-id", "", "--patient-name", "A^B"), "--patient-id is missing"),
        (("--step", "S9"), "no step S9"),
        (("--step", "S9", *WHO), "leave out the patient"),
        (("--step", "", *WHO), "leave out the patient"),
        ((*WHO, "--birth-date", "20261399"), "--birth-date must be a date"),
        ((*WHO, "--birth-date", "yesterday"), "--birth-date must be a date"),
        ((*WHO, "--sex", "X"), "--sex must be"),
        ((*WHO, "--age", "34"), "--age must be"),
        ((*WHO, "--weight", "heavy"), "--weight must be"),
        ((*WHO, "--tooth", "99"), "'99'"),
        ((*WHO, "--tooth", "36", "--notation", "palmer"), "palmer"),
        ((*WHO, "--view", "sideways"), "sideways"),
        ((*WHO, "--region", "nose?"), "nose?"),
        ((*WHO, "--study-uid", "../../x"), "--study-uid must be a UID"),
        ((*WHO, "--study-uid", "1.2." + "3" * 64), "--study-uid must be a UID"),
        ((*WHO, "--accession-number", "A" * 17), "--accession-number must have at most 16"),
        ((*WHO, "--species", "unicorn"), "--species must be"),
        ((*WHO, "--breed", "unicorn"), "--breed must be"),
        ((*WHO, "--owner", "CANARY^O", "--owner-role", "BOSS"), "--owner-role must be"),
        ((*WHO, "--operator", "CANARY\\X"), "OperatorsName"),
        (("--patient-id", "P" * 65, "--patient-name", "A^B"), "--patient-id must have at most 64"),
        (("--patient-id", "a\\b", "--patient-name", "A^B"), "--patient-id must have no backslash"),
        (("--patient-id", "a\0b", "--patient-name", "A^B"), "--patient-id must have no control"),
        (("--patient-id", "P1", "--patient-name", "CANARY\n^X"), "--patient-name must have no"),
        (("--patient-id", "P1", "--patient-name", "A^B^C^D^E^F"), "--patient-name must have"),
        (("--patient-id", "P1", "--patient-name", "C" * 65), "--patient-name must have at most"),
    ],
    ids=lambda value: " ".join(value)[-40:] if isinstance(value, tuple) else None,
)
def test_a_patient_or_order_that_cannot_be(
    cli: Cli, pictures: Pictures, data: Path, words: tuple[str, ...], said: str
) -> None:
    told = sentence_of(cli("acquire", "--kind", "io", pictures("grey16.png"), *words, "--json"))
    assert said in told
    if data.exists():
        assert left_behind(data) == NOTHING


@pytest.mark.parametrize(
    "identifier",
    ["../../../x", "/etc/passwd", "%00", "..", "C:x", "'; DROP TABLE patient; --", "*"],
)
def test_a_hostile_identifier_is_only_text(
    cli: Cli, pictures: Pictures, data: Path, fenced: object, identifier: str
) -> None:
    said = cli(
        "acquire", "--kind", "io", pictures("grey8.png"), "--patient-id", identifier,
        "--patient-name", f"{identifier[:8]}^CANARY", "--json",
    )  # fmt: skip
    assert said.status == 0, said.err
    path = Path(said.value["instances"][0]["path"])
    assert path.resolve().is_relative_to(data.resolve())
    fenced()  # type: ignore[operator]
    assert left_behind(data)["instances"] == 1


# ---- usage


@pytest.mark.parametrize(
    "words",
    [
        ("acquire",),
        ("acquire", "--kind", "mri", "x.png"),
        ("acquire", "--kind", "io"),
        ("send",),
        ("send", "--all"),
        ("send", "--all", "--study", "1.2", "--to", "X@h:1"),
        ("echo",),
        ("outbox", "drop"),
        ("outbox", "drop", "one"),
        ("outbox", "list", "--state", "LOST"),
        ("media",),
        ("media", "create"),
        ("media", "create", "x"),
        ("media", "iso", "x"),
        ("fhir",),
        ("validate",),
        ("nonsense",),
        ("selftest", "more"),
        ("--scale", "big"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_2_and_touches_nothing(
    cli: Cli, data: Path, words: tuple[str, ...]
) -> None:
    said = cli(*words)
    assert (said.status, said.out) == (2, "")
    assert "usage:" in said.err
    assert not data.exists()


# ---- the data folder

EVERY = (
    ("acquire", "--kind", "io", "PICTURE", *WHO),
    ("send", "--all", "--to", NOBODY),
    ("outbox", "list"),
    ("outbox", "retry"),
    ("worklist",),
    ("fhir", "--study", "1.2"),
    ("media", "create", "medium", "--all"),
    ("media", "import", "PICTURES"),
)


@pytest.mark.parametrize("where", ["a file", "below a file"])
def test_a_data_folder_that_is_a_file(
    cli: Cli, pictures: Pictures, tmp_path: Path, where: str
) -> None:
    file = tmp_path / "file"
    file.write_text("mine")
    folder = file if where == "a file" else file / "deeper"
    places = {"PICTURE": pictures("grey8.png"), "PICTURES": pictures.folder}
    for words in EVERY:
        told = sentence_of(cli(*(places.get(word, word) for word in words), at=folder))
        assert str(folder) in told, words
        assert "--data" in told, words
    assert file.read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_data_folder_that_cannot_be_written(cli: Cli, pictures: Pictures, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o500)
    told = sentence_of(cli("acquire", "--kind", "io", pictures("grey8.png"), *WHO))
    assert "rights" in told or "permission" in told


def test_a_data_folder_where_none_can_be_made(cli: Cli, pictures: Pictures) -> None:
    for words in (("acquire", "--kind", "io", pictures("grey8.png"), *WHO), ("outbox",)):
        told = sentence_of(cli(*words, at=Path("/proc/chairside")))
        assert "/proc" in told


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[node\n", "TOML"),
        ("[nodes]\n", "nodes"),
        ('[node]\nport = "eleven"\n', "node.port"),
        ('[node]\nae_title = "MUCH TOO LONG A TITLE"\n', "node.ae_title"),
        ('[worklist]\nnode = "somewhere"\n', "worklist.node"),
        ('[equipment.default]\ndetector_typ = "DIRECT"\n', "detector_typ"),
        ('[equipment.xray]\nmanufacturer = "M"\n', "equipment.xray"),
    ],
)
def test_settings_that_cannot_be(
    cli: Cli, pictures: Pictures, data: Path, text: str, said: str
) -> None:
    data.mkdir()
    (data / "chairside.toml").write_text(text)
    told = sentence_of(cli("acquire", "--kind", "io", pictures("grey8.png"), *WHO, "--json"))
    assert said in told
    assert "chairside.toml" in told
    assert not (data / "spool").exists()


def test_a_broken_database_is_a_sentence(cli: Cli, pictures: Pictures, data: Path) -> None:
    assert cli("acquire", "--kind", "io", pictures("grey8.png"), *WHO).status == 0
    for path in (data / "archive").glob("archive.db*"):
        path.write_bytes(b"no database" * 1000)
    sentence_of(cli("acquire", "--kind", "io", pictures("grey8.png"), *WHO, "--json"))


# ---- other nodes

PEERS = (
    "X", "X@", "X@host", "@host:1", "X@host:port", "X@127.0.0.1:0", "X@127.0.0.1:99999", "A\\B@127.0.0.1:1",
    "SEVENTEENLETTERSX@127.0.0.1:1", " @127.0.0.1:1", "X@ho st:1",
)  # fmt: skip


@pytest.mark.parametrize("peer", PEERS)
def test_an_address_that_cannot_be(cli: Cli, peer: str) -> None:
    for words in (("echo", peer), ("worklist", "--from", peer), ("send", "--all", "--to", peer)):
        assert "AETITLE@HOST:PORT" in sentence_of(cli(*words, "--json")), words


def test_a_node_that_is_not_there(cli: Cli) -> None:
    for words in (("echo", NOBODY), ("worklist", "--from", NOBODY)):
        told = sentence_of(cli(*words, "--json"))
        assert "nothing listens there" in told
        assert "check host and port" in told


def test_a_node_that_hangs_up(cli: Cli) -> None:
    with scripted(lambda client: client.close()) as peer:
        for words in (("echo", str(peer)), ("worklist", "--from", str(peer))):
            assert str(peer) in sentence_of(cli(*words, "--json"))


def test_a_node_that_talks_nonsense(cli: Cli) -> None:
    with scripted(lambda client: client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as peer:
        for words in (("echo", str(peer)), ("worklist", "--from", str(peer))):
            assert str(peer) in sentence_of(cli(*words, "--json"))


def test_the_hospitals_worklist_is_away(cli: Cli, pictures: Pictures, data: Path) -> None:
    """An order can't be looked up; a walk-in is stored, and its report waits."""
    data.mkdir()
    (data / "chairside.toml").write_text('[worklist]\nnode = "RIS@127.0.0.1:1"\n')
    told = sentence_of(cli("acquire", "--kind", "io", pictures("grey8.png"), "--step", "S1"))
    assert "RIS@127.0.0.1:1" in told
    said = cli("acquire", "--kind", "io", pictures("grey8.png"), *WHO, "--json")
    assert said.status == 0
    assert "waits in the outbox" in said.err
    assert len(said.value["instances"]) == 1
    rows = cli("outbox", "list", "--json").value
    assert [row["kind"] for row in rows] == ["mpps-create", "mpps-set"]
    assert {row["state"] for row in rows} == {"QUEUED"}


@pytest.mark.parametrize(
    "date",
    ["2026", "today", "20261131", "20261120-20261119-1", "-", "2026112A", "20261120\\20261121"],
)
def test_a_date_that_cannot_be(cli: Cli, date: str) -> None:
    assert "--date" in sentence_of(cli("worklist", f"--date={date}", "--json"))


# ---- what is not there


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("send", "--study", "1.2.3", "--to", NOBODY), "no study 1.2.3"),
        (("send", "--all", "--to", NOBODY), "holds no image yet"),
        (("send", "--study", "../../x", "--to", NOBODY), "no study"),
        (("fhir", "--study", "1.2.3"), "no study 1.2.3"),
        (("fhir", "--study", "1.2.3", "--release", "R4"), "R5, R6"),
        (("outbox", "drop", "99"), "99"),
        (("outbox", "retry", "99"), "99"),
        (("media", "create", "medium", "--study", "1.2"), "no study"),
        (("media", "create", "medium", "--all", "--profile", "NOPE"), "STD-GEN-CD"),
        (("media", "create", "medium", "--empty", "--file-set-id", "lower"), "File-set ID"),
        (("media", "create", "taken", "--empty"), "taken"),
        (("media", "add", "nix", "--all"), "holds no image yet"),
        (("media", "add", "taken", "--all"), "taken is a file"),
        (("media", "remove", "nix", "--study", "1"), "DICOMDIR"),
        (("media", "list", "nix"), "DICOMDIR"),
        (("media", "check", "nix"), "DICOMDIR"),
        (("media", "import", "nix"), "nix"),
        (("media", "iso", "nix", "x.iso"), "DICOMDIR"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_what_is_not_there_is_said(
    cli: Cli, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    (tmp_path / "taken").write_text("a file")
    assert said in sentence_of(cli(*words))
    assert not (tmp_path / "medium").exists()
    assert not (tmp_path / "nix").exists()
    assert not (tmp_path / "x.iso").exists()
    assert (tmp_path / "taken").read_text() == "a file"


def test_the_demo_only_plays_in_an_empty_folder(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").touch()
    (tmp_path / "file").touch()
    for name in ("full", "file"):
        assert "not an empty folder" in sentence_of(cli("demo", "--headless", "--out", name))
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["mine"]


def test_json_is_the_only_thing_on_stdout(cli: Cli, pictures: Pictures) -> None:
    cli("acquire", "--kind", "io", pictures("grey8.png"), *WHO)
    for words in (("outbox", "list"), ("worklist",), ("selftest",)):
        json.loads(cli(*words, "--json").out)
