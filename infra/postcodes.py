"""Where each postcode is: reads the ONS Postcode Directory's CSV, row by row, from a file; nothing is fetched."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from infra.store import PostcodeRow, Store
from infra.tables import FileWrong

BATCH = 20_000
POSTCODE = re.compile(r"[A-Z]{1,2}\d[A-Z\d]?\d[A-Z]{2}")
POLE = 90.0  # the ONS writes 99.999999 for a postcode that has no place

# Header names by pattern, as they have been called over the years; of several the first that is there is read.
COLUMNS = {
    "postcode": ("pcds", "pcd8", "pcd7", "pcd", "pcd2", "postcode"),
    "lat": ("lat", "latitude"),
    "lon": ("long", "longitude", "lon", "lng"),
    "ward": (r"wd\d\dcd", "osward", "admin_ward", "ward_code", "wardcd", "ward"),
    "ended": ("doterm", "date_of_termination", "terminated"),
}
WARD_COLUMNS = {
    "code": (r"wd\d\dcd", "osward", "wardcd", "ward_code", "code"),
    "name": (r"wd\d\dnm", "ward_name", "wardnm", "name", "ward"),
}
Heads = Mapping[str, int]


@dataclass
class Imported:
    """How many postcodes were taken, how many have ended or have no place, how many rows could not be read."""

    taken: int = 0
    ended: int = 0
    nowhere: int = 0
    unread: int = 0
    wards: int = 0
    notes: list[str] = field(default_factory=list)


def import_postcodes(
    store: Store, path: Path, wards: Path | None = None, tell: Callable[[int], None] = lambda rows: None
) -> Imported:
    """Add or replace the postcodes of `path`, some thousand at a time; `tell` hears how many rows have been read.

    Cut short, what was read is kept; begun again, it ends the same. Raises `FileWrong` when nothing can be read.
    """
    done = Imported()
    if wards:
        names = _read_wards(wards)
        store.put_wards(names)
        done.wards = len(names)
    batch: list[PostcodeRow] = []
    kept = 0
    try:
        for row in _read_rows(path, done):
            batch.append(row)
            if len(batch) == BATCH:
                store.put_postcodes(batch)
                kept, batch = kept + BATCH, []
                tell(kept)
    except FileWrong as wrong:
        raise (FileWrong(f"{wrong} (its first {kept:,} postcodes were read and are kept)") if kept else wrong) from None
    store.put_postcodes(batch)
    return done


def _read_rows(path: Path, done: Imported) -> Iterator[PostcodeRow]:
    """What the file says of each postcode; one that has ended, or is nowhere, comes without a place."""
    heads, rows = _open(path, COLUMNS, ("postcode", "lat", "lon"))
    ward, ended = heads.get("ward"), heads.get("ended")
    if ward is None:
        done.notes.append("there is no column for wards, so places are known by their postcode's first half alone")
    for cells in rows:
        try:
            postcode = cells[heads["postcode"]].replace(" ", "").upper()
            over = bool(ended is not None and cells[ended].strip())
            lat, lon = float(cells[heads["lat"]] or "nan"), float(cells[heads["lon"]] or "nan")
            code = cells[ward].strip() if ward is not None else ""
        except (IndexError, ValueError):
            done.unread += 1
            continue
        if not POSTCODE.fullmatch(postcode):
            done.unread += 1
            continue
        placed = -POLE <= lat <= POLE and -180 <= lon <= 180 and (lat, lon) != (0, 0)
        if over or not placed:
            done.ended += over
            done.nowhere += not over
            yield PostcodeRow(postcode, None, None, None)
        else:
            done.taken += 1
            yield PostcodeRow(postcode, lat, lon, code or None)


def _read_wards(path: Path) -> dict[str, str]:
    heads, rows = _open(path, WARD_COLUMNS, ("code", "name"))
    most = max(heads.values())
    named = ((cells[heads["code"]].strip(), cells[heads["name"]].strip()) for cells in rows if len(cells) > most)
    return {code: name for code, name in named if code and name}


def _open(
    path: Path, patterns: Mapping[str, tuple[str, ...]], required: tuple[str, ...]
) -> tuple[Heads, Iterator[list[str]]]:
    """Where each column is, and the rows after the header. Raises `FileWrong`."""
    rows = _cells(path)
    header = [cell.strip().casefold().replace(" ", "_") for cell in next(rows, [])]
    heads = {name: place for name, wanted in patterns.items() if (place := _place(header, wanted)) is not None}
    if missing := [name for name in required if name not in heads]:
        said = "; ".join(f"{name} (one of {', '.join(_plain(p) for p in patterns[name])})" for name in missing)
        raise FileWrong(f"{path} has no column for {said}; its first line must name the columns")
    return heads, rows


def _place(header: list[str], patterns: tuple[str, ...]) -> int | None:
    for pattern in patterns:
        for place, name in enumerate(header):
            if re.fullmatch(pattern, name):
                return place
    return None


def _plain(pattern: str) -> str:
    return pattern.replace(r"\d\d", "24")


def _cells(path: Path) -> Iterator[list[str]]:
    """The rows of a file, one after the other; it is never held whole."""
    try:
        with path.open("rb") as file:
            if file.read(2) == b"PK":
                raise FileWrong(f"{path} is a ZIP file; unpack it and give the CSV in its folder Data")
        with path.open(encoding="utf-8-sig", newline="") as text:
            yield from csv.reader(text)
    except OSError as wrong:
        raise FileWrong(f"{path} cannot be read: {wrong.strerror}") from None
    except UnicodeDecodeError:
        raise FileWrong(f"{path} is not UTF-8; save it as 'CSV UTF-8' and import it again") from None
    except csv.Error as wrong:
        raise FileWrong(f"{path} is not a CSV file: {wrong}") from None
