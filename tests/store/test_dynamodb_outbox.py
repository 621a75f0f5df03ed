"""DynamoDB: an index that lags behind, a crowd on hold, and everything there is to be woken: nothing is lost by it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.changes import Change
from domain.incidents import Incident
from domain.needs import NeedStatus
from infra.store import MOST_TOGETHER, MessageState, OutboxRow
from infra.store.dynamodb import DynamoStore, incidents, waking
from infra.store.dynamodb.messages import message_key
from infra.store.dynamodb.table import SHARDS, Item
from tasks.gathering import gather
from tests.store.builders import (
    HOUR,
    N1,
    N2,
    N3,
    NOW,
    a_responder,
    asking,
    lease,
    must_commit,
    put_need,
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
