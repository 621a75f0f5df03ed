"""CSV files as people make them: header names in any order, one bad row never in the way of the rest."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from infra.faults import say_unknown_key

LARGEST = 20 * 1024 * 1024
MOST_COLUMNS = 200
SPACES = " \t\u00a0"


class FileWrong(Exception):
    """A whole file cannot be read. The message names it and says what to do."""


@dataclass(frozen=True)
class Row:
    """One row: where it stands, its cells by column (empty where nothing is written), or why it cannot be read."""

    line: int
    cells: dict[str, str]
    refused: str | None = None


@dataclass(frozen=True)
class Table:
    """What the header says, what in it is not read, and the rows, read one after the other."""

    columns: tuple[str, ...]
    notes: tuple[str, ...]
    rows: Iterator[Row]


def read_bytes(path: Path, largest: int = LARGEST) -> bytes:
    """The content of a file. Raises `FileWrong`."""
    try:
        with path.open("rb") as file:
            raw = file.read(largest + 1)
    except OSError as wrong:
        raise FileWrong(f"{path} cannot be read: {wrong.strerror}") from None
    if len(raw) > largest:
        raise FileWrong(f"{path} is larger than {largest // 1024 // 1024} MB; split it into several files")
    return raw


def read_text(path: Path, raw: bytes) -> str:
    """The text of a file in UTF-8, with or without its mark. Another encoding is refused, never guessed at."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise FileWrong(f"{path} is UTF-16 ('Unicode text'); save it as 'CSV UTF-8' and import it again")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = raw[: wrong.start].count(b"\n") + 1
        before, after = raw[: wrong.start].decode("cp1252", "replace"), raw[wrong.start :].decode("cp1252", "replace")
        word = re.split(r'[\n,;"]', before)[-1][-20:] + re.split(r'[\r\n,;"]', after)[0][:20]
        raise FileWrong(
            f"{path} is not UTF-8: line {line} is probably Windows-1252 ({word!r}), as Excel's plain 'CSV' saves it; "
            "save it as 'CSV UTF-8' and import it again. Nothing was imported"
        ) from None


def read_table(path: Path, required: Sequence[str], optional: Sequence[str], raw: bytes | None = None) -> Table:
    """Open a CSV file. Raises `FileWrong` when the file as a whole, or its header, cannot be read."""
    text = read_text(path, read_bytes(path) if raw is None else raw)
    lines = io.StringIO(text, newline="").readlines()
    start = next((n for n, line in enumerate(lines) if line.strip(SPACES + "\r\n,")), None)
    if start is None:
        raise FileWrong(f"{path} is empty; its first line must name the columns: {','.join(required)},…")
    header = [_column(cell) for cell in _cells_of(lines[start])]
    _check_header(path, lines[start], header, required)
    known = (*required, *optional)
    notes = tuple(
        f"column {name!r} is not read: {say_unknown_key(name, known)}" for name in header if name and name not in known
    )
    columns = tuple(name for name in header if name in known)
    return Table(columns, notes, _rows(lines, start + 1, header, known))


def _column(cell: str) -> str:
    return cell.strip(SPACES).casefold().replace(" ", "_").replace("-", "_")


def _check_header(path: Path, line: str, header: list[str], required: Sequence[str]) -> None:
    for mark, name in ((";", "semicolons"), ("\t", "tabs")):
        if len(header) == 1 and mark in line:
            raise FileWrong(f"{path} has {name} between its columns; save it with commas")
    if len(header) > MOST_COLUMNS:
        raise FileWrong(f"{path} has {len(header):,} columns; at most {MOST_COLUMNS} are read")
    if twice := next((name for name, count in Counter(header).items() if name and count > 1), None):
        raise FileWrong(f"{path} has two columns called {twice!r}")
    if missing := [name for name in required if name not in header]:
        raise FileWrong(
            f"{path} has no column {' and no column '.join(missing)}; "
            "its first line must name the columns, in any order"
        )


def _cells_of(line: str) -> list[str]:
    try:
        return next(csv.reader([line]), [])
    except csv.Error:
        return []


def _rows(lines: list[str], start: int, header: list[str], known: Sequence[str]) -> Iterator[Row]:
    while start < len(lines):
        reader = csv.reader(_from(lines, start))
        done = 0
        while True:
            first = start + done
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield Row(first + 1, {}, "a cell is far too long, or a quotation mark is not closed")
                start = first + 1
                break
            done = reader.line_num
            last = start + done
            if last - first > 1 and _is_runaway(lines[first:last], len(header)):
                yield Row(first + 1, {}, 'a quotation mark (") is opened and not closed on this line')
                start = first + 1
                break
            if last - first > 1 and any("\n" in cell or "\r" in cell for cell in cells):
                where = f"lines {first + 1} to {last}"
                yield Row(first + 1, {}, f"a cell holds a line break ({where}); was a quotation mark left open?")
                continue
            if any(cell.strip(SPACES + "\r\n") for cell in cells):
                yield _row(first + 1, cells, header, known)


def _is_runaway(lines: list[str], columns: int) -> bool:
    """Did a stray quotation mark swallow other rows? It is never closed then, or the next line is a whole row."""
    return sum(line.count('"') for line in lines) % 2 == 1 or len(_cells_of(lines[1])) >= columns


def _from(lines: list[str], start: int) -> Iterator[str]:
    while start < len(lines):
        yield lines[start]
        start += 1


def _row(line: int, cells: list[str], header: list[str], known: Sequence[str]) -> Row:
    if len(cells) > len(header) and any(cells[len(header) :]):
        return Row(
            line, {}, f"has {len(cells)} cells where the header has {len(header)}; put a cell with a comma in quotes"
        )
    found = {name: cell.strip(SPACES) for name, cell in zip(header, cells, strict=False) if name in known}
    return Row(line, dict.fromkeys(known, "") | found)
