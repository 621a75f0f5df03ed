"""Figures that were counted: every store keeps them for some minutes, for every process, and then no longer."""

from __future__ import annotations

from datetime import timedelta

from infra.store import Store
from tests.store.builders import NOW

MINUTE = timedelta(minutes=1)
OCTOBER, NOVEMBER = "2026-10-01 to 2026-10-31", "2026-11-01 to 2026-11-30"


def test_nothing_is_kept_of_what_was_dropped(store: Store) -> None:
    """Of no period; what is counted afterwards is kept as ever, and dropping nothing is no trouble."""
    store.drop_figures()
    for period in (OCTOBER, NOVEMBER):
        store.keep_figures(period, "sixty needs", NOW, NOW + MINUTE)
    store.drop_figures()
    assert [store.kept_figures(period, NOW) for period in (OCTOBER, NOVEMBER)] == [None, None]
    store.keep_figures(OCTOBER, "fifty-nine needs", NOW, NOW + MINUTE)
    assert store.kept_figures(OCTOBER, NOW) == "fifty-nine needs"


def test_figures_are_kept_until_their_time(store: Store) -> None:
    """Up to the last moment; then, or before they were counted, there are none."""
    store.keep_figures(OCTOBER, "sixty needs", NOW, NOW + 10 * MINUTE)
    assert store.kept_figures(OCTOBER, NOW) == "sixty needs"
    assert store.kept_figures(OCTOBER, NOW + 10 * MINUTE - timedelta(microseconds=1)) == "sixty needs"
    assert store.kept_figures(OCTOBER, NOW + 10 * MINUTE) is None
    assert store.kept_figures(OCTOBER, NOW - timedelta(microseconds=1)) is None


def test_each_name_has_its_own(store: Store) -> None:
    """One month's are never given for another's."""
    store.keep_figures(OCTOBER, "sixty needs", NOW, NOW + MINUTE)
    assert store.kept_figures(NOVEMBER, NOW) is None
    store.keep_figures(NOVEMBER, "two needs", NOW, NOW + MINUTE)
    assert store.kept_figures(OCTOBER, NOW) == "sixty needs"


def test_what_was_counted_later_is_kept(store: Store) -> None:
    """Two count at once; whoever began first and ends last does not put back the clock."""
    store.keep_figures(OCTOBER, "sixty needs", NOW + MINUTE, NOW + 11 * MINUTE)
    store.keep_figures(OCTOBER, "fifty-nine needs", NOW, NOW + 10 * MINUTE)
    assert store.kept_figures(OCTOBER, NOW + 2 * MINUTE) == "sixty needs"
    store.keep_figures(OCTOBER, "sixty-one needs", NOW + 2 * MINUTE, NOW + 12 * MINUTE)
    assert store.kept_figures(OCTOBER, NOW + 2 * MINUTE) == "sixty-one needs"


def test_what_is_over_is_swept(store: Store) -> None:
    """Keeping house leaves none lying about."""
    store.keep_figures(OCTOBER, "sixty needs", NOW, NOW + MINUTE)
    store.keep_figures(NOVEMBER, "two needs", NOW, NOW + 10 * MINUTE)
    assert store.sweep_access(NOW + MINUTE) == 1
    assert store.kept_figures(NOVEMBER, NOW + MINUTE) == "two needs"
