"""Who may sign in, who has, and keys of the API."""

from __future__ import annotations

from infra.store.sqlite.connection import Connected


class SigningInTables(Connected):
    """Keeps accounts, sessions and keys."""
