"""CSV that is safe to open in a spreadsheet: no cell of it is ever taken for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe_cell(cell: object) -> object:
    """The cell, with an apostrophe before words that a spreadsheet would take for a formula; numbers as they are."""
    return f"'{cell}" if isinstance(cell, str) and (cell.startswith(FORMULAS) or _hides_one(cell)) else cell


def _hides_one(cell: str) -> bool:
    """Does a formula begin after spaces, which some programs take away first?"""
    return cell[:1].isspace() and cell.lstrip().startswith(FORMULAS)


def write_csv(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The text of a CSV file, as RFC 4180 has it; with UTF-8's mark, without which Excel misreads names."""
    text = io.StringIO(newline="")
    text.write("\ufeff")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([safe_cell(head) for head in heads])
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return text.getvalue()
