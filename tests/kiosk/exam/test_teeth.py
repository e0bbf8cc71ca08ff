"""A mount that leaves its teeth open: nobody exposes before a person has said them."""

from __future__ import annotations

import dataclasses

import pytest

from kiosk.exam.errors import ExamClosed, NeedsTooth, SlotBusy, SpoolFailed
from kiosk.exam.hanging import hang
from kiosk.exam.templates import load_templates, parse_template
from minipacs.dicom.codes import tables
from minipacs.dicom.codes.teeth import UnknownTooth
from tests.builders import grey_frame

BAD = tables.reject_reasons()["other-failure"]


def test_only_positions_that_say_nothing_ask_for_teeth():
    asking = {
        (key, tile.key)
        for key, template in load_templates().items()
        for tile in template.tiles
        if tile.asks_teeth
    }
    assert asking == {("pa-1", "pa")}


def test_a_mount_of_ones_own_asks_too():
    text = 'title="Two"\nkind="io"\n[[tiles]]\nkey="a"\nbox=[0,0,1,1]\nview="bitewing"'
    assert parse_template("two", text).tiles[0].needs_teeth


def test_it_is_not_armed_before_its_teeth_are_said(clinic):
    exam = clinic.exam("pa-1")
    with pytest.raises(NeedsTooth, match="choose the teeth"):
        exam.arm("pa")
    assert exam.armed is None


def test_the_picture_says_the_teeth_that_were_chosen(clinic):
    exam = clinic.exam("pa-1")
    exam.name_teeth("pa", ("46", "45"))
    stored = exam.accept(clinic.shoot(exam, "pa"))
    ds = clinic.store.dataset(stored.sop_instance_uid)
    meanings = [item.CodeMeaning for item in ds.PrimaryAnatomicStructureSequence]
    assert len(meanings) == 2
    assert "right" in meanings[0].lower()
    assert ds.ImageLaterality == "R"
    assert list(ds.PatientOrientation) == ["A", "F"]
    assert exam.slot("pa").tile.teeth == ("46", "45")


def test_they_may_be_said_again_until_it_is_armed(clinic):
    exam = clinic.exam("pa-1")
    exam.name_teeth("pa", ("46",))
    exam.name_teeth("pa", ("36",))
    token = exam.arm("pa")
    assert token.shot.teeth == ("36",)
    with pytest.raises(SlotBusy, match="disarm"):
        exam.name_teeth("pa", ("46",))
    exam.disarm()
    exam.name_teeth("pa", ("46",))
    assert exam.arm("pa").shot.teeth == ("46",)


def test_a_picture_keeps_its_teeth_until_it_is_retaken(clinic):
    exam = clinic.exam("pa-1")
    exam.name_teeth("pa", ("46",))
    clinic.shoot(exam, "pa")
    with pytest.raises(SlotBusy):
        exam.name_teeth("pa", ("36",))
    assert exam.retake("pa", BAD).shot.teeth == ("46",)
    exam.disarm()
    exam.name_teeth("pa", ("36",))
    stored = clinic.shoot(exam, "pa")
    exam.accept(stored)
    with pytest.raises(SlotBusy):
        exam.name_teeth("pa", ("46",))
    assert exam.exposure(stored).shot.teeth == ("36",)


@pytest.mark.parametrize(("teeth", "error"), [((), NeedsTooth), (("99",), UnknownTooth)])
def test_no_tooth_and_no_such_tooth_are_refused(clinic, teeth, error):
    exam = clinic.exam("pa-1")
    with pytest.raises(error):
        exam.name_teeth("pa", teeth)
    assert exam.slot("pa").tile.needs_teeth


def test_teeth_that_a_mount_says_stay_so(clinic):
    exam = clinic.exam("bwx-2")
    with pytest.raises(SlotBusy, match="the mount says"):
        exam.name_teeth("bw-right", ("36",))


def test_a_closed_exam_takes_no_teeth(clinic):
    exam = clinic.exam("pa-1")
    exam.finish()
    with pytest.raises(ExamClosed):
        exam.name_teeth("pa", ("36",))


def test_a_stray_is_not_put_where_nobody_said_the_teeth(clinic):
    exam = clinic.exam("pa-1")
    assert exam.receive(grey_frame(), None) is None
    (stray,) = clinic.spool.quarantined()
    with pytest.raises(NeedsTooth):
        exam.adopt(stray.entry_id, "pa")
    exam.name_teeth("pa", ("36",))
    assert exam.exposure(exam.adopt(stray.entry_id, "pa")).shot.teeth == ("36",)


def test_the_teeth_outlive_the_program(clinic):
    exam = clinic.exam("pa-1")
    exam.name_teeth("pa", ("46",))
    exposure = clinic.shoot(exam, "pa")
    (again,) = clinic.recovered()
    assert again.slot("pa").tile.teeth == ("46",)
    assert again.slot("pa").tile.asks_teeth
    again.reject(exposure, BAD)
    again.name_teeth("pa", ("47",))
    assert again.arm("pa").shot.teeth == ("47",)


def test_teeth_that_the_disk_did_not_take_are_not_said(clinic, monkeypatch):
    from kiosk.exam.journal import Journal

    def full(self, record):
        raise SpoolFailed("No space left on device")

    exam = clinic.exam("pa-1")
    monkeypatch.setattr(Journal, "write", full)
    with pytest.raises(SpoolFailed):
        exam.name_teeth("pa", ("46",))
    assert exam.slot("pa").tile.needs_teeth


def test_a_stored_picture_hangs_in_the_mount_again(clinic):
    exam = clinic.exam("pa-1")
    exam.name_teeth("pa", ("46",))
    stored = exam.accept(clinic.shoot(exam, "pa"))
    hanging = hang([clinic.store.dataset(stored.sop_instance_uid)], load_templates())
    assert hanging is not None
    assert dict(hanging.places) == {"pa": 0}


def test_a_tile_made_without_a_mount_may_have_no_teeth(clinic):
    """`chairside acquire` names no tooth when its caller knows none."""
    template = clinic.templates["pa-1"]
    tile = dataclasses.replace(template.tiles[0], asks_teeth=False)
    clinic.templates["free"] = dataclasses.replace(template, tiles=(tile,))
    exam = clinic.exam("free")
    stored = exam.accept(clinic.shoot(exam, "pa"))
    ds = clinic.store.dataset(stored.sop_instance_uid)
    assert "orientation not stated" in ds.ImageComments
