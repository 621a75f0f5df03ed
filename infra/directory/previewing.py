"""What importing a CSV would do, row by row, before anything is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from domain.capabilities import Catalogue
from domain.responders import Contact, Responder
from infra.directory import THIS_FILE, Entry, Imported, entries_of_csv, kept, known_by_id, refuse_twice
from infra.store import Store

NOT_SHOWN = {"contacts", "muted", "source", "own"}
NAMES = {
    "point": "place",
    "radius_km": "radius",
    "weekly_limit": "asks a week",
    "paused_until": "pause",
    "days_off": "days off",
    "quiet": "quiet hours",
    "opening": "opening hours",
}


class Would(StrEnum):
    """What would come of a row."""

    add = "add"
    change = "change"
    nothing = "nothing"
    refuse = "refuse"


@dataclass(frozen=True)
class RowForeseen:
    """One row: where it stands, whom it names, what would come of it, and what is to be said about it. No contacts."""

    place: str
    id: str
    name: str
    would: Would
    says: tuple[str, ...]


@dataclass
class Foreseen:
    """A whole file: its rows, and notes on all of it."""

    rows: list[RowForeseen] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def of(self, would: Would) -> list[RowForeseen]:
        return [row for row in self.rows if row.would is would]


def preview_csv(store: Store, raw: bytes, catalogue: Catalogue, now: datetime) -> Foreseen:
    """Read it as the import would, and write nothing. Raises `FileWrong` when nothing of it can be read."""
    read, places, known = Imported("csv"), dict[str, str](), known_by_id(store)
    found = Foreseen()
    for entry in entries_of_csv(store, THIS_FILE, raw, catalogue, now, read):
        refuse_twice(entry, places)
        found.rows.append(_foresee(store, entry, known.get(entry.id), now))
    found.notes = read.notes
    return found


def _foresee(store: Store, entry: Entry, known: Responder | None, now: datetime) -> RowForeseen:
    if entry.refused is not None or entry.responder is None:
        return RowForeseen(entry.place, entry.id[:80], "", Would.refuse, (entry.refused or "it says nothing",))
    after, contacts = kept(entry, known, store, now)
    warnings = tuple(entry.warnings) if contacts else (*entry.warnings, "there is no way to reach them")
    if known is None:
        return RowForeseen(entry.place, entry.id, after.name, Would.add, warnings)
    changes = tuple(_changes(store, known, after, contacts))
    would = Would.change if changes else Would.nothing
    said = (f"changes: {', '.join(changes)}",) if changes else ()
    return RowForeseen(entry.place, entry.id, after.name, would, said + warnings)


def _changes(store: Store, known: Responder, after: Responder, contacts: tuple[Contact, ...]) -> Iterator[str]:
    for name in type(after).model_fields:
        if name not in NOT_SHOWN and getattr(known, name) != getattr(after, name):
            yield NAMES.get(name, name.replace("_", " "))
    if list(contacts) != store.contacts(known.id):
        yield "how to reach them"
