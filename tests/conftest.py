"""How examples are drawn (at random at a desk, always the same in CI: `CI=1`), and what stands in for AWS."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from infra import aws
from tests import standins

settings.register_profile("desk", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "desk")


@pytest.fixture(scope="session")
def ministack() -> Iterator[str]:
    """The address of one ministack for all tests of this process; each makes what it needs under names of its own."""
    try:
        with standins.ministack() as address:
            yield address
    except standins.Absent as absent:
        pytest.skip(standins.say_absent(absent))


@pytest.fixture(scope="session")
def dynamodb_local() -> Iterator[str]:
    """The address of one DynamoDB Local for all tests of this process."""
    try:
        with standins.dynamodb_local() as address:
            yield address
    except standins.Absent as absent:
        pytest.skip(standins.say_absent(absent))


@pytest.fixture
def on_ministack(ministack: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Whatever this test asks of AWS, ministack answers."""
    for name, value in standins.aws_environment(ministack).items():
        monkeypatch.setenv(name, value)
    aws.forget_clients()
    yield ministack
    aws.forget_clients()
