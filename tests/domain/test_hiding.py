"""Small numbers about few people: hidden so that nobody can work them out."""

from __future__ import annotations

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as some

from domain.hiding import FEWEST, Hidden, hide_small

ROWS, COLUMNS = ("Hill", "Norbiton", "Tudor"), ("food", "lift")
TABLES = some.dictionaries(
    some.sampled_from(list(product(ROWS, COLUMNS))),
    some.one_of(some.integers(0, 6), some.integers(0, 30)),
    max_size=6,
)


def test_a_small_number_is_hidden_with_another_so_that_totals_do_not_tell() -> None:
    """3 of 30 in Hill: the row's other cell is hidden too, and a second row's, else 30 - 27 would say it."""
    counts = {("Hill", "food"): 3, ("Hill", "lift"): 27, ("Tudor", "food"): 10, ("Tudor", "lift"): 20}
    shown = hide_small(counts)
    assert shown is not None
    assert set(shown.cells.values()) == {None}
    assert shown.row_totals == {"Hill": 30, "Tudor": 30}
    assert shown.column_totals == {"food": 13, "lift": 47}
    assert shown.total == 60


def test_a_nought_and_what_is_large_are_shown() -> None:
    """Where nothing is small, nothing is hidden."""
    shown = hide_small({("Hill", "food"): 5, ("Tudor", "lift"): 8})
    assert shown is not None
    assert shown.cells["Hill", "food"] == 5
    assert shown.cells["Hill", "lift"] == 0
    assert shown.row_totals == {"Hill": 5, "Tudor": 8}


def test_where_everything_would_give_it_away_nothing_is_shown() -> None:
    """Three needs, one ward, one kind of help: the total alone says it all."""
    assert hide_small({("Hill", "food"): 3}) is None


def test_nothing_unmet_is_an_empty_table() -> None:
    """No rows, no columns, nothing to hide."""
    assert hide_small({}) == Hidden((), (), {}, {}, {}, 0)


@settings(max_examples=200, deadline=None)
@given(TABLES)
def test_no_hidden_number_can_be_worked_out_from_those_shown(counts: dict[tuple[str, str], int]) -> None:
    """Whatever the table: each hidden number could be another, with all that is shown the same."""
    shown = hide_small(counts)
    if shown is None:
        return
    for cell, count in shown.cells.items():
        assert count is None or (count == counts.get(cell, 0) and not 0 < count < FEWEST)
    hidden = [cell for cell, count in shown.cells.items() if count is None]
    given_away = {"/".join(cell) for cell in hidden}
    given_away |= {name for name, total in (shown.row_totals | shown.column_totals).items() if total is None}
    for shift in product((0, 1, -1), repeat=len(hidden)):
        other = dict(zip(hidden, shift, strict=True))
        if not given_away:
            return
        given_away -= set(moved(shown, counts, other))
    assert not given_away, f"{counts} gives away {given_away}"


def moved(shown: Hidden, counts: dict[tuple[str, str], int], shift: dict[tuple[str, str], int]) -> list[str]:
    """Which hidden numbers would be others after this shift; none if what is shown would be another too."""
    if sum(shift.values()) or any(counts[cell] + by < 1 for cell, by in shift.items()):
        return []
    sums = {row: sum(by for (r, _), by in shift.items() if r == row) for row in shown.rows}
    sums |= {column: sum(by for (_, c), by in shift.items() if c == column) for column in shown.columns}
    totals = shown.row_totals | shown.column_totals
    if any(by and totals[name] is not None for name, by in sums.items()):
        return []
    return ["/".join(cell) for cell, by in shift.items() if by] + [name for name, by in sums.items() if by]
