"""What the waker does on AWS: looks whether something is due, and only then has the worker started.

It is the clock there (once a minute) and answers the bell. It imports no Prefect: a look costs milliseconds.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

from infra.prefect_api import CHECK_PROMISES, WAKE_NEEDS, PrefectApi, PrefectUnreachable, WaitingRun
from infra.store import Store
from infra.sweeps import NO_PREFECT, NOTHING_DUE, PLANNED, anything_due

LOOK_EVERY = timedelta(minutes=1)
CALLED_FOR = timedelta(seconds=20)  # so long after a ring, whoever rang has called the worker; then it was lost
STALE_AUDIT = timedelta(minutes=5)  # an audit that nobody made in time is as good as the next
DUE_FOR = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 16, 60, 24 * 60))

BEHIND = 1.0  # seconds

log = logging.getLogger("muster.waker")


@dataclass(frozen=True)
class Looked:
    """What came of a look: was something due, which run was planned for it, was the worker called."""

    due: bool
    run: str | None = None
    called: bool = False
    reached: bool | None = None
    """Did Prefect answer? `None`: it was not asked."""


@dataclass(frozen=True)
class Waker:
    """Looks on behalf of one store. `call_worker` starts the worker without waiting for it; `False`: not now."""

    store: Store
    call_worker: Callable[[], bool]
    prefect: Callable[[], AbstractContextManager[PrefectApi]] = PrefectApi
    pause: Callable[[float], None] = time.sleep

    def look(self, now: datetime, by_clock: bool) -> Looked:
        """Have done what is due. Rung for, ask only what the bell is about; by the clock, look at everything.

        Two looks at once make one run too many at worst, which finds nothing to do.
        """
        due = anything_due(self.store, now)
        if not due and not by_clock:
            self.pause(BEHIND)  # what rang may be a moment ahead of the store's indexes
            due = anything_due(self.store, now + timedelta(seconds=BEHIND))
        if by_clock:
            self.store.mark(PLANNED, now + LOOK_EVERY)
        if not due:
            self.store.mark(NOTHING_DUE, now)
        if not due and not by_clock:
            return Looked(due)
        try:
            looked = self._ask_prefect(due, now)
        except PrefectUnreachable as why:
            log.warning("The waker cannot reach Prefect: %s", why)
            self._note_lost(now)
            return Looked(due, reached=False)
        if by_clock and NO_PREFECT in self.store.marks():
            self.store.mark(NO_PREFECT, None)
        return looked

    def _ask_prefect(self, due: bool, now: datetime) -> Looked:
        with self.prefect() as prefect:
            waiting = prefect.waiting_runs()
            if any(not run.rung_for and run.since < now - STALE_AUDIT for run in waiting):
                prefect.delete_stale(CHECK_PROMISES, before=now - STALE_AUDIT)
            run = prefect.create_run(WAKE_NEEDS) if due and not self._will_be_swept(prefect, waiting) else None
        wanted = run is not None or any(not _was_called_for(one, now) for one in waiting)
        return Looked(due, run, wanted and self.call_worker(), reached=True)

    def _will_be_swept(self, prefect: PrefectApi, waiting: list[WaitingRun]) -> bool:
        """A run that has not begun will see what is due now; one that runs may have looked for the last time."""
        return any(prefect.is_of(run, WAKE_NEEDS) for run in waiting)

    def _note_lost(self, now: datetime) -> None:
        """Since when: the first failure's time stands until Prefect answers again."""
        if NO_PREFECT not in self.store.marks():
            self.store.mark(NO_PREFECT, now)


def _was_called_for(run: WaitingRun, now: datetime) -> bool:
    return run.rung_for and run.since > now - CALLED_FOR


def oldest_due(store: Store, now: datetime) -> float:
    """For how many seconds at least some need has been due, in steps; 0: for none of them."""
    known = timedelta()
    for age in DUE_FOR:
        if not store.overdue(now - age):
            break
        known = age
    return known.total_seconds()


def outbox_age(store: Store, now: datetime) -> float:
    """For how many seconds the message that may go out the longest has waited; 0: none waits."""
    at = store.next_message_at()
    return max(0.0, (now - at).total_seconds()) if at else 0.0
