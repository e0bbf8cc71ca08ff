"""An invented image request of any kind, for the self-test."""

from __future__ import annotations

from collections.abc import Callable

from minipacs.clock import system_clock
from minipacs.dicom.model import Equipment, Frame, ImageRequest, Order, Patient, Series, Shot
from minipacs.dicom.uids import UidPolicy

_SHOTS = {
    "io": Shot(teeth=("36",), view="periapical"),
    "px": Shot(view="panoramic"),
    "ceph": Shot(view="ceph-lateral"),
}
_DRAWN = {"dx": "px", "cr": "px", "endo": "photo"}


def sample_request(kind: str, draw: Callable[[str, Shot], Frame]) -> ImageRequest:
    """A request of a kind with a simulated picture."""
    uids, now = UidPolicy(), system_clock()
    shot = _SHOTS.get(kind, Shot())
    return ImageRequest(
        kind=kind,
        patient=Patient(name="Self^Test", identifier="SELFTEST", birth_date="20000101", sex="O"),
        order=Order(study_instance_uid=uids.study(), study_id="SELFTEST"),
        frame=draw(_DRAWN.get(kind, kind), shot),
        series=Series(uids.series(), 1, started_at=now),
        sop_instance_uid=uids.instance(),
        instance_number=1,
        taken_at=now,
        study_started_at=now,
        equipment=Equipment(
            manufacturer="Chairside", model_name="Self-test", detector_type="DIRECT"
        ),
        shot=shot,
    )
