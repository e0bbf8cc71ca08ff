"""What can be wrong with an order from outside. The texts name places and keywords, never a value of a patient."""

from __future__ import annotations

from collections.abc import Sequence


class OrderError(Exception):
    """An order that the worklist cannot take."""


class BadOrder(OrderError):
    """One order with its mistakes.

    Args:
        mistakes: a sentence each, beginning with the DICOM keyword.
    """

    def __init__(self, mistakes: Sequence[str]) -> None:
        super().__init__("; ".join(mistakes))
        self.mistakes = tuple(mistakes)


class BadOrderFile(OrderError):
    """A file of orders of which nothing was taken.

    Args:
        name: the file's name without its folder.
        mistakes: a sentence each, beginning with the place in the file.
    """

    def __init__(self, name: str, mistakes: Sequence[str]) -> None:
        lines = "".join(f"\n  {mistake}" for mistake in mistakes)
        super().__init__(f"nothing was taken from {name}; mend it and import it again:{lines}")
        self.name = name
        self.mistakes = tuple(mistakes)
