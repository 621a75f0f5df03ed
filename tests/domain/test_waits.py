"""How long things took, with those still waiting: worked by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.waits import Length, Waits

HOUR = timedelta(hours=1)


def waits(*, took: tuple[float, ...] = (), waiting: tuple[float, ...] = (), never: int = 0) -> Waits:
    """Lengths in hours."""
    found = Waits()
    for hours in took:
        found.add_took(hours * HOUR)
    for hours in waiting:
        found.add_waiting(hours * HOUR)
    for _ in range(never):
        found.add_never()
    return found


def test_where_nobody_waits_it_is_the_ordinary_median() -> None:
    """Five needs took 1 to 5 hours: half of them within 3, nine in ten within 5."""
    found = waits(took=(1, 2, 3, 4, 5))
    assert found.within(0.5) == Length(seconds=3 * 3600)
    assert found.within(0.9) == Length(seconds=5 * 3600)


def test_those_still_waiting_make_it_longer() -> None:
    """Three were done in 1, 2 and 3 hours; two have waited for 10: the median is 3 hours, and not 2."""
    found = waits(took=(1, 2, 3), waiting=(10, 10))
    assert found.within(0.5) == Length(seconds=3 * 3600)
    assert found.within(0.9) == Length(seconds=10 * 3600, more=True)


def test_one_that_has_only_begun_to_wait_says_little() -> None:
    """Kaplan and Meier by hand: after 2 hours 3/4 are left, after 4 hours 3/4 * 1/2."""
    found = waits(took=(2, 4), waiting=(3, 6))
    assert found.shares_by([HOUR, 2 * HOUR, 5 * HOUR, 7 * HOUR]) == (0, 0.25, 0.625, None)
    assert found.within(0.5) == Length(seconds=4 * 3600)


def test_all_still_waiting_is_at_least_so_long() -> None:
    """Nothing has happened yet: more than the longest wait so far."""
    assert waits(waiting=(1, 7)).within(0.5) == Length(seconds=7 * 3600, more=True)


def test_what_will_never_happen_holds_the_figure_up() -> None:
    """Two needs were met in an hour, three were never met: no time can be said within which half are."""
    found = waits(took=(1, 1), never=3)
    assert found.within(0.5) == Length(seconds=None)
    assert found.shares_by([HOUR]) == (pytest.approx(0.4),)


def test_no_needs_no_figures() -> None:
    """An empty period says nothing, and does not break."""
    assert waits().within(0.5) == Length(seconds=None)
    assert waits().shares_by([HOUR]) == (None,)
