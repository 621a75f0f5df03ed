"""Pages by where the last one ended, and never by counting rows: the thousandth page is as fast as the first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from infra.store.lists import CursorWrong, Page

Row = TypeVar("Row")
BACK = "-"
LONGEST = 200


@dataclass(frozen=True)
class Turn:
    """Which way to turn, and from which row on: `key`, as it was written by `mark`; empty for the first page."""

    key: str
    back: bool


def read_cursor(cursor: str | None) -> Turn:
    """Raises `CursorWrong`."""
    if cursor is None:
        return Turn("", back=False)
    if cursor in ("", BACK) or len(cursor) > LONGEST or "\x00" in cursor:
        raise CursorWrong("this does not lead to any page")
    return Turn(cursor.removeprefix(BACK), back=cursor.startswith(BACK))


def as_page(
    found: Sequence[Row], turn: Turn, limit: int, mark: Callable[[Row], str], stopped: str | None = None
) -> Page[Row]:
    """The page that `limit` + 1 rows, read in the way of the turn, come to. `stopped`: the mark of the last row that
    was looked at, where looking ended before so many were found."""
    more, rows = len(found) > limit or stopped is not None, list(found[:limit])
    if turn.back:
        rows.reverse()
    ends = [mark(rows[0]), mark(rows[-1])] if rows else [stopped or ""] * 2
    if stopped is not None:
        ends[0 if turn.back else 1] = stopped
    elif not rows:
        return Page(())
    ahead = more if not turn.back else True
    behind = more if turn.back else bool(turn.key)
    return Page(tuple(rows), ends[1] if ahead else None, BACK + ends[0] if behind else None)
