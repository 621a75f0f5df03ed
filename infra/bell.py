"""The bell: looks twice a second whether a need is due, and has a run started at once instead of within a minute."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime

from infra.prefect_api import CHECK_PROMISES, WAKE_NEEDS, PrefectApi, PrefectUnreachable

LOOK_EVERY = 0.5
READ_SCHEDULE_EVERY = 15.0
READ_SCHEDULE_AGAIN_AFTER = 2.0  # when nothing is planned: the scheduler may have only just begun
TRY_PREFECT_AGAIN_AFTER = 2.0
A_RING_IS_FORGOTTEN_AFTER = 20.0  # a run whose worker died before it began must not keep the bell silent
GAPS = (1.0, 2.0, 5.0, 10.0)  # between rings while something stays due: one long run may be at it already

log = logging.getLogger("muster.bell")


class Bell(threading.Thread):
    """Rings when `is_due()`: creates one `wake-needs` run and calls `poll_now()`. A lost ring costs seconds, no more.

    While a run it created has not begun it creates no other. Some four times a minute it hands the next planned sweep
    (`None`: no sweep is planned) to `note_schedule`. Nothing that `is_due`, `note_schedule` or Prefect do ends it.
    """

    def __init__(
        self,
        is_due: Callable[[], bool],
        note_schedule: Callable[[datetime | None], None],
        poll_now: Callable[[], None],
        prefect: PrefectApi | None = None,
    ) -> None:
        super().__init__(name="bell", daemon=True)
        self._is_due, self._note_schedule, self._poll_now = is_due, note_schedule, poll_now
        self._prefect = prefect or PrefectApi()
        self._stopping = threading.Event()
        self._tidied = False
        self._rung: tuple[str, float] | None = None
        self._rings_in_a_row = 0
        self._next_ring = self._next_reading = self._next_attempt = 0.0
        self._complained: set[str] = set()

    def run(self) -> None:
        while not self._stopping.wait(LOOK_EVERY):
            try:
                self.look(time.monotonic())
            except Exception as error:  # a bell that ends is a bell nobody misses: the next look may succeed
                self._complain_once("look", "The bell could not look (%s); it goes on.", type(error).__name__)
        self._prefect.close()

    def stop(self) -> None:
        self._stopping.set()

    def look(self, moment: float) -> None:
        """Do once what the thread does twice a second; `moment` is a monotonic clock's seconds."""
        due = self._something_due()
        if not due:
            self._rings_in_a_row, self._next_ring = 0, 0.0
        if moment < self._next_attempt:
            return
        try:
            self._tidy_once(moment)
            if due:
                self._ring_if_free(moment)
            if moment >= self._next_reading:
                self._read_schedule(moment)
        except PrefectUnreachable as why:
            self._complain_once("prefect", "The bell waits for Prefect: %s", why)
            self._next_attempt = moment + TRY_PREFECT_AGAIN_AFTER
            self._tidied = False  # what was planned during an outage is as stale as what was planned before a start
        else:
            self._note_recovery("prefect", "The bell reaches Prefect again.")

    def _something_due(self) -> bool:
        try:
            due = self._is_due()
        except Exception as error:  # the caller's code: whatever it is, the next look may succeed
            self._complain_once(
                "due", "The bell could not look whether a need is due (%s); it goes on trying.", type(error).__name__
            )
            return False
        self._note_recovery("due", "The bell sees what is due again.")
        return due

    def _tidy_once(self, moment: float) -> None:
        """After a start or an outage: delete the sweeps that were missed, and ring: one makes good for all of them."""
        if self._tidied:
            return
        for deployment in (WAKE_NEEDS, CHECK_PROMISES):
            self._prefect.delete_stale(deployment)
        self._ring(moment)
        self._tidied = True

    def _ring_if_free(self, moment: float) -> None:
        if moment < self._next_ring:
            return
        if self._rung is not None:
            run_id, at = self._rung
            if moment - at < A_RING_IS_FORGOTTEN_AFTER and self._prefect.count_unstarted([run_id]):
                return
        self._ring(moment)

    def _ring(self, moment: float) -> None:
        self._rung = (self._prefect.create_run(WAKE_NEEDS), moment)
        self._next_ring = moment + GAPS[min(self._rings_in_a_row, len(GAPS) - 1)]
        self._rings_in_a_row += 1
        self._poll_now()

    def _read_schedule(self, moment: float) -> None:
        planned = self._prefect.next_scheduled(WAKE_NEEDS)
        self._next_reading = moment + (READ_SCHEDULE_EVERY if planned else READ_SCHEDULE_AGAIN_AFTER)
        try:
            self._note_schedule(planned)
        except Exception as error:  # the caller's code, as above
            self._complain_once("schedule", "The next planned sweep could not be noted (%s).", type(error).__name__)
        else:
            self._note_recovery("schedule", "The next planned sweep is noted again.")

    def _complain_once(self, about: str, message: str, *details: object) -> None:
        if about not in self._complained:
            self._complained.add(about)
            log.warning(message, *details)

    def _note_recovery(self, about: str, message: str) -> None:
        if about in self._complained:
            self._complained.discard(about)
            log.info(message)
