"""The outbox and the alerts: what waits, what failed and why, and trying again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from kiosk.presenters.ports import AlertLine, DeliveryPort, OutboxLine
from kiosk.presenters.requests import Requests
from kiosk.problems import Problem, problem_of
from kiosk.tasks import Tasks


class ActivityView(Protocol):
    """What the page can show."""

    def show_tab(self, tab: str) -> None:
        """`outbox` or `alerts`."""

    def show_outbox(self, lines: Sequence[OutboxLine]) -> None:
        """The deliveries."""

    def show_alerts(self, lines: Sequence[AlertLine]) -> None:
        """The open alerts."""

    def show_chosen_delivery(self, line: OutboxLine | None) -> None:
        """The delivery in hand."""

    def show_chosen_alert(self, line: AlertLine | None) -> None:
        """The alert in hand."""

    def show_problem(self, problem: Problem) -> None:
        """A failure."""


class ActivityPresenter:
    """Logic of the page."""

    def __init__(self, view: ActivityView, delivery: DeliveryPort, tasks: Tasks) -> None:
        self._view, self._delivery, self._tasks = view, delivery, tasks
        self._outbox: dict[str, OutboxLine] = {}
        self._alerts: dict[str, AlertLine] = {}
        self._chosen = ""
        self._chosen_alert = ""
        self._requests = Requests()
        self._alert_requests = Requests()

    def enter(self, tab: str = "outbox") -> None:
        """The page is in front."""
        self._view.show_tab(tab)
        self.tick()

    def leave(self) -> None:
        """Another screen is in front."""
        self._requests.drop()
        self._alert_requests.drop()

    def tick(self) -> None:
        """Every few seconds."""
        self._tasks.submit(
            self._delivery.outbox,
            self._requests.ask(self._outbox_arrived),
            self._requests.also(self._failed),
        )
        self._tasks.submit(self._delivery.alerts, self._alert_requests.ask(self._alerts_arrived))

    def on_tab(self, tab: str) -> None:
        """The other list."""
        self._view.show_tab(tab)

    def on_select(self, entry_id: str) -> None:
        """A delivery was tapped."""
        self._chosen = entry_id
        self._view.show_chosen_delivery(self._outbox.get(entry_id))

    def on_select_alert(self, alert_id: str) -> None:
        """An alert was tapped."""
        self._chosen_alert = alert_id
        self._view.show_chosen_alert(self._alerts.get(alert_id))

    def on_retry(self) -> None:
        """Try the delivery in hand again, now."""
        chosen = self._chosen
        if chosen:
            self._do(lambda: self._delivery.retry(chosen))

    def on_retry_all(self) -> None:
        """Try all that failed again."""
        self._do(lambda: self._delivery.retry(""))

    def on_drop(self) -> None:
        """Give the delivery in hand up; the image stays in the archive."""
        chosen = self._chosen
        if chosen:
            self._do(lambda: self._delivery.drop(chosen))

    def on_acknowledge(self) -> None:
        """The alert in hand was read."""
        chosen = self._chosen_alert
        if chosen:
            self._do(lambda: self._delivery.acknowledge(chosen))

    def _do(self, work: Callable[[], None]) -> None:
        self._tasks.submit(work, lambda _: self.tick(), self._failed)

    def _failed(self, error: BaseException) -> None:
        self._view.show_problem(problem_of(error))

    def _outbox_arrived(self, lines: Sequence[OutboxLine]) -> None:
        self._outbox = {line.entry_id: line for line in lines}
        self._view.show_outbox(lines)
        self._view.show_chosen_delivery(self._outbox.get(self._chosen))

    def _alerts_arrived(self, lines: Sequence[AlertLine]) -> None:
        self._alerts = {line.alert_id: line for line in lines}
        self._view.show_alerts(lines)
        self._view.show_chosen_alert(self._alerts.get(self._chosen_alert))
