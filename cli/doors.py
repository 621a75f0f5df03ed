"""The door and what goes with it, opened when a command needs them and not before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from infra.door import Door


@contextmanager
def open_door() -> Iterator[Door]:
    """The door to the store that the settings name, closed at the end."""
    from cli.printing import note
    from infra.door import Door
    from infra.settings import settings, strange_settings
    from infra.store import open_store

    chosen = settings()
    for sentence in strange_settings():
        note(sentence)
    store = open_store(chosen.store_url)
    try:
        yield Door(store, chosen)
    finally:
        store.close()


def read_reference(text: str) -> str:
    """`n-7k3qx2`, `7K3QX2` or `N 7K3 QX2` as `N-7K3QX2`."""
    from infra.recording import read_reference as read

    return read(text)
