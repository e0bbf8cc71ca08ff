"""Storage Commitment as it comes by the listener: requests to us, and reports on our own. PS3.4 annex J."""

from __future__ import annotations

import logging
from types import MappingProxyType

from pydicom.dataset import Dataset

from minipacs.archive.errors import ArchiveError, UnknownTransaction
from minipacs.archive.rows import Commitment
from minipacs.dicom.part10 import Unreadable, text_of
from minipacs.dicom.uids import is_valid_uid
from minipacs.net.commands import N_ACTION_RQ, N_EVENT_REPORT_RQ
from minipacs.net.datasets import dataset_of, encoded
from minipacs.net.scp import provides
from minipacs.net.scu.commitment import COMMITMENT, COMMITMENT_INSTANCE, Report, report_of
from minipacs.net.service import Link, PlainService, Request
from minipacs.net.status import (
    DUPLICATE_INVOCATION,
    INVALID_ARGUMENT,
    NO_SUCH_ACTION,
    NO_SUCH_EVENT,
    NO_SUCH_INSTANCE,
    NOT_AUTHORISED,
    PROCESSING_FAILURE,
    SUCCESS,
    comment_for,
    is_done,
    status_for,
)

log = logging.getLogger(__name__)

_QUIET_S = 0.3
"""A peer that stays silent for so long waits for its report in the same association."""


@provides.add("commitment")
class CommitmentService(PlainService):
    """Takes requests for commitment and gives the report in the same association, or else in a new one."""

    sop_classes = frozenset({COMMITMENT})
    # A report on a request of ours needs no right: it must be about a transaction that we have open with that peer.
    rights = MappingProxyType({N_ACTION_RQ: "commitment", N_EVENT_REPORT_RQ: ""})

    def handle(self, request: Request, link: Link) -> None:
        """Answer a request or a report."""
        try:
            content = dataset_of(request)
            if request.field == N_ACTION_RQ:
                self._action(request, link, content)
            else:
                self._event(request, link, report_of(content))
        except Unreadable:
            comment = "the data set cannot be understood"
            link.reply(request, INVALID_ARGUMENT, comment=comment)
        except ArchiveError as problem:
            log.error("storage commitment failed: %s", type(problem).__name__)
            link.reply(request, status_for(problem), comment=comment_for(problem))

    # ---- we are asked

    def _action(self, request: Request, link: Link, content: Dataset) -> None:
        transaction = text_of(content, "TransactionUID")
        refs = report_of(content).committed
        if request.command.get("ActionTypeID") != 1:
            link.reply(request, NO_SUCH_ACTION)
            return
        if request.sop_instance != COMMITMENT_INSTANCE:
            link.reply(request, NO_SUCH_INSTANCE)
            return
        if not is_valid_uid(transaction) or not refs or not all(is_valid_uid(b) for _, b in refs):
            comment = "Transaction UID or Referenced SOP Sequence is missing"
            link.reply(request, INVALID_ARGUMENT, comment=comment)
            return
        peer = link.caller.ae_title
        commitments = self.node.archive.commitment
        known = commitments.get(transaction, "scp")
        if known is not None and (known.peer != peer or known.refs != refs):
            link.reply(request, DUPLICATE_INVOCATION, comment="this Transaction UID is in use")
            return
        # Durable before the answer: from then on we owe a report, also after a power cut.
        commitments.remember(transaction, peer, refs, "scp")
        owed = commitments.get(transaction, "scp")
        link.reply(request, SUCCESS, fields={"ActionTypeID": 1})
        if owed is not None:
            self._report(request, link, owed)

    def _report(self, request: Request, link: Link, owed: Commitment) -> None:
        """Here, if the peer waits for it; else when it has left."""
        reporter = self.node.reporter
        done = False

        def afterwards() -> None:
            if not done:
                reporter.report(owed)

        link.afterwards(afterwards)
        if not link.is_quiet(_QUIET_S) or not reporter.hold(owed.transaction_uid):
            return
        try:
            event, ds = reporter.result_of(owed)
            answer = link.ask(
                request.context,
                {
                    "CommandField": N_EVENT_REPORT_RQ,
                    "AffectedSOPClassUID": COMMITMENT,
                    "AffectedSOPInstanceUID": COMMITMENT_INSTANCE,
                    "EventTypeID": event,
                },
                encoded(ds, request.context.transfer_syntax),
            )
            if is_done(int(answer.get("Status", PROCESSING_FAILURE))):
                done = True
                reporter.delivered(owed.transaction_uid)
        finally:
            reporter.let_go(owed.transaction_uid)

    # ---- we are told

    def _event(self, request: Request, link: Link, report: Report) -> None:
        if request.command.get("EventTypeID") not in (1, 2):
            link.reply(request, NO_SUCH_EVENT)
            return
        commitments = self.node.archive.commitment
        asked = commitments.get(report.transaction_uid)
        if asked is not None and not self._may_report(link, asked):
            log.warning("a commitment report comes from %s, not from the peer asked", link.caller)
            comment = "this transaction is with another peer"
            link.reply(request, NOT_AUTHORISED, comment=comment)
            return
        fields = {"EventTypeID": request.command["EventTypeID"]}
        try:
            commitments.resolve(report.transaction_uid, report.committed, report.failed)
        except UnknownTransaction:
            if asked is None:
                comment = "no such transaction is open"
                link.reply(request, PROCESSING_FAILURE, comment=comment, fields=fields)
                return
            log.info("a commitment report came twice")
        link.reply(request, SUCCESS, fields=fields)

    def _may_report(self, link: Link, asked: Commitment) -> bool:
        """Whether the caller is whom we asked: by AE title, or by the address of that peer."""
        caller = link.caller
        # A destination of the outbox is an AE title of the book, or AETITLE@HOST:PORT.
        title, _, place = asked.peer.partition("@")
        if caller.ae_title == title:
            return True
        peer = self.node.peers.get(title)
        host = place.rpartition(":")[0] if place else peer.host if peer is not None else ""
        return bool(host) and host == caller.address
