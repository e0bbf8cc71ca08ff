"""The worklist, always over DICOM: one code path for the laptop that stands alone and for the hospital."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Sequence

from kiosk.exam.ports import Entry
from minipacs.clock import Clock
from minipacs.net.errors import NetError
from minipacs.net.peers import Peer
from minipacs.net.scu.worklist import worklist


class TwoSteps(Exception):
    """The node has several entries with one Scheduled Procedure Step ID, perhaps of different patients."""

    def __init__(self, step_id: str) -> None:
        super().__init__(
            f"the worklist has more than one step {step_id}; give --patient-id and --patient-name instead"
        )
        self.step_id = step_id


class DicomWorklist:
    """The worklist of the configured node, for exams and for the screen.

    Args:
        node: gives the node to ask; a node inside may get its port only when it starts.
        station_ae: who asks; with `only_this_station` also whose steps are asked for.
    """

    def __init__(
        self,
        node: Callable[[], Peer],
        station_ae: str,
        clock: Clock,
        *,
        only_this_station: bool = False,
    ) -> None:
        self._node, self._station_ae, self._clock = node, station_ae, clock
        self._only_mine = only_this_station
        self._lock = threading.Lock()
        self._answered: bool | None = None

    @property
    def node(self) -> str:
        """AETITLE@HOST:PORT."""
        return str(self._node())

    @property
    def answered(self) -> bool | None:
        """Whether the node gave its list when last asked; None before."""
        with self._lock:
            return self._answered

    def entries(self, date: dt.date) -> Sequence[Entry]:
        """The scheduled steps of a day, in the order of their time.

        Raises:
            NetError: the node did not answer.
        """
        try:
            found = worklist(
                self._node(),
                calling_ae=self._station_ae,
                date=date.strftime("%Y%m%d"),
                station_ae=self._station_ae if self._only_mine else "",
            )
        except NetError:
            self._note(answered=False)
            raise
        self._note(answered=True)
        found.sort(key=lambda item: (item[1].start_date, item[1].start_time, item[1].step_id))
        return [Entry(patient, order) for patient, order in found]

    def today(self, *, modality: str = "", text: str = "") -> Sequence[Entry]:
        """Today's entries, of one modality and with a text in name or ID if given."""
        wanted = text.casefold()
        return [
            entry
            for entry in self.entries(self._clock().date())
            if modality in ("", entry.order.modality)
            and (
                wanted in entry.patient.name.casefold()
                or wanted in entry.patient.identifier.casefold()
            )
        ]

    def step(self, step_id: str) -> Entry | None:
        """The entry of a Scheduled Procedure Step ID, if it waits.

        Raises:
            NetError: the node did not answer.
            TwoSteps: it has several entries of that ID.
        """
        answers = worklist(self._node(), calling_ae=self._station_ae, step_id=step_id)
        # A wildcard in the ID, or a node that matches loosely, must never choose a patient.
        found = [item for item in answers if item[1].step_id == step_id]
        if len(found) > 1:
            raise TwoSteps(step_id)
        return Entry(*found[0]) if found else None

    def _note(self, *, answered: bool) -> None:
        with self._lock:
            self._answered = answered
