"""C-FIND in the Patient Root and Study Root models. PS3.4 C.4.1."""

from __future__ import annotations

from types import MappingProxyType

from pydicom.dataset import Dataset

from minipacs.dicom.part10 import Unreadable, text_of
from minipacs.net.commands import C_FIND_RQ
from minipacs.net.datasets import dataset_of
from minipacs.net.matches import answer_matches
from minipacs.net.scp import provides
from minipacs.net.service import Link, PlainService, Request
from minipacs.net.status import DOES_NOT_MATCH_CLASS

PATIENT_ROOT = "1.2.840.10008.5.1.4.1.2.1.1"
STUDY_ROOT = "1.2.840.10008.5.1.4.1.2.2.1"
_ROOTS = MappingProxyType({PATIENT_ROOT: "PATIENT", STUDY_ROOT: "STUDY"})
_LEVELS = MappingProxyType(
    {
        "PATIENT": ("PATIENT", "STUDY", "SERIES", "IMAGE"),
        "STUDY": ("STUDY", "SERIES", "IMAGE"),
    }
)


@provides.add("query")
class QueryService(PlainService):
    """Answers what the archive has."""

    sop_classes = frozenset(_ROOTS)
    rights = MappingProxyType({C_FIND_RQ: "find"})

    def handle(self, request: Request, link: Link) -> None:
        """One pending answer a match, then the final one."""
        root = _ROOTS[request.context.abstract_syntax]
        try:
            identifier = dataset_of(request)
        except Unreadable:
            link.reply(request, DOES_NOT_MATCH_CLASS, comment="the identifier cannot be understood")
            return
        level = text_of(identifier, "QueryRetrieveLevel")
        if level not in _LEVELS[root]:
            comment = "QueryRetrieveLevel: " + ("is missing" if not level else "not in this model")
            link.reply(
                request,
                DOES_NOT_MATCH_CLASS,
                comment=comment,
                fields={"OffendingElement": (0x00080052,)},
            )
            return
        answer_matches(
            request,
            link,
            lambda: self.node.archive.find(root, level, identifier),
            _Finish(level, self.node.ae_title),
        )


class _Finish:
    """Puts into each match what the archive does not know: where to retrieve it from."""

    def __init__(self, level: str, ae_title: str) -> None:
        self._level = level
        self._ae_title = ae_title

    def __call__(self, match: Dataset) -> Dataset:
        match.QueryRetrieveLevel = self._level
        match.RetrieveAETitle = self._ae_title
        if "InstanceAvailability" in match:
            match.InstanceAvailability = "ONLINE"
        return match
