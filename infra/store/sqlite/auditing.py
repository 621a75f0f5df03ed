"""The audit: a table that only grows, each row of which holds the hash of the one before."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from infra.store.chain import FIRST, Link, following, wound_in
from infra.store.moments import instant, micros
from infra.store.signing_in import Audit
from infra.store.sqlite.connection import Connected


class AuditTables(Connected):
    """Keeps what officers and keys did that is no part of a need's story."""

    def record_audit(self, *entries: Audit) -> None:
        with self._writing() as db:
            for entry in entries:
                append_audit(db, entry)

    def audit(self, limit: int = 100, before: int | None = None) -> Sequence[tuple[int, Audit]]:
        with self._reading() as db:
            rows = db.execute(
                "SELECT seq, at, who, what, about, detail FROM audit WHERE seq < ? ORDER BY seq DESC LIMIT ?",
                (before or 2**62, limit),
            ).fetchall()
        return [(seq, Audit(instant(at), *words)) for seq, at, *words in rows]

    def verify_audit(self) -> str | None:
        with self._reading() as db:
            last = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'audit'").fetchone()
            rows = db.execute("SELECT seq, at, who, what, about, detail, previous, hash FROM audit ORDER BY seq")
            links = (Link(seq, Audit(instant(at), *words), previous, own) for seq, at, *words, previous, own in rows)
            return wound_in(links, last[0] if last else None)


def append_audit(db: sqlite3.Connection, entry: Audit) -> None:
    """Add one entry, in the transaction of what it is about."""
    last = db.execute("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    number, hash = last or (0, FIRST)
    link = following(number, hash, entry)
    row = (link.number, micros(entry.at), entry.who, entry.what, entry.about, entry.detail, link.previous, link.hash)
    db.execute("INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
