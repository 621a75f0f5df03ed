"""The contract: changes of several needs that go together are written all, or none."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from domain.changes import Change, Slot
from domain.needs import Resident
from infra.store import Committed, Conflict, Store, WeekFull
from tests.store.builders import AMINA, N1, N2, N3, WEEK, a_responder, asking, must_commit, put_need, read, telling

THREADS = 20


def _both(store: Store, one: str = N1, two: str = N2) -> Change:
    """A change of need `one` that takes one of need `two` with it."""
    other = asking(read(store, two), [a_responder("bob")])
    return replace(telling(read(store, one), "resident"), also=(other,))


def test_both_are_written(store: Store) -> None:
    """Versions, invitations, events and messages of both needs are there."""
    put_need(store, N1)
    put_need(store, N2)
    assert store.commit(_both(store)) == Committed(2)
    assert (read(store, N1).need.version, read(store, N2).need.version) == (2, 2)
    assert [i.responder for i in read(store, N2).invitations] == ["bob"]
    assert len(store.story(N1)) == len(store.story(N2)) == 2
    assert len(store.messages(N2)) == 2


def test_neither_is_written_when_the_other_has_moved_on(store: Store) -> None:
    """R06: the second need has changed since it was read: nothing of the first is written either."""
    put_need(store, N1)
    put_need(store, N2)
    change = _both(store)
    must_commit(store, telling(read(store, N2), "resident"))
    assert store.commit(change) == Conflict()
    assert (read(store, N1).need.version, read(store, N2).need.version) == (1, 2)
    assert len(store.story(N1)) == 1
    assert read(store, N2).invitations == ()


def test_neither_is_written_when_a_week_is_full(store: Store) -> None:
    """The other need would ask somebody who has had their asks of the week."""
    put_need(store, N1)
    put_need(store, N2)
    change = _both(store)
    full = replace(change.also[0], slots=(Slot("bob", WEEK, 0),))
    assert store.commit(replace(change, also=(full,))) == WeekFull(("bob",))
    assert (read(store, N1).need.version, read(store, N2).need.version) == (1, 1)


@pytest.mark.race
def test_of_many_that_cross_none_is_half_written(store: Store) -> None:
    """R16: 20 threads move something from one to the next of three needs, in every order: what is written is whole."""
    for need in (N1, N2, N3):
        put_need(store, need)
    pairs = [(N1, N2), (N2, N3), (N3, N1), (N2, N1)] * (THREADS // 4)
    changes = [_both(store, one, two) for one, two in pairs]
    together = threading.Barrier(THREADS)

    def commit(change: Change) -> str:
        together.wait()
        return type(store.commit(change)).__name__

    with ThreadPoolExecutor(THREADS) as pool:
        counted = Counter(pool.map(commit, changes))
    moved = sum(read(store, need).need.version - 1 for need in (N1, N2, N3))
    assert counted == {"Committed": moved // 2, "Conflict": THREADS - moved // 2}
    assert moved == 2
    assert sum(len(store.story(need)) - 1 for need in (N1, N2, N3)) == moved


def test_a_residents_record_changes_with_the_need(store: Store) -> None:
    """A new address is written with the change that decides it, and not when that comes too late."""
    put_need(store, N1)
    moved = AMINA.but(address="9 New Road")
    change = replace(telling(read(store, N1), "resident"), resident=moved)
    must_commit(store, change)
    assert store.resident(N1) == moved
    assert store.commit(replace(change, resident=Resident(name="Somebody Else"))) == Conflict()
    assert store.resident(N1) == moved
