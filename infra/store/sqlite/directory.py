"""Responders, their private contacts, what they want, how often they say yes, whom they must not meet; officers."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from pydantic import TypeAdapter

from domain.matching import Candidate
from domain.officers import Officer
from domain.responders import Contact, Responder
from domain.saying_yes import Counted, Heard
from domain.values import Point
from infra.store.moments import micros
from infra.store.sqlite.connection import Connected
from infra.store.sqlite.nearness import nearness, rings
from infra.store.sqlite.signing_in import add_officer

MOST_IN_ONE_QUERY = 500

CONTACTS = TypeAdapter(list[Contact])

FOUND = """
    SELECT a.responder, coalesce(l.taken, 0) AS taken,
        (a.lat - :lat) * (a.lat - :lat) + (a.lon - :lon) * (a.lon - :lon) * :narrow AS apart
    FROM able a LEFT JOIN ledger l ON l.responder = a.responder AND l.week = :week
    WHERE a.code IN ({able}) AND a.sector IN ({right})
"""
ASKABLE = """
        AND a.contacts > 0 AND (a.weekly_limit IS NULL OR coalesce(l.taken, 0) < a.weekly_limit) AND {near}
    ORDER BY taken, apart IS NULL, apart, a.responder LIMIT :limit
"""
NEAREST = " ORDER BY apart IS NULL, apart, a.responder LIMIT :limit"
WHOLE = """
    SELECT r.id, r.doc, h.asked, h.yes, s.asked, s.yes FROM responders r
    LEFT JOIN heard h ON h.responder = r.id LEFT JOIN heard_of_sectors s ON s.sector = r.sector
    WHERE r.id IN ({marks})
"""
AREAS = """
    SELECT DISTINCT value FROM responders, json_each(responders.doc, '$.areas') WHERE has_areas
    UNION SELECT json_extract(doc, '$.area') FROM (SELECT doc FROM needs ORDER BY opened_at DESC LIMIT 2000)
    UNION SELECT name FROM wards
"""
Row = tuple[str, int, float | None]  # responder, asks this week, degrees apart (squared)


class DirectoryTables(Connected):
    """Who may help, and who of the council looks after it."""

    def put_responders(self, rows: Sequence[tuple[Responder, Sequence[Contact]]], now: datetime) -> None:
        with self._writing() as db:
            for responder, contacts in rows:
                responder = responder.but(contacts=sum(1 for contact in contacts if contact.email))
                if _put_responder(db, responder, now):
                    _wake_needs_of(db, responder.id, now)
                db.execute(
                    "INSERT OR REPLACE INTO contacts VALUES (?, ?)",
                    (responder.id, CONTACTS.dump_json(list(contacts)).decode()),
                )

    def responder(self, id: str) -> Responder | None:
        with self._reading() as db:
            row = db.execute("SELECT doc FROM responders WHERE id = ?", (id,)).fetchone()
            return with_mutes(db, [Responder.model_validate_json(row[0])])[0] if row else None

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
            return with_mutes(db, [Responder.model_validate_json(doc) for (doc,) in rows])

    def count_responders(self) -> int:
        with self._reading() as db:
            return int(db.execute("SELECT count(*) FROM responders").fetchone()[0])

    def areas(self) -> frozenset[str]:
        with self._reading() as db:
            return frozenset(name for (name,) in db.execute(AREAS))

    # --- choosing ---

    def candidates(
        self,
        capabilities: Sequence[str],
        sectors: Sequence[str],
        point: Point | None,
        within_km: float | None,
        week: str,
        limit: int,
    ) -> list[Candidate]:
        found, values = _search(capabilities, sectors, week, limit)
        with self._reading() as db:
            for ring in rings(point, within_km):
                near, here, furthest = ring
                rows = _once_each(db.execute(found + ASKABLE.format(near=near), values | here).fetchall(), limit)
                if len(rows) == limit and all(taken == 0 and (apart or 0) <= furthest for _, taken, apart in rows):
                    return _as_candidates(db, rows)  # nobody further away comes before any of these
            near, there = nearness(point, within_km)
            rows = _once_each(db.execute(found + ASKABLE.format(near=near), values | there).fetchall(), limit)
            return _as_candidates(db, rows)

    def considered(
        self, capabilities: Sequence[str], sectors: Sequence[str], point: Point | None, week: str, limit: int
    ) -> list[Candidate]:
        found, values = _search(capabilities, sectors, week, limit)
        _, there = nearness(point, None)
        with self._reading() as db:
            return _as_candidates(db, _once_each(db.execute(found + NEAREST, values | there).fetchall(), limit))

    def candidate(self, responder: str, week: str) -> Candidate | None:
        taken = "SELECT taken FROM ledger WHERE responder = ? AND week = ?"
        with self._reading() as db:
            asks = db.execute(taken, (responder, week)).fetchone()
            return next(iter(_as_candidates(db, [(responder, asks[0] if asks else 0, None)])), None)

    # --- what they want ---

    def mute(self, responder: str, category: str, now: datetime) -> None:
        with self._writing() as db:
            db.execute("INSERT OR IGNORE INTO mutes VALUES (?, ?, ?)", (responder, category, micros(now)))

    def unmute(self, responder: str, category: str) -> None:
        with self._writing() as db:
            db.execute("DELETE FROM mutes WHERE responder = ? AND category = ?", (responder, category))

    def pause(self, responder: str, until: datetime | None, now: datetime) -> bool:
        return self.revise(responder, lambda known: known.but(paused_until=until), now)

    def revise(self, responder: str, change: Callable[[Responder], Responder], now: datetime) -> bool:
        with self._writing() as db:
            row = db.execute("SELECT doc FROM responders WHERE id = ?", (responder,)).fetchone()
            if row is None:
                return False
            changed = change(Responder.model_validate_json(row[0]))
            doc = changed.model_dump_json(exclude={"muted"})
            values = (changed.weekly_limit, responder)
            db.execute("UPDATE responders SET doc = ?, weekly_limit = ? WHERE id = ?", (doc, *values))
            db.execute("UPDATE able SET weekly_limit = ? WHERE responder = ?", values)
            _wake_needs_of(db, responder, now)
        return True

    def keep_apart(self, key: str, responder: str, now: datetime) -> None:
        with self._writing() as db:
            db.execute("INSERT OR IGNORE INTO apart VALUES (?, ?, ?)", (key, responder, micros(now)))

    def end_apart(self, keys: Sequence[str], responder: str) -> int:
        with self._writing() as db:
            gone = (db.execute("DELETE FROM apart WHERE key = ? AND responder = ?", (key, responder)) for key in keys)
            return sum(done.rowcount for done in gone)

    def kept_apart(self, keys: Sequence[str]) -> tuple[str, ...]:
        with self._reading() as db:
            rows = [db.execute("SELECT responder FROM apart WHERE key = ?", (key,)).fetchall() for key in keys]
        return tuple(sorted({responder for some in rows for (responder,) in some}))

    def apart_kids(self) -> frozenset[str]:
        with self._reading() as db:
            rows = db.execute("SELECT DISTINCT substr(key, 1, instr(key, '.') - 1) FROM apart").fetchall()
        return frozenset(kid for (kid,) in rows)

    # --- officers ---

    def add_officer(self, officer: Officer, now: datetime) -> bool:
        with self._writing() as db:
            return add_officer(db, officer, now)

    def officers(self) -> tuple[Officer, ...]:
        with self._reading() as db:
            rows = db.execute("SELECT doc FROM officers ORDER BY seq").fetchall()
        return tuple(Officer.model_validate_json(doc) for (doc,) in rows)


# --- writing --------------------------------------------------------------------


def count_heard(db: sqlite3.Connection, heard: Sequence[Heard]) -> None:
    """Count answers, for the responder and for their sector, in the transaction of the change that decided them."""
    db.executemany(
        "INSERT INTO heard VALUES (?, 1, ?)"
        " ON CONFLICT (responder) DO UPDATE SET asked = asked + 1, yes = yes + excluded.yes",
        [(one.responder, int(one.yes)) for one in heard],
    )
    db.executemany(
        "INSERT INTO heard_of_sectors SELECT sector, 1, ? FROM responders WHERE id = ?"
        " ON CONFLICT (sector) DO UPDATE SET asked = asked + 1, yes = yes + excluded.yes",
        [(int(one.yes), one.responder) for one in heard],
    )


def _put_responder(db: sqlite3.Connection, responder: Responder, now: datetime) -> bool:
    """Replace a responder; have they lost a check? A pause they asked for outlives a file that says nothing of it."""
    row = db.execute("SELECT doc FROM responders WHERE id = ?", (responder.id,)).fetchone()
    known = Responder.model_validate_json(row[0]) if row else None
    if known and responder.paused_until is None:
        responder = responder.but(paused_until=known.paused_until)
    point = responder.point
    place = (point.lat if point else None, point.lon if point else None, int(bool(responder.areas)))
    limits = (responder.contacts, responder.weekly_limit)
    db.execute(
        "INSERT OR REPLACE INTO responders (id, name, sector, lat, lon, has_areas, contacts, weekly_limit, doc, put_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(responder.id, responder.name, responder.sector.value),
            *(*place, *limits, responder.model_dump_json(exclude={"muted"}), micros(now)),
        ),
    )
    db.execute("DELETE FROM able WHERE responder = ?", (responder.id,))
    db.executemany(
        "INSERT OR IGNORE INTO able VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [(code, responder.id, responder.sector.value, *place, *limits) for code in responder.capabilities],
    )
    return known is not None and not set(known.checks) <= set(responder.checks)


def _wake_needs_of(db: sqlite3.Connection, responder: str, now: datetime) -> None:
    """What they want, or hold, has changed: look at the open needs they are asked about."""
    db.execute(
        "UPDATE needs SET wake_at = ?, version = version + 1"
        " WHERE status <> 'closed' AND id IN (SELECT need FROM invitations WHERE responder = ?)",
        (micros(now), responder),
    )


# --- reading --------------------------------------------------------------------


def _search(
    capabilities: Sequence[str], sectors: Sequence[str], week: str, limit: int
) -> tuple[str, dict[str, str | int]]:
    """The question who can do any of this, and its values; with many capabilities somebody may be found many times."""
    able = {f"c{n}": code for n, code in enumerate(capabilities)}
    right = {f"s{n}": sector for n, sector in enumerate(sectors)}
    most = limit * max(1, len(capabilities))
    return FOUND.format(able=_names(able), right=_names(right)), {**able, **right, "week": week, "limit": most}


def _names(values: dict[str, str]) -> str:
    return ", ".join(f":{name}" for name in values)


def _once_each(rows: list[Row], limit: int) -> list[Row]:
    return list({row[0]: row for row in rows}.values())[:limit]


def _as_candidates(db: sqlite3.Connection, rows: list[Row]) -> list[Candidate]:
    """Those found, in their order, with what choosing looks at."""
    found: dict[str, tuple[Responder, Counted, Counted]] = {}
    for start in range(0, len(rows), MOST_IN_ONE_QUERY):
        some = [id for id, _, _ in rows[start : start + MOST_IN_ONE_QUERY]]
        for id, doc, asked, yes, all_asked, all_yes in db.execute(WHOLE.format(marks=",".join("?" * len(some))), some):
            own, alike = Counted(asked or 0, yes or 0), Counted(all_asked or 0, all_yes or 0)
            found[id] = Responder.model_validate_json(doc), own, alike
    muted = {r.id: r for r in with_mutes(db, [responder for responder, _, _ in found.values()])}
    return [Candidate(muted[id], taken, *found[id][1:]) for id, taken, _ in rows if id in found]


def with_mutes(db: sqlite3.Connection, responders: list[Responder]) -> list[Responder]:
    muted: dict[str, list[str]] = {}
    ids = [responder.id for responder in responders]
    for start in range(0, len(ids), MOST_IN_ONE_QUERY):
        some = ids[start : start + MOST_IN_ONE_QUERY]
        marks = ",".join("?" * len(some))
        query = f"SELECT responder, category FROM mutes WHERE responder IN ({marks})"  # noqa: S608 - only ?s
        for responder, category in db.execute(query, some):
            muted.setdefault(responder, []).append(category)
    return [r.but(muted=tuple(muted[r.id])) if r.id in muted else r for r in responders]
