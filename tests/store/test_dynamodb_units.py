"""What each thing costs in DynamoDB: read and write units, so that none grows unseen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from benchmarks.units import Metered, size_of
from domain.changes import Draft
from domain.events import EventCode
from domain.invitations import InvitationStatus
from domain.needs import NeedStatus, Outcome
from domain.responders import Responder
from infra.store import MessageState
from infra.store.dynamodb import DynamoStore
from infra.store.lists import NeedsWanted
from infra.sweeps import anything_due
from tests.store.builders import (
    HOUR,
    N1,
    NOW,
    a_responder,
    an_officer,
    asking,
    lease,
    must_commit,
    put_need,
    put_responders,
    read,
)
from tests.store.test_store_lists import due_in

EIGHT = [a_responder(f"sam-{n}") for n in range(8)]
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def store(empty_table: str, stopped_clock: None) -> DynamoStore:
    return DynamoStore(empty_table)


@pytest.fixture
def meter(store: DynamoStore) -> Metered:
    """A town with an officer and eight people who may be asked; counted from here on."""
    store.add_officer(an_officer(), NOW)
    put_responders(store, *EIGHT)
    store._client = Metered(store._client)
    return store._client


def says_yes(store: DynamoStore) -> None:
    draft = Draft(read(store), NOW)
    draft.note_event(EventCode.said_yes)
    (first, *_) = draft.situation.invitations
    share = first.shares[0].but(pledged=20)
    draft.put(first.but(version=2, status=InvitationStatus.accepted, shares=(share,)))
    draft.set_need(status=NeedStatus.covered)
    must_commit(store, draft.change(wake_at=NOW + HOUR))


def closes(store: DynamoStore) -> None:
    draft = Draft(read(store), NOW)
    draft.note_event(EventCode.closed, outcome="met")
    draft.set_need(status=NeedStatus.closed, outcome=Outcome.met, closed_at=NOW)
    must_commit(store, draft.change(wake_at=None))


def delivers(store: DynamoStore) -> None:
    held = lease(store)
    while rows := store.claim(held, NOW, 10):
        store.settle([replace(row, state=MessageState.accepted) for row in rows], held)


def test_what_a_need_costs_step_by_step(store: DynamoStore, meter: Metered) -> None:
    """Amina's need: opened, eight asked, their mails sent, one says yes, closed. At most this much each."""
    most = {
        "opened": (0, 22),
        "eight are asked": (3, 86),
        "eight mails leave": (48, 62),
        "one says yes": (7, 17),
        "closed": (6, 31),
    }
    steps: dict[str, Any] = {
        "opened": lambda: put_need(store),
        "eight are asked": lambda: must_commit(store, asking(read(store), EIGHT)),
        "eight mails leave": lambda: delivers(store),
        "one says yes": lambda: says_yes(store),
        "closed": lambda: closes(store),
    }
    used = {}
    for name, step in steps.items():
        with meter.measured() as units:
            step()
        used[name] = (units.reads, units.writes)
    too_much = {name: units for name, units in used.items() if units[0] > most[name][0] or units[1] > most[name][1]}
    assert not too_much
    assert all(reads + writes > 0 for reads, writes in used.values())


def test_a_look_that_finds_nothing(store: DynamoStore, meter: Metered) -> None:
    """What is asked each minute, day and night, by a council with nothing to do: a few reads, and nothing written."""
    put_need(store)
    must_commit(store, asking(read(store), EIGHT))
    delivers(store)
    with meter.measured() as units:
        assert not anything_due(store, LATER)
    assert units.writes == 0
    assert units.reads <= 18


def test_a_page_of_the_list(store: DynamoStore, meter: Metered) -> None:
    """The first page of needs reads a page of them, not the list; so does the last."""
    for a in "23456789CF":
        for b in "23456789CF":
            put_need(store, f"N-{a}{b}2222", **due_in(30))
    with meter.measured() as units:
        page = store.needs_page(NeedsWanted(), limit=20)
    assert len(page.rows) == 20
    assert units.reads <= 9
    with meter.measured() as units:
        assert len(store.needs_page(NeedsWanted(), page.next, limit=20).rows) == 20
    assert units.reads <= 9


def test_a_partners_own_page(store: DynamoStore, meter: Metered) -> None:
    """However much Sam was asked before, their own page reads what is asked of them now."""
    old = [put_need(store, f"N-3333{a}{b}") for a in "2345" for b in "23456"]
    for need in old:
        must_commit(store, asking(read(store, need), [sam_often()]))
        says_no(store, need)
    put_need(store)
    must_commit(store, asking(read(store), [sam_often()]))
    with meter.measured() as units:
        assert [invitation.need for invitation in store.invitations_of("sam-0")] == [N1]
    assert units.reads <= 3
    assert len(store.needs_asked("sam-0")) == len(old) + 1


def sam_often() -> Responder:
    return a_responder("sam-0", weekly_limit=999)


def says_no(store: DynamoStore, need: str) -> None:
    draft = Draft(read(store, need), NOW)
    draft.note_event(EventCode.said_no)
    draft.put(draft.situation.invitations[0].but(version=2, status=InvitationStatus.rejected))
    must_commit(store, draft.change(wake_at=NOW + HOUR))


def test_we_count_as_the_stand_in_does(store: DynamoStore, meter: Metered) -> None:
    """Two ways to count writes come to the same: from the sizes of items, and as ministack says."""
    put_need(store)
    must_commit(store, asking(read(store), EIGHT))
    delivers(store)
    says_yes(store)
    closes(store)
    assert meter.units.said > 100
    assert meter.units.writes == meter.units.said


def test_how_long_an_item_is() -> None:
    """AWS's own example: names and values in bytes of UTF-8, numbers by their digits."""
    assert size_of({"pk": {"S": "N#1"}}) == 5
    assert size_of({"café": {"S": "é"}}) == 7
    assert size_of({"n": {"N": "27"}}) == 3
    assert size_of({"n": {"N": "-27"}}) == 4
    assert size_of({"open": {"BOOL": True}}) == 5
    assert size_of({"m": {"M": {"a": {"S": "bc"}}}}) == 1 + 3 + 3 + 1
