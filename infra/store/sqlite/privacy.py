"""Who looked at what is private, and ending what is kept."""

from __future__ import annotations

from infra.store.sqlite.connection import Connected


class PrivacyTables(Connected):
    """Keeps looks, and forgets."""
