"""Changes too big for one transaction of DynamoDB: still whole or not at all, and once."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from infra import clock
from infra.store import Committed, Conflict, WeekFull, open_store
from infra.store.dynamodb import DynamoStore
from infra.store.dynamodb.connection import create_table
from infra.store.dynamodb.slots import ledger_key
from infra.store.dynamodb.table import number
from infra.store.dynamodb.writing import Journalled
from tests.store.builders import HOUR, N1, NOW, WEEK, a_responder, asking, must_commit, put_need, read, telling

MANY = [a_responder(f"sam-{n}", weekly_limit=3) for n in range(200)]


@pytest.fixture
def store(on_ministack: str) -> Iterator[DynamoStore]:
    """A store with nothing in it, on a stand-in whose transactions are atomic."""
    table = f"journal-{secrets.token_hex(6)}"
    create_table(table)
    opened = open_store(f"dynamodb://{table}")
    assert isinstance(opened, DynamoStore)
    clock.set_source(lambda: NOW)
    yield opened
    clock.set_source(None)


def taken(store: DynamoStore, responder: str) -> int:
    """How many asks of this week have been taken from somebody."""
    ledger = store._get(*ledger_key(responder, WEEK))
    return number(ledger["taken"]) if ledger else 0


def dies_before_carrying_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever commits by way of a journal is gone right after it has been committed."""

    def gone(*_: object) -> None:
        raise ConnectionError("gone")

    monkeypatch.setattr(Journalled, "_roll_forward", gone)


def test_two_hundred_are_asked_in_one_change(store: DynamoStore) -> None:
    """A change of 200 invitations is read back whole: nobody is missing, no message, no link of the ledger."""
    put_need(store)
    must_commit(store, asking(read(store), MANY))
    found = read(store)
    assert len(found.invitations) == len(store.messages(N1)) - 1 == len(MANY)  # and Amina was told at first
    assert [i.responder for i in found.invitations] == [r.id for r in MANY]
    assert len(store.story(N1)) == 2
    assert {taken(store, r.id) for r in MANY} == {1}
    assert not list(store._scan(FilterExpression="begins_with(pk, :j)", ExpressionAttributeValues={":j": {"S": "jou"}}))


def test_what_the_committer_left_is_carried_out_by_the_next_reader(
    store: DynamoStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Died between the commit and its journal: the change counts, its alarm is due, and whoever reads finishes it."""
    put_need(store)
    change = asking(read(store), MANY)
    with monkeypatch.context() as dying:
        dies_before_carrying_out(dying)
        with pytest.raises(ConnectionError):
            store.commit(change)
    assert store.due(NOW, 10) == [N1]
    found = read(store)
    assert found.need.version == 2
    assert len(found.invitations) == len(store.messages(N1)) - 1 == len(MANY)  # and Amina was told at first
    assert store.due(NOW + HOUR - timedelta(seconds=1), 10) == []  # its own alarm is back
    assert store.due(NOW + HOUR, 10) == [N1]


def test_many_readers_at_once_carry_it_out_once(store: DynamoStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty readers find the same journal: each sees all of it, and no count is made twice."""
    put_need(store)
    change = asking(read(store), MANY)
    with monkeypatch.context() as dying:
        dies_before_carrying_out(dying)
        with pytest.raises(ConnectionError):
            store.commit(change)
    together = threading.Barrier(20)

    def look(_: int) -> int:
        together.wait()
        return len(read(store).invitations)

    with ThreadPoolExecutor(20) as pool:
        assert set(pool.map(look, range(20))) == {len(MANY)}
    parts = store._parts(N1)
    assert parts is not None
    assert parts.need["parts"] == len(MANY)
    assert all(item["puts"] == 1 for item in parts.invitations)


def test_one_of_two_big_changes_wins(store: DynamoStore) -> None:
    """Decided on the same version: the second is a conflict, leaves no journal behind, and gives its asks back."""
    put_need(store)
    seen = read(store)
    must_commit(store, telling(seen, "resident"))
    assert store.commit(asking(seen, MANY)) == Conflict()
    assert taken(store, "sam-7") == 0
    left = store._scan(FilterExpression="begins_with(pk, :j)", ExpressionAttributeValues={":j": {"S": "jou"}})
    assert not list(left)


def test_a_full_week_stops_a_big_change(store: DynamoStore) -> None:
    """One of 200 has been asked as often as they let us: nobody is asked, and all others keep their asks."""
    put_need(store, "N-222222")
    full = a_responder("sam-7", weekly_limit=1)
    must_commit(store, asking(read(store), [full]))
    put_need(store, "N-333333")
    many = [*MANY[:7], full, *MANY[8:]]
    assert store.commit(asking(read(store, "N-333333"), many)) == WeekFull(("sam-7",))
    assert not read(store, "N-333333").invitations
    assert taken(store, "sam-8") == 0
    assert isinstance(store.commit(asking(read(store, "N-333333"), MANY[8:])), Committed)
