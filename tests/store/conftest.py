"""Stores to put to the test: a contract test gets each kind in turn, and asks nothing about how it keeps things."""

from __future__ import annotations

import multiprocessing
import os
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from infra import aws, clock
from infra.classified import class_of_attribute, is_whole
from infra.store import Store, open_store
from infra.store.dynamodb.connection import create_table
from infra.store.dynamodb.kinds import kind_of
from tests.standins import aws_environment
from tests.store.builders import NOW
from tests.store.crew import there

KINDS = ["sqlite", "moto", "ministack", "dynamodb_local"]
JUDGE_RACES = ["sqlite", "ministack", "dynamodb_local"]  # moto's transactions are not atomic under threads
PROCESSES = 8
CREW_SECONDS = float(os.environ.get("MUSTER_CREW_SECONDS", 300))  # that a job may take
PROCESS = multiprocessing.get_context("forkserver")  # a process that holds no store is the mother of all others
PROCESS.set_forkserver_preload(["tests.store.crew"])


@dataclass(frozen=True)
class Place:
    """Where a store is kept: its address, and everything in it as text for comparing and searching."""

    url: str
    kind: str
    """One of `KINDS`."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """What another process needs to find it."""

    def open(self) -> Store:
        return open_store(self.url)

    def dump(self) -> str:
        """Every value the store holds."""
        if self.url.startswith("dynamodb://"):
            pages = (
                aws.client("dynamodb").get_paginator("scan").paginate(TableName=self.url.removeprefix("dynamodb://"))
            )
            return "\n".join(sorted(str(sorted(item.items())) for page in pages for item in page["Items"]))
        with closing(sqlite3.connect(self.url.removeprefix("sqlite:///"))) as db:
            tables = [
                name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
            ]
            return "\n".join(f"{name}: {row}" for name in tables for row in db.execute(f"SELECT * FROM {name}"))  # noqa: S608

    def bytes_left(self) -> bytes:
        """All there is where it is kept: files with what was overwritten in them, if there are files."""
        if self.url.startswith("dynamodb://"):
            return self.dump().encode()
        file = Path(self.url.removeprefix("sqlite:///"))
        return b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test of a race is not put to a kind that cannot judge it, nor many rows to one that takes minutes."""
    if "place" in metafunc.fixturenames:
        marked = any(metafunc.definition.get_closest_marker(name) for name in ("race", "many"))
        kinds = JUDGE_RACES if marked or "crew" in metafunc.fixturenames else KINDS
        if metafunc.module.__name__.rpartition(".")[2].startswith("test_sqlite"):
            kinds = ["sqlite"]
        metafunc.parametrize("place", kinds, indirect=True)


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """An empty place for a store of this kind."""
    kind = request.param
    if kind == "sqlite":
        yield Place(f"sqlite:///{tmp_path / 'muster.db'}", kind)
        return
    table = f"muster-{secrets.token_hex(6)}"
    environment = aws_environment("" if kind == "moto" else request.getfixturevalue(kind))
    for name, value in environment.items():
        if value:
            monkeypatch.setenv(name, value)
    aws.forget_clients()
    if kind == "moto":
        with mock_aws():
            create_table(table)
            yield Place(f"dynamodb://{table}", kind)
    else:
        create_table(table)
        yield Place(f"dynamodb://{table}", kind, environment)
        assert not unclassified(table), "decide how long this is kept, in infra/classified.py"
        aws.client("dynamodb").delete_table(TableName=table)
    aws.forget_clients()


@pytest.fixture
def store(place: Place) -> Iterator[Store]:
    """A store with nothing in it."""
    opened = place.open()
    yield opened
    opened.close()


def unclassified(table: str) -> set[str]:
    """Attributes that a test has left in this table, and of which nobody has said how long they are kept."""
    items = aws.client("dynamodb").scan(TableName=table)["Items"]
    found = {(kind_of(item["pk"]["S"], item["sk"]["S"]), name) for item in items for name in item}
    return {f"{kind}.{name}" for kind, name in found if not (class_of_attribute(kind, name) or is_whole(kind, name))}


@pytest.fixture
def empty_table(on_ministack: str) -> Iterator[str]:
    """The name of an empty table of DynamoDB, on the stand-in whose transactions are atomic: for what only it does."""
    name = f"muster-{secrets.token_hex(6)}"
    create_table(name)
    yield name
    aws.client("dynamodb").delete_table(TableName=name)


@pytest.fixture
def stopped_clock() -> Iterator[None]:
    """It is `NOW`."""
    clock.set_source(lambda: NOW)
    yield
    clock.set_source(None)


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
        futures = [_processes.submit(there, place.environment, job, place.url, begin, *some) for some in arguments]
        return [future.result(timeout=CREW_SECONDS) for future in futures]

    return run
