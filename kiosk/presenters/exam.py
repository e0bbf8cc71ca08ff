"""The exam at the chair: choose the position, arm, expose, look, accept or retake, go on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from kiosk.exam.machine import ExposureState
from kiosk.exam.views import EventKind, ExamEvent, ExposureView, Preview, SlotState, SlotView
from kiosk.i18n import NO_TEXT, plain, text
from kiosk.presenters.exam_view import (
    NO_ACTIONS,
    Actions,
    ExamView,
    Leaving,
    Reason,
    StrayView,
)
from kiosk.presenters.exam_words import (
    Moment,
    actions_of,
    empty_words,
    mount_tile,
    position_of,
)
from kiosk.presenters.pictures import picture_of
from kiosk.presenters.ports import ExamsPort, LiveExam, SourceLine, SourcePort, Stray
from kiosk.presenters.requests import Requests
from kiosk.presenters.words import identity
from kiosk.problems import Problem, problem_of
from kiosk.tasks import Post, Tasks
from minipacs.clock import Clock
from minipacs.dicom.model import Code

KEPT_PREVIEWS = 4


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
        self._busy = False
        self._previews: dict[str, Preview] = {}
        self._asked: set[str] = set()
        self._shown = ""
        self._requests = Requests()
        self._stray_count = 0
        source.subscribe(lambda line: post(lambda: self._source_changed(line)))

    # ---- coming and going

    def open(self, exam: LiveExam) -> None:
        """This exam is on the screen now."""
        self.close()
        self._exam = exam
        self._unsubscribe = exam.subscribe(
            lambda event: self._post(lambda: self._happened(exam, event))
        )
        self._busy, self._shown = False, ""
        self._previews.clear()
        self._asked.clear()
        today = self._clock().date()
        order = exam.order
        what = order.step_description or order.requested_procedure_description
        self._view.show_patient(
            identity(exam.patient, today), exam.template.title, what, order.accession_number
        )
        slots = exam.slots()
        judged = next((slot.key for slot in slots if slot.state is SlotState.REVIEW), "")
        self._selected = judged or exam.next_slot() or (slots[0].key if slots else "")
        self._view.show_picture(None, NO_TEXT)
        for slot in slots:
            if slot.exposure is not None:
                self._load(slot.exposure)
        self._view.show_source(self._source.line())
        self._refresh()
        self._ask_strays()

    def close(self) -> None:
        """The exam is no longer on the screen; answers that still come are dropped."""
        if self._unsubscribe is not None:
            self._unsubscribe()
        self._unsubscribe, self._exam = None, None
        self._requests.drop()
        self._previews.clear()

    # ---- what the person does

    def on_tile(self, key: str) -> None:
        """A position was tapped. When the sensor is armed and the position is empty, the arming moves with it."""
        exam = self._exam
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
        if slot is None or self._busy:
            return
        if slot.state is SlotState.EMPTY:
            self._arm(slot.key)
        elif slot.state is SlotState.ARMED:
            line = self._source.line()
            if line.can_expose:
                self._run(self._source.expose)
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

        self._run(work)

    def on_accept(self) -> None:
        """Keep the picture and go on to the next position, armed."""
        exam, slot = self._exam, self._slot()
        if exam is None or slot is None or self._busy:
            return
        if slot.state is SlotState.STORED:
            self.on_next()
            return
        if slot.state is not SlotState.REVIEW or slot.exposure is None:
            return
        exposure_id, key = slot.exposure.exposure_id, slot.key

        def stored(_: object) -> None:
            self._go_on(key)

        self._run(lambda: exam.accept(exposure_id), stored)

    def on_retake(self) -> None:
        """Not good enough: ask why, with one tap, and arm the same position again."""
        slot = self._slot()
        if slot is None or self._busy or slot.state not in (SlotState.REVIEW, SlotState.STORED):
            return
        reasons = self._exams.reject_reasons()
        title = text("Why take {position} again?", position=self._position(slot))
        note = (
            text("The stored picture stays in the archive, with this reason.")
            if slot.state is SlotState.STORED
            else text("The picture is kept aside with this reason.")
        )
        self._view.ask_reason(
            title,
            note,
            [Reason(code.value, code.meaning) for code in reasons],
            lambda value: self._retake(slot.key, _code(reasons, value)),
        )

    def on_save_again(self, exposure_id: str) -> None:
        """The disk has room again."""
        exam = self._exam
        if exam is not None:
            self._run(lambda: exam.save_again(exposure_id))

    def on_stray(self, entry_id: str) -> None:
        """A stray frame was tapped: it may be put into the position in hand, after a question."""
        slot = self._slot()
        if slot is None or slot.state not in (SlotState.EMPTY, SlotState.ARMED):
            self._view.show_note(text("Choose an empty position for it first."))
            return
        self._view.ask(
            text("Put this picture into {position}?", position=self._position(slot)),
            text(
                "It came without a position. Do this only when you know that it shows this "
                "patient and this position; you will still accept or reject it."
            ),
            text("Put it there"),
            lambda: self._adopt(entry_id, slot.key),
        )

    def on_finish(self) -> None:
        """End the exam, after a question when positions are empty."""
        exam = self._exam
        if exam is None or self._busy:
            return
        slots = exam.slots()
        undecided = [slot for slot in slots if slot.state in (SlotState.REVIEW, SlotState.UNSAVED)]
        if undecided:
            self.on_tile(undecided[0].key)
            self._view.show_note(text("Decide on this picture first: accept it or retake it."))
            return
        stored = sum(slot.state is SlotState.STORED for slot in slots)
        if not stored:
            self._ask_discontinue(exam)
            return
        left = len(slots) - stored
        if left:
            self._view.ask(
                text("Finish with {n} empty positions?", n=left),
                text(
                    "{stored} pictures are stored. The report says what was taken.", stored=stored
                ),
                text("Finish"),
                lambda: self._finish(exam),
            )
        else:
            self._finish(exam)

    def on_back(self) -> None:
        """Leave for the worklist; what was taken stays and can go on."""
        exam = self._exam
        if exam is None or self._busy:
            return
        if not exam.exposures():
            self._pause(exam)
            return
        self._view.ask_leaving(
            Leaving(
                pictures=sum(one.state is ExposureState.STORED for one in exam.exposures()),
                pause=lambda: self._pause(exam),
                finish=self.on_finish,
            )
        )

    # ---- what happens

    def _happened(self, exam: LiveExam, event: ExamEvent) -> None:
        if exam is not self._exam:
            return
        if event.kind is EventKind.PREVIEW:
            slot = next((one for one in exam.slots() if one.key == event.slot), None)
            if slot is not None and slot.exposure is not None:
                self._selected = slot.key
                self._load(slot.exposure)
        elif event.kind is EventKind.FRAME_NOT_SAVED:
            self._selected = event.slot or self._selected
            exposure_id = event.exposure_id
            self._view.show_problem(
                Problem(
                    "NOT-SAVED",
                    text("The picture could not be written to the disk. It is only in memory."),
                    text("Do not switch off, do not expose again. Free space, then save again."),
                ),
                text("Save again"),
                lambda: self.on_save_again(exposure_id),
            )
        elif event.kind is EventKind.QUARANTINED:
            self._view.show_note(text("A picture came without a position. It is kept aside."))
            self._ask_strays()
        self._refresh()

    def _source_changed(self, line: SourceLine) -> None:
        if self._exam is not None:
            self._view.show_source(line)
            self._refresh()

    # ---- work

    def _arm(self, key: str) -> None:
        exam = self._exam
        if exam is None:
            return

        def work() -> None:
            token = exam.arm(key)
            try:
                self._source.arm(token)
            except Exception:
                exam.disarm()
                raise

        self._run(work)

    def _retake(self, key: str, reason: Code) -> None:
        exam = self._exam
        if exam is None:
            return

        def work() -> None:
            self._source.arm(exam.retake(key, reason))

        self._run(work)

    def _adopt(self, entry_id: str, key: str) -> None:
        exam = self._exam
        if exam is not None:
            self._run(lambda: exam.adopt(entry_id, key), lambda _: self._ask_strays())

    def _files_picked(self, paths: Sequence[Path]) -> None:
        if paths:
            self._run(lambda: self._source.take_files(paths))

    def _go_on(self, key: str) -> None:
        exam = self._exam
        if exam is None:
            return
        following = exam.next_slot(key)
        if not following:
            self._view.show_note(text("All positions are stored. Finish the exam."))
            return
        self._selected = following
        self._arm(following)

    def _finish(self, exam: LiveExam) -> None:
        def work() -> object:
            self._source.disarm()
            exam.disarm()
            return exam.finish()

        self._run(work, lambda summary: self._done(exam, summary))

    def _ask_discontinue(self, exam: LiveExam) -> None:
        if not exam.exposures():
            # Nothing was begun, so there is nothing to report: finishing is only leaving.
            self._finish(exam)
            return
        reasons = self._exams.discontinue_reasons()

        def work(reason: Code) -> object:
            self._source.disarm()
            exam.disarm()
            return exam.discontinue(reason)

        self._view.ask_reason(
            text("No picture is kept. Why does the exam end?"),
            text("The node is told that the exam was discontinued."),
            [Reason(code.value, code.meaning) for code in reasons],
            lambda value: self._run(
                lambda: work(_code(reasons, value)), lambda summary: self._done(exam, summary)
            ),
        )

    def _done(self, exam: LiveExam, summary: object) -> None:
        self.close()
        self._finished(exam, summary)

    def _pause(self, exam: LiveExam) -> None:
        def work() -> None:
            self._source.disarm()
            exam.disarm()

        def left(_: object) -> None:
            self.close()
            self._leave()

        self._run(work, left)

    def _run(
        self, work: Callable[[], object], done: Callable[[object], None] | None = None
    ) -> None:
        """One piece of work at a time; the buttons rest meanwhile, and what is asked for then is not done."""
        if self._busy:
            return
        self._busy = True
        self._refresh()

        def finished(result: object) -> None:
            self._busy = False
            if done is not None:
                done(result)
            self._refresh()

        def failed(error: BaseException) -> None:
            self._busy = False
            self._view.show_problem(problem_of(error))
            self._refresh()

        self._tasks.submit(work, self._requests.ask(finished), self._requests.also(failed))

    # ---- pictures

    def _load(self, exposure: ExposureView) -> None:
        exam, exposure_id = self._exam, exposure.exposure_id
        if exam is None or exposure_id in self._previews or exposure_id in self._asked:
            return
        self._asked.add(exposure_id)

        def arrived(preview: Preview) -> None:
            if exam is not self._exam:
                return
            self._asked.discard(exposure_id)
            self._keep(exposure_id, preview)
            self._view.show_thumbnail(exposure_id, preview.thumbnail)
            self._refresh()

        def failed(error: BaseException) -> None:
            if exam is self._exam:
                self._view.show_problem(problem_of(error))

        self._tasks.submit(lambda: exam.preview(exposure_id), arrived, failed)

    def _keep(self, exposure_id: str, preview: Preview) -> None:
        self._previews[exposure_id] = preview
        while len(self._previews) > KEPT_PREVIEWS:
            oldest = next(iter(self._previews))
            if oldest == self._shown:
                self._previews[oldest] = self._previews.pop(oldest)
                oldest = next(iter(self._previews))
            del self._previews[oldest]

    def _ask_strays(self) -> None:
        self._tasks.submit(self._exams.strays, self._show_strays)

    def _show_strays(self, strays: Sequence[Stray]) -> None:
        self._view.show_strays(
            [
                StrayView(one.entry_id, f"{one.came_at:%H:%M}", plain(one.reason), one.thumbnail)
                for one in strays
            ]
        )

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
        moment = Moment(
            slot=slot,
            slots=slots,
            position=self._position(slot),
            source=self._source.line(),
            armed=exam.armed is not None,
            next_slot=exam.next_slot(slot.key),
            busy=self._busy,
        )
        return actions_of(moment)

    def _refresh(self) -> None:
        exam = self._exam
        if exam is None:
            return
        slots = exam.slots()
        self._view.show_mount(
            [mount_tile(slot, self._position(slot)) for slot in slots],
            exam.template.aspect,
            self._selected,
        )
        slot = self._slot()
        self._view.show_actions(self._actions(exam, slots, slot))
        self._show_picture(slot)

    def _show_picture(self, slot: SlotView | None) -> None:
        exposure = slot.exposure if slot else None
        if slot is None or exposure is None:
            if self._shown or slot is not None:
                self._shown = ""
                self._view.show_picture(
                    None, empty_words(slot, self._position(slot)) if slot else NO_TEXT
                )
            return
        preview = self._previews.get(exposure.exposure_id)
        if preview is None:
            self._load(exposure)
            if self._shown != exposure.exposure_id:
                self._view.show_picture(None, text("Loading the picture …"))
            return
        if self._shown != exposure.exposure_id:
            self._shown = exposure.exposure_id
            self._view.show_picture(picture_of(preview, exposure, self._position(slot)), NO_TEXT)


def _code(codes: Sequence[Code], value: str) -> Code:
    return next(code for code in codes if code.value == value)
