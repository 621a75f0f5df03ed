"""Years of needs in seconds: a few real ones, taken through the real door, and then copied by the thousand."""

from __future__ import annotations

import random
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import product
from typing import Any

from benchmarks.borough import asking, fill, record
from domain.answering import Answer, AnswerKind, settle
from domain.changes import Refusal
from domain.closing import close
from domain.handing_over import raise_task
from domain.needs import LETTERS, Outcome
from domain.officers import TaskKind
from domain.taking_answers import take_answer
from infra import clock
from infra.door import Done, Door
from infra.store.moments import micros
from infra.store.sqlite.schema import LISTS
from tasks.moving import move_need

PARTNERS = 3  # asked about each need
MOST_ROWS = 5  # of a kind that are copied for each: the file stays below a gigabyte
AREAS = [f"{name} {side}" for name in ("Norbiton", "Surbiton", "Canbury", "Tudor", "Alexandra") for side in "NSEW"]
CATEGORIES = ("food", "transport", "home", "care")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
KINDS = {"open": 40, "covered": 30, "task": 10, "closed": 920}  # of 1,000 needs


@dataclass(frozen=True)
class Pattern:
    """A real need with all its rows, to be copied."""

    need: str
    due: datetime
    opened: datetime
    moments: frozenset[datetime]  # all that its documents name
    rows: dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Years:
    """What there is to look at: real needs by kind, and how long the lists' migration took over all of them."""

    needs: dict[str, str]
    migrated_s: float


def fill_years(door: Door, needs: int, responders: int) -> Years:
    """So many responders and needs, most of them closed; every row as the store itself would have written it."""
    fill(door, responders, capacity=None)
    real = {kind: _real(door, kind) for kind in KINDS}
    with closing(sqlite3.connect(door.settings.store_url.removeprefix("sqlite:///"))) as db:
        db.execute("PRAGMA synchronous = OFF")
        patterns = {kind: _pattern(db, door, need) for kind, need in real.items()}
        copies = list(_copies(patterns, needs, responders))
        for table in COLUMNS:
            _copy(db, table, copies)
        db.commit()
        taken = _list_anew(db)
        db.execute("ANALYZE")
        db.commit()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return Years(real, taken)


def _real(door: Door, kind: str) -> str:
    """One need of this kind, as it comes about."""
    need, _ = record(door, asking(PARTNERS), 4)
    move_need(door, need)
    if kind in ("covered", "closed"):
        _say_yes(door, need)
    if kind == "closed":
        _change(door, need, lambda s, now: close(s, Outcome.withdrawn, "officer:O-dana", now))
    if kind == "task":
        _change(door, need, lambda s, now: raise_task(s, now, kind=TaskKind.question))
    return need


def _say_yes(door: Door, need: str) -> None:
    situation = door.situation(need)
    first = situation.current[0]
    who = door.store.responder(first.responder)
    assert who is not None
    asked = Answer(AnswerKind.accept, offers={1: 4})
    agreed = {s.line.number: (s.pledged, s.reserve) for s in settle(situation, first, asked, clock.now())}
    said = replace(asked, agreed=agreed)
    _change(door, need, lambda s, now: take_answer(s, first.id, said, who, now))
    move_need(door, need)


def _change(door: Door, need: str, decide: Any) -> None:
    done: Done | Refusal = door.change(need, decide)
    assert isinstance(done, Done), done


# --- copying --------------------------------------------------------------------

COLUMNS = {
    "needs": "id, version, status, outcome, category, area, needed_by, opened_at, wake_at, doc",
    "invitations": "id, need, responder, doc",
    "events": "need, seq, doc",
    "tasks": "id, need, status, officer, doc",
    "messages": "id, need, recipient, urgent, state, not_before, changed_at, doc",
}


def _pattern(db: sqlite3.Connection, door: Door, need: str) -> Pattern:
    found = door.situation(need).need
    rows = {}
    for table, columns in COLUMNS.items():
        of = "id" if table == "needs" else "need"
        rows[table] = db.execute(f"SELECT {columns} FROM {table} WHERE {of} = ? LIMIT {MOST_ROWS}", (need,)).fetchall()  # noqa: S608
    moments = {
        datetime.fromisoformat(text) for each in rows.values() for row in each for text in MOMENT.findall(str(row[-1]))
    }
    return Pattern(need, found.needed_by, found.opened_at, frozenset(moments), rows)


def _copy(db: sqlite3.Connection, table: str, copies: list[Copy]) -> None:
    columns = COLUMNS[table]
    marks = ", ".join("?" * len(columns.split(",")))
    db.executemany(
        f"INSERT INTO {table} ({columns}) VALUES ({marks})",  # noqa: S608 - our own words
        (row for copy in copies for row in copy.rows(table)),
    )


@dataclass(frozen=True)
class Copy:
    """One need more: what it is called, when, where, and what reads otherwise in its rows than in the pattern's."""

    pattern: Pattern
    number: int
    due: int
    opened: int
    area: str
    category: str
    instead: tuple[tuple[str, str], ...]
    waits: bool

    def rows(self, table: str) -> Iterator[tuple[Any, ...]]:
        for row in self.pattern.rows[table]:
            cells = [self._anew(cell) if type(cell) is str else cell for cell in row]
            if table == "needs":
                cells[4:8] = self.category, self.area, self.due, self.opened
                cells[8] = cells[8] and self.due
            elif table != "events":
                cells[0] = f"{row[0][0]}{self.number}-{row[0][1:12]}"
            if table == "messages":
                cells[4] = "delivered"
            if table == "tasks" and not self.waits:
                cells[2], cells[4] = "done", cells[4].replace('"status":"open"', '"status":"done"')
            yield tuple(cells)

    def _anew(self, text: str) -> str:
        for before, after in self.instead:
            text = text.replace(before, after)
        return text


def _iso(moment: datetime) -> str:
    """As documents have it."""
    return moment.isoformat().replace("+00:00", "Z")


def _copies(patterns: dict[str, Pattern], needs: int, responders: int) -> Iterator[Copy]:
    """The same needs each time."""
    dice = random.Random(11)  # noqa: S311  (the same years every time)
    names = ("".join(letters) for letters in product(LETTERS, repeat=6))
    kinds, shares = list(KINDS), list(KINDS.values())
    for number, name in zip(range(needs), names, strict=False):
        kind = dice.choices(kinds, shares)[0]
        pattern = patterns[kind]
        days = -dice.uniform(1, 900) if kind == "closed" else dice.uniform(-2, 14)
        moved = timedelta(days=days)
        instead = [(pattern.need, f"N-{name[::-1]}")]
        instead += [(_iso(moment), _iso(moment + moved)) for moment in pattern.moments]
        asked = sorted({row[2] for row in pattern.rows["invitations"]})
        instead += [(id, f"g-{dice.randint(1, responders):05}") for id in asked]
        moments = micros(pattern.due + moved), micros(pattern.opened + moved)
        yield Copy(
            pattern, number, *moments, dice.choice(AREAS), dice.choice(CATEGORIES), tuple(instead), kind == "task"
        )


def _list_anew(db: sqlite3.Connection) -> float:
    """Fill the lists' table as its migration does, over all there is; returns how many seconds it took."""
    begun = clock.now()
    fill = next(part for part in LISTS.split(";") if "INSERT INTO listed" in part)
    db.execute("DELETE FROM listed")
    db.execute(fill)
    db.commit()
    return (clock.now() - begun).total_seconds()
