"""C-STORE: an object comes in, with the bytes it has. Success means that it is durable. PS3.4 annex B."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from types import MappingProxyType

from pydicom._uid_dict import UID_dictionary
from pydicom.uid import UID, AllTransferSyntaxes
from pynetdicom.sop_class import _STORAGE_CLASSES  # pynetdicom has no public list of all of them

from minipacs.archive.errors import ArchiveError
from minipacs.archive.rows import Origin, Outcome
from minipacs.dicom.part10 import Unwritable, file_head
from minipacs.dicom.uids import is_valid_uid
from minipacs.net.commands import C_STORE_RQ
from minipacs.net.scp import provides
from minipacs.net.service import Link, Node, Request
from minipacs.net.status import (
    CANNOT_UNDERSTAND,
    DOES_NOT_MATCH_CLASS,
    INVALID_INSTANCE,
    SUCCESS,
    comment_for,
    status_for,
)

log = logging.getLogger(__name__)

_STORAGE_ARC = "1.2.840.10008.5.1.4.1.1."
_NOT_OBJECTS = frozenset(
    {
        "1.2.840.10008.5.1.4.1.1.201.2",
        "1.2.840.10008.5.1.4.1.1.201.3",
        "1.2.840.10008.5.1.4.1.1.201.4",
        "1.2.840.10008.5.1.4.1.1.201.5",
        "1.2.840.10008.5.1.4.1.1.201.6",
    }
)
"""Services of PS3.4 annex YY that are numbered among the storage classes."""
_NOT_TAKEN = frozenset(
    {
        # A data set of some KB may inflate to some GB, and the bytes could not be passed on to most peers.
        "1.2.840.10008.1.2.1.99",
        # The pixels are elsewhere (JPIP) or a stream (SMPTE ST 2110): there is no whole object to keep.
        "1.2.840.10008.1.2.4.94",
        "1.2.840.10008.1.2.4.95",
        "1.2.840.10008.1.2.4.204",
        "1.2.840.10008.1.2.4.205",
        "1.2.840.10008.1.2.7.1",
        "1.2.840.10008.1.2.7.2",
        "1.2.840.10008.1.2.7.3",
    }
)


def transfer_syntaxes() -> frozenset[str]:
    """All transfer syntaxes that objects are taken in."""
    return frozenset(str(uid) for uid in AllTransferSyntaxes) - _NOT_TAKEN


def sop_classes() -> frozenset[str]:
    """The storage SOP classes that are known by name, retired ones included."""
    named = {str(uid) for uid in _STORAGE_CLASSES.values()}
    retired = {
        uid
        for uid, entry in UID_dictionary.items()
        if entry[1] == "SOP Class" and uid.startswith(_STORAGE_ARC) and "Storage" in entry[0]
    }
    return frozenset(named | retired) - _NOT_OBJECTS


@provides.add("storage")
class StorageService:
    """Hands the received bytes to the archive as they are, behind a file head of our own."""

    rights = MappingProxyType({C_STORE_RQ: "store"})

    def __init__(self, node: Node) -> None:
        self._archive = node.archive
        self._syntaxes = transfer_syntaxes()
        self.sop_classes = sop_classes()

    def takes(self, sop_class: str) -> bool:
        """Private classes, and standard ones that are newer than our tables."""
        if sop_class.startswith("1.2.840.10008."):
            return (
                sop_class.startswith(_STORAGE_ARC)
                and sop_class not in UID_dictionary
                and sop_class not in _NOT_OBJECTS
            )
        return is_valid_uid(sop_class) and UID(sop_class).is_private

    def choose(self, transfer_syntaxes: Sequence[str]) -> str | None:
        """The first that we keep: what the peer names first is what it has."""
        return next((one for one in transfer_syntaxes if one in self._syntaxes), None)

    def handle(self, request: Request, link: Link) -> None:
        """Store one object and answer; 0x0000 only when the archive has given its word.

        An object whose UID is taken by other bytes is answered with Success too: both are durable then, the second in
        quarantine with an alert on our screen, and no warning status says that. PS3.4 B.2.3, reliability rule 2.3.
        """
        status, comment = self._store(request, link)
        link.reply(request, status, comment=comment)

    def _store(self, request: Request, link: Link) -> tuple[int, str]:
        context = request.context
        sop_class, sop_instance = request.sop_class, request.sop_instance
        if sop_class != context.abstract_syntax:
            return DOES_NOT_MATCH_CLASS, "the SOP class is not the one of the context"
        if not is_valid_uid(sop_instance):
            return INVALID_INSTANCE, "the SOP Instance UID is not a UID"
        if not request.has_data or not request.size:
            return CANNOT_UNDERSTAND, "there is no data set"
        caller = link.caller
        try:
            head = file_head(sop_class, sop_instance, context.transfer_syntax, caller.ae_title)
            found = self._archive.ingest(
                [head, *request.fragments],
                Origin("store", ae_title=caller.ae_title, address=caller.address),
            )
        except ArchiveError as problem:
            log.warning("an object from %s is refused: %s", caller.address, comment_for(problem))
            return status_for(problem), comment_for(problem)
        except Unwritable as problem:
            return CANNOT_UNDERSTAND, str(problem)[:64]
        if found.outcome is Outcome.CONFLICT:
            log.warning("an object from %s is in quarantine: %s", caller.address, sop_instance)
        return SUCCESS, ""
