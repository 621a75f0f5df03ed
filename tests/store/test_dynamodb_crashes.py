"""DynamoDB: killed between any two requests, all is whole once it is read again, and nobody is asked twice."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from domain.changes import Change
from domain.incidents import Incident
from domain.messages import Channel
from domain.needs import NeedStatus
from domain.situations import Situation
from infra.store import ALL_HELD, DELIVERING, Lease, MessageState, OutboxRow, Store
from infra.store.dynamodb import DynamoStore, connection, messages, slots, waking, writing
from infra.store.dynamodb import table as in_table
from infra.store.dynamodb.slots import ledger_key
from tests.store.builders import (
    HOUR,
    NOW,
    WEEK,
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
    telling,
)
from tests.store.crew import reference_of
from tests.store.dying import killed_at_each

MANY = 24
LATER = NOW + timedelta(minutes=1)
FLOOD = Incident(id="X-222222", name="Flood", place="Kings Rest Centre", lead="dee", opened_at=NOW)


@pytest.fixture
def table(empty_table: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """One shard of each index in place of eight: fewer requests to be killed at."""
    for place in (in_table, connection, waking):
        monkeypatch.setattr(place, "SHARDS", 1)
    monkeypatch.setitem(messages.SPREAD, Channel.email, 1)
    return empty_table


@pytest.fixture
def store(table: str) -> DynamoStore:
    """The store as another process has it open, which lives."""
    return DynamoStore(table)


@pytest.fixture
def references() -> Iterator[str]:
    """References of needs, each a new one."""
    return map(reference_of, count(1))


def taken_over(store: Store) -> Lease:
    """Somebody else delivers, once the lease of whoever was killed has lapsed."""
    taken = store.take_lease("deliver", secrets.token_hex(4), LATER, LATER + HOUR)
    assert taken is not None
    return taken


def settle_all(store: Store, rows: list[OutboxRow], held: Lease) -> None:
    store.settle([replace(row, state=MessageState.accepted) for row in rows], held)


def quiet(store: Store, *needs: str) -> None:
    """What was told when they were opened has left."""
    held = lease(store)
    settle_all(store, [row for row in store.claim(held, NOW, 100) if row.message.need in needs], held)
    store.release_lease(held)


def asked_whole(store: DynamoStore, need: str) -> bool:
    """Has everybody been asked about it? Else nobody has."""
    found, messages = read(store, need), store.messages(need)
    asked = found.need.version > 1
    assert len(found.invitations) == len(messages) - 1 == (MANY if asked else 0)
    assert len(store.story(need)) == (2 if asked else 1)
    assert [i.responder for i in found.invitations] == sorted(i.responder for i in found.invitations)
    return asked


def test_all_are_asked_or_nobody(
    store: DynamoStore, table: str, references: Iterator[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """R09: a change that goes by way of a journal, cut short at each request: it counts whole, or it is decided again,
    and then counts whole; each is asked once, and their week counts one ask too many at worst. With a ninth of what a
    transaction takes, two dozen are as two hundred."""
    for place, name, most in ((writing, "MOST_IN_ONE", 10), (writing, "CHUNK_ITEMS", 9), (slots, "MOST_IN_ONE", 10)):
        monkeypatch.setattr(place, name, most)
    monkeypatch.setattr(slots, "LEFT_FOR_NEEDS", 1)
    needs: list[str] = []

    def asks(situation: Situation) -> Change:
        return asking(situation, [a_responder(f"{situation.need.id}-{n:03}", weekly_limit=2) for n in range(MANY)])

    def ask(dying: DynamoStore) -> None:
        needs.append(put_need(store, next(references)))
        dying.commit(asks(read(store, needs[-1])))

    outcomes = []
    for after in killed_at_each(table, ask):
        outcomes.append(asked_whole(after, needs[-1]))
        if not outcomes[-1]:  # the next to look decides it again
            must_commit(after, asks(read(after, needs[-1])))
            assert asked_whole(after, needs[-1])
        taken = after._get_many(ledger_key(i.responder, WEEK) for i in read(after, needs[-1]).invitations)
        assert {item["taken"] for item in taken.values()} <= {1, 2}
        assert len(taken) == MANY
    assert outcomes == sorted(outcomes)  # from one request on it counts
    assert set(outcomes) == {False, True}
    assert store.sweep_access(NOW + timedelta(days=400)) > 0  # what was never committed is dropped
    assert not list(store._query("journals", index="time"))
    assert all(asked_whole(store, need) for need in needs)


def test_a_claim_cut_short_loses_nothing(store: DynamoStore, table: str, references: Iterator[str]) -> None:
    """C11: at each request of a claim: whoever claims next has every message, those on their way marked so."""
    told: list[list[str]] = []

    def claim(dying: DynamoStore) -> None:
        need = put_need(store, next(references))
        quiet(store, need)
        told.append([*tell(store, *(f"responder:r{n}" for n in range(5)), need=need)])
        told[-1] += tell(store, "responder:r0", need=need)
        dying.claim(lease(dying), NOW, 100)

    for after in killed_at_each(table, claim):
        held = taken_over(after)
        rows = after.claim(held, LATER, 100)
        assert [row.message.id for row in rows] == told[-1][:-1]  # the last waits for the first
        assert {row.again for row in rows} in ({True}, {False})
        assert {row.attempt for row in rows} == {2 if rows[0].again else 1}
        settle_all(after, rows, held)
        last = after.claim(held, LATER, 100)
        assert [row.message.id for row in last] == told[-1][-1:]
        settle_all(after, last, held)
        assert not after.claim(held, LATER, 100)
        after.release_lease(held)


def test_results_cut_short_are_some_and_the_others_go_again(
    store: DynamoStore, table: str, references: Iterator[str]
) -> None:
    """C06: at each request of writing down what became of five: each is either settled or claimed once more."""
    claimed: list[list[OutboxRow]] = []

    def settle(dying: DynamoStore) -> None:
        need = put_need(store, next(references))
        quiet(store, need)
        must_commit(store, telling(read(store, need), *(f"responder:r{n}" for n in range(5))))
        held = lease(store)
        claimed.append(store.claim(held, NOW, 100))
        settle_all(dying, claimed[-1], held)
        store.release_lease(held)

    for after in killed_at_each(table, settle):
        need = claimed[-1][0].message.need
        done = {row.message.id for row in after.messages(need) if row.state is MessageState.accepted}
        held = taken_over(after)
        again = after.claim(held, LATER, 100)
        assert all(row.again for row in again)
        assert {row.message.id for row in again} == {row.message.id for row in claimed[-1]} - done
        settle_all(after, again, held)
        after.release_lease(held)


def test_one_message_speaks_for_all_or_for_itself(store: DynamoStore, table: str, references: Iterator[str]) -> None:
    """T20: at each request of folding three into one: all are in it, or each goes by itself."""
    put_responders(store, a_responder("sam", weekly_limit=1000))
    claimed: list[list[OutboxRow]] = []
    done: list[bool] = []

    def fold(dying: DynamoStore) -> None:
        needs = [put_need(store, next(references)) for _ in range(3)]
        quiet(store, *needs)
        for need in needs:
            must_commit(store, asking(read(store, need), [a_responder("sam", weekly_limit=1000)]))
        held = lease(store)
        claimed.append(store.claim(held, NOW, 100))
        assert len(claimed[-1]) == 3
        first, *others = (row.message.id for row in claimed[-1])
        assert dying.fold(first, "all three", others, held)

    for after in killed_at_each(table, fold):
        first, *others = claimed[-1]
        carried = [row.message.id for row in after.carried(first.message.id)]
        assert carried in ([], [row.message.id for row in others])
        done.append(bool(carried))
        held = taken_over(after)
        again = after.claim(held, LATER, 100)
        assert [(row.message.id, row.frozen) for row in again] == (
            [(first.message.id, "all three")] if carried else [(row.message.id, None) for row in claimed[-1]]
        )
        settle_all(after, again, held)
        after.release_lease(held)
    assert set(done) == {False, True}


@pytest.mark.parametrize("incident", [FLOOD.id, None], ids=["one incident", "everything"])
def test_a_hold_cut_short_is_one_or_none(
    store: DynamoStore, table: str, references: Iterator[str], incident: str | None
) -> None:
    """R12: at each request of holding, and of going on: it is so, and every need is looked at, or it is as it was."""
    store.add_incident(FLOOD)
    needs = [put_need(store, next(references), incident=incident) for _ in range(3)]
    orders = {"hold": True, "resume": False}

    def held_now() -> bool:
        return ALL_HELD in store.marks() if incident is None else read(store, needs[0]).held

    def sleep() -> None:
        """All alarms are far off."""
        for need in needs:
            must_commit(store, replace(asking(read(store, need), ()), need=read(store, need).need.but(wake_at=LATER)))

    for order, wanted in orders.items():
        counted: list[bool] = []

        def give(dying: DynamoStore, order: str = order, wanted: bool = wanted) -> None:
            if held_now() is wanted:
                getattr(store, "resume" if wanted else "hold")(incident, NOW)
            store.due(LATER, 100)
            sleep()
            assert getattr(dying, order)(incident, NOW)

        for after in killed_at_each(table, give):
            counted.append(held_now() is wanted)
            if counted[-1]:
                assert not getattr(after, order)(incident, NOW)
            assert set(after.due(NOW, 100)) == (set(needs) if counted[-1] else set())
        assert set(counted) == {False, True}, order


def test_what_is_on_hold_waits_and_leaves_once(store: DynamoStore, table: str, references: Iterator[str]) -> None:
    """R12: at each request of putting it aside, and of going on, which brings it back: nothing leaves while its need is
    on hold, and all of it once that has ended."""
    needs: list[str] = []

    def leaving(after: DynamoStore) -> list[str]:
        held = taken_over(after)
        rows = after.claim(held, LATER, 100)
        after.release_lease(held)
        return [row.message.to for row in rows if row.message.need == needs[-1]]

    def hold_and_go_on(dying: DynamoStore) -> None:
        needs.append(put_need(store, next(references)))
        put_on_hold(store, needs[-1])
        must_commit(store, telling(read(store, needs[-1]), "responder:sam"))
        dying.claim(lease(store, "to be killed", lasts=timedelta(seconds=1)), NOW, 100)
        dying.commit(going_on(read(store, needs[-1])))

    ended = []
    for after in killed_at_each(table, hold_and_go_on):
        ended.append(read(after, needs[-1]).need.status is not NeedStatus.on_hold)
        if not ended[-1]:
            assert leaving(after) == []
            must_commit(after, going_on(read(after, needs[-1])))
        assert sorted(leaving(after)) == ["resident", "responder:sam"]
    assert ended == sorted(ended)
    assert ended[-1]


def test_a_lease_cut_short_ends_by_itself(store: DynamoStore, table: str) -> None:
    """C12: killed while taking it: it is nobody's, or lapses; the next holder's fence is higher than any before."""
    fences = [0]

    def take(dying: DynamoStore) -> None:
        assert dying.take_lease(DELIVERING[next(iter(DELIVERING))], "a", NOW, NOW + timedelta(seconds=15))

    for after in killed_at_each(table, take):
        held = taken_over(after)
        assert held.fence > fences[-1]
        fences.append(held.fence)
        after.release_lease(held)


def test_what_is_sent_twice_counts_once(store: DynamoStore, references: Iterator[str]) -> None:
    """C06: the reply to every write is lost once, so that it is sent again: each still happens once."""

    def ask_again(attempts: int, operation: Any, **_: object) -> int | None:
        writes = operation.name.startswith(("Put", "Update", "Delete", "Transact"))
        return 0 if attempts == 1 and writes else None  # after so many seconds

    store.add_incident(FLOOD)
    events = store._client.meta.events
    events.register_first("needs-retry.dynamodb", ask_again)
    try:
        need = put_need(store, next(references), incident=FLOOD.id)
        must_commit(store, telling(read(store, need), "responder:ann", "responder:bob"))
        held = lease(store)
        rows = store.claim(held, NOW, 100)
        store.freeze([(row.message.id, "words") for row in rows], held)
        assert store.fold(rows[0].message.id, "words", [], held) is False  # it has its words
        settle_all(store, rows[1:], held)
        store.put_back([rows[0].message.id], held)
        assert (store.hold(FLOOD.id, NOW), store.hold(None, NOW)) == (True, True)
        assert (store.resume(FLOOD.id, NOW), store.resume(None, NOW)) == (True, True)
        store.release_lease(held)
    finally:
        events.unregister("needs-retry.dynamodb", ask_again)
    assert held.fence == 1
    assert len(rows) == 3
    assert [(row.state, row.attempt) for row in store.messages(need)] == [
        (MessageState.pending, 1),
        (MessageState.accepted, 1),
        (MessageState.accepted, 1),
    ]
