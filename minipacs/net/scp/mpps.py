"""Modality Performed Procedure Step: what a modality says it does and did. PS3.4 annex F."""

from __future__ import annotations

import logging
from types import MappingProxyType
from typing import Any

from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset

from minipacs.archive.errors import ArchiveError, BadStep, StepClosed
from minipacs.dicom.part10 import Unreadable
from minipacs.dicom.uids import is_valid_uid
from minipacs.net.commands import N_CREATE_RQ, N_GET_RQ, N_SET_RQ
from minipacs.net.datasets import dataset_of, encoded
from minipacs.net.scp import provides
from minipacs.net.service import Link, PlainService, Request
from minipacs.net.status import (
    INVALID_INSTANCE,
    NO_SUCH_ATTRIBUTE,
    PROCESSING_FAILURE,
    SUCCESS,
    comment_for,
    status_for,
)

log = logging.getLogger(__name__)

PERFORMED_STEP = "1.2.840.10008.3.1.2.3.3"
PERFORMED_STEP_RETRIEVE = "1.2.840.10008.3.1.2.3.4"
_NO_LONGER = 0xA710
"""Error ID for a step that has ended, PS3.4 F.7.2.2.3."""


@provides.add("mpps")
class PerformedStepService(PlainService):
    """Keeps performed procedure steps; the archive closes the worklist entries that they name."""

    sop_classes = frozenset({PERFORMED_STEP, PERFORMED_STEP_RETRIEVE})
    rights = MappingProxyType({N_CREATE_RQ: "mpps", N_SET_RQ: "mpps", N_GET_RQ: "mpps"})

    def handle(self, request: Request, link: Link) -> None:
        """Create, update or tell one step."""
        fields: dict[str, Any] = {}
        try:
            uid = self._uid(request, fields)
            if uid is None:
                link.reply(request, INVALID_INSTANCE, comment="the SOP Instance UID is not a UID")
            elif request.field == N_GET_RQ:
                self._tell(request, link, uid)
            else:
                content = dataset_of(request)
                if request.field == N_CREATE_RQ:
                    self.node.archive.steps.create(uid, content)
                else:
                    self.node.archive.steps.update(uid, content)
                link.reply(request, SUCCESS, fields=fields)
        except Unreadable:
            comment = "the attribute list cannot be understood"
            link.reply(request, PROCESSING_FAILURE, comment=comment)
        except ArchiveError as problem:
            log.warning("a step from %s: %s", link.caller.address, type(problem).__name__)
            link.reply(
                request,
                status_for(problem),
                comment=comment_for(problem),
                fields=_details(problem),
            )

    def _uid(self, request: Request, fields: dict[str, Any]) -> str | None:
        """The UID of the step; a creation may leave it to us (PS3.7 10.1.5.1.3). None where it is none."""
        uid = request.sop_instance
        if not uid and request.field == N_CREATE_RQ:
            uid = fields["AffectedSOPInstanceUID"] = self.node.uids.performed_step()
        return uid if is_valid_uid(uid) else None

    def _tell(self, request: Request, link: Link, uid: str) -> None:
        """Answer an N-GET with the attributes asked for, or all of them."""
        whole = self.node.archive.steps.get(uid)
        wanted = request.command.get("AttributeIdentifierList") or ()
        found = whole
        if wanted:
            found = Dataset()
            for tag in wanted:
                if tag in whole:
                    found[tag] = whole[tag]
            if not len(found):
                link.reply(request, NO_SUCH_ATTRIBUTE, comment="none of these is in the step")
                return
        data = encoded(found, request.context.transfer_syntax, link.caller.character_set)
        link.reply(request, SUCCESS, data)


def _details(problem: ArchiveError) -> dict[str, Any] | None:
    if isinstance(problem, StepClosed):
        return {"ErrorID": _NO_LONGER}
    if isinstance(problem, BadStep):
        tag = tag_for_keyword(problem.keyword)
        return {"OffendingElement": (tag,)} if tag is not None else None
    return None
