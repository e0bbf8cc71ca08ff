"""Who gives an object its identity: one method per role, so that a deployment can change one rule."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

_VALID = re.compile(r"(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*))+\Z")


def is_valid_uid(text: str) -> bool:
    """Whether `text` is a UID by PS3.5 9.1: digits and dots, at most 64, no leading zero in a component."""
    return len(text) <= 64 and _VALID.match(text) is not None


class UidPolicy:
    """UIDs of the form 2.25.<128-bit number> (PS3.5 B.2), which need no registered root.

    Args:
        random_uuid: gives a fresh UUID; a test hands in a counted one.
    """

    def __init__(self, random_uuid: Callable[[], uuid.UUID] = uuid.uuid4) -> None:
        self._random_uuid = random_uuid

    def study(self) -> str:
        """A Study Instance UID, for an exam that no order has named."""
        return self._fresh()

    def series(self) -> str:
        """A Series Instance UID."""
        return self._fresh()

    def instance(self) -> str:
        """A SOP Instance UID of an image."""
        return self._fresh()

    def performed_step(self) -> str:
        """The SOP Instance UID of a Modality Performed Procedure Step."""
        return self._fresh()

    def transaction(self) -> str:
        """A Transaction UID of a storage commitment request."""
        return self._fresh()

    def file_set(self) -> str:
        """The SOP Instance UID of a Media Storage Directory."""
        return self._fresh()

    def _fresh(self) -> str:
        return f"2.25.{self._random_uuid().int}"


class CountedUids(UidPolicy):
    """The same UIDs in the same order in each run: for tests and reproducible demos."""

    def __init__(self, start: int = 1) -> None:
        counter = iter(range(start, 1 << 62))
        super().__init__(lambda: uuid.UUID(int=(1 << 100) + next(counter)))
