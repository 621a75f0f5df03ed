"""A fresh town for every test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.playbooks import load_catalogue
from tests.town import Town, town_at


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with town_at(tmp_path, load_catalogue()) as town:
        yield town
