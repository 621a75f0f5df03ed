"""What lists and figures need: many needs, partners and answers at once, a page at a time."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from domain.needs import LETTERS, NeedStatus, letters_of
from domain.officers import Task
from domain.risk import SOON, Band
from infra.store.keyset import Turn, as_page, read_cursor
from infra.store.lists import SHORTEST_PREFIX, Counts, CursorWrong, NeedListed, NeedsWanted, Page, TaskListed
from infra.store.moments import micros
from infra.store.sqlite.keyset import like, sign, way
from infra.store.sqlite.listed import read_listed
from infra.store.sqlite.listed_responders import RespondersListed
from infra.store.sqlite.seen import NeedsSeen

KEY = re.compile(r"(\d)\.(-?\d{1,18})\.(N-[2-9A-Z]{6})")
MOST_FOUND = 500  # needs that one beginning of a reference may stand for
AT_RISK = "(band = 0 AND at <= ? OR band = 1 AND at <= ?) AND band <= 1"
Where = tuple[list[str], list[Any]]


class ListsTables(RespondersListed, NeedsSeen):
    """Reads pages of many rows."""

    def needs_page(self, wanted: NeedsWanted, cursor: str | None = None, limit: int = 50) -> Page[NeedListed]:
        turn = read_cursor(cursor)
        with self._reading() as db:
            parts, values = _filter(db, wanted)
            if turn.key:
                parts.append(f"(band, at, need) {sign(turn)} (?, ?, ?)")
                values += _read_key(turn)
            order = f" ORDER BY {', '.join(f'{{0}}{column} {way(turn)}' for column in ('band', 'at', 'need'))}"
            where = f" WHERE {' AND '.join(parts)}" if parts else ""
            some = f"SELECT * FROM listed{where}{order.format('')} LIMIT ?"  # noqa: S608 - only our own words
            found = read_listed(db, some, [*values, limit + 1], order.format("l."))
        return as_page(found, turn, limit, _mark)

    def counts(self, now: datetime) -> Counts:
        with self._reading() as db:
            statuses = dict(
                db.execute(
                    "SELECT status, count(*) FROM listed WHERE status IN ('open', 'covered', 'confirming', 'on-hold')"
                    " GROUP BY status"
                )
            )
            (tasks,) = db.execute("SELECT count(*) FROM tasks WHERE status = 'open'").fetchone()
            risk = _at_risk(now)
            (at_risk,) = db.execute(f"SELECT count(*) FROM listed WHERE {AT_RISK}", risk).fetchone()  # noqa: S608
        return Counts({s: statuses.get(s, 0) for s in NeedStatus if s is not NeedStatus.closed}, tasks, at_risk)

    def counts_of(self, incident: str) -> dict[NeedStatus, int]:
        with self._reading() as db:
            found = db.execute("SELECT status, count(*) FROM listed WHERE incident = ? GROUP BY status", (incident,))
            counts = {NeedStatus(status): int(count) for status, count in found}
        return {status: counts[status] for status in NeedStatus if status in counts}

    def tasks_for(self, officer: str | None, limit: int = 100) -> list[TaskListed]:
        whose, values = ("officer = ? AND ", [officer]) if officer is not None else ("", [])
        with self._reading() as db:
            rows = db.execute(
                f"SELECT doc FROM tasks WHERE {whose}status IN ('open', 'taken')"  # noqa: S608 - our own words
                " ORDER BY status, doc ->> 'take_by', id LIMIT ?",
                [*values, limit],
            ).fetchall()
            tasks = [Task.model_validate_json(doc) for (doc,) in rows]
            needs = {row.need: row for row in _these(db, [task.need for task in tasks])}
        return [TaskListed(task, needs[task.need]) for task in tasks]

    def late_tasks(self) -> int:
        with self._reading() as db:
            (count,) = db.execute(
                "SELECT count(*) FROM tasks WHERE status = 'open' AND json_extract(doc, '$.passes') > 0"
            ).fetchone()
        return int(count)

    def task(self, id: str) -> Task | None:
        with self._reading() as db:
            row = db.execute("SELECT doc FROM tasks WHERE id = ?", (id,)).fetchone()
        return Task.model_validate_json(row[0]) if row else None

    def needs_listed(self, needs: Sequence[str]) -> list[NeedListed]:
        with self._reading() as db:
            found = {row.need: row for row in _these(db, needs)}
        return [found[need] for need in dict.fromkeys(needs) if need in found]


def _these(db: sqlite3.Connection, needs: Sequence[str]) -> list[NeedListed]:
    marks = ",".join("?" * len(needs))
    return read_listed(db, f"SELECT * FROM listed WHERE need IN ({marks})", needs)  # noqa: S608 - only ?s


# --- which needs ----------------------------------------------------------------


def _filter(db: sqlite3.Connection, wanted: NeedsWanted) -> Where:
    """What is asked for, as SQL. One status, or one category, is read by its own index, which has the list's order;
    the + keeps SQLite from choosing one that has not."""
    parts: list[str] = []
    values: list[Any] = []

    def add(part: str, *given: Any) -> None:
        parts.append(part)
        values.extend(given)

    if wanted.statuses:
        plus = "" if len(wanted.statuses) == 1 else "+"
        add(f"{plus}status IN ({','.join('?' * len(wanted.statuses))})", *(s.value for s in wanted.statuses))
    if wanted.category is not None:
        add(f"{'+' if len(wanted.statuses) == 1 else ''}category = ?", wanted.category)
    if wanted.area:
        add("area LIKE ? ESCAPE '\\'", like(wanted.area.strip()))
    if wanted.incident is not None:
        add("incident = ?", wanted.incident)
    if wanted.exercise is not None:
        add("exercise = ?", int(wanted.exercise))
    if wanted.with_officer is not None:
        add("officer = 1 AND officer" if wanted.with_officer else "officer = 0")
    if wanted.officer is not None:
        add("need IN (SELECT need FROM tasks WHERE officer = ? AND status IN ('open', 'taken'))", wanted.officer)
    if wanted.needed_from is not None:
        add("needed_by >= ?", micros(wanted.needed_from))
    if wanted.needed_before is not None:
        add("needed_by < ?", micros(wanted.needed_before))
    if wanted.at_risk is not None:
        add(AT_RISK, *_at_risk(wanted.at_risk))
    if wanted.word_before is not None:
        add("word_at <= ?", micros(wanted.word_before))
    if wanted.search.strip():
        _add_search(db, wanted.search, parts, values)
    return parts, values


def _at_risk(now: datetime) -> tuple[int, int]:
    return micros(now + SOON), micros(now)


def _add_search(db: sqlite3.Connection, text: str, parts: list[str], values: list[Any]) -> None:
    """The beginning of a reference or of a key, if any need has it; else part of the name of an area."""
    letters, key = letters_of(text), text.strip()
    found: list[str] = []
    if SHORTEST_PREFIX <= len(letters) <= 6 and set(letters) <= set(LETTERS):
        found += _beginning(db, "id", f"N-{letters}")
    if len(key) >= SHORTEST_PREFIX:
        programs = [f"key:{id}|" for (id,) in db.execute("SELECT id FROM api_keys")]
        found += [need for program in ("", *programs) for need in _beginning(db, "key", program + key)]
    if found:
        parts.append(f"need IN ({','.join('?' * len(found))})")
        values += found
    else:
        parts.append("area LIKE ? ESCAPE '\\'")
        values.append(like(text.strip()))


def _beginning(db: sqlite3.Connection, column: str, text: str) -> list[str]:
    rows = db.execute(
        f"SELECT id FROM needs WHERE {column} >= ? AND {column} < ? LIMIT {MOST_FOUND}",  # noqa: S608 - our own words
        (text, text + "\U0010ffff"),
    )
    return [need for (need,) in rows]


# --- where a page ends ----------------------------------------------------------


def _mark(row: NeedListed) -> str:
    at = -micros(row.at) if row.band is Band.closed else micros(row.at)
    return f"{row.band.value}.{at}.{row.need}"


def _read_key(turn: Turn) -> list[int | str]:
    match = KEY.fullmatch(turn.key)
    if match is None:
        raise CursorWrong("this does not lead to any page")
    return [int(match[1]), int(match[2]), match[3]]
