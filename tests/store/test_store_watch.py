"""The contract, watch: leases, marks, and the questions the check of promises asks."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.changes import Change
from domain.needs import NeedStatus
from domain.officers import TaskStatus
from infra.store import Lease, Store
from tests.store.builders import HOUR, N1, N2, N3, NOW, TICK, an_officer, everything, must_commit, put_need, read

LASTS = timedelta(seconds=15)
SKEW = timedelta(seconds=5)


def test_tasks_of_all_needs_are_listed(store: Store) -> None:
    """What waits for officers, the oldest first; those done are on record, and listed when asked for."""
    for name, status in ((N1, TaskStatus.done), (N2, TaskStatus.taken), (N3, TaskStatus.open)):
        put_need(store, name)
        change = everything(read(store, name))
        must_commit(store, Change(change.need, tasks=tuple(task.but(status=status) for task in change.tasks)))
    assert [task.need for task in store.tasks()] == [N1, N2, N3]
    assert [task.need for task in store.tasks(statuses=[TaskStatus.open, TaskStatus.taken])] == [N2, N3]
    assert [task.need for task in store.tasks(limit=1)] == [N1]


def test_a_lease_has_one_holder(store: Store) -> None:
    """C20: while one holds it, nobody else does; to the holder it is renewed under the same fence."""
    assert store.take_lease("deliver", "a", NOW, NOW + LASTS) == Lease("deliver", "a", 1, NOW + LASTS)
    assert store.take_lease("deliver", "b", NOW + LASTS - TICK, NOW + 2 * LASTS) is None
    assert store.take_lease("deliver", "a", NOW + SKEW, NOW + SKEW + LASTS) == Lease(
        "deliver", "a", 1, NOW + SKEW + LASTS
    )
    assert store.take_lease("deliver", "b", NOW + LASTS, NOW + 2 * LASTS) is None


def test_leases_of_other_names_are_other_leases(store: Store) -> None:
    """One deliverer for each channel: they do not wait for each other."""
    assert store.take_lease("deliver", "a", NOW, NOW + LASTS)
    assert store.take_lease("sms", "b", NOW, NOW + LASTS) == Lease("sms", "b", 1, NOW + LASTS)


def test_a_lapsed_lease_passes_on_with_a_higher_fence(store: Store) -> None:
    """C11: each new holder is known from all before, the former one coming back included."""
    fences = []
    for n, holder in enumerate(("a", "b", "a", "a")):
        taken = store.take_lease("deliver", holder, NOW + n * LASTS, NOW + (n + 1) * LASTS)
        assert taken is not None
        fences.append(taken.fence)
    assert fences == [1, 2, 3, 4]


def test_a_released_lease_is_free_at_once(store: Store) -> None:
    """Nobody waits for one who has finished; a late release takes nothing from the next holder."""
    first = store.take_lease("deliver", "a", NOW, NOW + LASTS)
    assert first is not None
    store.release_lease(first)
    second = store.take_lease("deliver", "b", NOW, NOW + LASTS)
    assert second is not None
    assert second.fence == first.fence + 1
    store.release_lease(first)
    assert store.take_lease("deliver", "c", NOW, NOW + LASTS) is None


@pytest.mark.parametrize("skew", [SKEW, -SKEW])
def test_a_renewed_lease_is_safe_from_a_skewed_clock(store: Store, skew: timedelta) -> None:
    """K10: a worker whose clock is 5 s off never takes a lease that is renewed every 5 s."""
    taken = store.take_lease("deliver", "a", NOW, NOW + LASTS)
    for seconds in range(60):
        now = NOW + timedelta(seconds=seconds)
        if seconds % 5 == 0:
            assert store.take_lease("deliver", "a", now, now + LASTS)
        assert store.take_lease("deliver", "b", now + skew, now + skew + LASTS) is None
    assert taken is not None
    store.release_lease(taken)
    assert store.take_lease("deliver", "b", NOW + skew, NOW + skew + LASTS)


def test_a_skewed_deliverer_cannot_undo_the_holder(store: Store) -> None:
    """K10: a worker 5 s ahead that takes over early fences the first one out, whatever the first one's clock says."""
    put_need(store)
    first = store.take_lease("deliver", "a", NOW, NOW + LASTS)
    assert first is not None
    rows = store.claim(first, NOW, 10)
    ahead = NOW + LASTS
    second = store.take_lease("deliver", "b", ahead, ahead + LASTS)
    assert second is not None
    [again] = store.claim(second, ahead, 10)
    assert store.claim(first, NOW + 2 * SKEW, 10) == []
    store.settle(rows, first)
    [row] = store.messages(N1)
    assert (row.attempt, row.again) == (again.attempt, True) == (2, True)


def test_marks_are_remembered_and_forgotten(store: Store) -> None:
    """When a sweep last ran, and when it is next planned."""
    assert store.marks() == {}
    store.mark("sweep", NOW)
    store.mark("next-sweep", NOW + HOUR)
    store.mark("sweep", NOW + TICK)
    assert store.marks() == {"sweep": NOW + TICK, "next-sweep": NOW + HOUR}
    store.mark("next-sweep", None)
    store.mark("never", None)
    assert store.marks() == {"sweep": NOW + TICK}


def test_overdue_needs_are_open_and_late(store: Store) -> None:
    """A14: late by more than the tolerance, the latest first; a closed need without an alarm is nobody's promise."""
    put_need(store, N1, now=NOW - HOUR)
    put_need(store, N2, now=NOW - 2 * HOUR)
    put_need(store, N3, now=NOW - 3 * HOUR)
    must_commit(store, Change(need=read(store, N3).need.but(status=NeedStatus.closed, wake_at=None)))
    assert store.overdue(NOW) == [N2, N1]
    assert store.overdue(NOW - HOUR) == [N2]
    assert store.overdue(NOW - HOUR + TICK) == [N2, N1]


def test_a_need_without_alarm_or_officer_is_unwatched(store: Store) -> None:
    """A14: the hole no need may fall through: open, no alarm, and nobody of the council who has it."""
    store.add_officer(an_officer(), NOW)
    for reference in (N1, N2, N3):
        put_need(store, reference)
    assert store.unwatched() == []
    must_commit(store, Change(need=read(store, N1).need.but(wake_at=None)))
    must_commit(store, Change(need=read(store, N2).need.but(wake_at=None, status=NeedStatus.closed)))
    assert store.unwatched() == [N1]
    with_task = everything(read(store, N3))
    must_commit(store, Change(need=with_task.need.but(wake_at=None), tasks=with_task.tasks))
    assert store.unwatched() == [N1]
    [task] = read(store, N3).tasks
    must_commit(store, Change(need=read(store, N3).need, tasks=(task.but(status=TaskStatus.taken),)))
    assert store.unwatched() == [N1]
    must_commit(store, Change(need=read(store, N3).need, tasks=(task.but(status=TaskStatus.done),)))
    assert sorted(store.unwatched()) == [N1, N3]


@pytest.mark.parametrize("status", [s for s in NeedStatus if s is not NeedStatus.closed])
def test_every_status_but_closed_is_watched(store: Store, status: NeedStatus) -> None:
    """Covered, confirming and on hold are promises too."""
    put_need(store)
    must_commit(store, Change(need=read(store).need.but(status=status)))
    assert store.overdue(NOW + HOUR) == [N1]
    must_commit(store, Change(need=read(store).need.but(wake_at=None)))
    assert store.unwatched() == [N1]
    store.wake([N1], NOW)
    assert store.due(NOW, 1) == [N1]
