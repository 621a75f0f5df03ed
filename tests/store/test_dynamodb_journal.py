"""Changes too big for one transaction of DynamoDB: still whole or not at all, and once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.store import Committed, Conflict, StoreError, WeekFull
from infra.store.dynamodb import DynamoStore
from infra.store.dynamodb.connection import CannotWrite
from infra.store.dynamodb.operations import Put
from infra.store.dynamodb.slots import ledger_key
from infra.store.dynamodb.table import number
from infra.store.dynamodb.writing import Journalled
from tests.store.builders import HOUR, N1, NOW, WEEK, a_responder, asking, must_commit, put_need, read, telling

MANY = [a_responder(f"sam-{n}", weekly_limit=3) for n in range(200)]


@pytest.fixture
def store(empty_table: str, stopped_clock: None) -> DynamoStore:
    """A store with nothing in it."""
    return DynamoStore(empty_table)


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


def test_a_commit_counts_though_its_journal_has_to_wait(store: DynamoStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Committed, and the store cannot be asked any more: whoever committed is told so, not that nothing was written."""

    def busy(*_: object) -> None:
        raise StoreError("busy")

    put_need(store)
    change = asking(read(store), MANY)
    with monkeypatch.context() as down:
        down.setattr(Journalled, "_roll_forward", busy)
        assert store.commit(change) == Committed(2)
    assert len(read(store).invitations) == len(MANY)


def test_a_lost_answer_is_asked_for_under_the_same_token(store: DynamoStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Told that our own transaction is still under way, we do not begin a second one; after a conflict we do."""
    put_need(store)
    tokens: list[str] = []
    write = store._client.transact_write_items

    def slow(**request: Any) -> Any:
        tokens.append(request["ClientRequestToken"])
        if len(tokens) == 3:
            return write(**request)
        code = ("TransactionInProgressException", "TransactionCanceledException")[len(tokens) - 1]
        raise ClientError({"Error": {"Code": code}, "CancellationReasons": [{"Code": "TransactionConflict"}]}, "Write")

    monkeypatch.setattr(store._client, "transact_write_items", slow)
    must_commit(store, telling(read(store), "resident"))
    assert tokens[0] == tokens[1] != tokens[2]
    assert len(store.story(N1)) == 2


def test_what_can_never_be_written_is_no_outage(store: DynamoStore) -> None:
    """DynamoDB's own rules are broken: that is our fault, and trying again in a moment would not mend it."""
    with pytest.raises(CannotWrite):
        store._transact([])
    with pytest.raises(CannotWrite):
        store._write(Put({"pk": "", "sk": "nobody"}))
