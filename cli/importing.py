"""Needs from a CSV, row by row."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cli.hints import say_notice, say_wrong
from domain.opening import NeedRequest, NeedWrong
from domain.playbooks import Playbook
from infra.door import Door
from infra.noticing import notices, odd_times, private_words, unknown_area
from infra.playbooks import load_catalogue, load_playbook
from infra.recording import read_cells, read_request, record_need
from infra.tables import Row, read_table

REQUIRED = ("summary", "lines", "area")
OPTIONAL = (
    "category",
    "needed_by",
    "resident_name",
    "resident_email",
    "resident_phone",
    "address",
    "contact_by",
    "referrer_name",
    "referrer_email",
    "referrer_phone",
    "notes",
    "urgent",
    "urgent_because",
    "sensitive",
    "lawful_basis",
    "keep_from",
    "incident",
    "postcode",
    "key",
)

LATER = ("lawful_basis",)  # columns that came later: left empty, the row is known as it was before


@dataclass(frozen=True)
class RowResult:
    """What came of one row: `recorded`, `repeated` (on record already) or `refused`. `like`: a possible duplicate."""

    line: int
    result: str
    need: str | None = None
    why: str | None = None
    like: str | None = None
    notes: tuple[str, ...] = ()


def import_needs(door: Door, path: Path, playbook: str | None) -> list[RowResult]:
    """Record every row that can be. Raises `FileWrong` when the file as a whole cannot be read."""
    from cli.printing import note

    table = read_table(path, REQUIRED, OPTIONAL)
    for sentence in table.notes:
        note(sentence)
    if playbook:
        load_playbook(playbook)
    alike: Counter[str] = Counter()
    return [_import_row(door, row, playbook, alike) for row in table.rows]


def _import_row(door: Door, row: Row, playbook: str | None, alike: Counter[str]) -> RowResult:
    if row.refused:
        return RowResult(row.line, "refused", why=row.refused)
    catalogue = load_catalogue()
    try:
        said = read_cells(row.cells, door.store) | {"key": key_of(row, alike)}
        chosen = _playbook(playbook or ("urgent" if said["urgent"] else "everyday"))
        request = read_request(said, catalogue)
        doubts = (*private_words(request), *unknown_area(request, door.store))
        recorded = record_need(door, catalogue, chosen, request)
    except NeedWrong as wrong:
        return RowResult(row.line, "refused", why=f"{wrong.place}: {say_wrong(wrong)}")
    if not recorded.new:
        return RowResult(row.line, "repeated", need=recorded.need)
    return RowResult(
        row.line, "recorded", recorded.need, like=recorded.like, notes=(*doubts, *_notes(door, recorded.need, request))
    )


def _notes(door: Door, need: str, request: NeedRequest) -> Iterator[str]:
    """What `need open` would have noted of it."""
    situation = door.situation(need)
    yield from odd_times(request, situation.need, situation.zone)
    for sentence in notices(door.store, situation, request.resident):
        yield say_notice(sentence, need)


@lru_cache(maxsize=4)
def _playbook(name: str) -> Playbook:
    """A file's rows share a playbook: read it once."""
    return load_playbook(name)


def key_of(row: Row, alike: Counter[str]) -> str:
    """The row's own key; else one made of its whole content, so that the same file again records nothing twice.

    Two rows alike in one file are two needs: `alike` counts those seen so far.
    """
    if row.cells["key"]:
        return row.cells["key"]
    cells = {name: cell for name, cell in row.cells.items() if cell or name not in LATER}
    content = "\x1f".join(f"{name}={cells[name]}" for name in sorted(cells))
    alike[content] += 1
    nth = "" if alike[content] == 1 else f"-{alike[content]}"
    return f"row-{hashlib.sha256(content.encode()).hexdigest()[:32]}{nth}"
