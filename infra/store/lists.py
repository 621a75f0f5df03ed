"""What lists and figures need: many needs, partners and answers at once, a page at a time."""

from __future__ import annotations

from typing import Protocol


class ListsStore(Protocol):
    """Part of the store's contract (`Store`): every method is one transaction, and may raise `StoreError`."""
