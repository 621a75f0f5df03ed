"""DynamoDB: needs of crowds: what is remembered of them is never older than what a reader is promised; turns."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from benchmarks.units import Metered
from domain.changes import Change, Draft
from domain.events import EventCode
from domain.invitations import InvitationStatus
from infra import clock
from infra.store.dynamodb import DynamoStore
from infra.store.dynamodb.table import Item, Key, need_key
from infra.store.dynamodb.turns import LONGEST
from infra.store.dynamodb.whole import CROWD
from tests.store.builders import N1, NOW, a_responder, asking, must_commit, put_need, read, telling

CROWDED = [a_responder(f"r{n}") for n in range(CROWD + 10)]


@pytest.fixture
def table(empty_table: str) -> str:
    """A need about which a crowd has been asked."""
    store = DynamoStore(empty_table)
    put_need(store, quantity=1000)
    must_commit(store, asking(read(store), CROWDED))
    return empty_table


@pytest.fixture
def store(table: str) -> DynamoStore:
    """A process that has read it, and remembers."""
    store = DynamoStore(table)
    read(store)
    return store


@pytest.fixture
def other(table: str) -> DynamoStore:
    """Another process."""
    return DynamoStore(table)


def says_yes(store: DynamoStore, responder: str, *, quietly: bool = False) -> None:
    draft = Draft(read(store), NOW)
    if not quietly:
        draft.note_event(EventCode.said_yes)
    [one] = [i for i in draft.situation.invitations if i.responder == responder]
    shares = tuple(share.but(pledged=1) for share in one.shares)
    draft.put(one.but(version=one.version + 1, status=InvitationStatus.accepted, shares=shares))
    must_commit(store, draft.change(wake_at=NOW))


def test_what_others_wrote_is_read(store: DynamoStore, other: DynamoStore) -> None:
    """A11: a process that remembers a crowd's need sees each change of another's, as one does that never read it."""
    for responder in ("r3", "r17", "r3"):
        says_yes(other, responder)
        assert read(store) == read(DynamoStore(store.table))
    must_commit(other, telling(read(other), "resident"))
    assert read(store).need.version == read(other).need.version


@pytest.mark.parametrize("how", ["quietly", "woken", "many", "renamed", "more are asked"])
def test_what_no_event_tells_is_read(store: DynamoStore, other: DynamoStore, how: str) -> None:
    """A11: a change without an event, or of very many at once: all is read again, nothing is missed."""
    if how == "quietly":
        says_yes(other, "r5", quietly=True)
    elif how == "woken":
        other.wake([N1], NOW)
    elif how == "renamed":
        other._rename_in(f"N#{N1}", "r7", "former-7")
    elif how == "more are asked":
        must_commit(other, asking(read(other), [a_responder(f"later-{n}") for n in range(20)]))
    else:
        invitations = tuple(one.but(version=one.version + 1) for one in read(other).invitations[:20])
        must_commit(other, Change(read(other).need, invitations=invitations, events=telling(read(other)).events))
    says_yes(other, "r9")
    assert read(store) == read(DynamoStore(store.table))


def test_what_is_read_while_it_is_written_is_not_taken_for_whole(
    store: DynamoStore, other: DynamoStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A11: a need as it was before an answer, with that answer, and without an earlier one: the sum of its parts is
    right, and it never was so."""
    says_yes(other, "r5", quietly=True)
    before = other._get(*need_key(N1))
    says_yes(other, "r9")
    ask, asked = store._get_many, []

    def torn(keys: Iterable[Key]) -> dict[Key, Item]:
        asked.append(found := ask(keys))
        return found | {need_key(N1): before} if len(asked) == 1 and before else found

    monkeypatch.setattr(store, "_get_many", torn)
    assert read(store) == read(DynamoStore(store.table))
    assert asked


def test_whose_need_it_is_is_not_remembered(store: DynamoStore) -> None:
    """B09: their details are in no memory longer than they are on record."""
    assert store._crowds[N1].resident is None
    store._client.delete_item(TableName=store.table, Key={"pk": {"S": f"N#{N1}"}, "sk": {"S": "1resident"}})
    assert store.resident(N1).name is None


def test_a_dropped_need_is_gone(store: DynamoStore) -> None:
    """What is remembered of it comes back by no reading."""
    store._client.delete_item(TableName=store.table, Key={"pk": {"S": f"N#{N1}"}, "sk": {"S": "0need"}})
    assert store._parts(N1) is None
    assert N1 not in store._crowds


def test_an_answer_of_a_crowd_reads_what_is_new(store: DynamoStore, other: DynamoStore) -> None:
    """R16: with each answer, not everybody's invitation is read again."""
    says_yes(other, "r3")
    meters = [Metered(DynamoStore(store.table)._client), Metered(store._client)]
    fresh = DynamoStore(store.table)
    fresh._client, store._client = meters
    for one in (fresh, store):
        assert one._parts(N1)
    anew, caught_up = (meter.units.reads for meter in meters)
    assert caught_up <= 4 < anew


# --- turns ---


def test_turns_are_taken_one_by_one(store: DynamoStore) -> None:
    """R16: of twenty who want to change one need at once, one at a time has the turn, and each gets it."""
    inside, seen = threading.Semaphore(1), []

    def take(number: int) -> bool:
        with store.turn(N1, 30) as ours:
            assert inside.acquire(blocking=False)
            time.sleep(0.005)
            seen.append(number)
            inside.release()
        return ours

    with ThreadPoolExecutor(20) as pool:
        assert all(pool.map(take, range(20)))
    assert sorted(seen) == list(range(20))
    assert store._get(f"TURN#{N1}", "turn") is None


def test_a_turn_ends_by_itself(store: DynamoStore, other: DynamoStore, stopped_clock: None) -> None:
    """R16: who is killed in it holds the others up for a moment; who has waited for too long is told."""
    with store.turn(N1, 0):
        with other.turn(N1, 0) as ours:
            assert not ours
        clock.set_source(lambda: NOW + LONGEST + timedelta(seconds=1))
        with other.turn(N1, 0) as ours:
            assert ours


def test_a_clock_that_is_ahead_keeps_nobody_out(store: DynamoStore, other: DynamoStore, stopped_clock: None) -> None:
    """Whoever had the turn and died had a clock half a minute ahead: nobody waits for that."""
    clock.set_source(lambda: NOW + timedelta(seconds=30))
    with store.turn(N1, 0) as theirs:
        assert theirs
        clock.set_source(lambda: NOW)
        with other.turn(N1, 0) as ours:
            assert ours
