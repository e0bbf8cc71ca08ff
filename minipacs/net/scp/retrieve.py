"""C-MOVE and C-GET: stored objects to another node, or to whoever asks. PS3.4 C.4.2 and C.4.3."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from pydicom.dataset import Dataset

from minipacs.archive.errors import ArchiveError
from minipacs.archive.rows import InstanceRow
from minipacs.dicom import pixels
from minipacs.dicom.part10 import Unreadable, text_of
from minipacs.net.commands import C_GET_RQ, C_MOVE_RQ, C_STORE_RQ
from minipacs.net.datasets import dataset_of, encoded
from minipacs.net.errors import NetError
from minipacs.net.scp import provides
from minipacs.net.scu.store import Parcel, StoreSession, parcel_of
from minipacs.net.service import PLAIN_SYNTAXES, Context, Link, PlainService, Request
from minipacs.net.status import (
    CANCELLED,
    CANNOT_PERFORM_SUBOPERATIONS,
    DOES_NOT_MATCH_CLASS,
    MOVE_DESTINATION_UNKNOWN,
    PENDING,
    SUBOPERATIONS_WITH_FAILURES,
    SUCCESS,
    UNABLE_TO_PROCESS,
    Category,
    category,
)

log = logging.getLogger(__name__)

_ROOTS = MappingProxyType(
    {
        "1.2.840.10008.5.1.4.1.2.1.2": "PATIENT",
        "1.2.840.10008.5.1.4.1.2.1.3": "PATIENT",
        "1.2.840.10008.5.1.4.1.2.2.2": "STUDY",
        "1.2.840.10008.5.1.4.1.2.2.3": "STUDY",
    }
)
_UNIQUE_KEYS = MappingProxyType(
    {
        "PATIENT": "PatientID",
        "STUDY": "StudyInstanceUID",
        "SERIES": "SeriesInstanceUID",
        "IMAGE": "SOPInstanceUID",
    }
)
_MOST_COUNTED = 65535
_MOST_NAMED = 5000


class _BadIdentifier(Exception):
    """The identifier does not say what to retrieve."""


@dataclass
class _Tally:
    """The sub-operations so far. PS3.7 9.1.3.1.6 to 9."""

    remaining: int
    completed: int = 0
    warning: int = 0
    failed: list[str] = field(default_factory=list)

    def count(self, uid: str, status: int) -> None:
        """One more is done."""
        self.remaining -= 1
        kind = category(status)
        if kind is Category.SUCCESS:
            self.completed += 1
        elif kind is Category.WARNING:
            self.warning += 1
        else:
            self.failed.append(uid)

    def fields(self, *, final: bool = False) -> dict[str, int]:
        """The counters for a response; only pending and cancelled ones say how many remain."""
        found = {
            "NumberOfCompletedSuboperations": min(self.completed, _MOST_COUNTED),
            "NumberOfFailedSuboperations": min(len(self.failed), _MOST_COUNTED),
            "NumberOfWarningSuboperations": min(self.warning, _MOST_COUNTED),
        }
        if not final:
            found["NumberOfRemainingSuboperations"] = min(self.remaining, _MOST_COUNTED)
        return found


@provides.add("retrieve")
class RetrieveService(PlainService):
    """Sends what was asked for; each object is read against its hash, and a damaged one counts as failed."""

    sop_classes = frozenset(_ROOTS)
    rights = MappingProxyType({C_MOVE_RQ: "move", C_GET_RQ: "get"})

    def handle(self, request: Request, link: Link) -> None:
        """Find the objects, send them, tell how it went."""
        try:
            rows = self._rows(request)
        except (_BadIdentifier, Unreadable) as problem:
            comment = str(problem)[:64] if isinstance(problem, _BadIdentifier) else ""
            link.reply(
                request,
                DOES_NOT_MATCH_CLASS,
                comment=comment or "the identifier cannot be understood",
            )
            return
        except ArchiveError as problem:
            log.error("a retrieval failed: %s", type(problem).__name__)
            link.reply(request, UNABLE_TO_PROCESS, comment="the archive cannot be read")
            return
        if request.field == C_MOVE_RQ:
            self._move(request, link, rows)
        else:
            self._get(request, link, rows)

    # ---- what

    def _rows(self, request: Request) -> list[InstanceRow]:
        identifier = dataset_of(request)
        root = _ROOTS[request.context.abstract_syntax]
        level = text_of(identifier, "QueryRetrieveLevel")
        if level not in _UNIQUE_KEYS or (level == "PATIENT" and root == "STUDY"):
            raise _BadIdentifier("QueryRetrieveLevel is missing or not in this model")
        wanted = _values(identifier, _UNIQUE_KEYS[level])
        if not wanted or any("*" in one or "?" in one for one in wanted):
            raise _BadIdentifier(f"{_UNIQUE_KEYS[level]} must name what to retrieve")
        found: dict[str, InstanceRow] = {}
        for one in wanted:
            for row in self._matching(level, one):
                if _is_under(row, identifier, level):
                    found[row.sop_instance_uid] = row
        return list(found.values())

    def _matching(self, level: str, value: str) -> Sequence[InstanceRow]:
        archive = self.node.archive
        if level == "PATIENT":
            return archive.instances(patient=value)
        if level == "STUDY":
            return archive.instances(study=value)
        if level == "SERIES":
            return archive.instances(series=value)
        row = archive.instance(value)
        return [row] if row is not None else []

    # ---- where to

    def _move(self, request: Request, link: Link, rows: list[InstanceRow]) -> None:
        destination = str(request.command.get("MoveDestination", ""))
        peer = self.node.peers.get(destination)
        if peer is None:
            # PS3.4 C.4.2.1.5; and never to an address that a stranger names.
            comment = "the destination is not in the peer list"
            link.reply(request, MOVE_DESTINATION_UNKNOWN, comment=comment)
            return
        tally = _Tally(len(rows))
        originator = (link.caller.ae_title, request.message_id)
        try:
            with StoreSession(
                peer, calling_ae=self.node.ae_title, move_originator=originator
            ) as session:
                session.expect({(row.sop_class_uid, row.transfer_syntax) for row in rows})
                for row, data in self._read(rows):
                    if link.is_cancelled(request):
                        break
                    status = UNABLE_TO_PROCESS if data is None else session.send(data).status
                    self._next(request, link, tally, row, status)
        except NetError as problem:
            log.warning("a retrieval to %s broke off: %s", peer, type(problem).__name__)
            for row in rows[len(rows) - tally.remaining :]:
                tally.count(row.sop_instance_uid, UNABLE_TO_PROCESS)
        self._end(request, link, tally)

    def _get(self, request: Request, link: Link, rows: list[InstanceRow]) -> None:
        tally = _Tally(len(rows))
        for row, data in self._read(rows):
            if link.is_cancelled(request):
                break
            status = UNABLE_TO_PROCESS if data is None else self._give(link, data)
            self._next(request, link, tally, row, status)
        self._end(request, link, tally)

    def _give(self, link: Link, data: bytes) -> int:
        """One C-STORE in the asker's own association, in a context where it has taken the SCP's role."""
        parcel = parcel_of(data)
        context, parcel = _context_for(link, parcel)
        if context is None or parcel.trouble:
            return UNABLE_TO_PROCESS
        answer = link.ask(
            context,
            {
                "CommandField": C_STORE_RQ,
                "AffectedSOPClassUID": parcel.sop_class_uid,
                "AffectedSOPInstanceUID": parcel.sop_instance_uid,
                "Priority": 0,
            },
            memoryview(parcel.data)[parcel.offset :],
        )
        return int(answer.get("Status", UNABLE_TO_PROCESS))

    # ---- how it goes

    def _read(self, rows: list[InstanceRow]) -> Iterator[tuple[InstanceRow, bytes | None]]:
        for row in rows:
            try:
                data = self.node.archive.read(row.sop_instance_uid)
            except ArchiveError as problem:
                log.error(
                    "instance %s cannot be sent: %s", row.sop_instance_uid, type(problem).__name__
                )
                yield row, None
            else:
                yield row, data

    def _next(
        self, request: Request, link: Link, tally: _Tally, row: InstanceRow, status: int
    ) -> None:
        tally.count(row.sop_instance_uid, status)
        if tally.remaining:
            link.reply(request, PENDING, fields=tally.fields(), more=request.field == C_GET_RQ)

    def _end(self, request: Request, link: Link, tally: _Tally) -> None:
        data = None
        if tally.failed:
            failures = Dataset()
            failures.FailedSOPInstanceUIDList = tally.failed[:_MOST_NAMED]
            data = encoded(failures, request.context.transfer_syntax)
        if tally.remaining:
            link.reply(request, CANCELLED, data, fields=tally.fields())
            return
        status = SUCCESS
        if tally.failed:
            done = tally.completed + tally.warning
            status = SUBOPERATIONS_WITH_FAILURES if done else CANNOT_PERFORM_SUBOPERATIONS
        elif tally.warning:
            status = SUBOPERATIONS_WITH_FAILURES
        link.reply(request, status, data, fields=tally.fields(final=True))


def _values(identifier: Dataset, keyword: str) -> list[str]:
    return [one for one in text_of(identifier, keyword).split("\\") if one]


def _is_under(row: InstanceRow, identifier: Dataset, level: str) -> bool:
    """Whether the object is under the unique keys of the upper levels, where these are given. PS3.4 C.4.2.2.1."""
    upper = {
        "PatientID": row.patient_id,
        "StudyInstanceUID": row.study_instance_uid,
        "SeriesInstanceUID": row.series_instance_uid,
    }
    for keyword, value in upper.items():
        if keyword == _UNIQUE_KEYS[level]:
            return True
        given = _values(identifier, keyword)
        if given and value not in given:
            return False
    return True


def _context_for(link: Link, parcel: Parcel) -> tuple[Context | None, Parcel]:
    """The context to send the object in, decompressed where the peer takes it in no other way."""
    mine = [
        one
        for one in link.contexts.values()
        if one.peer_is_scp and one.abstract_syntax == parcel.sop_class_uid
    ]
    for context in mine:
        if context.transfer_syntax == parcel.transfer_syntax:
            return context, parcel
    for context in mine:
        if context.transfer_syntax in PLAIN_SYNTAXES:
            try:
                return context, parcel_of(pixels.transcode(parcel.data, context.transfer_syntax))
            except Exception as problem:  # noqa: BLE001 - any codec, any defect: this object only
                log.warning("an object cannot be decompressed: %s", type(problem).__name__)
                return None, parcel
    return None, parcel
