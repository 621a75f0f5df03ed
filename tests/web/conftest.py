"""A fresh council for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from council import PARCEL, Council


@pytest.fixture
def council(tmp_path: Path) -> Iterator[Council]:
    made = Council(tmp_path)
    yield made
    made.close()


@pytest.fixture
def asked(council: Council) -> tuple[Council, str, str]:
    """Amina needs 20 food parcels and Riverside Kitchen has been asked: the council, the need, the link."""
    council.has("Riverside Kitchen")
    need = council.needs((PARCEL, 20))
    (link,) = council.asks(need, "riverside-kitchen")
    return council, need, link
