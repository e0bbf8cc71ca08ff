"""Numbers for questions, so that a late answer of a screen already left is dropped."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Requests:
    """Each `ask` makes the answers to all earlier ones worthless."""

    def __init__(self) -> None:
        self._number = 0

    def ask(self, answer: Callable[[T], None]) -> Callable[[T], None]:
        """`answer`, as long as nothing newer was asked and the screen was not left."""
        self._number += 1
        return self.also(answer)

    def also(self, answer: Callable[[T], None]) -> Callable[[T], None]:
        """A second answer (the failure) to the question just asked."""
        number = self._number

        def if_wanted(result: T) -> None:
            if number == self._number:
                answer(result)

        return if_wanted

    def drop(self) -> None:
        """No answer is wanted any more."""
        self._number += 1
