"""An accepted exposure as the bytes of a valid object."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from kiosk.exam.errors import InvalidImage
from kiosk.exam.exposure import Exposure, taken_at
from kiosk.exam.templates import Tile
from kiosk.exam.token import Token
from kiosk.imaging.orientation import Symmetry
from minipacs.dicom import iods, part10
from minipacs.dicom.building import anatomy
from minipacs.dicom.model import Details, Frame, ImageRequest, PatientKind, Shot
from minipacs.dicom.validate import validate

_COLOURED = frozenset({"photo", "endo"})


def shot_in(tile: Tile, token: Token) -> Shot:
    """What a picture in this tile is of. Where the tile turns the source's picture for display, the stored one
    lies the other way, and Patient Orientation says so."""
    if not tile.rotation:
        return tile.shot
    upright = anatomy.orientation(_bare(token, tile.shot))
    lying = Symmetry(-tile.rotation % 360).labels(
        upright, quadruped=token.patient.kind is PatientKind.ANIMAL
    )
    known = (lying.right, lying.bottom) if lying.right and lying.bottom else None
    return dataclasses.replace(tile.shot, patient_orientation=known)


def orientation_of(token: Token, shot: Shot) -> tuple[str, str] | None:
    """Patient Orientation as the object will have it; None is unknown."""
    return anatomy.orientation(_bare(token, shot))


def _bare(token: Token, shot: Shot) -> ImageRequest:
    """A request without its picture, for what depends on patient and shot alone."""
    return ImageRequest(
        kind=token.kind,
        patient=token.patient,
        order=token.order,
        frame=Frame(),
        series=token.series,
        sop_instance_uid=token.sop_instance_uid,
        instance_number=token.instance_number,
        taken_at=token.armed_at,
        study_started_at=token.study_started_at,
        shot=shot,
    )


def rehearse(token: Token) -> None:
    """Build the object that a picture of this token would become, with a blank one, and throw it away.

    Raises:
        BadRequest, InvalidImage: no picture of this token could be stored, so none may be exposed.
    """
    samples = 3 if token.kind in _COLOURED else 1
    shape = (8, 8, 3) if samples == 3 else (8, 8)
    blank = Frame(
        pixels=np.zeros(shape, np.uint8), rows=8, columns=8, bits_stored=8, samples=samples
    )
    object_of(
        dataclasses.replace(
            _bare(token, token.shot),
            frame=blank,
            equipment=token.equipment,
            step=token.step,
            operator=token.operator,
            details=token.details,
        )
    )


def request_of(exposure: Exposure, frame: Frame, details: Details) -> ImageRequest:
    """All that the IOD needs. Patient, order and identity come from the token and nowhere else."""
    token = exposure.token
    merged: Mapping[str, Any] = {**exposure.details, **details}
    return ImageRequest(
        kind=token.kind,
        patient=token.patient,
        order=token.order,
        frame=frame,
        series=token.series,
        sop_instance_uid=token.sop_instance_uid,
        instance_number=token.instance_number,
        taken_at=taken_at(token, frame, exposure.received_at),
        study_started_at=token.study_started_at,
        equipment=token.equipment,
        shot=exposure.shot,
        step=token.step,
        operator=token.operator,
        details=merged,
    )


def object_of(request: ImageRequest) -> bytes:
    """The Part 10 bytes.

    Raises:
        BadRequest: a value does not fit.
        InvalidImage: the finished object breaks its IOD.
    """
    ds = iods.build(request)
    errors = [finding for finding in validate(ds) if finding.severity == "error"]
    if errors:
        raise InvalidImage(errors)
    return part10.write(ds)
