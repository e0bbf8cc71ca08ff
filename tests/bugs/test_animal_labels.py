"""The letters at the edges of an animal's picture: R is rostral there, and its opposite is not L."""

from __future__ import annotations

from pathlib import Path

from kiosk.office.pictures import ArchivePictures
from kiosk.presenters.viewer import ViewerPresenter
from minipacs.archive import Archive
from minipacs.archive.rows import Origin
from minipacs.dicom import iods, part10
from minipacs.dicom.model import Shot
from tests.builders import a_dog, an_image_request, frozen_clock
from tests.kiosk.presenters.fakes import Recorder


class View(Recorder):
    def paint(self, *args) -> None:
        pass


def test_a_dogs_caudal_edge_is_not_labelled_left(tmp_path: Path):
    import dataclasses

    request = dataclasses.replace(
        an_image_request("io"),
        patient=a_dog(),
        shot=Shot(teeth=("107",), view="periapical", region="maxilla"),
    )
    ds = iods.build(request)
    assert list(ds.PatientOrientation) == ["R", "V"]
    with Archive.open(tmp_path / "archive", clock=frozen_clock, reserve_bytes=0) as archive:
        archive.ingest(part10.write(ds), Origin("store"))
        picture = ArchivePictures(archive).picture(request.sop_instance_uid)
    view = View()
    presenter = ViewerPresenter(view)
    presenter.resized(400, 300)
    presenter.open(picture)
    labels = view.last("show_overlay")[0].labels
    assert labels.left == "CD"
    assert labels.top == "D"
