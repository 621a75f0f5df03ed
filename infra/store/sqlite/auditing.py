"""The audit: a table that only grows, each row of which holds the hash of the one before."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Sequence

from infra.store.moments import instant, micros
from infra.store.signing_in import Audit
from infra.store.sqlite.connection import Connected

FIRST = ""


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
            before, number = FIRST, 0
            for seq, at, who, what, about, detail, previous, own in db.execute(
                "SELECT seq, at, who, what, about, detail, previous, hash FROM audit ORDER BY seq"
            ):
                number += 1
                if seq != number:
                    return f"entry {number} of the audit has been deleted"
                if previous != before or own != _hash(seq, at, who, what, about, detail, previous):
                    return f"entry {seq} of the audit has been edited"
                before = own
            if last and last[0] != number:
                return f"entry {number + 1} of the audit has been deleted"
        return None


def append_audit(db: sqlite3.Connection, entry: Audit) -> None:
    """Add one entry, in the transaction of what it is about."""
    last = db.execute("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    number, previous = (last[0] + 1, last[1]) if last else (1, FIRST)
    row = (number, micros(entry.at), entry.who, entry.what, entry.about, entry.detail, previous)
    db.execute("INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*row, _hash(*row)))


def _hash(*row: str | int) -> str:
    return hashlib.sha256(json.dumps(row).encode()).hexdigest()
