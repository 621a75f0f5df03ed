"""What tests of several channels stand on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from infra import aws
from tests import standins
from tests.amazon import Amazon, running


@pytest.fixture
def amazon(monkeypatch: pytest.MonkeyPatch) -> Iterator[Amazon]:
    """An AWS that answers as it is told to; the environment points at it."""
    with running() as amazon:
        for name, value in standins.aws_environment(amazon.address).items():
            monkeypatch.setenv(name, value)
        aws.forget_clients()
        yield amazon
        aws.forget_clients()
