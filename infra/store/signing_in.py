"""Who may sign in, who has, and keys of the API."""

from __future__ import annotations

from typing import Protocol


class SigningInStore(Protocol):
    """Part of the store's contract (`Store`): every method is one transaction, and may raise `StoreError`."""
