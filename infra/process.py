"""This process's door: its settings and its store, opened once."""

from __future__ import annotations

from functools import lru_cache

from infra.door import Door
from infra.settings import settings
from infra.store import open_store


@lru_cache(maxsize=1)
def the_door() -> Door:
    """Return the door of this process."""
    return Door(open_store(settings().store_url), settings())
