"""The embedded store: one SQLite file, several processes."""

from __future__ import annotations

from infra.store.sqlite.directory import DirectoryTables
from infra.store.sqlite.incidents import IncidentTables
from infra.store.sqlite.needs import NeedTables
from infra.store.sqlite.outbox import OutboxTables
from infra.store.sqlite.postcodes import PostcodeTables
from infra.store.sqlite.watch import WatchTables


class SqliteStore(NeedTables, DirectoryTables, IncidentTables, OutboxTables, PostcodeTables, WatchTables):
    """Everything Muster keeps, in the SQLite file at `path`: WAL, `synchronous=FULL`, one writer at a time."""
