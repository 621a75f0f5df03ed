"""A process as a function has it: its settings in the environment, and nothing kept from the test before."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra import aws
from infra.door import Door
from infra.process import the_door
from infra.settings import settings
from lambdas import waker, web
from tests.standins import aws_environment


def forget() -> None:
    if web._site.cache_info().currsize:  # Mangum keeps one loop for as long as its process lives
        asyncio.get_event_loop_policy().get_event_loop().close()
        asyncio.set_event_loop(None)
    for kept in (settings, the_door, web._site, waker._waker):
        kept.cache_clear()
    aws.forget_clients()


@pytest.fixture
def function(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The home of one function's process; its store is a file there."""
    given = {
        "MUSTER_HOME": str(tmp_path),
        "MUSTER_STORE": f"sqlite:///{tmp_path / 'muster.db'}",
        "MUSTER_KEYS": "k1:" + "s" * 40,
        "MUSTER_BASE_URL": "https://muster.example.org",
        "MUSTER_WORKER_FUNCTION": "muster-test-worker",
    }
    for name, value in (given | aws_environment("")).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    forget()
    yield tmp_path
    if the_door.cache_info().currsize:
        the_door().store.close()
    forget()


@pytest.fixture
def door(function: Path) -> Door:
    return the_door()
