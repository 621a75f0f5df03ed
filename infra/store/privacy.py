"""Who looked at what is private, and ending what is kept."""

from __future__ import annotations

from typing import Protocol


class PrivacyStore(Protocol):
    """Part of the store's contract (`Store`): every method is one transaction, and may raise `StoreError`."""
