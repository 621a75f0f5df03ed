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

    @property
    def sign(self) -> str:
        return "<" if self.back else ">"

    @property
    def way(self) -> str:
        return "DESC" if self.back else "ASC"


def read_cursor(cursor: str | None) -> Turn:
    """Raises `CursorWrong`."""
    if cursor is None:
        return Turn("", back=False)
    if cursor in ("", BACK) or len(cursor) > LONGEST or "\x00" in cursor:
        raise CursorWrong("this does not lead to any page")
    return Turn(cursor.removeprefix(BACK), back=cursor.startswith(BACK))


def as_page(found: Sequence[Row], turn: Turn, limit: int, mark: Callable[[Row], str]) -> Page[Row]:
    """The page that `limit` + 1 rows, read in the way of the turn, come to."""
    more, rows = len(found) > limit, list(found[:limit])
    if turn.back:
        rows.reverse()
    if not rows:
        return Page(())
    ahead = more if not turn.back else True
    behind = more if turn.back else bool(turn.key)
    return Page(tuple(rows), mark(rows[-1]) if ahead else None, BACK + mark(rows[0]) if behind else None)


def like(text: str, before: str = "%") -> str:
    """Any text with this in it, or with nothing `before` it, for LIKE."""
    plain = text[:120]
    for char in "\\%_":
        plain = plain.replace(char, f"\\{char}")
    return f"{before}{plain}%"
