from __future__ import annotations

import io
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread

from minipacs.dicom import iods, part10
from minipacs.dicom.model import Frame
from minipacs.media import fileset, profiles
from minipacs.media.errors import BadSelection, ProfileRefused
from minipacs.media.profiles.base import JPEG_BASELINE, Profile
from minipacs.media.record_types import KEYS, record_type
from tests.builders import an_image_request
from tests.minipacs.media.objects import SmallArchive, an_image
from tests.peers import run


def a_jpeg_photo(uids) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.full((16, 24, 3), 90, np.uint8)).save(buffer, "JPEG", subsampling="4:2:2")
    frame = Frame(jpeg=buffer.getvalue(), rows=16, columns=24, samples=3)
    return part10.write(iods.build(an_image_request("photo", uids, frame=frame)))


def the_image(medium: Path) -> Path:
    (path,) = medium.glob("PT*/ST*/SE*/IM*")
    return path


def test_the_profiles_by_name_in_any_case() -> None:
    assert list(profiles.profiles()) == [
        "STD-DEN-CD",
        "STD-GEN-CD",
        "STD-GEN-DVD-JPEG",
        "STD-GEN-USB-JPEG",
    ]
    assert profiles.profile("std-gen-cd").name == "STD-GEN-CD"
    with pytest.raises(BadSelection, match="STD-GEN-CD, STD-GEN-DVD-JPEG"):
        profiles.profile("STD-GEN-TAPE")


def test_two_profiles_of_one_name_are_refused(monkeypatch) -> None:
    twin = SimpleNamespace(profile=lambda: Profile("STD-GEN-CD", "twin", ""))
    monkeypatch.setattr(profiles.importlib, "import_module", lambda name: twin)
    profiles.profiles.cache_clear()
    try:
        with pytest.raises(ValueError, match="two profiles"):
            profiles.profiles()
    finally:
        profiles.profiles.cache_clear()


@pytest.mark.parametrize("name", ["STD-GEN-USB-JPEG", "STD-GEN-DVD-JPEG"])
def test_a_jpeg_profile_leaves_a_jpeg_as_it_is(create, tmp_path, medium, uids, name) -> None:
    data = a_jpeg_photo(uids)
    report = create(SmallArchive(tmp_path / "jpeg", [data]), profile=name)
    assert report.transcoded == 0
    assert the_image(medium).read_bytes() == data
    assert JPEG_BASELINE in run("dcmdump", "-Un", medium / "DICOMDIR").stdout.replace("=", "") or (
        "JPEGBaseline" in run("dcmdump", medium / "DICOMDIR").stdout
    )
    assert fileset.check(medium).is_good


def test_an_uncompressed_profile_gets_the_decoded_pixels(create, tmp_path, medium, uids) -> None:
    report = create(SmallArchive(tmp_path / "jpeg", [a_jpeg_photo(uids)]))
    assert report.transcoded == 1
    ds = dcmread(the_image(medium))
    assert ds.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.1"
    assert ds.LossyImageCompression == "01"
    assert ds.PhotometricInterpretation == "RGB"
    assert fileset.check(medium).is_good


def test_a_syntax_that_nobody_decodes_is_refused_before_writing(
    create, tmp_path, medium, uids
) -> None:
    data = an_image(uids).replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.99")
    with pytest.raises(ProfileRefused, match="cannot be decoded"):
        create(SmallArchive(tmp_path / "odd", [data]))
    assert not medium.exists()


@pytest.mark.parametrize(
    ("sop_class", "kind"),
    [
        ("1.2.840.10008.5.1.4.1.1.1.3", "IMAGE"),
        ("1.2.840.10008.5.1.4.1.1.7", "IMAGE"),
        ("1.2.840.10008.5.1.4.1.1.6.1", "IMAGE"),
        ("1.2.840.10008.5.1.4.1.1.66.4", "IMAGE"),
        ("1.2.840.10008.5.1.4.1.1.11.1", "PRESENTATION"),
        ("1.2.840.10008.5.1.4.1.1.131", "PRESENTATION"),
        ("1.2.840.10008.5.1.4.1.1.88.33", "SR DOCUMENT"),
        ("1.2.840.10008.5.1.4.1.1.88.59", "KEY OBJECT DOC"),
        ("1.2.840.10008.5.1.4.1.1.104.1", "ENCAP DOC"),
        ("1.2.840.10008.5.1.4.1.1.104.3", "ENCAP DOC"),
        ("1.2.840.10008.5.1.4.1.1.9.1.1", "WAVEFORM"),
        ("1.2.840.10008.5.1.4.1.1.481.3", "RT STRUCTURE SET"),
        ("1.2.840.10008.5.1.4.1.1.481.2", "RT DOSE"),
        ("1.2.840.10008.5.1.4.1.1.68.1", "SURFACE SCAN"),
        ("1.2.840.10008.5.1.4.1.1.66", "RAW DATA"),
        ("1.2.840.10008.5.1.4.38.1", ""),
        ("1.2.840.10008.1.3.10", ""),
        ("1.2.840.10008.1.20.1", ""),
        ("1.2.840.10008.1.1", ""),
        ("1.2.3", ""),
        ("", ""),
    ],
)
def test_the_record_of_a_sop_class(sop_class, kind) -> None:
    assert record_type(sop_class) == kind
    assert kind == "" or kind in KEYS


def test_records_agree_with_pydicom_where_it_knows_the_class() -> None:
    from pydicom.fileset import _FOUR_LEVEL_SOP_CLASSES

    for sop_class, kind in _FOUR_LEVEL_SOP_CLASSES.items():
        assert record_type(str(sop_class)) == kind, sop_class.name
