"""The waker starts the worker when something is due, once, and says so when nobody is there to start it."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from infra import clock, waking
from infra.door import Door
from infra.prefect_api import PrefectApi
from infra.store import StoreError
from infra.sweeps import NO_PREFECT, NOTHING_DUE, PLANNED, last_sweep
from infra.waking import Looked, Waker
from lambdas import waker
from tests.infra.test_bell import StandInPrefect
from tests.lambdas.events import TICK, records
from tests.store.builders import AMINA, HOUR, N1, NOW, a_need, opening
from web.health import what_is_wrong

MINUTE = timedelta(minutes=1)


class Prefect(StandInPrefect):
    """As the bell's, with runs that wait: each its deployment, since when, and whether it was rung for."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting: list[tuple[str, Any, bool]] = []

    def reply(self, path: str, body: dict[str, Any]) -> Any:
        if path.endswith("/filter"):
            return [
                {
                    "id": str(n),
                    "deployment_id": f"d-{deployment}",
                    "next_scheduled_start_time": since.isoformat(),
                    "tags": ["bell"] if rung else [],
                }
                for n, (deployment, since, rung) in enumerate(self.waiting)
            ]
        return super().reply(path, body)


@pytest.fixture
def prefect() -> Iterator[Prefect]:
    stand_in = Prefect()
    yield stand_in
    stand_in.server.shutdown()
    stand_in.server.server_close()


@pytest.fixture
def calls() -> list[str]:
    return []


@pytest.fixture
def look(door: Door, prefect: Prefect, calls: list[str]) -> Callable[..., Looked]:
    """Look at one moment; `calls` are those of the worker."""
    made = Waker(
        door.store, lambda: not calls.append("worker"), lambda: PrefectApi(prefect.url, "muster:secret"), lambda _: None
    )

    def look(minutes: float = 0, by_clock: bool = True) -> Looked:
        return made.look(NOW + minutes * MINUTE, by_clock)

    return look


def need_is_due(door: Door) -> None:
    """Amina's need, recorded and not yet looked at."""
    door.store.add_need(opening(a_need(N1)), AMINA, [])


def test_nothing_due_starts_nothing(door: Door, prefect: Prefect, calls: list[str], look: Any) -> None:
    """An idle minute is one look: no run, no worker, and it counts as a sweep."""
    assert look() == Looked(due=False, reached=True)
    assert (prefect.runs, calls) == ([], [])
    assert last_sweep(door.store.marks()) == NOW
    assert what_is_wrong(door.store, NOW + 2 * MINUTE) == []


def test_a_ring_for_nothing_asks_nobody(prefect: Prefect, look: Any) -> None:
    """Somebody else was faster: Prefect is not even asked."""
    assert look(by_clock=False) == Looked(due=False)
    assert prefect.asked == []


def test_a_due_need_starts_the_worker(door: Door, prefect: Prefect, calls: list[str], look: Any) -> None:
    """One run is made and the worker called; the look itself is no sweep, for nobody has looked at the need yet."""
    need_is_due(door)
    assert look(by_clock=False) == Looked(due=True, run="run-1", called=True, reached=True)
    assert (prefect.runs, calls) == (["run-1"], ["worker"])
    assert NOTHING_DUE not in door.store.marks()


def test_a_ring_ahead_of_the_index_is_heard(door: Door, prefect: Prefect, calls: list[str]) -> None:
    """A ring may be faster than the index that says what is due: the waker looks once more, a moment later."""

    def seen_meanwhile(_: float) -> None:
        need_is_due(door)

    waker = Waker(
        door.store, lambda: not calls.append("worker"), lambda: PrefectApi(prefect.url, "muster:secret"), seen_meanwhile
    )
    assert waker.look(NOW, by_clock=False) == Looked(due=True, run="run-1", called=True, reached=True)


def test_a_run_that_has_not_begun_is_enough(door: Door, prefect: Prefect, calls: list[str], look: Any) -> None:
    """A flood of rings makes one run, and calls the worker once; the run will see all that is due."""
    need_is_due(door)
    prefect.waiting = [("wake-needs", NOW - timedelta(seconds=3), True)]
    assert look(by_clock=False) == Looked(due=True, reached=True)
    assert (prefect.runs, calls) == ([], [])


def test_a_worker_that_was_lost_is_called_again(door: Door, prefect: Prefect, calls: list[str], look: Any) -> None:
    """A run that nobody took in time has nobody coming for it: the minute calls the worker, and makes no second run."""
    need_is_due(door)
    prefect.waiting = [("wake-needs", NOW - timedelta(seconds=40), True)]
    assert look().called
    assert (prefect.runs, calls) == ([], ["worker"])


def test_what_prefect_planned_is_run(prefect: Prefect, calls: list[str], look: Any) -> None:
    """The check of promises and the nightly house-keeping come from Prefect's schedules, with no need due."""
    prefect.waiting = [("keep-house", NOW - timedelta(seconds=5), False)]
    assert look() == Looked(due=False, called=True, reached=True)
    assert calls == ["worker"]


def test_audits_that_nobody_made_are_not_made_up_for(prefect: Prefect, calls: list[str], look: Any) -> None:
    """After an hour without a worker one audit is enough."""
    prefect.stale = 60
    prefect.waiting = [("check-promises", NOW - HOUR, False)]
    look()
    assert prefect.stale == 0
    assert calls == ["worker"]


def test_an_unreachable_prefect_is_marked_and_forgotten(door: Door, prefect: Prefect, look: Any) -> None:
    """Since when it is away is kept, `/readyz` says so after some minutes, and is content when it is back."""
    need_is_due(door)
    prefect.away = True
    assert look() == Looked(due=True, reached=False)
    assert look(1).reached is False
    assert door.store.marks()[NO_PREFECT] == NOW
    assert any("Prefect has not been reached for 240 s" in why for why in what_is_wrong(door.store, NOW + 4 * MINUTE))
    prefect.away = False
    assert look(4).run == "run-1"
    assert NO_PREFECT not in door.store.marks()


def test_the_next_look_is_planned_by_the_clock_alone(door: Door, look: Any) -> None:
    """Rings do not make up for a clock that has stopped: `/readyz` notices."""
    look()
    look(3, by_clock=False)
    assert door.store.marks()[PLANNED] == NOW + MINUTE
    assert any("planned sweep" in why for why in what_is_wrong(door.store, NOW + 3 * MINUTE))


def test_how_late_the_latest_is(door: Door) -> None:
    """What the alarms watch: in steps, so that asking costs little."""
    assert waking.oldest_due(door.store, NOW + HOUR) == 0
    need_is_due(door)
    assert waking.oldest_due(door.store, NOW) == 0
    assert waking.oldest_due(door.store, NOW + 6 * MINUTE) == 240
    assert waking.outbox_age(door.store, NOW + 6 * MINUTE) >= 0


# --- the function -------------------------------------------------------------


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Callable[[], list[dict[str, Any]]]:
    caplog.set_level(logging.INFO)
    return lambda: [record.figures for record in caplog.records if hasattr(record, "figures")]


def test_several_rings_are_one_look(door: Door, lines: Any) -> None:
    """Ten records of the bell's queue are one line in the log, and none comes again."""
    assert waker.wake(records(*["look"] * 10), None) == {"batchItemFailures": []}
    (line,) = lines()
    assert (line["rings"], line["due"]) == (10, False)
    assert PLANNED not in door.store.marks()


def test_the_clock_s_look_is_measured(
    door: Door, prefect: Prefect, lines: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each minute two figures go to CloudWatch, by the log alone; ids and numbers are all there is."""
    monkeypatch.setenv("PREFECT_API_URL", prefect.url)
    waker.wake(TICK, None)
    (line,) = lines()
    (about,) = line["_aws"]["CloudWatchMetrics"]
    assert {metric["Name"] for metric in about["Metrics"]} == {"OldestDueSeconds", "OutboxAgeSeconds"}
    assert all(isinstance(line[metric["Name"]], float) for metric in about["Metrics"])
    assert about["Dimensions"] == [["FunctionName"]]
    assert json.dumps(line)


def test_rings_that_could_not_be_looked_into_come_again(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """The store is away: every ring of the batch is told back, and the clock's own look fails where it is seen."""

    def away(*_: object) -> None:
        raise StoreError("away")

    monkeypatch.setattr(type(door.store), "due", away)
    assert waker.wake(records("look", "look"), None)["batchItemFailures"] == [
        {"itemIdentifier": "message-0"},
        {"itemIdentifier": "message-1"},
    ]
    with pytest.raises(Exception, match="StoreError"):
        waker.wake(TICK, None)


def test_a_worker_that_cannot_be_called_is_no_failure(
    door: Door, prefect: Prefect, lines: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run stays in Prefect and the next minute calls again; the log says why not now."""
    monkeypatch.setenv("PREFECT_API_URL", prefect.url)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    clock.set_source(lambda: NOW)
    try:
        need_is_due(door)
        waker.wake(records("look"), None)
    finally:
        clock.set_source(None)
    assert lines()[0]["trouble"] == "EndpointConnectionError"
    assert (lines()[-1]["run"], lines()[-1]["called"]) == ("run-1", False)
