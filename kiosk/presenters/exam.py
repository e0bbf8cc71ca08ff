"""The exam at the chair: choose the position, arm, expose, look, accept or retake, go on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from kiosk.exam.token import Token
from kiosk.exam.views import EventKind, ExamEvent, SlotState, SlotView
from kiosk.i18n import NO_TEXT, text
from kiosk.presenters.exam_ending import ExamEnding
from kiosk.presenters.exam_move import ExamMove, places_for
from kiosk.presenters.exam_pictures import ExamPictures
from kiosk.presenters.exam_strays import ExamStrays
from kiosk.presenters.exam_teeth import ExamTeeth
from kiosk.presenters.exam_view import NO_ACTIONS, Actions, ExamView, Reason
from kiosk.presenters.exam_words import (
    NOT_SAVED,
    Moment,
    actions_of,
    mount_tile,
    moved_words,
    position_of,
    retake_words,
)
from kiosk.presenters.ports import ExamsPort, LiveExam, SourceLine, SourcePort
from kiosk.presenters.refusal import refusal_of
from kiosk.presenters.words import identity
from kiosk.presenters.work import OneAtATime
from kiosk.problems import problem_of
from kiosk.tasks import Post, Tasks
from minipacs.clock import Clock
from minipacs.dicom.model import Code


class ExamPresenter:
    """Logic of the exam screen. One exam at a time; it is handed over by `open`."""

    def __init__(
        self,
        view: ExamView,
        exams: ExamsPort,
        source: SourcePort,
        tasks: Tasks,
        post: Post,
        clock: Clock,
        *,
        finished: Callable[[LiveExam, object], None],
        leave: Callable[[], None],
    ) -> None:
        self._view, self._exams, self._source = view, exams, source
        self._tasks, self._post, self._clock = tasks, post, clock
        self._finished, self._leave = finished, leave
        self._exam: LiveExam | None = None
        self._unsubscribe: Callable[[], None] | None = None
        self._selected = ""
        self._pictures = ExamPictures(view, tasks, self._refresh)
        self._work = OneAtATime(
            tasks, self._refresh, lambda error: view.show_problem(problem_of(error))
        )
        self._ending = ExamEnding(
            view, exams, source, self._work, done=self._done, paused=self._paused
        )
        self._move = ExamMove(view, source, self._work, self._refresh)
        self._strays = ExamStrays(view, exams, tasks, self._work)
        self._teeth = ExamTeeth(view, exams, self._work)
        source.subscribe(lambda line: post(lambda: self._source_changed(line)))

    @property
    def busy(self) -> bool:
        """Whether something that was asked for still runs."""
        return self._work.busy

    # ---- coming and going

    def open(self, exam: LiveExam) -> None:
        """This exam is on the screen now."""
        self.close()
        self._exam = exam
        self._unsubscribe = exam.subscribe(
            lambda event: self._post(lambda: self._happened(exam, event))
        )
        self._pictures.begin(exam)
        today = self._clock().date()
        order = exam.order
        what = order.step_description or order.requested_procedure_description
        # Not every order has an Accession Number; none of the three is a walk-in.
        number = order.accession_number or order.requested_procedure_id or order.step_id
        self._view.show_patient(identity(exam.patient, today), exam.template.title, what, number)
        slots = exam.slots()
        judged = next((slot.key for slot in slots if slot.state is SlotState.REVIEW), "")
        self._selected = judged or exam.next_slot() or (slots[0].key if slots else "")
        self._view.show_picture(None, NO_TEXT)
        for slot in slots:
            if slot.exposure is not None:
                self._pictures.load(slot.exposure)
        self._view.show_source(self._source.line())
        self._refresh()
        self._strays.ask()

    def close(self) -> None:
        """The exam is no longer on the screen; answers that still come are dropped."""
        if self._unsubscribe is not None:
            self._unsubscribe()
        self._unsubscribe, self._exam = None, None
        self._move.stop()
        self._work.drop()
        self._pictures.begin(None)

    # ---- what the person does

    def on_tile(self, key: str) -> None:
        """A position was tapped. When the sensor is armed and the position is empty, the arming moves with it.

        While a picture is being moved, the tapped position takes it.
        """
        exam = self._exam
        if exam is not None and self._move.is_on:
            self._move.put(exam, key)
            return
        if exam is None or key == self._selected:
            return
        self._selected = key
        slot = self._slot()
        if exam.armed is not None and slot is not None and slot.state is SlotState.EMPTY:
            self._arm(key)
        self._refresh()

    def on_step(self, step: int) -> None:
        """To the position before (-1) or after (1), in the order of acquisition."""
        if self._exam is None:
            return
        if self._move.is_on:
            self._move.step(self._exam, step)
            return
        keys = [slot.key for slot in self._exam.slots()]
        place = keys.index(self._selected) if self._selected in keys else 0
        self.on_tile(keys[(place + step) % len(keys)])

    def on_next(self) -> None:
        """To the next position without a picture."""
        if self._exam is not None:
            key = self._exam.next_slot(self._selected)
            if key:
                self.on_tile(key)

    def on_capture(self) -> None:
        """The one large button: arm; and once armed expose, where the source can."""
        slot = self._slot()
        if slot is None or self.busy or self._move.is_on:
            return
        if slot.state is SlotState.EMPTY:
            self._arm(slot.key)
        elif slot.state is SlotState.ARMED:
            line = self._source.line()
            if line.can_expose:
                self._work.run(self._source.expose)
            elif line.can_pick:
                self._view.ask_files(self._files_picked)
        elif slot.state is SlotState.UNSAVED and slot.exposure is not None:
            self.on_save_again(slot.exposure.exposure_id)
        elif slot.state is SlotState.REVIEW:
            self._view.show_note(text("Accept this picture or retake it first."))
        elif slot.state is SlotState.STORED:
            self._view.show_note(text("This picture is stored. Retake makes another one."))

    def on_disarm(self) -> None:
        """Not now."""
        exam = self._exam
        if exam is None:
            return

        def work() -> None:
            self._source.disarm()
            exam.disarm()

        self._work.run(work)

    def on_accept(self) -> None:
        """Keep the picture and go on to the next position, armed. While a picture is being moved: put it there."""
        exam, slot = self._exam, self._slot()
        if exam is None or slot is None or self.busy:
            return
        if self._move.is_on:
            self._move.put(exam)
            return
        if slot.state is SlotState.STORED:
            self.on_next()
            return
        if slot.state is not SlotState.REVIEW or slot.exposure is None:
            return
        exposure_id, key = slot.exposure.exposure_id, slot.key
        if not self._pictures.is_settled(exposure_id):
            return  # nobody has seen it yet: a second press of Enter must not keep it

        def stored(_: object) -> None:
            self._go_on(key)

        self._work.run(lambda: exam.accept(exposure_id), stored)

    def on_retake(self) -> None:
        """Not good enough: ask why, with one tap, and arm the same position again."""
        slot = self._slot()
        if slot is None or self.busy or slot.state not in (SlotState.REVIEW, SlotState.STORED):
            return
        self._move.stop()
        reasons = self._exams.reject_reasons()
        self._view.ask_reason(
            *retake_words(slot, self._position(slot)),
            [Reason(code.value, code.meaning) for code in reasons],
            lambda value: self._retake(
                slot.key, next(one for one in reasons if one.value == value)
            ),
        )

    def on_save_again(self, exposure_id: str) -> None:
        """The disk has room again."""
        if (exam := self._exam) is not None:
            self._work.run(lambda: exam.save_again(exposure_id))

    def on_stray(self, entry_id: str) -> None:
        """A stray frame was tapped: it may be put into the position in hand, after a question."""
        exam, slot = self._exam, self._slot()
        if exam is None:
            return
        if slot is not None and slot.tile.needs_teeth and slot.state is SlotState.EMPTY:
            self._teeth.ask(exam, slot, lambda: self.on_stray(entry_id))
            return
        self._strays.offer(exam, entry_id, slot, self._position(slot) if slot is not None else "")

    def on_finish(self) -> None:
        """End the exam, after a question when positions are empty."""
        exam = self._exam
        if exam is None or self.busy:
            return
        self._move.stop()
        undecided = [
            slot for slot in exam.slots() if slot.state in (SlotState.REVIEW, SlotState.UNSAVED)
        ]
        if undecided:
            self.on_tile(undecided[0].key)
            self._view.show_note(text("Decide on this picture first: accept it or retake it."))
            return
        self._ending.finish(exam)

    def on_back(self) -> None:
        """Leave for the worklist; what was taken stays and can go on. While a picture is being moved: stop that."""
        exam = self._exam
        if self._move.is_on:
            self._move.stop()
        elif exam is not None and not self.busy:
            self._ending.leave(exam, self.on_finish)

    # ---- a picture in the wrong position

    def on_move(self) -> None:
        """The picture in hand belongs elsewhere: the next tap, or arrows and Enter, say where; again stops."""
        if self._move.is_on:
            self._move.stop()
        elif self._exam is not None and not self.busy:
            self._move.begin(self._exam, self._selected)

    def on_drop(self, key: str, onto: str) -> None:
        """The picture of one position was dragged onto another."""
        if self._exam is not None:
            self._move.stop()
            self._move.drop(self._exam, key, onto)

    def places_for(self, key: str) -> Sequence[str]:
        """The positions that the picture of this one can be dragged to; none when it is not under review."""
        exam = self._exam
        return places_for(exam.slots(), key) if exam is not None and not self.busy else ()

    def _moved(self, exam: LiveExam, event: ExamEvent) -> None:
        self._move.stop()
        self._selected = event.slot
        for slot in exam.slots():
            if slot.key in (event.slot, event.text) and slot.exposure is not None:
                self._pictures.load_again(slot.exposure)
            if slot.key == event.slot:
                self._view.show_note(moved_words(self._position(slot)))

    # ---- what happens

    def _happened(self, exam: LiveExam, event: ExamEvent) -> None:
        if exam is not self._exam:
            return
        if event.kind is EventKind.PREVIEW:
            slot = next((one for one in exam.slots() if one.key == event.slot), None)
            if slot is not None and slot.exposure is not None:
                self._move.stop()
                self._selected = slot.key
                self._pictures.load(slot.exposure)
        elif event.kind is EventKind.MOVED:
            self._moved(exam, event)
        elif event.kind is EventKind.FRAME_NOT_SAVED:
            self._selected = event.slot or self._selected
            exposure_id = event.exposure_id
            self._view.show_problem(
                NOT_SAVED,
                text("Save again"),
                lambda: self.on_save_again(exposure_id),
            )
        elif event.kind is EventKind.QUARANTINED:
            self._view.show_note(text("A picture came without a position. It is kept aside."))
            self._strays.ask()
        self._refresh()

    def _source_changed(self, line: SourceLine) -> None:
        if self._exam is not None:
            refused = refusal_of(line)
            if refused is not None:
                self._view.show_problem(refused)
            self._view.show_source(line)
            self._refresh()

    # ---- work

    def _arm(self, key: str) -> None:
        exam = self._exam
        if exam is None:
            return
        slot = next(one for one in exam.slots() if one.key == key)
        if slot.tile.asks_teeth:
            self._teeth.ask(exam, slot, lambda: self._arm_now(exam, key))
        else:
            self._arm_now(exam, key)

    def _arm_now(self, exam: LiveExam, key: str) -> None:
        if exam is self._exam:
            self._work.run(lambda: self._arm_source(exam, exam.arm(key)))

    def _retake(self, key: str, reason: Code) -> None:
        if (exam := self._exam) is not None:
            self._work.run(lambda: self._arm_source(exam, exam.retake(key, reason)))

    def _arm_source(self, exam: LiveExam, token: Token) -> None:
        try:
            self._source.arm(token)
        except Exception:
            exam.disarm()
            raise

    def _files_picked(self, paths: Sequence[Path]) -> None:
        if paths:
            self._work.run(lambda: self._source.take_files(paths))

    def _go_on(self, key: str) -> None:
        exam = self._exam
        if exam is None or self._selected != key:
            return  # the person has gone elsewhere meanwhile
        if exam.armed is not None:
            # The sensor lies there already.
            self._selected = exam.armed.slot
            return
        following = exam.next_slot(key)
        if not following:
            self._view.show_note(text("All positions are stored. Finish the exam."))
            return
        self._selected = following
        self._arm(following)

    def _done(self, exam: LiveExam, summary: object) -> None:
        self.close()
        self._finished(exam, summary)

    def _paused(self) -> None:
        self.close()
        self._leave()

    # ---- showing

    def _slot(self) -> SlotView | None:
        if self._exam is None:
            return None
        return next((slot for slot in self._exam.slots() if slot.key == self._selected), None)

    def _position(self, slot: SlotView) -> str:
        return position_of(slot, self._exams.show_tooth)

    def _actions(self, exam: LiveExam, slots: Sequence[SlotView], slot: SlotView | None) -> Actions:
        if slot is None or exam.closed:
            return NO_ACTIONS
        target = next((one for one in slots if one.key == self._move.target), None)
        moment = Moment(
            slot=slot,
            slots=slots,
            position=self._position(slot),
            source=self._source.line(),
            armed=exam.armed is not None,
            next_slot=exam.next_slot(slot.key),
            busy=self.busy,
            can_move=bool(places_for(slots, slot.key)),
            moving_to=self._position(target) if target is not None else "",
        )
        return actions_of(moment)

    def _refresh(self) -> None:
        exam = self._exam
        if exam is None:
            return
        slots, slot = exam.slots(), self._slot()
        offered, target = self._move.offered(slots), self._move.target
        self._view.show_mount(
            [
                mount_tile(one, self._position(one), one.key in offered, one.key == target)
                for one in slots
            ],
            exam.template.aspect,
            self._selected,
        )
        self._view.show_actions(self._actions(exam, slots, slot))
        self._pictures.show(slot, self._position(slot) if slot else "")
