"""One order followed through worklist, image and performed step: the table of dicom-facts 4.7, each of its rows.

findscu asks our worklist, the images are made by `chairside acquire`, the performed step is read back by N-GET.
"""

from __future__ import annotations

from pathlib import Path

import pydicom
from pydicom.dataset import Dataset

from minipacs.archive import Archive
from minipacs.clock import system_clock
from minipacs.net.peers import Peer
from minipacs.net.scu import mpps
from minipacs.server import MiniPacs, NodeSettings
from tests.kiosk.cli.conftest import Cli
from tests.peers import dciodvfy, need, run
from tests.pictures import Pictures

ORDER = (
    "--patient-id", "P-4711", "--patient-name", "CANARY^PATIENT", "--issuer", "OFFICE", "--birth-date", "19840302",
    "--sex", "F", "--accession-number", "A-1001", "--referring-physician", "CANARY^REFERRER",
    "--requesting-physician", "CANARY^REQUESTER", "--procedure-id", "RP-9", "--procedure", "Full mouth series",
    "--procedure-code", "22891007^SCT^Full mouth", "--reason", "Pain", "--reason-code", "22253000^SCT^Pain",
    "--study-uid", "2.25.4711", "--referenced-study", "1.2.840.10008.3.1.2.3.1^2.25.99",
)  # fmt: skip
STEP = (
    "--modality", "IO", "--step-id", "S-77", "--date", "20261120", "--time", "1030", "--station-aet", "KIOSK",
    "--step-description", "Periapical", "--protocol-code", "52765003^SCT^Periapical",
    "--performing-physician", "CANARY^DENTIST",
)  # fmt: skip


def coded(sequence: object) -> list[tuple[str, str, str]]:
    return [
        (str(c.CodeValue), str(c.CodingSchemeDesignator), str(c.CodeMeaning))
        for c in sequence  # type: ignore[attr-defined]
    ]


def scheduled_by_findscu(data: Path, folder: Path) -> list[Dataset]:
    """What our node answers to findscu, as the files that it writes."""
    need("findscu")
    folder.mkdir()
    keys = [
        "(0010,0010)", "(0010,0020)", "(0010,0021)", "(0010,0030)", "(0010,0040)", "(0020,000d)", "(0008,0050)",
        "(0008,0090)", "(0008,1110)", "(0032,1060)", "(0032,1064)", "(0040,1001)", "(0040,1002)", "(0040,100a)",
        "(0040,0100)[0].(0008,0060)", "(0040,0100)[0].(0040,0006)", "(0040,0100)[0].(0040,0007)",
        "(0040,0100)[0].(0040,0008)", "(0040,0100)[0].(0040,0009)=S-77",
    ]  # fmt: skip
    with Archive.open(data / "archive", clock=system_clock) as archive:
        node = MiniPacs(archive, NodeSettings(port=0, deliver=False), clock=system_clock)
        host, port = node.start()
        try:
            words = [word for key in keys for word in ("-k", key)]
            done = run("findscu", "-W", "-aec", "MINIPACS", "-X", "-od", folder, host, port, *words)
        finally:
            node.stop()
    assert done.returncode == 0, done.stdout
    return [pydicom.dcmread(path) for path in sorted(folder.iterdir())]


def performed(data: Path, uid: str) -> Dataset:
    """The performed step, read back over DICOM."""
    with Archive.open(data / "archive", clock=system_clock) as archive:
        node = MiniPacs(archive, NodeSettings(port=0, deliver=False), clock=system_clock)
        host, port = node.start()
        try:
            return mpps.get(Peer("MINIPACS", host, port), uid, calling_ae="JUDGE").dataset
        finally:
            node.stop()


def test_one_order_through_worklist_image_and_performed_step(
    cli: Cli, pictures: Pictures, data: Path, tmp_path: Path
) -> None:
    added = cli("minipacs", "worklist", "add", *ORDER, *STEP)
    assert added.status == 0, added.err
    (item,) = scheduled_by_findscu(data, tmp_path / "before")
    said = cli(
        "acquire", "--kind", "io", "--step", "S-77", "--tooth", "36", "--view", "periapical",
        "--operator", "CANARY^NURSE", pictures("grey16.png"), pictures("grey8.png"), "--json",
    )  # fmt: skip
    assert said.status == 0, said.err
    assert said.err == ""
    found = [pydicom.dcmread(one["path"]) for one in said.value["instances"]]
    for one in said.value["instances"]:
        assert dciodvfy(Path(one["path"])) == []
    uid = str(found[0].ReferencedPerformedProcedureStepSequence[0].ReferencedSOPInstanceUID)
    step = performed(data, uid)
    sps = item.ScheduledProcedureStepSequence[0]
    (scheduled,) = step.ScheduledStepAttributesSequence
    for image in found:
        _same_patient(item, image, step)
        _same_request(item, sps, image, scheduled)
        # generated
        (reference,) = image.ReferencedPerformedProcedureStepSequence
        assert reference.ReferencedSOPClassUID == "1.2.840.10008.3.1.2.3.3"
        assert reference.ReferencedSOPInstanceUID == uid
        assert image.PerformedProcedureStepID == step.PerformedProcedureStepID == "RP-9"
        for keyword in ("StartDate", "StartTime", "Description"):
            name = f"PerformedProcedureStep{keyword}"
            assert image[name].value == step[name].value, name
    assert step.PerformedProcedureStepDescription == "Full mouth series"
    assert coded(step.ProcedureCodeSequence) == [("22891007", "SCT", "Full mouth")]
    assert step.PerformedStationAETitle == "KIOSK"
    assert step.Modality == "IO"
    assert step.StudyID == found[0].StudyID
    _performed_series(step, found)
    # the entry has left the list, and says so
    assert scheduled_by_findscu(data, tmp_path / "after") == []
    (row,) = cli("minipacs", "worklist", "list", "--json", "--date", "20261120").value
    assert row["ScheduledProcedureStepStatus"] == "COMPLETED"


def _same_patient(item: Dataset, image: Dataset, step: Dataset) -> None:
    for keyword in ("PatientName", "PatientID", "PatientBirthDate", "PatientSex"):
        assert item[keyword].value == image[keyword].value == step[keyword].value, keyword
    assert item.IssuerOfPatientID == image.IssuerOfPatientID == "OFFICE"


def _same_request(item: Dataset, sps: Dataset, image: Dataset, scheduled: Dataset) -> None:
    (request,) = image.RequestAttributesSequence
    assert item.StudyInstanceUID == image.StudyInstanceUID == scheduled.StudyInstanceUID
    assert item.AccessionNumber == image.AccessionNumber == request.AccessionNumber
    assert scheduled.AccessionNumber == item.AccessionNumber == "A-1001"
    referenced = [
        ds.ReferencedStudySequence[0].ReferencedSOPInstanceUID for ds in (item, image, scheduled)
    ]
    assert referenced == ["2.25.99"] * 3
    assert item.RequestedProcedureID == request.RequestedProcedureID == "RP-9"
    assert scheduled.RequestedProcedureID == image.StudyID == "RP-9"
    wanted = "Full mouth series"
    assert request.RequestedProcedureDescription == image.StudyDescription == wanted
    assert item.RequestedProcedureDescription == wanted
    assert scheduled.RequestedProcedureDescription == wanted
    codes = coded(item.RequestedProcedureCodeSequence)
    assert codes == coded(request.RequestedProcedureCodeSequence)
    assert codes == coded(image.ProcedureCodeSequence) == [("22891007", "SCT", "Full mouth")]
    for keyword in ("ScheduledProcedureStepID", "ScheduledProcedureStepDescription"):
        assert sps[keyword].value == request[keyword].value == scheduled[keyword].value, keyword
    protocol = [coded(ds.ScheduledProtocolCodeSequence) for ds in (sps, request, scheduled)]
    assert protocol == [[("52765003", "SCT", "Periapical")]] * 3
    reason = coded(item.ReasonForRequestedProcedureCodeSequence)
    assert reason == coded(request.ReasonForRequestedProcedureCodeSequence)
    assert reason == [("22253000", "SCT", "Pain")]
    assert sps.ScheduledPerformingPhysicianName == image.PerformingPhysicianName
    assert item.ReferringPhysicianName == image.ReferringPhysicianName == "CANARY^REFERRER"


def _performed_series(step: Dataset, images: list[Dataset]) -> None:
    assert step.PerformedProcedureStepStatus == "COMPLETED"
    assert step.PerformedProcedureStepEndDate
    assert step.PerformedProcedureStepEndTime
    (series,) = step.PerformedSeriesSequence
    assert series.SeriesInstanceUID == images[0].SeriesInstanceUID
    assert series.ProtocolName == images[0].get("ProtocolName", series.ProtocolName)
    assert series.ProtocolName
    assert series.PerformingPhysicianName == "CANARY^DENTIST"
    assert series.OperatorsName == "CANARY^NURSE"
    assert [
        (str(ref.ReferencedSOPClassUID), str(ref.ReferencedSOPInstanceUID))
        for ref in series.ReferencedImageSequence
    ] == [(str(ds.SOPClassUID), str(ds.SOPInstanceUID)) for ds in images]


def test_a_walk_in_has_a_performed_step_with_an_unscheduled_item(
    cli: Cli, pictures: Pictures, data: Path
) -> None:
    said = cli(
        "acquire", "--kind", "photo", pictures("colour.jpg"), "--patient-id", "P1",
        "--patient-name", "CANARY^WALK", "--json",
    )  # fmt: skip
    image = pydicom.dcmread(said.value["instances"][0]["path"])
    uid = str(image.ReferencedPerformedProcedureStepSequence[0].ReferencedSOPInstanceUID)
    step = performed(data, uid)
    assert step.PerformedProcedureStepStatus == "COMPLETED"
    (scheduled,) = step.ScheduledStepAttributesSequence
    assert scheduled.StudyInstanceUID == said.value["study_instance_uid"]
    assert not scheduled.ScheduledProcedureStepID
    assert step.Modality == image.Modality == "XC"


def test_a_step_is_never_chosen_by_a_wildcard(cli: Cli, pictures: Pictures) -> None:
    cli("minipacs", "worklist", "add", *ORDER, *STEP)
    for asked in ("S*", "S-7?", "*", "s-77", ""):
        said = cli("acquire", "--kind", "io", "--step", asked, pictures("grey8.png"))
        assert said.status == 1, asked
        assert "waits on the worklist" in said.err
