"""Needs with their invitations, events, tasks, notes and links."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

from domain.changes import Change, Slot
from domain.events import Event
from domain.invitations import Invitation
from domain.keeping import Kept
from domain.needs import Need, NeedStatus, Outcome, Resident
from domain.officers import Officer, Task
from domain.situations import Situation
from infra.store import Committed, Conflict, NeedRow, SameKey, TokenRow, WeekFull
from infra.store.moments import instant, maybe_instant, maybe_micros, micros
from infra.store.sqlite.connection import Abandon, Connected
from infra.store.sqlite.directory import count_heard
from infra.store.sqlite.incidents import all_held_at, keep_whose, read_incident, was_overtaken
from infra.store.sqlite.listed import list_need
from infra.store.sqlite.privacy import forget_of, is_past


class NeedTables(Connected):
    """Reads a need whole, writes a change whole."""

    at_once = 1
    crowd: float = math.inf

    def add_need(
        self,
        change: Change,
        resident: Resident,
        tokens: Sequence[TokenRow],
        key: str | None = None,
        digest: str | None = None,
    ) -> Committed | SameKey | Conflict:
        need = change.need
        with self._writing() as db:
            if key and (known := db.execute("SELECT id FROM needs WHERE key = ?", (key,)).fetchone()):
                return SameKey(known[0])
            if db.execute("SELECT 1 FROM needs WHERE id = ?", (need.id,)).fetchone():
                return Conflict()
            if change.whose and was_overtaken(db, change.whose):
                return Conflict()
            db.execute(
                "INSERT INTO needs (id, version, status, category, area, needed_by, opened_at, wake_at, key,"
                " key_digest, incident, exercise, doc) VALUES (?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    need.id,
                    need.status.value,
                    need.category,
                    need.area,
                    micros(need.needed_by),
                    micros(need.opened_at),
                    maybe_micros(need.wake_at),
                    key,
                    digest,
                    need.incident,
                    int(need.exercise),
                    need.model_dump_json(),
                ),
            )
            if change.whose:
                keep_whose(db, change.whose, need.id, need.opened_at)
            db.execute("INSERT INTO residents VALUES (?, ?)", (need.id, resident.model_dump_json()))
            _write_around(db, change, tokens)
        return Committed(1)

    def need_with_key(self, key: str) -> str | None:
        with self._reading() as db:
            row = db.execute("SELECT id FROM needs WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else None

    def request_digest(self, need: str) -> str | None:
        with self._reading() as db:
            row = db.execute("SELECT key_digest FROM needs WHERE id = ?", (need,)).fetchone()
        return row[0] if row else None

    def situation(self, need: str, zone: ZoneInfo, kid: str) -> Situation | None:
        with self._reading() as db:
            row = db.execute("SELECT doc, version, wake_at FROM needs WHERE id = ?", (need,)).fetchone()
            if row is None:
                return None
            invitations = db.execute("SELECT doc FROM invitations WHERE need = ? ORDER BY rowid", (need,)).fetchall()
            tasks = db.execute("SELECT doc FROM tasks WHERE need = ? ORDER BY rowid", (need,)).fetchall()
            officers = db.execute("SELECT doc FROM officers ORDER BY seq").fetchall()
            told = _resident(db, need)
            found = Need.model_validate_json(row[0]).but(version=row[1], wake_at=maybe_instant(row[2]))
            incident = read_incident(db, found.incident) if found.incident else None
            held_at = all_held_at(db)
        return Situation(
            need=found,
            invitations=tuple(Invitation.model_validate_json(doc) for (doc,) in invitations),
            tasks=tuple(Task.model_validate_json(doc) for (doc,) in tasks),
            officers=tuple(Officer.model_validate_json(doc) for (doc,) in officers),
            zone=zone,
            kid=kid,
            resident_has_email=told.write_to is not None,
            resident_reachable=told.reached_by is not None or incident is None,
            incident=incident,
            all_held_at=held_at,
        )

    def commit(self, change: Change, tokens: Sequence[TokenRow] = ()) -> Committed | Conflict | WeekFull:
        try:
            with self._writing() as db:
                for each in (change, *change.also):
                    _write_need(db, each)
                    _write_around(db, each, tokens if each is change else ())
        except Abandon as abandoned:
            return abandoned.result  # type: ignore[return-value]
        return Committed(change.need.version + 1)

    def turn(self, need: str, patience: float) -> AbstractContextManager[bool]:
        """Whoever writes a file keeps others from it for a moment only: nobody need wait before that."""
        return nullcontext(True)

    def due(self, now: datetime, limit: int) -> list[str]:
        with self._reading() as db:
            rows = db.execute(
                "SELECT id FROM needs WHERE wake_at <= ? ORDER BY wake_at LIMIT ?", (micros(now), limit)
            ).fetchall()
        return [need for (need,) in rows]

    def alarm_due(self, now: datetime) -> bool:
        return bool(self.due(now, 1))

    def wake(self, needs: Iterable[str], now: datetime) -> None:
        with self._writing() as db:
            db.executemany(
                "UPDATE needs SET wake_at = ?, version = version + 1 WHERE id = ? AND status <> 'closed'",
                [(micros(now), need) for need in needs],
            )

    def failures(self, need: str) -> int:
        with self._reading() as db:
            row = db.execute("SELECT failures FROM needs WHERE id = ?", (need,)).fetchone()
        return int(row[0]) if row else 0

    def defer(self, need: str, until: datetime) -> None:
        with self._writing() as db:
            db.execute(
                "UPDATE needs SET wake_at = ?, failures = failures + 1 WHERE id = ? AND wake_at IS NOT NULL",
                (micros(until), need),
            )

    def forgive(self, need: str) -> None:
        with self._writing() as db:
            db.execute("UPDATE needs SET failures = 0 WHERE id = ? AND failures > 0", (need,))

    def needs(
        self,
        *,
        statuses: Sequence[NeedStatus] = (),
        limit: int = 1000,
        incident: str | None = None,
        exercise: bool | None = None,
    ) -> list[NeedRow]:
        wanted = list(statuses) or list(NeedStatus)
        where = [f"status IN ({','.join('?' * len(wanted))})"]
        values: list[str | int] = [status.value for status in wanted]
        for column, value in (("incident", incident), ("exercise", exercise)):
            if value is not None:
                where.append(f"{column} = ?")
                values.append(value)
        with self._reading() as db:
            rows = db.execute(
                "SELECT id, status, outcome, category, area, needed_by, wake_at, incident, exercise FROM needs"  # noqa: S608
                f" WHERE {' AND '.join(where)} ORDER BY opened_at DESC, id LIMIT ?",
                [*values, limit],
            ).fetchall()
        return [
            NeedRow(
                need,
                NeedStatus(status),
                Outcome(outcome) if outcome else None,
                category,
                area,
                instant(needed_by),
                maybe_instant(wake_at),
                incident=of,
                exercise=bool(is_exercise),
            )
            for need, status, outcome, category, area, needed_by, wake_at, of, is_exercise in rows
        ]

    def story(self, need: str, last: int | None = None) -> list[Event]:
        with self._reading() as db:
            rows = db.execute(
                "SELECT doc FROM events WHERE need = ? ORDER BY seq DESC LIMIT ?", (need, -1 if last is None else last)
            ).fetchall()
        return [Event.model_validate_json(doc) for (doc,) in reversed(rows)]

    def invitations_of(self, responder: str, limit: int = 100) -> list[Invitation]:
        with self._reading() as db:
            rows = db.execute(
                "SELECT i.doc FROM invitations i JOIN needs n ON n.id = i.need"
                " WHERE i.responder = ? AND n.status <> 'closed' ORDER BY i.rowid DESC",
                (responder,),
            )
            found = (Invitation.model_validate_json(doc) for (doc,) in rows)
            return list(islice((one for one in found if not one.over), limit))

    def resident(self, need: str) -> Resident:
        with self._reading() as db:
            return _resident(db, need)

    def notes(self, need: str) -> dict[str, str]:
        with self._reading() as db:
            if is_past(db, need, Kept.words):
                return {}
            return dict(db.execute("SELECT id, words FROM notes WHERE need = ?", (need,)).fetchall())

    def find_token(self, hash: str) -> TokenRow | None:
        with self._reading() as db:
            row = db.execute("SELECT hash, purpose, target, need FROM tokens WHERE hash = ?", (hash,)).fetchone()
        return TokenRow(*row) if row else None


def _resident(db: sqlite3.Connection, need: str) -> Resident:
    """Whose need it is; nobody, once their details are past their time."""
    row = db.execute("SELECT doc FROM residents WHERE need = ?", (need,)).fetchone()
    return Resident.model_validate_json(row[0]) if row and not is_past(db, need, Kept.contact) else Resident()


def _write_need(db: sqlite3.Connection, change: Change) -> None:
    """The need itself with its slots, if it still has the version it was read at; else the whole is abandoned."""
    need = change.need
    written = db.execute(
        "UPDATE needs SET version = ?, status = ?, outcome = ?, needed_by = ?, area = ?, wake_at = ?, held = ?, doc = ?"
        " WHERE id = ? AND version = ?",
        (
            need.version + 1,
            need.status.value,
            need.outcome.value if need.outcome else None,
            micros(need.needed_by),
            need.area,
            maybe_micros(need.wake_at),
            int(need.held_at is not None and not need.closed),
            need.model_dump_json(),
            need.id,
            need.version,
        ),
    )
    if written.rowcount == 0:
        raise Abandon(Conflict())
    if full := _take_slots(db, change.slots):
        raise Abandon(WeekFull(full))
    if change.resident:
        db.execute("UPDATE residents SET doc = ? WHERE need = ?", (change.resident.model_dump_json(), need.id))


def _take_slots(db: sqlite3.Connection, slots: Sequence[Slot]) -> tuple[str, ...]:
    """Take one ask from each responder's week; returns those who had none left."""
    full = []
    for slot in slots:
        most = 10**9 if slot.limit is None else slot.limit
        taken = db.execute(
            "INSERT INTO ledger (responder, week, taken) SELECT ?, ?, 1 WHERE ? > 0"
            " ON CONFLICT (responder, week) DO UPDATE SET taken = taken + 1 WHERE taken < ?",
            (slot.responder, slot.week, most, most),
        )
        if taken.rowcount == 0:
            full.append(slot.responder)
    return tuple(full)


def _write_around(db: sqlite3.Connection, change: Change, tokens: Sequence[TokenRow]) -> None:
    """Everything of a change but the need itself. What has an id made of its cause is put if absent."""
    need = change.need.id
    count_heard(db, change.heard)
    db.executemany(
        "INSERT INTO invitations (id, need, responder, doc) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET doc = excluded.doc",
        [(i.id, need, i.responder, i.model_dump_json()) for i in change.invitations],
    )
    db.executemany(
        "INSERT INTO events (need, seq, doc) VALUES (?, ?, ?)",
        [(need, event.seq, event.model_dump_json()) for event in change.events],
    )
    db.executemany(
        "INSERT INTO tasks (id, need, status, officer, doc) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET status = excluded.status, officer = excluded.officer, doc = excluded.doc",
        [(task.id, need, task.status.value, task.officer, task.model_dump_json()) for task in change.tasks],
    )
    db.executemany("INSERT OR IGNORE INTO notes VALUES (?, ?, ?)", [(id, need, words) for id, words in change.notes])
    db.executemany(
        "INSERT OR IGNORE INTO messages (id, need, recipient, urgent, state, not_before, changed_at, doc)"
        " VALUES (?, ?, ?, ?, 'pending', ?, ?, ?)",
        [
            (m.id, need, m.to, int(m.urgent), micros(m.created_at), micros(m.created_at), m.model_dump_json())
            for m in change.messages
        ],
    )
    # What waits to leave together with others waits no longer once something follows it: they arrive in order.
    db.executemany(
        "UPDATE messages SET not_before = ? WHERE need = ? AND recipient = ? AND waits AND state = 'pending'"
        " AND not_before > ?",
        [(micros(m.created_at), need, m.to, micros(m.created_at)) for m in change.messages],
    )
    # What waits for the same recipient goes before an urgent message, so it is urgent too.
    db.executemany(
        "UPDATE messages SET urgent = 1 WHERE need = ? AND recipient = ? AND urgent = 0"
        " AND state IN ('pending', 'sending', 'unknown')",
        [(need, m.to) for m in change.messages if m.urgent],
    )
    db.executemany(
        "INSERT OR IGNORE INTO tokens VALUES (?, ?, ?, ?)", [(t.hash, t.purpose, t.target, t.need) for t in tokens]
    )
    forget_of(db, change)
    list_need(db, change)
