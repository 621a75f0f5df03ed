"""DynamoDB: an index that lags behind, a crowd on hold, and everything there is to be woken: nothing is lost by it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.changes import Change
from domain.incidents import Incident
from domain.needs import Need, NeedStatus
from infra.store import MOST_TOGETHER, MessageState, OutboxRow, StoreError
from infra.store.dynamodb import DynamoStore, claiming, connection, incidents, waking
from infra.store.dynamodb.messages import Entry, message_key
from infra.store.dynamodb.table import SHARDS, Item, need_key
from infra.sweeps import anything_due
from tasks.gathering import gather
from tests.store.builders import (
    HOUR,
    N1,
    N2,
    N3,
    NOW,
    a_responder,
    asking,
    going_on,
    lease,
    must_commit,
    put_need,
    put_on_hold,
    put_responders,
    read,
    tell,
)

FLOOD = Incident(id="X-222222", name="Flood", place="Kings Rest Centre", lead="dee", opened_at=NOW)
SOON = NOW + timedelta(minutes=1)


@pytest.fixture
def store(empty_table: str) -> DynamoStore:
    return DynamoStore(empty_table)


@pytest.fixture
def need(store: DynamoStore) -> str:
    """Amina's need, whose own first message has left already."""
    put_need(store)
    held = lease(store)
    settle(store, store.claim(held, NOW, 10))
    store.release_lease(held)
    return N1


def settle(store: DynamoStore, rows: list[OutboxRow], state: MessageState = MessageState.accepted) -> None:
    store.settle([replace(row, state=state) for row in rows])


@contextmanager
def indexes(monkeypatch: pytest.MonkeyPatch, shown: Callable[[dict[str, Any]], list[Any] | None]) -> Iterator[None]:
    """For a while an index shows what `shown` says of a request; `None`: what it shows by itself."""
    ask = DynamoStore._pages

    def pages(self: DynamoStore, request: dict[str, Any]) -> Iterator[Item]:
        items = shown(request) if "IndexName" in request else None
        return ask(self, request) if items is None else iter(items)

    with monkeypatch.context() as lagging:
        lagging.setattr(DynamoStore, "_pages", pages)
        yield


# --- an index that lags behind ---


def test_what_was_just_committed_leaves_before_the_index_shows_it(
    store: DynamoStore, need: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C20: whoever decided delivers in the same breath, in order, though the index knows nothing yet."""
    [first] = tell(store, "responder:sam")
    [second] = tell(store, "responder:sam")
    with indexes(monkeypatch, lambda _: []):
        assert store.outbox_due(NOW)
        held = lease(store)
        for id in (first, second):
            rows = store.claim(held, NOW, 10)
            assert [row.message.id for row in rows] == [id]
            settle(store, rows)
        assert store.claim(held, NOW, 10) == []
        assert store._fresh.needs() == []  # nothing is looked for again


def test_an_entry_out_of_date_is_passed_over(store: DynamoStore, need: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """C20: the index still shows what was claimed, sent or put off meanwhile: none of it is claimed again."""
    tell(store, "responder:sam", "responder:ann", "responder:bob")
    old = {n: list(store._query(f"outbox-email#{n}", index="alarm")) for n in range(SHARDS)}

    def shown(request: dict[str, Any]) -> list[Item] | None:
        name, _, shard = request["ExpressionAttributeValues"][":pk"]["S"].partition("#")
        return old[int(shard)] if name == "outbox-email" else None

    held = lease(store, lasts=2 * HOUR)
    sent, put_off, on_its_way = store.claim(held, NOW, 10)
    settle(store, [sent])
    store.settle([replace(put_off, state=MessageState.pending, not_before=NOW + HOUR)], held)
    with indexes(monkeypatch, shown):
        assert store.claim(held, NOW, 10) == []
        assert [row.message.id for row in store.claim(held, NOW + HOUR, 10)] == [put_off.message.id]
        store.release_lease(held)
        settle(store, [on_its_way, replace(put_off, attempt=2)])
        assert not store.outbox_due(NOW + HOUR)
    assert {row.attempt for row in store.messages(N1)} == {1, 2}


def test_a_message_decided_again_after_it_has_left_leaves_once(store: DynamoStore, need: str) -> None:
    """C01: the same cause decides the same message: it is not sent twice, and does not stay among those that wait."""
    change = asking(read(store), [a_responder()])
    must_commit(store, change)
    held = lease(store)
    settle(store, store.claim(held, NOW, 10))
    must_commit(store, Change(need=read(store).need, messages=change.messages))
    key = message_key(change.messages[0].id)
    assert "alarm_pk" in (store._get(*key) or {})
    assert store.claim(held, NOW, 10) == []
    assert "alarm_pk" not in (store._get(*key) or {})
    assert [row.state for row in store.messages(N1)] == [MessageState.accepted] * 2


# --- many ---


def test_a_crowd_on_hold_is_passed_over_unread(store: DynamoStore, need: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """R12: while everything is held, a look each minute costs no more than the index that lists what waits."""
    tell(store, *(f"responder:r{n}" for n in range(60)))
    store._fresh.drop(N1)
    store.hold(None, NOW)
    with monkeypatch.context() as unread:
        unread.setattr(DynamoStore, "_get_many", lambda _, keys: {key: pytest.fail("read") for key in keys})
        assert not store.outbox_due(NOW)
        assert store.next_message_at() is None
        assert store.stuck_messages(NOW + HOUR) == 0
        assert store.claim(lease(store), NOW, 100) == []


def test_a_hundred_leave_in_one_message(store: DynamoStore) -> None:
    """A40: as many as a transaction takes; of more than that gathered at once, the others make another message."""
    put_responders(store, a_responder("sam", weekly_limit=1000))
    put_need(store)
    put_need(store, N2)
    held = lease(store)
    settle(store, store.claim(held, NOW, 10))
    must_commit(store, asking(read(store), [a_responder("sam", weekly_limit=1000)]))
    tell(store, *(f"responder:r{n}" for n in range(MOST_TOGETHER - 1)), need=N2, urgent=True)
    rows = store.claim(held, NOW, MOST_TOGETHER + 50)
    assert len(rows) == MOST_TOGETHER
    carrier, *others = (row.message.id for row in rows)
    assert store.fold(carrier, "a hundred", others, held)
    assert len(store.carried(carrier)) == MOST_TOGETHER - 1
    [ask] = [row for row in rows if row.message.need == N1]
    gathered = gather([(ask, "words")] * 150, lambda need: read(store, need), store, NOW)  # type: ignore[list-item]
    assert [len(members) for members in gathered.together] == [MOST_TOGETHER, 50]


# --- on hold ---


def in_the_index(store: DynamoStore) -> list[str]:
    """Which messages any look comes upon."""
    found = (store._query(f"outbox-email#{n}", index="alarm") for n in range(SHARDS))
    return [Entry.of(item).id for some in found for item in some]


def test_what_is_on_hold_is_come_upon_once(store: DynamoStore, need: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """R12: a claim puts aside what waits for an officer; from then on no look reads anything of it."""
    ids = tell(store, *(f"responder:r{n}" for n in range(120)))
    put_on_hold(store)
    store._fresh.drop(N1)
    assert store.outbox_due(NOW)  # there is something to be done: to put it aside
    held = lease(store)
    assert store.claim(held, NOW, 20) == []
    assert in_the_index(store) == []
    store.release_lease(held)
    with monkeypatch.context() as unread:
        unread.setattr(DynamoStore, "_get_many", lambda _, keys: {key: pytest.fail("read") for key in keys})
        assert not store.outbox_due(NOW)
        assert store.next_message_at() is None
    must_commit(store, going_on(read(store)))
    assert sorted(in_the_index(store)) == sorted(ids)
    assert "aside" not in (store._get(*need_key(N1)) or {})


def test_what_is_put_aside_as_the_hold_ends_is_not_left_behind(
    store: DynamoStore, need: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R12: a claim comes between bringing back what was put aside and ending the hold: it is brought back once more."""
    [id] = tell(store, "responder:sam")
    put_on_hold(store)
    held = lease(store)
    bring_back, times = DynamoStore._bring_back, iter(range(2))

    def interrupted(self: DynamoStore, need: Need) -> int | None:
        back = bring_back(self, need)
        if next(times, None) is not None:
            assert store.claim(held, NOW, 10) == []
        return back

    assert store.claim(held, NOW, 10) == []
    monkeypatch.setattr(DynamoStore, "_bring_back", interrupted)
    must_commit(store, going_on(read(store)))
    assert next(times, None) is None
    assert [row.message.id for row in store.claim(held, NOW, 10)] == [id]


def test_a_hold_that_ends_as_it_is_put_aside(store: DynamoStore, need: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """R12: the need goes on after a claim has read that it is on hold: nothing is put aside any more."""
    [id] = tell(store, "responder:sam")
    put_on_hold(store)
    put_aside = DynamoStore._put_aside

    def late(self: DynamoStore, entries: list[Entry]) -> list[Entry]:
        if entries:
            must_commit(store, going_on(read(store)))
        return put_aside(self, entries)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(DynamoStore, "_put_aside", late)
        store.claim(lease(store), NOW, 10)
    assert in_the_index(store) == [id]


def test_much_that_was_put_aside_comes_back_however_long_it_takes(
    store: DynamoStore, need: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R12: bringing it back is no reason to give up ending the hold, or nobody ever could."""
    tell(store, *(f"responder:r{n}" for n in range(12)))
    put_on_hold(store)
    assert store.claim(lease(store), NOW, 20) == []
    bring_back = DynamoStore._bring_back

    def slowly(self: DynamoStore, need: Need) -> int | None:
        time.sleep(0.2)
        return bring_back(self, need)

    monkeypatch.setattr(connection, "BUSY_SECONDS", 0.1)
    monkeypatch.setattr(DynamoStore, "_bring_back", slowly)
    must_commit(store, going_on(read(store)))
    assert len(in_the_index(store)) == 12


def test_what_was_claimed_leaves_though_nothing_can_be_put_aside(
    store: DynamoStore, need: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R12: a store too busy to put aside what is held is no reason to keep what is not."""
    tell(store, "responder:sam")
    put_on_hold(store)
    put_need(store, N2)

    def busy(self: DynamoStore, entries: list[Entry]) -> list[Entry]:
        raise StoreError("busy")

    monkeypatch.setattr(DynamoStore, "_put_aside", busy)
    assert [row.message.need for row in store.claim(lease(store), NOW, 10)] == [N2]


def test_an_index_that_still_shows_what_was_put_aside(
    store: DynamoStore, need: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R12: it is passed over; one that does not show what came back is caught up with."""
    [id] = tell(store, "responder:sam")
    put_on_hold(store)
    held = lease(store)
    old = {n: list(store._query(f"outbox-email#{n}", index="alarm")) for n in range(SHARDS)}

    def shown(request: dict[str, Any]) -> list[Item] | None:
        name, _, shard = request["ExpressionAttributeValues"][":pk"]["S"].partition("#")
        return old[int(shard)] if name == "outbox-email" else None

    assert store.claim(held, NOW, 10) == []
    with indexes(monkeypatch, shown):
        assert store.claim(held, NOW, 10) == []
    assert in_the_index(store) == []
    with indexes(monkeypatch, lambda _: []):
        must_commit(store, going_on(read(store)))
        assert [row.message.id for row in store.claim(held, NOW, 10)] == [id]


def test_a_look_that_takes_too_long_leaves_it_to_a_claim(
    store: DynamoStore, need: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R12: whoever looks each minute has seconds: what it could not look through counts as due, and a moment that it
    could not make out as one that may have come."""
    for name in (N2, N3):
        put_need(store, name)
        must_commit(store, Change(need=read(store, name).need.but(held_at=NOW)))
    assert not store.outbox_due(NOW)
    assert store.next_message_at() is None
    monkeypatch.setattr(claiming, "LOOK_SECONDS", -1.0)
    assert store.outbox_due(NOW)
    assert store.next_message_at() == NOW


def test_a_look_only_reads(store: DynamoStore, need: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """On AWS the waker may write nothing but its marks, whatever there is to look at."""
    far_off(store, N1)
    put_need(store, N2)
    put_on_hold(store, N2)
    with monkeypatch.context() as slow:
        slow.setattr(incidents, "FIRST_SECONDS", -1.0)
        assert store.hold(None, NOW)
    with monkeypatch.context() as reading:
        for name in ("_written", "_write_many", "_transact"):
            reading.setattr(DynamoStore, name, lambda *_: pytest.fail("written"))
        assert anything_due(store, NOW)
        assert not store.outbox_due(NOW)
        store.next_message_at()
    store.resume(None, NOW)
    assert store.outbox_due(NOW)


# --- errands ---


def far_off(store: DynamoStore, *needs: str) -> None:
    for need in needs:
        must_commit(store, replace(asking(read(store, need), ()), need=read(store, need).need.but(wake_at=NOW + HOUR)))


def test_waking_everything_goes_on_where_time_ran_out(store: DynamoStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """R12: an order given through a page that may take seconds: looks that follow do the rest, each need once."""
    for name in (N1, N2, N3):
        put_need(store, name)
    far_off(store, N1, N2, N3)
    with monkeypatch.context() as slow:
        slow.setattr(waking, "AT_ONCE", 1)
        slow.setattr(incidents, "FIRST_SECONDS", -1.0)
        slow.setattr(waking, "SECONDS", -1.0)
        assert store.hold(None, NOW)
        assert len(list(store._alarms_until(NOW))) == 1
        assert len(store.due(NOW, 10)) == 2
    assert set(store.due(NOW, 10)) == {N1, N2, N3}
    versions = [read(store, name).need.version for name in (N1, N2, N3)]
    assert versions == [3, 3, 3]
    assert store.due(SOON, 10)
    assert [read(store, name).need.version for name in (N1, N2, N3)] == versions
    assert not list(store._query(waking.ERRANDS))


def test_a_need_the_index_did_not_show_is_woken_later(store: DynamoStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """R12: everything is gone through again some seconds later, for what the index of alarms had missed."""
    for name in (N1, N2):
        put_need(store, name)
    far_off(store, N1, N2)
    with indexes(monkeypatch, lambda _: []):
        assert store.hold(None, NOW)
    assert store.due(NOW, 10) == []
    assert set(store.due(SOON, 10)) == {N1, N2}
    assert not list(store._query(waking.ERRANDS))


def test_two_who_carry_out_one_errand_leave_nobody_out(store: DynamoStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """R12: one is held up, and is killed, while another goes through everything to its end: the second pass begins at
    the beginning, where there is a need that the first could not see."""
    for name in (N1, N2, N3):
        put_need(store, name)
    far_off(store, N1, N2, N3)
    unseen = next(need for _, need in store._whom({}))
    other, first = DynamoStore(store.table), iter(range(1))
    ask, wake_for = DynamoStore._pages, DynamoStore._wake_for

    def pages(self: DynamoStore, request: dict[str, Any]) -> Iterator[Item]:
        return (item for item in ask(self, request) if item["pk"] != f"N#{unseen}")

    def held_up(self: DynamoStore, errand: Item, need: str) -> None:
        wake_for(self, errand, need)
        if self is store and next(first, None) is not None:
            other.due(NOW, 10)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(waking, "AT_ONCE", 1)
        meanwhile.setattr(incidents, "FIRST_SECONDS", -1.0)
        meanwhile.setattr(DynamoStore, "_pages", pages)
        meanwhile.setattr(DynamoStore, "_wake_for", held_up)
        assert store.hold(None, NOW)
    [errand] = store._query(waking.ERRANDS)
    assert "not_before" in errand
    assert "reached" not in errand
    assert set(store.due(SOON, 10)) == {N1, N2, N3}
    assert not list(store._query(waking.ERRANDS))


def test_a_closed_need_is_woken_only_if_something_is_left_to_do(store: DynamoStore) -> None:
    """As with the other store: a call may still be to make about it; without that it stays asleep."""
    store.add_incident(FLOOD)
    asleep: list[datetime | None] = [None, NOW + HOUR]
    for name, wake_at in zip((N1, N2), asleep, strict=True):
        put_need(store, name, incident=FLOOD.id)
        must_commit(
            store, Change(need=read(store, name).need.but(status=NeedStatus.closed, closed_at=NOW, wake_at=wake_at))
        )
    store.hold(FLOOD.id, NOW)
    assert store.due(NOW, 10) == [N2]
