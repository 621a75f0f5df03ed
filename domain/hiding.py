"""Small numbers about few people, hidden in a table with totals so that none can be worked out from the rest. Pure.

Every number that is shown is an equation: the cells of a row come to its total, the totals to the whole. A hidden one
is safe when some other value would fit as well. Seen as a flow from the whole over rows and columns back to the whole,
that is so when one more (or one less) can be sent around in a circle through hidden numbers alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from domain.values import Cells

FEWEST = 5
"""Numbers from 1 to one less than this are hidden."""
Arc = tuple[str, str]
WHOLE_IN, WHOLE_OUT = "in", "out"


@dataclass(frozen=True)
class Hidden:
    """A table in which `None` stands for a number that is hidden. The whole is always shown."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: Cells[int | None]
    row_totals: dict[str, int | None]
    column_totals: dict[str, int | None]
    total: int


def hide_small(counts: Mapping[tuple[str, str], int]) -> Hidden | None:
    """Hide what is small, and as much more as it takes; `None` where nothing can be shown without giving it away.

    `counts`: how many by row and column. A nought is shown: it is about nobody.
    """
    rows = tuple(sorted({row for (row, _), count in counts.items() if count}))
    columns = tuple(sorted({column for (_, column), count in counts.items() if count}))
    flow = _flow(counts, rows, columns)
    hidden = {arc for arc, count in flow.items() if 0 < count < FEWEST}
    while given_away := list(_given_away(flow, hidden)):
        more = _also_hide(flow, hidden, given_away)
        if more is None:
            return None
        hidden.add(more)
    shown = {arc: None if arc in hidden else count for arc, count in flow.items()}
    return Hidden(
        rows,
        columns,
        {(row, column): shown[_row(row), _column(column)] for row in rows for column in columns},
        {row: shown[WHOLE_IN, _row(row)] for row in rows},
        {column: shown[_column(column), WHOLE_OUT] for column in columns},
        sum(counts.values()),
    )


def _row(name: str) -> str:
    return f"row {name}"


def _column(name: str) -> str:
    return f"column {name}"


def _flow(counts: Mapping[tuple[str, str], int], rows: tuple[str, ...], columns: tuple[str, ...]) -> dict[Arc, int]:
    """Every number of the table as an arc: the whole to a row (its total), a row to a column, a column to the whole."""
    flow = {(_row(row), _column(column)): counts.get((row, column), 0) for row in rows for column in columns}
    for row in rows:
        flow[WHOLE_IN, _row(row)] = sum(counts.get((row, column), 0) for column in columns)
    for column in columns:
        flow[_column(column), WHOLE_OUT] = sum(counts.get((row, column), 0) for row in rows)
    return flow


def _given_away(flow: Mapping[Arc, int], hidden: set[Arc]) -> Iterator[Arc]:
    """Hidden numbers that can have but one value."""
    ways: dict[str, list[tuple[str, Arc]]] = {}
    for arc in hidden:
        start, end = arc
        ways.setdefault(start, []).append((end, arc))
        if flow[arc] > 1:  # it may be less, but no nought: noughts are shown
            ways.setdefault(end, []).append((start, arc))
    for arc in sorted(hidden):
        start, end = arc
        more = _leads(ways, end, start, without=arc)
        less = flow[arc] > 1 and _leads(ways, start, end, without=arc)
        if not more and not less:
            yield arc


def _leads(ways: Mapping[str, list[tuple[str, Arc]]], start: str, end: str, without: Arc) -> bool:
    seen, look_at = {start}, [start]
    while look_at:
        place = look_at.pop()
        for further, arc in ways.get(place, ()):
            if arc != without and further not in seen:
                if further == end:
                    return True
                seen.add(further)
                look_at.append(further)
    return False


def _also_hide(flow: Mapping[Arc, int], hidden: set[Arc], given_away: list[Arc]) -> Arc | None:
    """The smallest number beside one that is hidden alone, else beside one that is given away; a total only if no cell
    is left there."""
    others = [arc for arc, count in flow.items() if count and arc not in hidden]
    hidden_at = Counter(end for arc in hidden for end in arc)
    alone = {end for arc in given_away for end in arc if hidden_at[end] == 1}
    for ends in (alone, {end for arc in given_away for end in arc}):
        if beside := [arc for arc in others if ends & set(arc)]:
            return min(beside, key=lambda arc: (_is_total(arc), flow[arc], arc))
    return None


def _is_total(arc: Arc) -> bool:
    return WHOLE_IN in arc or WHOLE_OUT in arc
