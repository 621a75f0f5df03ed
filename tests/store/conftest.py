"""Stores to put to the test: a contract test gets each kind in turn, and asks nothing about how it keeps things."""

from __future__ import annotations

import multiprocessing
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from infra.store import Store, open_store

KINDS = ["sqlite"]
PROCESSES = 8
PROCESS = multiprocessing.get_context("forkserver")  # a process that holds no store is the mother of all others
PROCESS.set_forkserver_preload(["tests.store.crew"])


@dataclass(frozen=True)
class Place:
    """Where a store is kept: its address, and everything in it as text for comparing and searching."""

    url: str

    def open(self) -> Store:
        return open_store(self.url)

    def dump(self) -> str:
        """Every value the store holds."""
        with closing(sqlite3.connect(self.url.removeprefix("sqlite:///"))) as db:
            tables = [
                name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
            ]
            return "\n".join(f"{name}: {row}" for name in tables for row in db.execute(f"SELECT * FROM {name}"))  # noqa: S608


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """An empty place for a store of this kind."""
    return Place(f"sqlite:///{tmp_path / 'muster.db'}")


@pytest.fixture
def store(place: Place) -> Iterator[Store]:
    """A store with nothing in it."""
    opened = place.open()
    yield opened
    opened.close()


Crew = Callable[[Callable[..., Any], Sequence[tuple[Any, ...]]], list[Any]]


@pytest.fixture(scope="session")
def _processes() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(PROCESSES, mp_context=PROCESS) as pool:
        list(pool.map(time.sleep, [0.05] * PROCESSES))  # all of them are up before the first race
        yield pool


@pytest.fixture
def crew(place: Place, _processes: ProcessPoolExecutor) -> Crew:
    """Runs a job of `crew.py` with each of these arguments, each in a process of its own, all at the same moment."""

    def run(job: Callable[..., Any], arguments: Sequence[tuple[Any, ...]]) -> list[Any]:
        begin = time.time() + 0.1
        futures = [_processes.submit(job, place.url, begin, *some) for some in arguments]
        return [future.result(timeout=60) for future in futures]

    return run
