"""The office without a window: what it opens, tells and closes; what it can't open it says."""

from __future__ import annotations

import datetime as dt
import threading
from functools import partial
from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from kiosk.capture.base import UnknownSource, sources
from kiosk.exam.views import EventKind
from kiosk.office.delivery import SHOWN_DONE, SHOWN_OPEN
from kiosk.office.equipment import equipment_for
from kiosk.office.office import Choices, Office
from kiosk.office.places import Places, places
from kiosk.office.worklist import TwoSteps
from kiosk.presenters.ports import StudyKey
from kiosk.settings import (
    CaptureSection,
    DeliverySection,
    EquipmentSection,
    NodeSection,
    Settings,
    SettingsWrong,
    StationSection,
    WorklistSection,
    from_mapping,
)
from minipacs.archive import DeliveryState
from minipacs.dicom import iods
from minipacs.dicom.model import PerformedStep
from minipacs.dicom.performed_step import PerformedSeries
from minipacs.net.errors import PeerUnreachable
from minipacs.net.listener import CannotListen
from minipacs.net.scu.echo import echo
from tests.builders import a_dog, a_patient, an_order, grey_frame
from tests.kiosk.office.conftest import OpenOffice
from tests.peers import free_port, wait_until


def today(office: Office) -> str:
    return f"{office.clock():%Y%m%d}"


def an_order_of_today(office: Office, **changes: object) -> object:
    return an_order(office.uids, start_date=today(office), **changes)


# ---- opening and closing


def test_it_serves_and_is_gone_after_it_is_closed(open_office: OpenOffice) -> None:
    office = open_office()
    peer = office.worklist_peer()
    assert echo(peer, calling_ae="KIOSK").status == 0
    office.stop()
    with pytest.raises(PeerUnreachable):
        echo(peer, calling_ae="KIOSK")


def test_a_taken_port_is_said_and_everything_is_let_go(
    open_office: OpenOffice, tmp_path: Path
) -> None:
    port = free_port()
    open_office(tmp_path / "one", Choices(), node=NodeSection(port=port))
    with pytest.raises(CannotListen, match=str(port)):
        open_office(tmp_path / "two", Choices(), node=NodeSection(port=port))
    again = open_office(tmp_path / "two", Choices(), node=NodeSection(port=0))
    assert again.spool.folder.name == "spool", "the failed one let go of it"


def test_an_unknown_source_is_said(open_office: OpenOffice) -> None:
    with pytest.raises(UnknownSource, match="simulator"):
        open_office(capture=CaptureSection(source="crystal ball", reserve_mb=10))


def test_the_sources_of_the_settings_text_exist() -> None:
    assert {"simulator", "folder", "file"} <= set(sources())


def test_the_data_folder_is_the_chosen_one_or_the_one_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHAIRSIDE_DATA", str(tmp_path / "env"))
    assert places().data == tmp_path / "env"
    assert places(tmp_path / "chosen").data == tmp_path / "chosen"
    monkeypatch.delenv("CHAIRSIDE_DATA")
    assert places().data.name == "chairside"


# ---- equipment


def test_each_kind_that_can_be_built_may_have_a_section() -> None:
    sections = {kind: {"model_name": kind} for kind in ("default", *iods.kinds())}
    assert set(from_mapping({"equipment": sections}).equipment) == set(sections)
    with pytest.raises(SettingsWrong, match="no kind of image"):
        from_mapping({"equipment": {"mri": {}}})


def test_a_kinds_own_section_wins_then_default_then_what_can_be_said_without() -> None:
    settings = Settings(
        station=StationSection(name="ROOM 1", institution="Practice"),
        equipment={
            "io": EquipmentSection(manufacturer="Sensor maker", detector_type="DIRECT"),
            "default": EquipmentSection(manufacturer="House", software_versions=("9",)),
        },
    )
    found = equipment_for(iods.kinds(), settings, "0.1")
    assert found["io"].manufacturer == "Sensor maker"
    assert found["io"].software_versions == ("0.1",)
    assert found["px"].manufacturer == "House"
    assert found["px"].software_versions == ("9",)
    assert found["px"].detector_type, "a detector type must be said (PS3.3 C.8.11.4)"
    assert {one.institution_name for one in found.values()} == {"Practice"}
    assert equipment_for(("io",), Settings(), "0.1")["io"].station_name == "KIOSK"


# ---- worklist


def test_the_worklist_of_the_node_inside_by_time(office: Office) -> None:
    for step, time in (("S2", "110000"), ("S1", "090000"), ("S3", "100000")):
        order = an_order_of_today(office, step_id=step, start_time=time)
        office.archive.worklist.add(a_patient(identifier=step), order)  # type: ignore[arg-type]
    assert office.worklist.answered is None
    assert [entry.order.step_id for entry in office.worklist.today()] == ["S1", "S3", "S2"]
    assert office.worklist.answered is True
    assert [e.order.step_id for e in office.worklist.today(text="s3")] == ["S3"]
    assert office.worklist.today(modality="PX") == []
    assert office.worklist.entries(dt.date(1999, 1, 1)) == []


def test_only_the_steps_of_this_station(open_office: OpenOffice) -> None:
    office = open_office(worklist=WorklistSection(only_this_station=True))
    for step, station in (("S1", "KIOSK"), ("S2", "OTHER")):
        order = an_order_of_today(office, step_id=step, station_ae=station)
        office.archive.worklist.add(a_patient(), order)  # type: ignore[arg-type]
    assert [entry.order.step_id for entry in office.worklist.today()] == ["S1"]


def test_a_worklist_that_is_away_is_told(open_office: OpenOffice) -> None:
    office = open_office(worklist=WorklistSection(node=f"RIS@127.0.0.1:{free_port()}"))
    with pytest.raises(PeerUnreachable):
        office.worklist.today()
    assert office.worklist.answered is False
    assert office.status.status().worklist_ok is False


def test_two_entries_of_one_step_id_choose_nobody(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = [(a_patient(), an_order()), (a_dog(), an_order())]
    monkeypatch.setattr("kiosk.office.worklist.worklist", lambda *args, **more: pair)
    with pytest.raises(TwoSteps, match="--patient-id"):
        office.worklist.step("S1")
    assert office.worklist.step("S") is None, "a loose match is none"


# ---- an exam through the office


def expose(office: Office, exam: object, slot: str) -> str:
    seen = threading.Event()
    ids: list[str] = []

    def hear(event: object) -> None:
        if event.kind is EventKind.PREVIEW:  # type: ignore[attr-defined]
            ids.append(event.exposure_id)  # type: ignore[attr-defined]
            seen.set()

    quiet = exam.subscribe(hear)  # type: ignore[attr-defined]
    office.source.arm(exam.arm(slot))  # type: ignore[attr-defined]
    office.source.expose()
    assert seen.wait(10)
    quiet()
    return ids[0]


def test_an_exam_is_stored_reported_sent_and_shown(open_office: OpenOffice, tmp_path: Path) -> None:
    hospital = open_office(tmp_path / "hospital", node=NodeSection(ae_title="HOSPITAL", port=0))
    address = hospital.worklist.node
    office = open_office(delivery=DeliverySection(send_to=(address,)))
    order = an_order_of_today(office)
    office.archive.worklist.add(a_patient(), order)  # type: ignore[arg-type]
    (entry,) = office.worklist.today()
    exam = office.exams.open(entry.patient, entry.order, "bwx-2")
    while slot := exam.next_slot():
        exam.accept(expose(office, exam, slot))
    summary = exam.finish()
    assert (summary.mpps.value, summary.worklist.value) == ("delivered", "closed")
    assert office.worklist.today() == []
    study = StudyKey(summary.study_instance_uid, a_patient().issuer, a_patient().identifier)
    wait_until(
        lambda: office.delivery.study_states(study) == {"COMMITTED": 2}, what="the confirmation"
    )
    assert hospital.archive.counts().instances == 2
    (row,) = office.pictures.studies("P-4711")
    assert row.instances == 2
    shown = office.pictures.pictures(study)
    assert all(one.thumbnail is not None for one in shown)
    assert office.pictures.picture(shown[0].sop_instance_uid).simulated
    assert [one.ae_title for one in office.delivery.destinations()] == [address]


def test_a_frame_that_nobody_waits_for_is_a_stray(office: Office) -> None:
    office.exams.take(grey_frame(), None)
    (stray,) = office.exams.strays()
    assert "no exam was open" in stray.reason
    exam = office.exams.open(a_patient(), an_order(), "bwx-2")
    office.exams.leave()
    office.exams.take(grey_frame(), None)
    assert len(office.exams.strays()) == 2
    assert exam.exposures() == ()


def test_the_status_tells_what_is(office: Office) -> None:
    told = office.status.status()
    assert told.listening
    assert told.address == office.worklist.node
    assert told.free_bytes > 0
    assert told.not_released == 0
    exam = office.exams.open(a_patient(), an_order(), "bwx-2")
    exam.receive(grey_frame(), exam.arm(exam.next_slot()))
    assert office.status.status().not_released == 1


def test_only_images_can_be_unconfirmed(office: Office) -> None:
    """A report that is sent is done: the status line counts it no more."""
    outbox = office.archive.outbox
    office.node.delivery.stop()
    report = outbox.enqueue_message("mpps-set", "2.25.1", Dataset(), "RIS")
    (image,) = outbox.enqueue(["2.25.2"], "PACS")
    assert office.status.status().outbox == {"QUEUED": 2}
    for one in (report, image):
        outbox.mark(one, DeliveryState.SENDING)
        outbox.mark(one, DeliveryState.SENT, status=0)
    assert office.status.status().outbox == {"SENT": 1}


@pytest.mark.parametrize(
    ("words", "modality", "mount"),
    [
        ("FMX 18", "IO", "fmx-18"),
        ("Full mouth, fmx-20", "IO", "fmx-20"),
        ("", "PX", "panoramic"),
        ("", "XC", "photos-8"),
        ("something else", "IO", "pa-1"),
    ],
)
def test_the_mount_that_an_order_asks_for(
    office: Office, words: str, modality: str, mount: str
) -> None:
    order = an_order(step_description=words, requested_procedure_description="", modality=modality)
    assert office.exams.suggest(order) == mount


def test_a_new_identifier_fits_and_is_new(office: Office) -> None:
    made = {office.exams.new_identifier() for _ in range(200)}
    assert len(made) == 200
    assert all(len(one) == 13 and one.startswith("W") for one in made)


# ---- deliveries for the screen


def test_the_outbox_on_the_screen_is_bounded(office: Office) -> None:
    """However much is in the outbox: asked every few seconds, it may not read it all."""
    outbox = office.archive.outbox
    office.node.delivery.stop()
    ids = outbox.enqueue([f"2.25.{n}" for n in range(SHOWN_OPEN + 300)], "X@127.0.0.1:1")
    done = ids[: SHOWN_DONE + 50]
    for one in done:
        outbox.mark(one, DeliveryState.SENDING)
        outbox.mark(one, DeliveryState.SENT, status=0)
    lines = office.delivery.outbox()
    states = [line.state for line in lines]
    assert states.count("SENT") == SHOWN_DONE
    assert states.count("QUEUED") == SHOWN_OPEN
    assert [line.entry_id for line in lines[:2]] == [str(ids[-1]), str(ids[-2])]


def test_study_states_counts_only_that_study(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox = office.archive.outbox
    exam = office.exams.open(a_patient(), an_order(), "bwx-2")
    exam.accept(str(exam.receive(grey_frame(), exam.arm(exam.next_slot()))))
    patient = exam.patient
    study = StudyKey(exam.order.study_instance_uid, patient.issuer, patient.identifier)
    office.node.delivery.stop()
    assert office.delivery.study_states(study) == {}
    assert office.delivery.send(study, "X@127.0.0.1:1") == 1
    outbox.enqueue(["2.25.1", "2.25.2"], "X@127.0.0.1:1")
    assert office.delivery.study_states(study) == {"QUEUED": 1}
    monkeypatch.setattr(outbox, "list", None)
    office.delivery.study_states(study)
    office.delivery.outbox()


def test_more_instances_than_fit_in_one_query(office: Office) -> None:
    outbox = office.archive.outbox
    office.node.delivery.stop()
    uids = [f"2.25.{n}" for n in range(1201)]
    outbox.enqueue(uids, "X@127.0.0.1:1")
    assert outbox.counts_of(uids) == {DeliveryState.QUEUED: 1201}
    assert outbox.counts_of([]) == {}


def test_the_places_of_a_data_folder(tmp_path: Path) -> None:
    where = Places(tmp_path)
    names = (where.archive, where.spool, where.settings, where.peers, where.templates, where.logs)
    assert [path.name for path in names] == [
        "archive", "spool", "chairside.toml", "peers.toml", "templates", "logs",
    ]  # fmt: skip


# ---- performed steps


def test_a_report_that_a_killed_run_had_made_is_not_made_twice(office: Office) -> None:
    """Killed after the outbox had the message and before the journal knew: the next start reports again."""
    patient, order = a_patient(), an_order(office.uids)
    step = PerformedStep(office.uids.performed_step(), "PPS1", office.clock())
    begin = partial(office.steps.create, patient, order, step, modality="IO", operator="")
    assert begin().delivered
    assert begin().delivered
    series = [PerformedSeries(office.uids.series(), "d", "p", "", "", (("1.2.3", "2.25.7"),), "")]
    for seconds in (0, 5):
        ended = office.clock() + dt.timedelta(seconds=seconds)
        assert office.steps.complete(step, ended, series).delivered
    kinds = [entry.kind for entry in office.archive.outbox.list()]
    assert kinds == ["mpps-create", "mpps-set"]
    assert office.archive.alerts.list() == []
    more = [*series, PerformedSeries(office.uids.series(), "e", "p", "", "", (), "")]
    assert not office.steps.complete(step, office.clock(), more).delivered, (
        "another word is not that one"
    )


# ---- teeth in an order's words


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("Periapical 36", ("36",)),
        ("Tooth 36", ("36",)),
        ("teeth 11, 12 and 13", ("11", "12", "13")),
        ("tooth #46", ("46",)),
        ("PA 21+22", ("21", "22")),
        ("Periapical", ()),
        ("FMX 18", ()),
        ("BWX 4", ()),
        ("Tooth 99", ()),
        ("PA 36x", ()),
    ],
)
def test_the_teeth_that_an_order_names(office: Office, words: str, named: tuple[str, ...]) -> None:
    order = an_order(step_description=words, requested_procedure_description="Dental")
    assert tuple(office.exams.teeth_of(order)) == named
    order = an_order(step_description="Dental", requested_procedure_description=words)
    assert tuple(office.exams.teeth_of(order)) == named
