from __future__ import annotations

import io
import re
from xml.etree import ElementTree

from PIL import Image

from minipacs.media import fileset
from tests.builders import frozen_clock
from tests.minipacs.media.objects import SmallArchive, an_image
from tests.peers import dciodvfy


def test_the_pages_are_there_and_no_part_of_the_file_set(create, medium) -> None:
    create(with_pages=True)
    assert "2026-11-20" in (medium / "README.TXT").read_text("ascii")
    previews = sorted((medium / "IHE_PDI").rglob("*.JPG"))
    assert len(previews) == 5
    for path in previews:
        assert re.fullmatch(r"[A-Z0-9_]{1,8}\.JPG", path.name)
        assert Image.open(io.BytesIO(path.read_bytes())).size == (6, 4)
    assert len(fileset.list_(medium).instances) == 5
    assert fileset.check(medium).is_good
    assert dciodvfy(medium / "DICOMDIR") == []


def test_the_page_is_well_formed_and_its_links_lead_somewhere(create, medium) -> None:
    create(with_pages=True)
    tree = ElementTree.fromstring((medium / "INDEX.HTM").read_bytes())
    links = [node.attrib["href"] for node in tree.iter() if "href" in node.attrib]
    assert len(links) == 6
    assert all((medium / link).is_file() for link in links)


def test_what_an_object_says_is_escaped(create, medium, tmp_path, uids) -> None:
    data = an_image(
        uids,
        PatientName="<script>alert(1)</script>^A&B",
        StudyDescription='"><img src=x onerror=y>\x01',
    )
    create(SmallArchive(tmp_path / "bad", [data]), with_pages=True)
    page = (medium / "INDEX.HTM").read_text("utf-8")
    ElementTree.fromstring(page.encode())
    assert "<script" not in page
    assert "onerror=y>" not in page
    assert "&lt;script&gt;" in page


def test_an_update_keeps_the_pages_up_to_date(create, add, medium, uids) -> None:
    create(studies=["2.25.111"], with_pages=True)
    add(studies=["2.25.112"])
    assert len(list((medium / "IHE_PDI").rglob("*.JPG"))) == 5
    fileset.remove(medium, studies=["2.25.111"], clock=frozen_clock, uids=uids)
    assert len(list((medium / "IHE_PDI").rglob("*.JPG"))) == 2
    page = (medium / "INDEX.HTM").read_text("utf-8")
    assert page.count("<img") == 2


def test_without_the_flag_there_are_no_pages(create, medium) -> None:
    create()
    assert sorted(path.name for path in medium.iterdir()) == ["DICOMDIR", "PT000000", "SHA256"]


def test_an_image_that_cannot_be_shown_has_no_preview(create, medium, tmp_path, uids) -> None:
    data = an_image(uids, PixelData=None)
    create(SmallArchive(tmp_path / "blind", [data]), with_pages=True)
    assert not list(medium.rglob("*.JPG"))
    assert "<span>IMAGE 1</span>" in (medium / "INDEX.HTM").read_text("utf-8")
