"""Figures of a period: counted once for all who look within some minutes, and nobody waits long while they are."""

from __future__ import annotations

from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock, Semaphore, Thread
from time import sleep
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from domain.periods import Period
from domain.reporting import Report
from infra.reporting import make_report
from infra.store import Store

KEPT = timedelta(minutes=10)
WAIT_SECONDS = 4.0  # at most, until whoever looks is told how far it has come
MOST_WAITING = 4  # others are told at once: whoever waits holds a thread that pages need
MOST_BEGUN = 8  # periods
PAUSE_SECONDS = 0.005  # after each piece, for the pages that others open meanwhile
DROPPED = "figures-dropped"  # the mark that says when
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass
class Counting:
    """A period that is being counted, or waits for its turn, as of `now`. `reached`: how far it has come."""

    period: Period
    now: datetime
    reached: datetime | None = None
    done: Future[Report] = field(default_factory=Future)


@dataclass
class Figures:
    """Keeps figures in the store, where every process finds them. Periods are counted in threads that hold nothing a
    page waits for, and take turns: a piece of one, a piece of the next."""

    store: Store
    zone: ZoneInfo
    _begun: dict[Period, Counting] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)
    _turn: Lock = field(default_factory=Lock)
    _waiting: Semaphore = field(default_factory=lambda: Semaphore(MOST_WAITING))

    def look(self, period: Period, now: datetime, since: datetime | None = None) -> Report | Counting:
        """The figures of a period, counted at most ten minutes ago, and later than `since`; or how far counting is."""
        kept = self._kept(period, now)
        if kept and (since is None or kept.at > since):
            return kept
        counting = self._count(period, now)
        if self._waiting.acquire(blocking=False):
            try:
                wait([counting.done], WAIT_SECONDS)
            finally:
                self._waiting.release()
        return counting.done.result() if counting.done.done() else counting

    def _kept(self, period: Period, now: datetime) -> Report | None:
        text = self.store.kept_figures(_name(period), now)
        try:
            report = Report.model_validate_json(text) if text else None
        except ValidationError:  # another version of Muster kept it
            return None
        return report if report and report.period == period else None

    def _count(self, period: Period, now: datetime) -> Counting:
        """Begin to count, unless that has begun; where too many have, it has to be asked for again."""
        with self._lock:
            if period in self._begun:
                return self._begun[period]
            counting = Counting(period, now)
            if len(self._begun) < MOST_BEGUN:
                self._begun[period] = counting
                Thread(target=self._work, args=(counting,), name="counting", daemon=True).start()
            return counting

    def _work(self, counting: Counting) -> None:
        try:
            with self._turn:
                report = self._make(counting)
        except Exception as wrong:
            self._end(counting)
            counting.done.set_exception(wrong)
        else:
            self._end(counting)
            counting.done.set_result(report)

    def _make(self, counting: Counting) -> Report:
        def reached(moment: datetime) -> None:
            counting.reached = moment
            self._turn.release()  # a month does not wait for years to be counted
            sleep(PAUSE_SECONDS)
            self._turn.acquire()

        report = make_report(self.store, counting.period, counting.now, self.zone, reached)
        self.store.keep_figures(_name(counting.period), report.model_dump_json(), counting.now, counting.now + KEPT)
        if counting.now <= self.store.marks().get(DROPPED, NEVER):  # while it was counted, somebody was erased
            self.store.drop_figures()
        return report

    def _end(self, counting: Counting) -> None:
        with self._lock:
            del self._begun[counting.period]


def drop_figures(store: Store, now: datetime) -> None:
    """Forget what was counted until now, and whatever is being counted once that is done."""
    store.mark(DROPPED, now)
    store.drop_figures()


def _name(period: Period) -> str:
    return f"{period.first} to {period.last}"
