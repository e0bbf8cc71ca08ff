"""The Modality Worklist: what is scheduled. PS3.4 annex K."""

from __future__ import annotations

from types import MappingProxyType

from minipacs.dicom.part10 import Unreadable
from minipacs.net.commands import C_FIND_RQ
from minipacs.net.datasets import dataset_of
from minipacs.net.matches import answer_matches
from minipacs.net.scp import provides
from minipacs.net.service import Link, PlainService, Request
from minipacs.net.status import DOES_NOT_MATCH_CLASS


@provides.add("worklist")
class WorklistService(PlainService):
    """Answers with the scheduled steps. The model has one level, so none is asked for in the identifier."""

    sop_classes = frozenset({"1.2.840.10008.5.1.4.31"})
    rights = MappingProxyType({C_FIND_RQ: "worklist"})

    def handle(self, request: Request, link: Link) -> None:
        """One pending answer a step, then the final one."""
        try:
            identifier = dataset_of(request)
        except Unreadable:
            comment = "the identifier cannot be understood"
            link.reply(request, DOES_NOT_MATCH_CLASS, comment=comment)
            return
        # Some modalities send a level although this model has none; it is no key of it.
        if "QueryRetrieveLevel" in identifier:
            del identifier.QueryRetrieveLevel
        find = self.node.archive.worklist.find
        answer_matches(request, link, lambda: find(identifier, station=link.caller.ae_title))
