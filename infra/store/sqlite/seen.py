"""What figures read of many needs: no more of each than they count, some hundred needs at a time."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from pydantic import TypeAdapter

from domain.messages import MessageKind
from domain.seen import COUNTED, OFFICER, AskSeen, EventSeen, NeedFacts, NeedSeen
from infra.store import ARRIVED
from infra.store.moments import micros
from infra.store.sqlite.connection import Connected

Read = TypeVar("Read")
READ_ASKS = TypeAdapter(list[AskSeen])
READ_EVENTS = TypeAdapter(list[EventSeen])
NEEDS = """
    SELECT id, doc FROM needs WHERE opened_at >= ? AND opened_at < ? AND (opened_at > ? OR id > ?)
    ORDER BY opened_at, id LIMIT ?
"""
OPENED = "SELECT opened_at FROM needs WHERE id = ?"
ASKS = """
    SELECT i.need, i.doc, r.sector
    FROM invitations i LEFT JOIN responders r ON r.id = i.responder
    WHERE i.need IN ({}) ORDER BY i.rowid
"""
EVENTS = f"""
    SELECT need, doc FROM events WHERE need IN ({{}}) AND (
        doc ->> 'code' IN ({", ".join(f"'{code.value}'" for code in COUNTED)}) OR doc ->> 'by' LIKE '{OFFICER}%'
    ) ORDER BY need, seq
"""  # noqa: S608 - our own words
TOLD = f"""
    SELECT DISTINCT need FROM messages WHERE need IN ({{}}) AND recipient = 'resident' AND kind = ?
    AND state IN ({", ".join(f"'{state.value}'" for state in sorted(ARRIVED))})
"""  # noqa: S608 - our own words


class NeedsSeen(Connected):
    """Reads needs by the time they were opened, each with all that figures read of it."""

    def needs_seen(
        self, since: datetime, until: datetime, after: NeedSeen | None = None, limit: int = 200
    ) -> list[NeedFacts]:
        with self._reading() as db:
            begin = _where(db, after) if after else micros(since)
            rows = db.execute(NEEDS, (begin, micros(until), begin, after.id if after else "", limit)).fetchall()
            needs = [id for id, _ in rows]
            asks = _asks(db, needs)
            events = _events(db, needs)
            told = {id for (id,) in _of(db, TOLD, needs, MessageKind.resident_closed.value)}
        return [
            NeedFacts(NeedSeen.model_validate_json(doc), tuple(asks[id]), tuple(events[id]), id in told)
            for id, doc in rows
        ]

    def keep_figures(self, name: str, counted: str, at: datetime, until: datetime) -> None:
        with self._writing() as db:
            db.execute("DELETE FROM figures WHERE until <= ?", (micros(at),))
            db.execute(
                "INSERT INTO figures (name, at, until, counted) VALUES (?, ?, ?, ?) ON CONFLICT (name) DO UPDATE"
                " SET at = excluded.at, until = excluded.until, counted = excluded.counted WHERE excluded.at >= at",
                (name, micros(at), micros(until), counted),
            )

    def kept_figures(self, name: str, now: datetime) -> str | None:
        with self._reading() as db:
            row = db.execute(
                "SELECT counted FROM figures WHERE name = ? AND at <= ? AND until > ?", (name, micros(now), micros(now))
            ).fetchone()
        return str(row[0]) if row else None

    def drop_figures(self) -> None:
        with self._writing() as db:
            db.execute("DELETE FROM figures")


def _where(db: sqlite3.Connection, after: NeedSeen) -> int:
    """Where this need stands in the order of the column; that may be gone, not the document we hold."""
    found = db.execute(OPENED, (after.id,)).fetchone()
    return int(found[0]) if found else micros(after.opened_at)


def _of(db: sqlite3.Connection, query: str, needs: Sequence[str], *more: str) -> sqlite3.Cursor:
    return db.execute(query.format(",".join("?" * len(needs))), (*needs, *more))


def _asks(db: sqlite3.Connection, needs: Sequence[str]) -> dict[str, list[AskSeen]]:
    rows = ((need, _with_sector(doc, sector)) for need, doc, sector in _of(db, ASKS, needs))
    return _by_need(needs, rows, READ_ASKS)


def _with_sector(doc: str, sector: str | None) -> str:
    """The ask with the sector it went to: SQLite's own `json_insert` takes four times as long."""
    return f'{doc[:-1]},"sector":{json.dumps(sector)}}}' if sector else doc


def _events(db: sqlite3.Connection, needs: Sequence[str]) -> dict[str, list[EventSeen]]:
    return _by_need(needs, _of(db, EVENTS, needs), READ_EVENTS)


def _by_need(
    needs: Sequence[str], rows: Iterable[tuple[str, str]], read: TypeAdapter[list[Read]]
) -> dict[str, list[Read]]:
    """What rows of need and document say, read all at once, which is several times as fast."""
    found: dict[str, list[Read]] = {need: [] for need in needs}
    pairs = list(rows)
    for (need, _), each in zip(pairs, read.validate_json(f"[{','.join(doc for _, doc in pairs)}]"), strict=True):
        found[need].append(each)
    return found
