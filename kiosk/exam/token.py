"""The acquisition token: whose picture it will be, of what and by whom, fixed before the exposure.

A picture belongs to the patient of its token, never to "the current patient" (reliability: patient changed
between arm and image). The token also fixes the identity of the object, so that accepting the same frame
again after a crash can only meet the object already stored.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json

from kiosk.exam.plain import from_plain, to_plain
from minipacs.dicom.model import (
    Details,
    Equipment,
    Order,
    Patient,
    PerformedStep,
    Series,
    Shot,
)


@dataclasses.dataclass(frozen=True)
class Token:
    """What `Exam.arm` hands to a source and gets back with the frame. Immutable from arm on."""

    identifier: str
    """Of this token; also the id of the exposure that it becomes."""
    exam_id: str
    patient: Patient
    order: Order
    kind: str
    slot: str
    """Key of the tile in the template."""
    template: str
    shot: Shot
    operator: str
    equipment: Equipment
    series: Series
    step: PerformedStep
    modality: str
    sop_instance_uid: str
    instance_number: int
    study_started_at: dt.datetime
    armed_at: dt.datetime
    details: Details = dataclasses.field(default_factory=dict)

    def to_json(self) -> str:
        """One JSON object; names in any script stay as they are."""
        return json.dumps(to_plain(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Token:
        """The token of its JSON text.

        Raises:
            ValueError: it is not a token.
        """
        return from_plain(cls, json.loads(text))
