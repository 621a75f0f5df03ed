"""Figures are counted once for all who look within some minutes, and nobody waits long while they are."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import infra.counting
from domain.needs import Outcome
from domain.periods import Period
from domain.reporting import Report
from domain.seen import NeedFacts
from infra.counting import KEPT, MOST_BEGUN, Counting, Figures, drop_figures
from infra.settings import Settings
from infra.store import Store, StoreError, open_store
from infra.store.sqlite import SqliteStore
from tests.domain.test_reporting import met, need
from tests.infra.test_reporting import report
from tests.store.builders import N1, N2, NOW, put_need

ZONE = Settings().zone
TODAY = Period(first=NOW.date(), last=NOW.date())
MONTH = Period(first=NOW.date().replace(day=1), last=NOW.date())
SECOND = timedelta(seconds=1)


class Slow(SqliteStore):
    """A store with very many needs: reading the first of them takes until `go`."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.go, self.read = threading.Event(), 0

    def needs_seen(self, since: datetime, until: datetime, after: Any = None, limit: int = 200) -> list[NeedFacts]:
        self.read += after is None
        assert self.go.wait(30)
        return super().needs_seen(since, until, after, limit)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'muster.db'}")
    yield opened
    opened.close()


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Slow]:
    opened = Slow(tmp_path / "muster.db")
    yield opened
    opened.go.set()
    _until(lambda: not [each for each in threading.enumerate() if each.name == "counting"])
    opened.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(infra.counting, "WAIT_SECONDS", 0.05)


def _until(holds: Any) -> None:
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def _counted(found: Report | Counting) -> Report:
    assert isinstance(found, Report)
    return found


def test_figures_are_kept_for_ten_minutes(store: Store) -> None:
    """Vera looks, a need is recorded, Ravi looks and sees what Vera saw; ten minutes later it is counted again."""
    put_need(store, N1)
    figures = Figures(store, ZONE)
    assert _counted(figures.look(TODAY, NOW)).needs == 1
    put_need(store, N2)
    again = _counted(figures.look(TODAY, NOW + KEPT - SECOND))
    assert (again.needs, again.at) == (1, NOW)
    assert _counted(figures.look(TODAY, NOW + KEPT)).needs == 2


def test_whoever_wants_newer_figures_gets_them_once(store: Store) -> None:
    """Later than what they have seen; loading the same address again counts nothing."""
    figures = Figures(store, ZONE)
    seen = _counted(figures.look(TODAY, NOW))
    put_need(store, N1)
    newer = _counted(figures.look(TODAY, NOW + SECOND, since=seen.at))
    assert (newer.needs, newer.at) == (1, NOW + SECOND)
    put_need(store, N2)
    assert _counted(figures.look(TODAY, NOW + 2 * SECOND, since=seen.at)).needs == 1


def test_another_process_finds_what_this_one_counted(store: Store) -> None:
    """Whichever process draws the charts, they show what the page does."""
    put_need(store, N1)
    Figures(store, ZONE).look(TODAY, NOW)
    put_need(store, N2)
    assert _counted(Figures(store, ZONE).look(TODAY, NOW + SECOND)).needs == 1


def test_what_was_being_counted_while_somebody_was_erased_is_not_kept(slow: Slow, impatient: None) -> None:
    """Who looks next counts anew; of a period nobody was counting, that is kept as ever."""
    put_need(slow, N1)
    figures = Figures(slow, ZONE)
    found = figures.look(TODAY, NOW)
    assert isinstance(found, Counting)
    drop_figures(slow, NOW + SECOND)
    slow.go.set()
    found.done.result(20)
    assert slow.kept_figures(f"{TODAY.first} to {TODAY.last}", NOW + 2 * SECOND) is None
    after = figures.look(TODAY, NOW + 2 * SECOND)
    assert (after.done.result(20) if isinstance(after, Counting) else after).at == NOW + 2 * SECOND
    assert slow.kept_figures(f"{TODAY.first} to {TODAY.last}", NOW + 3 * SECOND) is not None


def test_no_period_is_shown_for_another(store: Store) -> None:
    """Each has its own; figures kept under a wrong name, or by another version of Muster, are not shown."""
    put_need(store, N1)
    figures = Figures(store, ZONE)
    tomorrow = Period(first=NOW.date() + timedelta(days=1), last=NOW.date() + timedelta(days=1))
    assert _counted(figures.look(TODAY, NOW)).needs == 1
    assert _counted(figures.look(tomorrow, NOW)).needs == 0
    kept = store.kept_figures(f"{TODAY.first} to {TODAY.last}", NOW)
    for strange in (kept, "{}", "not JSON"):
        store.keep_figures(f"{MONTH.first} to {MONTH.last}", str(strange), NOW + SECOND, NOW + KEPT)
        assert _counted(figures.look(MONTH, NOW + SECOND)).period == MONTH


def test_nobody_waits_for_years_to_be_counted(slow: Slow, impatient: None) -> None:
    """Vera and Ravi are told how far it is; it is counted once for both, and there when they look again."""
    put_need(slow, N1)
    figures = Figures(slow, ZONE)
    for now in (NOW, NOW + SECOND):
        found = figures.look(TODAY, now)
        assert isinstance(found, Counting)
        assert found.reached is None
    slow.go.set()
    found.done.result(20)
    assert _counted(figures.look(TODAY, NOW + 2 * SECOND)).at == NOW
    assert found.reached == NOW
    assert slow.read == 1


def test_one_is_counted_at_a_time_and_few_wait_their_turn(slow: Slow, impatient: None) -> None:
    """Twelve periods are asked for: the last of them are not begun, and are when they are asked for again."""
    figures = Figures(slow, ZONE)
    days = [Period(first=date(2026, 1, day), last=date(2026, 1, day)) for day in range(1, 13)]
    for day in days:
        assert isinstance(figures.look(day, NOW), Counting)
    assert len([each for each in threading.enumerate() if each.name == "counting"]) == MOST_BEGUN
    assert slow.read == 1
    slow.go.set()
    _until(lambda: all(isinstance(figures.look(day, NOW), Report) for day in days))


def test_a_month_does_not_wait_for_years(store: Store, impatient: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ravi counts years that have no end; Vera's month is there while he waits."""
    put_need(store, N1)
    end, read = threading.Event(), store.needs_seen

    def endless(since: datetime, until: datetime, after: Any = None, limit: int = 200) -> list[NeedFacts]:
        if until - since < timedelta(days=40):
            return read(since, until, after, limit)
        return [] if end.is_set() else read(since, until)

    monkeypatch.setattr(store, "needs_seen", endless)
    figures, years = Figures(store, ZONE), Period(first=date(2024, 1, 1), last=NOW.date())
    assert isinstance(ravis := figures.look(years, NOW), Counting)
    monkeypatch.setattr(infra.counting, "WAIT_SECONDS", 20.0)
    assert _counted(figures.look(MONTH, NOW)).needs == 1
    assert not ravis.done.done()
    end.set()
    assert ravis.done.result(20).needs > 1


def test_few_threads_wait(slow: Slow, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty press reload: four wait, the others are told at once and hold no thread that another page needs."""
    monkeypatch.setattr(infra.counting, "WAIT_SECONDS", 20.0)
    figures, answered = Figures(slow, ZONE), []
    threads = [threading.Thread(target=lambda: answered.append(figures.look(TODAY, NOW))) for _ in range(20)]
    for thread in threads:
        thread.start()
    _until(lambda: len(answered) == 16)
    slow.go.set()
    for thread in threads:
        thread.join()
    assert [type(each) for each in answered] == [Counting] * 16 + [Report] * 4


def test_a_store_that_is_down_is_said_to_whoever_waits(store: Store) -> None:
    """As if they had counted themselves; the next to look tries again."""
    figures = Figures(store, ZONE)
    with store._writing() as db:  # type: ignore[attr-defined]
        db.execute("ALTER TABLE needs RENAME TO lost")
    with pytest.raises(StoreError):
        figures.look(TODAY, NOW)
    with store._writing() as db:  # type: ignore[attr-defined]
        db.execute("ALTER TABLE lost RENAME TO needs")
    assert _counted(figures.look(TODAY, NOW)).needs == 0


def test_kept_figures_are_those_that_were_counted() -> None:
    """As text and back: every number, the table with what is hidden, what was given by kind and sector."""
    counted = report(met(), *(NeedFacts(need(area=f"Ward {n % 3}", outcome=Outcome.not_met)) for n in range(20)))
    assert counted.quantities
    assert counted.unmet_by_place
    assert Report.model_validate_json(counted.model_dump_json()) == counted
