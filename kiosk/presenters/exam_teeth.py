"""Positions whose teeth the mount leaves open: the person says them before the exposure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from kiosk.exam.views import SlotView
from kiosk.i18n import text
from kiosk.presenters.exam_view import ExamView, Jaws, TeethQuestion, Tooth
from kiosk.presenters.ports import ExamsPort, LiveExam
from kiosk.presenters.work import OneAtATime

PERMANENT, DECIDUOUS = 8, 5
"""Teeth of a quadrant."""


class ExamTeeth:
    """Asks for the teeth of a position and tells the exam."""

    def __init__(self, view: ExamView, exams: ExamsPort, work: OneAtATime) -> None:
        self._view, self._exams, self._work = view, exams, work

    def ask(self, exam: LiveExam, slot: SlotView, then: Callable[[], None]) -> None:
        """Which teeth, with those proposed that were said before or that the order names; then go on."""
        known = slot.tile.teeth
        proposed = known or tuple(self._exams.teeth_of(exam.order))
        permanent, deciduous = self._jaws(1, PERMANENT), self._jaws(5, DECIDUOUS)
        places = [tooth.key for jaws in (permanent, deciduous) for row in jaws for tooth in row]

        def chosen(teeth: Sequence[str]) -> None:
            said = tuple(sorted(dict.fromkeys(teeth), key=places.index))
            if said == known:
                then()
            elif said:
                self._work.run(lambda: exam.name_teeth(slot.key, said), lambda _: then())

        self._view.ask_teeth(
            TeethQuestion(
                text("Which tooth will the picture show?"),
                text("Choose one tooth or several. The picture will say so for good."),
                permanent,
                deciduous,
                tuple(tooth for tooth in proposed if tooth in places),
                chosen,
            )
        )

    def _jaws(self, first: int, count: int) -> Jaws:
        """The chart as it is seen from the front: quadrants 1 and 2 above 4 and 3; 5 and 6 above 8 and 7."""
        return (
            self._row(first, range(count, 0, -1)) + self._row(first + 1, range(1, count + 1)),
            self._row(first + 3, range(count, 0, -1)) + self._row(first + 2, range(1, count + 1)),
        )

    def _row(self, quadrant: int, positions: Iterable[int]) -> tuple[Tooth, ...]:
        keys = [f"{quadrant}{position}" for position in positions]
        return tuple(Tooth(key, self._exams.show_tooth(key)) for key in keys)
