"""Responders from a plain CSV, as councils keep them: one a row, the columns in any order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from domain.capabilities import Catalogue
from domain.responders import Responder
from infra.directory.entries import (
    Entry,
    FindPlace,
    RowRefused,
    build,
    doubts_about_name,
    gather,
    read_capabilities,
    read_checks,
    read_contacts,
    read_days,
    read_number,
    read_place,
    read_quiet_hours,
    read_sector,
    read_whole,
    read_yes,
    say_lapsed,
    split_list,
)
from infra.tables import Row, Table, read_table

REQUIRED = ("id", "name", "sector", "capabilities")
OPTIONAL = (
    *("email", "phone", "email2", "phone2", "postcode", "lat", "lon", "radius_km", "areas"),
    *("capacity", "checks", "weekly_limit", "days_off", "quiet", "exercises"),
)
SILENT = ("radius_km", "areas", "capacity", "checks", "weekly_limit", "days_off", "quiet", "exercises")


def open_responders(path: Path, raw: bytes) -> Table:
    """Open the file. Raises `FileWrong`."""
    return read_table(path, REQUIRED, OPTIONAL, raw)


def read_responders(table: Table, catalogue: Catalogue, find_postcode: FindPlace, today: date) -> Iterator[Entry]:
    """Each row as an entry."""
    unsaid = _unsaid(table.columns)
    for row in table.rows:
        entry = Entry(f"line {row.line}", row.cells.get("id", ""), unsaid=unsaid, refused=row.refused)
        if not row.refused:
            try:
                _read_row(entry, row, catalogue, find_postcode)
                entry.warnings += say_lapsed(entry.responder.checks if entry.responder else (), today)
            except RowRefused as wrong:
                entry.refused = str(wrong)
        yield entry


def _unsaid(columns: tuple[str, ...]) -> frozenset[str]:
    """What a file without these columns does not speak of."""
    silent = {name for name in SILENT if name not in columns}
    if not {"lat", "lon", "postcode"} & set(columns):
        silent.add("point")
    if "email" not in columns and "phone" not in columns:
        silent.add("contacts")
    return frozenset(silent)


def _read_row(entry: Entry, row: Row, catalogue: Catalogue, find_postcode: FindPlace) -> None:
    cells = row.cells
    found = gather(
        contacts=lambda: read_contacts(cells),
        id=lambda: cells["id"],
        name=lambda: cells["name"],
        sector=lambda: read_sector(cells["sector"]),
        capabilities=lambda: read_capabilities(cells["capabilities"], catalogue, entry.warnings),
        point=lambda: read_place(cells, find_postcode, entry.warnings),
        radius_km=lambda: read_number("radius_km", cells["radius_km"]),
        areas=lambda: tuple(split_list(cells["areas"])),
        capacity=lambda: read_whole("capacity", cells["capacity"]),
        checks=lambda: read_checks(cells["checks"]),
        weekly_limit=lambda: read_whole("weekly_limit", cells["weekly_limit"]),
        days_off=lambda: read_days(cells["days_off"]),
        quiet=lambda: read_quiet_hours(cells["quiet"]),
        exercises=lambda: read_yes("exercises", cells["exercises"]),
        source=lambda: "csv",
    )
    entry.contacts = found.pop("contacts")
    entry.responder = build(Responder, found)
    entry.warnings += doubts_about_name(entry.responder.name)
