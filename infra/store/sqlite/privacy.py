"""Who looked at what is private, and ending what is kept."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from domain.changes import Change
from domain.forgetting import GONE
from domain.keeping import TIMED, Kept, Length, Periods
from infra import clock
from infra.store import OVER
from infra.store.moments import instant, micros
from infra.store.signing_in import LOOKED, Audit
from infra.store.sqlite.connection import Connected
from infra.store.sqlite.persons import PersonTables, tables_of

MOST_COUNTED = 1000

OVER_NEED = "n.status = 'closed' AND NOT n.kept AND n.closed_second <= :before"
# What is private is read first: there is little of it, and there are years of needs without any.
NEEDS_WITH = {
    Kept.contact: "residents x CROSS JOIN needs n ON n.id = x.need",
    Kept.words: "(SELECT DISTINCT need FROM notes) x CROSS JOIN needs n ON n.id = x.need",
    Kept.shared_words: f"needs n WHERE json_extract(n.doc, '$.summary') <> '{GONE}'",
    Kept.story: "needs n WHERE TRUE",
}
OF_NEEDS_OVER = f"SELECT {{what}} FROM {{table}} x CROSS JOIN needs n ON n.id = x.need WHERE {OVER_NEED} LIMIT :limit"  # noqa: S608
SETTLED = ", ".join(f"'{state.value}'" for state in sorted(OVER))
MESSAGES_PAST = f"""
    SELECT m.seq FROM messages m INDEXED BY messages_with_words JOIN needs n ON n.id = m.need
    WHERE NOT n.kept AND m.changed_at <= :before_micros AND m.state IN ({SETTLED})
    AND coalesce(m.frozen, m.provider_id, m.why) IS NOT NULL LIMIT :limit
"""  # noqa: S608 - constants
ROWS_PAST = {
    Kept.links: ("tokens", "hash", OF_NEEDS_OVER.format(what="x.hash", table="tokens")),
    Kept.resident_keys: ("resident_keys", "need", OF_NEEDS_OVER.format(what="x.need", table="resident_keys")),
    Kept.ask_counts: ("ledger", "week", "SELECT week FROM ledger WHERE week < :week LIMIT :limit"),
    Kept.message_bodies: ("messages", "seq", MESSAGES_PAST),
}
ENDED = (
    "DELETE FROM sessions WHERE ends_at <= ?",
    "DELETE FROM attempts WHERE until <= ?",
    "UPDATE accounts SET link = NULL, link_until = NULL WHERE link_until <= ?",
    "DELETE FROM figures WHERE until <= ?",
)


class PrivacyTables(PersonTables, Connected):
    """Forgets what is past its time, and one person where they ask; says who looked."""

    def set_periods(self, periods: Periods) -> None:
        rows = [(kept.value, str(periods.of(kept))) for kept in TIMED]
        with self._writing() as db:
            db.executemany("INSERT OR REPLACE INTO periods VALUES (?, ?)", rows)

    def periods(self) -> Periods:
        with self._reading() as db:
            return _periods(db)

    def needs_past(self, kept: Kept, now: datetime, limit: int) -> list[str]:
        with self._reading() as db:
            return _needs_past(db, kept, now, limit)

    def sweep(self, kept: Kept, now: datetime, limit: int) -> int:
        with self._writing() as db:
            if kept is Kept.story:
                return _drop_needs(db, _needs_past(db, kept, now, limit))
            return _erase_rows(db, kept, now, limit)

    def count_past(self, now: datetime) -> dict[Kept, int]:
        with self._reading() as db:
            counts = {kept: len(_needs_past(db, kept, now, MOST_COUNTED)) for kept in NEEDS_WITH}
            for kept, (_, _, query) in ROWS_PAST.items():
                counts[kept] = len(db.execute(query, _moments(db, kept, now, MOST_COUNTED)).fetchall())
        return {kept: count for kept, count in counts.items() if count}

    def sweep_access(self, now: datetime) -> int:
        with self._writing() as db:
            return sum(db.execute(statement, (micros(now),)).rowcount for statement in ENDED)

    def looks(self, need: str) -> list[Audit]:
        with self._reading() as db:
            rows = db.execute(
                "SELECT at, who, what, about, detail FROM audit WHERE about = ? AND what = ? ORDER BY seq DESC",
                (need, LOOKED),
            ).fetchall()
        return [Audit(instant(at), *words) for at, *words in rows]


# --- used by the tables of needs ------------------------------------------------


def is_past(db: sqlite3.Connection, need: str, kept: Kept) -> bool:
    """Is what is kept of this class about this need not to be read any more?"""
    row = db.execute("SELECT closed_second FROM needs WHERE id = ? AND status = 'closed' AND NOT kept", (need,))
    closed = row.fetchone()
    return closed is not None and closed[0] is not None and closed[0] <= _before(db, kept, clock.now()).timestamp()


def forget_of(db: sqlite3.Connection, change: Change) -> None:
    """Erase what a change says shall be forgotten, within its transaction."""
    need = change.need.id
    for kept in change.forgets:
        for statement in FORGET[kept]:
            db.execute(statement, (need,))


FORGET_BODIES = f"""
    UPDATE messages SET provider_id = NULL, why = NULL WHERE need = ? AND state IN ({SETTLED})
"""  # noqa: S608 - constants
FORGET: dict[Kept, tuple[str, ...]] = {
    Kept.contact: (
        "DELETE FROM residents WHERE need = ?",
        "UPDATE messages SET state = 'skipped', why = 'their details were erased' WHERE need = ?"
        " AND recipient = 'resident' AND state IN ('pending', 'unknown')",
        "UPDATE messages SET frozen = NULL WHERE need = ?",
    ),
    Kept.words: ("DELETE FROM notes WHERE need = ?",),
    Kept.shared_words: ("UPDATE needs SET key = NULL, key_digest = NULL WHERE id = ?",),
    Kept.message_bodies: (FORGET_BODIES,),
    Kept.links: ("DELETE FROM tokens WHERE need = ? AND purpose = 'status'",),
    Kept.resident_keys: ("DELETE FROM resident_keys WHERE need = ?",),
}


# --- by time --------------------------------------------------------------------


def _periods(db: sqlite3.Connection) -> Periods:
    known = {kept.value: kept.name for kept in TIMED}
    rows = db.execute("SELECT class, length FROM periods").fetchall()
    return Periods.model_validate({known[kept]: length for kept, length in rows if kept in known})


def _before(db: sqlite3.Connection, kept: Kept, now: datetime) -> datetime:
    row = db.execute("SELECT length FROM periods WHERE class = ?", (kept.value,)).fetchone()
    length: Length = Periods.model_validate({kept.name: row[0]} if row else {}).of(kept)
    return length.before(now)


def _moments(db: sqlite3.Connection, kept: Kept, now: datetime, limit: int) -> dict[str, int | str]:
    before = _before(db, kept, now)
    year, week, _ = before.isocalendar()
    second = int(before.timestamp())
    return {"before": second, "before_micros": micros(before), "week": f"{year}-W{week:02}", "limit": limit}


def _needs_past(db: sqlite3.Connection, kept: Kept, now: datetime, limit: int) -> list[str]:
    rows = db.execute(
        f"SELECT n.id FROM {NEEDS_WITH[kept]} AND {OVER_NEED} ORDER BY n.closed_second LIMIT :limit",  # noqa: S608
        _moments(db, kept, now, limit),
    )
    return [need for (need,) in rows]


def _erase_rows(db: sqlite3.Connection, kept: Kept, now: datetime, limit: int) -> int:
    table, key, query = ROWS_PAST[kept]
    found = list(dict.fromkeys(db.execute(query, _moments(db, kept, now, limit)).fetchall()))
    if kept is Kept.message_bodies:
        statement = "UPDATE messages SET frozen = NULL, provider_id = NULL, why = NULL WHERE seq = ?"
    else:
        statement = f"DELETE FROM {table} WHERE {key} = ?"  # noqa: S608
    return sum(db.execute(statement, one).rowcount for one in found)


def _drop_needs(db: sqlite3.Connection, needs: list[str]) -> int:
    """The whole of a need: nothing of it is kept any more."""
    for need in needs:
        for table in tables_of(db, "need"):
            db.execute(f"DELETE FROM {table} WHERE need = ?", (need,))  # noqa: S608
        db.execute("DELETE FROM needs WHERE id = ?", (need,))
    return len(needs)
