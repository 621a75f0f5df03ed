"""What lists and figures need: many needs, partners and answers at once, a page at a time."""

from __future__ import annotations

from infra.store.sqlite.connection import Connected


class ListsTables(Connected):
    """Reads pages of many rows."""
