"""The spool keeps each frame with its token, and never takes a torn one for a frame."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from kiosk.exam import disk
from kiosk.exam.errors import DamagedEntry, SpoolFailed, SpoolFull
from kiosk.exam.spool import Note, Rejection, Spool
from kiosk.exam.token import Token
from minipacs.dicom.codes import tables
from minipacs.dicom.model import Exposure
from tests.builders import NOW, a_dog, a_patient, colour_frame, frozen_clock, grey_frame

REASON = tables.reject_reasons()["motion-blur"]


@pytest.fixture
def token(clinic):
    return clinic.exam().arm("bw-premolar-right")


def _files(clinic, room):
    return sorted(path.name for path in (clinic.folder / room).iterdir())


@pytest.mark.parametrize(
    "frame",
    [
        grey_frame(),
        grey_frame(bits=8),
        colour_frame(),
        grey_frame(exposure=Exposure(kvp=70.0, time_ms=63), taken_at=NOW, facts={"KVP": 70}),
        grey_frame(window=(2000.0, 3000.0), lossy_before=(10.0, "ISO_10918_1"), inverted=True),
    ],
)
def test_a_frame_comes_back_as_it_was(clinic, token, frame):
    clinic.spool.put(frame, token)
    loaded, again = clinic.new_spool().load(token.identifier)
    assert again == token
    assert np.array_equal(loaded.pixels, frame.pixels)
    assert loaded.pixels.dtype == frame.pixels.dtype
    assert dataclasses.replace(loaded, pixels=None) == dataclasses.replace(frame, pixels=None)


def test_a_jpeg_stream_is_kept_untouched(clinic, token):
    stream = bytes(range(256)) * 9
    frame = dataclasses.replace(colour_frame(), pixels=None, jpeg=stream)
    clinic.spool.put(frame, token)
    assert clinic.spool.load(token.identifier)[0].jpeg == stream


def test_pixels_of_another_byte_order_and_stride_are_kept(clinic, token):
    frame = grey_frame()
    odd = dataclasses.replace(frame, pixels=frame.pixels.astype(">u2")[::2, ::-1])
    clinic.spool.put(odd, token)
    assert np.array_equal(clinic.spool.load(token.identifier)[0].pixels, odd.pixels)


@pytest.mark.parametrize(
    "name", ["CANARY^PATIENT=山田^太郎=やまだ^たろう", "CANARY^Ωμέγα", "CANARY^Ж\\x", 'CANARY^"\n']
)
def test_a_token_round_trips_in_any_script(clinic, name):
    token = clinic.exam().arm("bw-premolar-right")
    token = dataclasses.replace(token, patient=a_patient(name=name))
    assert Token.from_json(token.to_json()) == token


def test_an_animals_token_round_trips(clinic):
    token = clinic.exam("dog-fmx").arm("upper-incisor")
    assert token.patient == a_dog()
    assert Token.from_json(token.to_json()) == token


def test_a_token_of_a_later_version_is_read_and_of_an_earlier_takes_defaults(token):
    data = json.loads(token.to_json())
    data["patient"]["something_new"] = {"a": 1}
    del data["patient"]["comments"], data["details"]
    assert Token.from_json(json.dumps(data)) == token


def test_what_is_no_token_is_refused():
    for text in ("{}", "[]", '{"identifier": 3}'):
        with pytest.raises(ValueError, match="not a Token"):
            Token.from_json(text)


def test_file_and_folder_are_synced_before_put_returns(clinic, token, monkeypatch):
    """Negative control of the durability: each frame costs two fsyncs, in the right order."""
    done = []
    real_sync, real_replace = disk.os.fsync, disk.Path.replace
    monkeypatch.setattr(disk.os, "fsync", lambda handle: (done.append("fsync"), real_sync(handle)))
    monkeypatch.setattr(
        disk.Path, "replace", lambda self, to: (done.append("rename"), real_replace(self, to))[1]
    )
    clinic.spool.put(grey_frame(), token)
    assert done == ["fsync", "rename", "fsync"]


def test_spool_names_and_the_folder_hold_no_name_of_a_patient(clinic, token):
    clinic.spool.put(grey_frame(), token)
    assert not [path for path in clinic.folder.rglob("*") if "CANARY" in path.name]
    assert (clinic.folder.stat().st_mode & 0o077) == 0
    (file,) = (clinic.folder / "pending").iterdir()
    assert (file.stat().st_mode & 0o077) == 0


def test_a_frame_without_a_token_is_quarantined(clinic):
    entry = clinic.spool.put(grey_frame(), None)
    assert entry.reason
    assert clinic.spool.entries() == []
    assert [item.entry_id for item in clinic.spool.quarantined()] == [entry.entry_id]


@pytest.mark.parametrize("keep", [0, 5, 30, 200, 0.5, -40, -1])
def test_a_torn_file_is_set_aside_and_the_others_stay(clinic, token, keep):
    clinic.spool.put(grey_frame(), token)
    other = clinic.exam().arm("bw-molar-left")
    clinic.spool.put(grey_frame(rows=20), other)
    path = clinic.folder / "pending" / f"{token.identifier}.frame"
    data = path.read_bytes()
    cut = int(len(data) * keep) if isinstance(keep, float) else keep
    path.write_bytes(data[:cut])
    spool = clinic.new_spool()
    assert [entry.token for entry in spool.entries()] == [other]
    (torn,) = spool.torn()
    assert torn.path.read_bytes() == data[:cut]
    assert torn.reason


def test_a_changed_byte_is_found_before_the_picture_is_used(clinic, token):
    clinic.spool.put(grey_frame(), token)
    path = clinic.folder / "pending" / f"{token.identifier}.frame"
    data = bytearray(path.read_bytes())
    data[-100] ^= 1
    path.write_bytes(data)
    with pytest.raises(DamagedEntry):
        clinic.spool.load(token.identifier)
    assert len(clinic.spool.torn()) == 1


def test_a_part_that_is_whole_becomes_a_frame_and_a_cut_one_is_set_aside(clinic, token):
    clinic.spool.put(grey_frame(), token)
    path = clinic.folder / "pending" / f"{token.identifier}.frame"
    data = path.read_bytes()
    path.rename(path.with_name(path.name + ".part"))
    (clinic.folder / "pending" / "cut.frame.part").write_bytes(data[:-9])
    spool = clinic.new_spool()
    assert [entry.token for entry in spool.entries()] == [token]
    assert [torn.entry_id for torn in spool.torn()] == ["cut"]


def test_a_rejection_that_was_decided_but_not_carried_out_is_ended_at_the_next_start(clinic, token):
    clinic.spool.put(grey_frame(), token)
    clinic.spool.write_note(
        token.identifier, Note(rejection=Rejection(REASON, "CANARY^OPERATOR", NOW))
    )
    spool = clinic.new_spool()
    assert spool.entries() == []
    (kept,) = spool.rejected()
    assert kept.note.rejection.reason == REASON


def test_a_rejection_killed_between_its_two_moves_is_ended(clinic, token):
    clinic.spool.put(grey_frame(), token)
    clinic.spool.write_note(token.identifier, Note(rejection=Rejection(REASON, "", NOW)))
    name = f"{token.identifier}.frame"
    (clinic.folder / "pending" / name).rename(clinic.folder / "rejected" / name)
    spool = clinic.new_spool()
    assert spool.rejected()[0].note.rejection.reason == REASON
    assert _files(clinic, "pending") == []


def test_release_is_final_and_harmless_twice(clinic, token):
    clinic.spool.put(grey_frame(), token)
    clinic.spool.write_note(token.identifier, Note(slot="bw-molar-left"))
    clinic.spool.release(token.identifier)
    clinic.spool.release(token.identifier)
    assert _files(clinic, "pending") == []


def test_refused_when_the_disk_is_nearly_full(clinic):
    clinic.free = 210_000_000
    with pytest.raises(SpoolFull) as refused:
        clinic.spool.check_room(20_000_000)
    assert (refused.value.free_mb, refused.value.needed_mb) == (210, 220)


def test_refused_when_the_folder_cannot_be_written(tmp_path):
    (tmp_path / "spool").write_text("a file, no folder")
    with pytest.raises(SpoolFailed):
        Spool(tmp_path / "spool", frozen_clock)


def test_a_failed_write_leaves_nothing_behind(clinic, token, monkeypatch):
    def broken(handle):
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(disk.os, "fsync", broken)
        with pytest.raises(SpoolFailed, match="Input/output error"):
            clinic.spool.put(grey_frame(), token)
    assert _files(clinic, "pending") == []
    clinic.spool.put(grey_frame(), token)
    assert len(clinic.spool.entries()) == 1


def test_the_same_token_cannot_be_spooled_twice(clinic, token):
    clinic.spool.put(grey_frame(), token)
    with pytest.raises(SpoolFailed):
        clinic.spool.put(grey_frame(rows=10), token)
    assert clinic.spool.load(token.identifier)[0].rows == 60


def test_hostile_names_never_become_paths(clinic):
    for name in ("../x", "a/b", "", "A", "x.frame"):
        with pytest.raises(ValueError, match="spool name"):
            clinic.spool.release(name)
