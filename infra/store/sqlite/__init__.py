"""The embedded store: one SQLite file, several processes."""

from __future__ import annotations

from infra.store.sqlite.directory import DirectoryTables
from infra.store.sqlite.incidents import IncidentTables
from infra.store.sqlite.lists import ListsTables
from infra.store.sqlite.needs import NeedTables
from infra.store.sqlite.outbox import OutboxTables
from infra.store.sqlite.postcodes import PostcodeTables
from infra.store.sqlite.privacy import PrivacyTables
from infra.store.sqlite.signing_in import SigningInTables
from infra.store.sqlite.watch import WatchTables


class SqliteStore(
    NeedTables,
    DirectoryTables,
    IncidentTables,
    OutboxTables,
    PostcodeTables,
    WatchTables,
    ListsTables,
    SigningInTables,
    PrivacyTables,
):
    """Everything Muster keeps, in the SQLite file at `path`: WAL, `synchronous=FULL`, one writer at a time."""
