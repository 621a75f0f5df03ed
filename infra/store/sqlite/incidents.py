"""Incidents, what is held, and whose needs are whose."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from domain.duplicates import Whose
from domain.holding import cannot_hold
from domain.incidents import Incident
from domain.messages import MessageKind
from infra.store import ALL_HELD, NEWEST_COMPARED
from infra.store.moments import instant, micros
from infra.store.sqlite.connection import Connected


def held(m: str) -> str:
    """Is this message held, because its need is? Never that somebody who promised is not to come: they may be on the
    road. While only the need itself is held, officers hear of their tasks; with everything or its incident held, they
    hear of a worry about somebody, and of nothing else."""
    not_to_come = f"{m}.kind = '{MessageKind.call_off}' OR {m}.kind = '{MessageKind.reduced}' AND {m}.urgent"
    return f"""(NOT ({not_to_come}) AND (
        (EXISTS (SELECT 1 FROM marks WHERE name = '{ALL_HELD}')
            OR EXISTS (SELECT 1 FROM needs n JOIN incidents x ON x.id = n.incident WHERE n.id = {m}.need AND x.held))
        AND NOT EXISTS (
            SELECT 1 FROM tasks t WHERE t.id = json_extract({m}.doc, '$.task')
            AND json_extract(t.doc, '$.kind') = 'worry'
        )
        OR {m}.recipient NOT LIKE 'officer:%' AND EXISTS (SELECT 1 FROM needs n WHERE n.id = {m}.need AND n.held)
    ))"""  # noqa: S608 - an alias and constants


# Nothing leaves about a need that is held, nor what carries something about it.
HELD = f"({held('m')} OR EXISTS (SELECT 1 FROM messages c WHERE c.carrier = m.id AND {held('c')}))"  # noqa: S608


class IncidentTables(Connected):
    """Incidents; a hold is one row or one mark, so that it counts at once for thousands of needs."""

    def add_incident(self, incident: Incident) -> bool:
        with self._writing() as db:
            added = db.execute(
                "INSERT OR IGNORE INTO incidents (id, opened_at, doc) VALUES (?, ?, ?)",
                (incident.id, micros(incident.opened_at), incident.model_dump_json()),
            )
            return added.rowcount == 1

    def incident(self, id: str) -> Incident | None:
        with self._reading() as db:
            return read_incident(db, id)

    def incidents(self, limit: int = 1000) -> list[Incident]:
        with self._reading() as db:
            rows = db.execute(
                "SELECT doc FROM incidents WHERE held OR id IN"
                " (SELECT id FROM incidents ORDER BY opened_at DESC, id LIMIT ?) ORDER BY opened_at DESC, id",
                (limit,),
            ).fetchall()
        return [Incident.model_validate_json(doc) for (doc,) in rows]

    def hold(self, incident: str | None, now: datetime) -> bool:
        with self._writing() as db:
            if incident is None:
                held = db.execute("INSERT OR IGNORE INTO marks VALUES (?, ?)", (ALL_HELD, micros(now))).rowcount == 1
            else:
                held = _set_moment(db, incident, "held_at", now)
            if held:
                _wake(db, incident, now)
        return held

    def resume(self, incident: str | None, now: datetime) -> bool:
        with self._writing() as db:
            if incident is None:
                resumed = db.execute("DELETE FROM marks WHERE name = ?", (ALL_HELD,)).rowcount == 1
            else:
                resumed = _set_moment(db, incident, "held_at", None)
            if resumed:
                _wake(db, incident, now)
        return resumed

    def close_incident(self, incident: str, now: datetime) -> int:
        with self._writing() as db:
            (left,) = db.execute(
                "SELECT count(*) FROM needs WHERE incident = ? AND status <> 'closed'", (incident,)
            ).fetchone()
            if not left:
                _set_moment(db, incident, "closed_at", now)
        return int(left)

    def needs_of(self, keys: Sequence[str], since: datetime) -> list[str]:
        with self._reading() as db:
            return theirs(db, keys, since)


def read_incident(db: sqlite3.Connection, id: str | None) -> Incident | None:
    """The incident of this reference, if there is one."""
    row = db.execute("SELECT doc FROM incidents WHERE id = ?", (id,)).fetchone()
    return Incident.model_validate_json(row[0]) if row else None


def all_held_at(db: sqlite3.Connection) -> datetime | None:
    """Since when everything has been held; `None` if it is not."""
    row = db.execute("SELECT at FROM marks WHERE name = ?", (ALL_HELD,)).fetchone()
    return instant(row[0]) if row else None


def theirs(db: sqlite3.Connection, keys: Sequence[str], since: datetime) -> list[str]:
    """The newest needs opened from `since` on of the resident whom any of these keys stands for."""
    marks = ",".join("?" * len(keys))
    rows = db.execute(
        f"SELECT need FROM resident_keys WHERE key IN ({marks}) AND opened_at >= ?"  # noqa: S608 - only ?s
        f" GROUP BY need ORDER BY max(opened_at) DESC, need DESC LIMIT {NEWEST_COMPARED}",
        [*keys, micros(since)],
    )
    return [need for (need,) in rows]


def was_overtaken(db: sqlite3.Connection, whose: Whose) -> bool:
    """Has another need of this resident's been recorded since it was looked for?"""
    return not whose.known.issuperset(theirs(db, whose.keys, whose.since))


def keep_whose(db: sqlite3.Connection, whose: Whose, need: str, opened_at: datetime) -> None:
    """Remember whose need this is."""
    db.executemany(
        "INSERT OR IGNORE INTO resident_keys VALUES (?, ?, ?)", [(key, need, micros(opened_at)) for key in whose.keys]
    )


def _set_moment(db: sqlite3.Connection, id: str, name: str, moment: datetime | None) -> bool:
    """Set or clear one moment of an incident; `False` if there is no such incident, or it is so already."""
    before = read_incident(db, id)
    if before is None or (getattr(before, name) is None) is (moment is None):
        return False
    if name == "held_at" and moment and cannot_hold(before):
        return False
    after = before.but(**{name: moment})
    db.execute("UPDATE incidents SET held = ?, doc = ? WHERE id = ?", (int(after.held), after.model_dump_json(), id))
    return True


def _wake(db: sqlite3.Connection, incident: str | None, now: datetime) -> None:
    """Look at every need concerned now, closed ones too: a call may still be to make."""
    of = "" if incident is None else " AND incident = ?"
    db.execute(
        f"UPDATE needs SET wake_at = ?, version = version + 1 WHERE (status <> 'closed' OR wake_at IS NOT NULL){of}",  # noqa: S608
        [micros(now), *([incident] if incident else [])],
    )
