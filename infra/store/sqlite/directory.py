"""Responders, their private contacts, what they muted, and officers."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime

from pydantic import TypeAdapter

from domain.matching import Candidate
from domain.officers import Officer
from domain.responders import Contact, Responder
from domain.values import Point
from infra.store.sqlite.connection import Connected, micros

KM_PER_DEGREE = 111.2
MOST_IN_ONE_QUERY = 500


CONTACTS = TypeAdapter(list[Contact])

CANDIDATES = """
    WITH found AS (
        SELECT r.id, coalesce(l.taken, 0) AS taken,
            (r.lat - :lat) * (r.lat - :lat) + (r.lon - :lon) * (r.lon - :lon) * :narrow AS apart
        FROM responders r LEFT JOIN ledger l ON l.responder = r.id AND l.week = :week
        WHERE r.id IN (SELECT responder FROM capabilities WHERE code IN ({able})) AND r.sector IN ({right})
            AND r.contacts > 0 AND (r.weekly_limit IS NULL OR coalesce(l.taken, 0) < r.weekly_limit) AND {near}
        ORDER BY taken, apart IS NULL, apart, r.id LIMIT :limit
    )
    SELECT r.doc, f.taken FROM found f JOIN responders r ON r.id = f.id
"""


class DirectoryTables(Connected):
    """Who may help, and who of the council looks after it."""

    def put_responders(self, rows: Sequence[tuple[Responder, Sequence[Contact]]], now: datetime) -> None:
        with self._writing() as db:
            for responder, contacts in rows:
                _put_responder(db, responder.but(contacts=sum(1 for contact in contacts if contact.email)))
                db.execute(
                    "INSERT OR REPLACE INTO contacts VALUES (?, ?)",
                    (responder.id, CONTACTS.dump_json(list(contacts)).decode()),
                )

    def responder(self, id: str) -> Responder | None:
        with self._reading() as db:
            row = db.execute("SELECT doc FROM responders WHERE id = ?", (id,)).fetchone()
            return _with_mutes(db, [Responder.model_validate_json(row[0])])[0] if row else None

    def responder_names(self, ids: Iterable[str]) -> dict[str, str]:
        wanted = list(dict.fromkeys(ids))
        names: dict[str, str] = {}
        with self._reading() as db:
            for start in range(0, len(wanted), MOST_IN_ONE_QUERY):
                some = wanted[start : start + MOST_IN_ONE_QUERY]
                marks = ",".join("?" * len(some))
                names.update(db.execute(f"SELECT id, name FROM responders WHERE id IN ({marks})", some))  # noqa: S608
        return names

    def contacts(self, id: str) -> list[Contact]:
        with self._reading() as db:
            row = db.execute("SELECT doc FROM contacts WHERE responder = ?", (id,)).fetchone()
        return CONTACTS.validate_json(row[0]) if row else []

    def responders(self, *, after: str = "", limit: int = 1000) -> list[Responder]:
        with self._reading() as db:
            rows = db.execute("SELECT doc FROM responders WHERE id > ? ORDER BY id LIMIT ?", (after, limit)).fetchall()
            return _with_mutes(db, [Responder.model_validate_json(doc) for (doc,) in rows])

    def count_responders(self) -> int:
        with self._reading() as db:
            return int(db.execute("SELECT count(*) FROM responders").fetchone()[0])

    def candidates(
        self,
        capabilities: Sequence[str],
        sectors: Sequence[str],
        point: Point | None,
        within_km: float | None,
        week: str,
        limit: int,
    ) -> list[Candidate]:
        near, values = _nearness(point, within_km)
        able = {f"c{n}": code for n, code in enumerate(capabilities)}
        right = {f"s{n}": sector for n, sector in enumerate(sectors)}
        with self._reading() as db:
            rows = db.execute(
                CANDIDATES.format(able=_names(able), right=_names(right), near=near),
                {**able, **right, **values, "week": week, "limit": limit},
            ).fetchall()
            responders = _with_mutes(db, [Responder.model_validate_json(doc) for doc, _ in rows])
        return [Candidate(responder, taken) for responder, (_, taken) in zip(responders, rows, strict=True)]

    def mute(self, responder: str, category: str, now: datetime) -> None:
        with self._writing() as db:
            db.execute("INSERT OR IGNORE INTO mutes VALUES (?, ?, ?)", (responder, category, micros(now)))

    def add_officer(self, officer: Officer, now: datetime) -> bool:
        with self._writing() as db:
            added = db.execute(
                "INSERT OR IGNORE INTO officers (id, email, doc) VALUES (?, ?, ?)",
                (officer.id, officer.email, officer.model_dump_json()),
            )
            db.execute(
                "UPDATE needs SET wake_at = ?, version = version + 1"
                " WHERE id IN (SELECT need FROM tasks WHERE officer IS NULL AND status = 'open')",
                (micros(now),),
            )
        return added.rowcount > 0

    def officers(self) -> tuple[Officer, ...]:
        with self._reading() as db:
            rows = db.execute("SELECT doc FROM officers ORDER BY seq").fetchall()
        return tuple(Officer.model_validate_json(doc) for (doc,) in rows)


def _names(values: dict[str, str]) -> str:
    return ", ".join(f":{name}" for name in values)


def _put_responder(db: sqlite3.Connection, responder: Responder) -> None:
    """Replace a responder; a pause they asked for outlives an import that says nothing of it."""
    known = db.execute("SELECT doc FROM responders WHERE id = ?", (responder.id,)).fetchone()
    if known and responder.paused_until is None:
        responder = responder.but(paused_until=Responder.model_validate_json(known[0]).paused_until)
    point = responder.point
    db.execute(
        "INSERT OR REPLACE INTO responders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            responder.id,
            responder.name,
            responder.sector.value,
            point.lat if point else None,
            point.lon if point else None,
            int(bool(responder.areas)),
            responder.contacts,
            responder.weekly_limit,
            responder.model_dump_json(exclude={"muted"}),
        ),
    )
    db.execute("DELETE FROM capabilities WHERE responder = ?", (responder.id,))
    db.executemany(
        "INSERT OR IGNORE INTO capabilities VALUES (?, ?)", [(code, responder.id) for code in responder.capabilities]
    )


def _with_mutes(db: sqlite3.Connection, responders: list[Responder]) -> list[Responder]:
    muted: dict[str, list[str]] = {}
    ids = [responder.id for responder in responders]
    for start in range(0, len(ids), MOST_IN_ONE_QUERY):
        some = ids[start : start + MOST_IN_ONE_QUERY]
        marks = ",".join("?" * len(some))
        query = f"SELECT responder, category FROM mutes WHERE responder IN ({marks})"  # noqa: S608 - only ?s
        for responder, category in db.execute(query, some):
            muted.setdefault(responder, []).append(category)
    return [r.but(muted=tuple(muted[r.id])) if r.id in muted else r for r in responders]


def _nearness(point: Point | None, within_km: float | None) -> tuple[str, dict[str, float | None]]:
    """A box around the place, for what can be judged by it: who has no place, or names areas, is judged later."""
    if point is None:
        return "1", {"lat": None, "lon": None, "narrow": 0.0}
    narrow = max(math.cos(math.radians(point.lat)), 0.01)
    values: dict[str, float | None] = {"lat": point.lat, "lon": point.lon, "narrow": narrow * narrow}
    if within_km is None:
        return "1", values
    high = within_km / KM_PER_DEGREE * 1.01
    values |= {"high": high, "wide": high / narrow}
    return "(r.lat IS NULL OR r.has_areas OR (abs(r.lat - :lat) <= :high AND abs(r.lon - :lon) <= :wide))", values
