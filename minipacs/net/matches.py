"""Answering a C-FIND, for every information model that has one. PS3.4 C.4.1.3 and K.4.1.3."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset

from minipacs.archive.errors import ArchiveError, BadQuery
from minipacs.net.datasets import encoded
from minipacs.net.service import Link, Request
from minipacs.net.status import (
    CANCELLED,
    DOES_NOT_MATCH_CLASS,
    PENDING,
    SUCCESS,
    UNABLE_TO_PROCESS,
    comment_for,
)

log = logging.getLogger(__name__)


def answer_matches(
    request: Request,
    link: Link,
    find: Callable[[], Iterable[Dataset]],
    finish: Callable[[Dataset], Dataset] | None = None,
) -> None:
    """Send each match as a pending answer, then the final status; ends early when cancelled.

    Args:
        request: the C-FIND.
        link: its association.
        find: looks the matches up; may raise an ArchiveError at once or while it gives them.
        finish: completes each match.
    """
    syntax, charset = request.context.transfer_syntax, link.caller.character_set
    try:
        for match in find():
            if link.is_cancelled(request):
                link.reply(request, CANCELLED)
                return
            ds = finish(match) if finish else match
            link.reply(request, PENDING, encoded(ds, syntax, charset), more=True)
    except ArchiveError as problem:
        if isinstance(problem, BadQuery):
            status, tag = DOES_NOT_MATCH_CLASS, tag_for_keyword(problem.keyword)
        else:
            status, tag = UNABLE_TO_PROCESS, None
        log.warning("a query from %s failed: %s", link.caller.address, type(problem).__name__)
        fields = {"OffendingElement": (tag,)} if tag is not None else None
        link.reply(request, status, comment=comment_for(problem), fields=fields)
        return
    link.reply(request, CANCELLED if link.is_cancelled(request) else SUCCESS)
