"""Erasing in DynamoDB, where it takes many steps: cut short anywhere, it is finished the next time."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.changes import Draft
from domain.duplicates import Whose
from domain.events import EventCode
from domain.keeping import Kept
from domain.needs import NeedStatus, Outcome
from infra import aws
from infra.store import Committed, StoreError, TokenRow
from infra.store.dynamodb import DynamoStore
from infra.store.dynamodb.operations import Delete, Put, Update, dump
from infra.store.dynamodb.slots import ledger_key
from infra.store.dynamodb.table import Item, need_key, sortable
from infra.store.moments import micros
from tests.store.builders import (
    AMINA,
    KID,
    LONDON,
    N1,
    N2,
    NOW,
    WEEK,
    a_need,
    a_responder,
    asking,
    must_commit,
    opening,
    put_need,
    put_responders,
    read,
)
from tests.store.conftest import Place
from tests.store.test_store_privacy import closed

DAY = timedelta(days=1)
YEARS = NOW + 7 * 366 * DAY


@pytest.fixture
def table(empty_table: str, stopped_clock: None) -> Place:
    return Place(f"dynamodb://{empty_table}", "ministack")


@pytest.fixture
def store(table: Place, empty_table: str) -> DynamoStore:
    return DynamoStore(empty_table)


class Cut:
    """Lets so many requests through that write something; the next is not sent."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.client, self.left = aws.client("dynamodb"), -1
        for name in ("put_item", "update_item", "delete_item", "batch_write_item", "transact_write_items"):
            monkeypatch.setattr(self.client, name, self._counting(getattr(self.client, name)))

    def _counting(self, ask: Any) -> Any:
        def asked(**request: Any) -> Any:
            if self.left == 0:
                raise StoreError("gone")
            self.left -= 1
            return ask(**request)

        return asked


def test_a_need_that_is_half_gone_goes_the_next_time(
    store: DynamoStore, table: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """K12: cut short after any of its writes, nobody reads half of it, and the next sweep leaves nothing."""
    cut, needs = Cut(monkeypatch), [f"N-22222{letter}" for letter in "23456789"]
    for writes, need in enumerate(needs):
        store._write(Delete(ledger_key("sam", WEEK)))  # he may be asked again
        closed(store, need, key=f"case-{need}", incident="X-222222")
        cut.left = writes
        done = False
        try:
            done = store.sweep(Kept.story, YEARS, 10) == 1
        except StoreError:
            if writes:
                assert store.situation(need, LONDON, KID) is None
        cut.left = -1
        if not done:
            assert store.sweep(Kept.story, YEARS, 10) == 1
        assert need not in table.dump()
        if done:
            return
    pytest.fail("dropping a need took more writes than were cut short")


def test_a_helper_who_is_half_gone_goes_the_next_time(
    store: DynamoStore, table: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P01: cut short after any of its writes, it is done again whole, and everywhere they are the same helper."""
    cut = Cut(monkeypatch)
    for writes in range(40):
        sam, needs = f"sam-jones-{writes:02}", [f"N-{letter}{writes // 10}{writes % 10}222" for letter in "CF"]
        needs = [need.replace("0", "X").replace("1", "W") for need in needs]
        put_responders(store, a_responder(sam, name="Sam Jones"))
        for need in needs:
            put_need(store, need, keep_from=(sam,))
            token = TokenRow(f"h-{need}", "invite", f"{need}-1", need)
            must_commit(store, asking(read(store, need), [a_responder(sam)]), [token])
        cut.left, done = writes, False
        try:
            store.rename_responder(sam, f"helper-a{writes}")
            done = True
        except StoreError:
            cut.left = -1
            assert store.contacts(sam) or store.responder(sam) is None, "nobody would find him to do it again"
            store.rename_responder(sam, f"helper-b{writes}")
        cut.left = -1
        assert sam not in table.dump()
        helpers = {invitation.responder for need in needs for invitation in read(store, need).invitations}
        assert len(helpers) == 1
        assert helpers == {helper for need in needs for helper in read(store, need).need.keep_from}
        if done:
            return
    pytest.fail("taking somebody out took more writes than were cut short")


def test_a_story_names_somebody_who_was_never_asked(store: DynamoStore, table: Place) -> None:
    """P01: an event of a need in which Sam has no part names him: he is a helper there too."""
    put_need(store, N1)
    put_responders(store, a_responder("sam-jones"))
    draft = Draft(read(store), NOW)
    draft.note_event(EventCode.said_yes, responders=("sam-jones",))
    must_commit(store, draft.change(wake_at=None))
    store.rename_responder("sam-jones", "helper-22")
    assert store.story(N1)[-1].responders == ("helper-22",)
    assert "sam-jones" not in table.dump()


def test_what_a_crash_left_is_swept(store: DynamoStore, table: Place) -> None:
    """A journal whose change was never committed is dropped after a day, and not before; one whose change was is
    carried out."""
    put_need(store, N1)
    put_need(store, N2)
    begun = f"{sortable(micros(NOW))}#"
    for attempt, need in (("lost", N1), ("committed", N2)):
        chunk = json.dumps([dump(Put({"pk": f"N#{need}", "sk": "note#T1", "words": f"this was {attempt}"}))])
        item: Item = {"pk": f"journal#{attempt}", "sk": "000000", "needs": json.dumps([f"N#{need}"]), "chunk": chunk}
        store._write(Put({**item, "time_pk": "journals", "time_sk": f"{begun}{attempt}"}))
    store._write(Update(need_key(N2), {"journal": "committed"}))
    assert store.sweep_access(NOW + DAY - timedelta(seconds=1)) == 0
    assert store.sweep_access(NOW + DAY) == 1
    assert "journal" not in table.dump()
    assert (store.notes(N1), store.notes(N2)) == ({}, {"T1": "this was committed"})


def test_nothing_says_that_somebody_was_a_resident(store: DynamoStore, table: Place) -> None:
    """P02: what Amina is known again by goes in its time, with all that was made for it."""
    for need in (N1, N2):
        whose = Whose(("k1.amina",), NOW - DAY, frozenset(store.needs_of(["k1.amina"], NOW - DAY)))
        assert isinstance(store.add_need(replace(opening(a_need(need)), whose=whose), AMINA, ()), Committed)
        draft = Draft(read(store, need), NOW)
        draft.set_need(status=NeedStatus.closed, outcome=Outcome.met, closed_at=NOW)
        must_commit(store, draft.change(wake_at=None))
    assert store.sweep(Kept.resident_keys, NOW + 28 * DAY, 10) == 2
    assert "k1.amina" not in table.dump()


def test_a_reference_is_free_again(store: DynamoStore) -> None:
    """K12: once a need is gone, another may have its reference."""
    closed(store, N1)
    assert store.sweep(Kept.story, YEARS, 10) == 1
    put_need(store, N1)


def test_no_house_outlives_its_need(store: DynamoStore) -> None:
    """P03: where needs are is remembered for those who type, never whose house it was."""
    put_need(store, area="12 Cedar Road, KT1 2AB")
    assert "Cedar Road, KT1" in store.areas()
    assert not [area for area in store.areas() if "12" in area or "2AB" in area]
