"""The bell rings at once, once, and for ever: whatever Prefect or the store do."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from infra.bell import A_RING_IS_FORGOTTEN_AFTER, GAPS, Bell
from infra.prefect_api import WAKE_NEEDS, PrefectApi, PrefectUnreachable

PLANNED = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


class StandInPrefect:
    """Answers the few calls the bell makes, over real HTTP, and remembers them."""

    def __init__(self) -> None:
        self.runs: list[str] = []
        self.unstarted = True
        self.away = False
        self.planned: datetime | None = PLANNED
        self.stale = 0
        self.asked: list[tuple[str, str]] = []
        stand_in = self

        class Answers(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:
                self.answer({"id": "d-" + self.path.rsplit("/", 1)[1]})

            def do_POST(self) -> None:
                self.answer(stand_in.reply(self.path, json.loads(self.rfile.read(int(self.headers["content-length"])))))

            def answer(self, body: Any) -> None:
                stand_in.asked.append((self.path, self.headers.get("Authorization", "")))
                text = json.dumps(body).encode()
                self.send_response(503 if stand_in.away else 200)
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self.url = f"http://127.0.0.1:{self.server.server_port}/api"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def reply(self, path: str, body: dict[str, Any]) -> Any:
        if self.away:
            return {}
        if path.endswith("/create_flow_run"):
            assert "idempotency_key" not in body
            self.runs.append(f"run-{len(self.runs) + 1}")
            return {"id": self.runs[-1]}
        if path.endswith("/count"):
            return int(self.unstarted)
        if path.endswith("/bulk_delete"):
            gone = min(self.stale, body["limit"])
            self.stale -= gone
            return {"deleted": ["x"] * gone}
        return [{"next_scheduled_start_time": self.planned.isoformat()}] if self.planned else []


@pytest.fixture
def prefect() -> Iterator[StandInPrefect]:
    stand_in = StandInPrefect()
    yield stand_in
    stand_in.server.shutdown()
    stand_in.server.server_close()


class Rung:
    """A bell, what it noted, and how often it woke the poll."""

    def __init__(self, prefect: StandInPrefect) -> None:
        self.due: Callable[[], bool] = lambda: False
        self.noted: list[datetime | None] = []
        self.polls = 0
        self.api = PrefectApi(prefect.url, "muster:secret")
        self.bell = Bell(lambda: self.due(), self.noted.append, self._poll, self.api)

    def _poll(self) -> None:
        self.polls += 1


@pytest.fixture
def rung(prefect: StandInPrefect) -> Iterator[Rung]:
    rung = Rung(prefect)
    yield rung
    rung.api.close()


def test_a_worker_that_starts_sweeps_at_once(prefect: StandInPrefect, rung: Rung) -> None:
    """Missed sweeps are deleted, all but none, and one is made good at once, though nothing is due."""
    prefect.stale = 120
    rung.bell.look(0)
    assert prefect.stale == 0
    assert len(prefect.runs) == rung.polls == 1
    rung.bell.look(0.5)
    assert len(prefect.runs) == 1


def test_a_due_need_rings_at_once(prefect: StandInPrefect, rung: Rung) -> None:
    """The look that sees a due need creates the run and wakes the poll."""
    rung.bell.look(0)
    rung.due, prefect.unstarted = (lambda: True), False
    rung.bell.look(GAPS[0])
    assert len(prefect.runs) == rung.polls == 2


def test_one_ring_is_enough(prefect: StandInPrefect, rung: Rung) -> None:
    """While the run it created has not begun, the bell creates no other."""
    rung.due = lambda: True
    for moment in range(int(A_RING_IS_FORGOTTEN_AFTER)):
        rung.bell.look(moment)
    assert len(prefect.runs) == 1


def test_a_run_that_never_begins_is_forgotten(prefect: StandInPrefect, rung: Rung) -> None:
    """A run whose worker died before it began does not keep the bell silent."""
    rung.due = lambda: True
    rung.bell.look(0)
    rung.bell.look(A_RING_IS_FORGOTTEN_AFTER + 1)
    assert len(prefect.runs) == 2


def test_a_long_run_is_not_drowned_in_others(prefect: StandInPrefect, rung: Rung) -> None:
    """Five thousand needs recorded in a minute start a handful of runs, not two every second."""
    rung.due, prefect.unstarted = (lambda: True), False
    for half_second in range(120):
        rung.bell.look(half_second / 2)
    assert len(prefect.runs) <= 10


def test_the_next_need_rings_at_once_again(prefect: StandInPrefect, rung: Rung) -> None:
    """Once nothing was due, the next due need waits for no gap."""
    prefect.unstarted = False
    for moment, due in [(0.0, True), (0.5, False), (1.0, True), (1.5, False), (2.0, True)]:
        rung.due = lambda due=due: due  # type: ignore[misc]
        rung.bell.look(moment)
    assert len(prefect.runs) == 3


def test_an_outage_is_said_once_and_made_good(
    prefect: StandInPrefect, rung: Rung, caplog: pytest.LogCaptureFixture
) -> None:
    """Prefect may be away: one line in the log, and a sweep as soon as it is back."""
    prefect.away = True
    for moment in range(0, 60, 3):
        rung.bell.look(moment)
    assert len([r for r in caplog.records if r.name == "muster.bell"]) == 1
    prefect.away = False
    rung.bell.look(63)
    assert len(prefect.runs) == 1


def test_a_broken_store_does_not_end_the_bell(prefect: StandInPrefect, rung: Rung) -> None:
    """Whatever `is_due` raises, the next look asks again."""

    def broken() -> bool:
        raise OSError("disk")

    rung.bell.look(0)
    rung.due = broken
    rung.bell.look(0.5)
    rung.due, prefect.unstarted = (lambda: True), False
    rung.bell.look(1.0)
    assert len(prefect.runs) == 2


def test_the_next_sweep_is_noted(prefect: StandInPrefect, rung: Rung) -> None:
    """The next planned sweep is handed on four times a minute, sooner when none is planned yet."""
    prefect.planned = None
    rung.bell.look(0)
    prefect.planned = PLANNED
    rung.bell.look(2)
    rung.bell.look(10)
    rung.bell.look(17)
    assert rung.noted == [None, PLANNED, PLANNED]


def test_every_call_signs_in(prefect: StandInPrefect, rung: Rung) -> None:
    """Prefect answers only those who know its password."""
    rung.bell.look(0)
    assert all(header.startswith("Basic ") for _, header in prefect.asked)


def test_the_thread_ends_when_told(rung: Rung) -> None:
    """`stop` ends the thread within a look."""
    rung.bell.start()
    rung.bell.stop()
    rung.bell.join(2)
    assert not rung.bell.is_alive()


def test_an_unreachable_prefect_has_one_name() -> None:
    """Whatever goes wrong on the way to Prefect is a `PrefectUnreachable`, with no secret in it."""
    with PrefectApi("http://127.0.0.1:18998/api", "muster:secret") as api:
        assert not api.healthy()
        with pytest.raises(PrefectUnreachable) as why:
            api.delete_stale(WAKE_NEEDS)
    assert "secret" not in str(why.value)
