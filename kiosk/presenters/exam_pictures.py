"""The pictures of the exam on the screen: fetched on a worker, the last few kept, one shown in full."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.exam.views import ExposureView, Preview, SlotView
from kiosk.i18n import NO_TEXT, text
from kiosk.presenters.exam_view import ExamView
from kiosk.presenters.exam_words import empty_words
from kiosk.presenters.pictures import picture_of
from kiosk.presenters.ports import LiveExam
from kiosk.problems import problem_of
from kiosk.tasks import Tasks

KEPT_PREVIEWS = 4


class ExamPictures:
    """`changed` is called when a picture has come."""

    def __init__(self, view: ExamView, tasks: Tasks, changed: Callable[[], None]) -> None:
        self._view, self._tasks, self._changed = view, tasks, changed
        self._exam: LiveExam | None = None
        self._previews: dict[str, Preview] = {}
        self._asked: dict[str, object] = {}
        """Exposure -> the latest question for its picture; answers to earlier ones are dropped."""
        self._failed: set[str] = set()
        self._shown = ""

    def begin(self, exam: LiveExam | None) -> None:
        """The pictures of this exam from now on; None when the screen is left."""
        self._exam, self._shown = exam, ""
        self._previews.clear()
        self._asked.clear()
        self._failed.clear()

    def load(self, exposure: ExposureView) -> None:
        """Fetch it, unless it is here or on its way."""
        exam, exposure_id = self._exam, exposure.exposure_id
        if exam is None or exposure_id in self._previews or exposure_id in self._asked:
            return
        question = self._asked[exposure_id] = object()

        def arrived(preview: Preview) -> None:
            if exam is not self._exam or self._asked.get(exposure_id) is not question:
                return
            del self._asked[exposure_id]
            self._keep(exposure_id, preview)
            self._view.show_thumbnail(exposure_id, preview.thumbnail)
            self._changed()

        def failed(error: BaseException) -> None:
            if exam is self._exam:
                self._failed.add(exposure_id)
                self._view.show_problem(problem_of(error))

        self._tasks.submit(lambda: exam.preview(exposure_id), arrived, failed)

    def is_settled(self, exposure_id: str) -> bool:
        """Whether the picture is on the screen, or was said not to be showable."""
        return self._shown == exposure_id or exposure_id in self._failed

    def load_again(self, exposure: ExposureView) -> None:
        """It lies in another position now: its turn and orientation are those of that position."""
        self._previews.pop(exposure.exposure_id, None)
        self._asked.pop(exposure.exposure_id, None)
        if self._shown == exposure.exposure_id:
            self._shown = ""
        self.load(exposure)

    def show(self, slot: SlotView | None, position: str) -> None:
        """The picture of the position in hand, or the words in its place."""
        exposure = slot.exposure if slot else None
        if slot is None or exposure is None:
            if self._shown or slot is not None:
                self._shown = ""
                self._view.show_picture(None, empty_words(slot, position) if slot else NO_TEXT)
            return
        preview = self._previews.get(exposure.exposure_id)
        if preview is None:
            self.load(exposure)
            if self._shown != exposure.exposure_id:
                self._view.show_picture(None, text("Loading the picture …"))
            return
        if self._shown != exposure.exposure_id:
            self._shown = exposure.exposure_id
            self._view.show_picture(picture_of(preview, exposure, position), NO_TEXT)

    def _keep(self, exposure_id: str, preview: Preview) -> None:
        self._previews[exposure_id] = preview
        while len(self._previews) > KEPT_PREVIEWS:
            oldest = next(iter(self._previews))
            if oldest == self._shown:
                self._previews[oldest] = self._previews.pop(oldest)
                oldest = next(iter(self._previews))
            del self._previews[oldest]
