"""Figures: every store reads needs by the time they were opened, some at a time, each with what figures count."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.capabilities import Sector
from domain.changes import Draft
from domain.events import EventCode
from domain.messages import MessageKind
from domain.seen import COUNTED, OFFICER, NeedSeen
from infra.store import MessageState, Store
from tests.store.builders import (
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
    telling,
)

DAY = timedelta(days=1)


def test_needs_of_a_period_are_those_opened_in_it(store: Store) -> None:
    """The first moment is in it, the last is not; the oldest comes first."""
    put_need(store, N2, opened_at=NOW + DAY)
    put_need(store, N1, opened_at=NOW)
    put_need(store, N3, opened_at=NOW + 2 * DAY)
    assert [facts.need.id for facts in store.needs_seen(NOW, NOW + 2 * DAY)] == [N1, N2]
    assert store.needs_seen(NOW + 3 * DAY, NOW + 4 * DAY) == []


def test_any_number_is_read_some_at_a_time(store: Store) -> None:
    """One after the other, none twice and none left out, though they were opened at the same moment."""
    references = [f"N-22222{letter}" for letter in "23456789CFGHJ"]
    for reference in references:
        put_need(store, reference)
    found: list[str] = []
    last: NeedSeen | None = None
    while some := store.needs_seen(NOW, NOW + DAY, after=last, limit=5):
        assert len(some) <= 5
        found += [facts.need.id for facts in some]
        last = some[-1].need
    assert found == references


def test_each_comes_with_its_asks(store: Store) -> None:
    """Sam is a volunteer; Dial A Ride is no longer in the directory: the ask counts, its sector is unknown."""
    put_need(store)
    sam, ride = a_responder("sam"), a_responder("dial-a-ride", sector=Sector.voluntary)
    put_responders(store, sam)
    must_commit(store, asking(read(store), [sam, ride]))
    (facts,) = store.needs_seen(NOW, NOW + DAY)
    assert [(ask.responder, ask.sector) for ask in facts.asks] == [("sam", Sector.volunteer), ("dial-a-ride", None)]
    assert facts.need.lines[0].capability.title == "Food parcels"


def test_each_comes_with_what_counts_of_its_story(store: Store) -> None:
    """Whatever an officer did, and every moment that figures name, in order; who took part, and how it ended."""
    put_need(store)
    draft = Draft(read(store), NOW)
    for code in EventCode:
        draft.note_event(code, by="partner", responders=("sam",), kind="call-resident", outcome="told")
    draft.note_event(EventCode.extended, by="officer:O-dana")
    must_commit(store, draft.change(wake_at=None))
    (facts,) = store.needs_seen(NOW, NOW + DAY)
    said, wanted = (
        [(event.code, event.by) for event in events if event.code in COUNTED or event.by.startswith(OFFICER)]
        for events in (facts.events, store.story(N1))
    )
    assert said == wanted
    assert len(said) > len(COUNTED)
    (done,) = [event for event in facts.events if event.code is EventCode.task_done]
    assert (done.responders, done.facts.kind, done.facts.outcome) == (("sam",), "call-resident", "told")


@pytest.mark.parametrize("state", list(MessageState))
def test_the_resident_is_told_once_the_message_is_with_them(store: Store, state: MessageState) -> None:
    """A message that waits has told nobody yet, nor one that is slow; one that was marked as spam has."""
    put_need(store)
    must_commit(store, telling(read(store), "resident", kind=MessageKind.resident_closed))
    assert not store.needs_seen(NOW, NOW + DAY)[0].told
    held = lease(store)
    for first in (MessageState.accepted, state):  # what Amina was told when her need was opened, and how it ended
        store.settle([replace(row, state=first) for row in store.claim(held, NOW, 10)], held)
    arrived = state in (MessageState.accepted, MessageState.delivered, MessageState.complained)
    assert store.needs_seen(NOW, NOW + DAY)[0].told is arrived


def test_the_column_says_how_far_it_was_read(store: Store) -> None:
    """Reading comes to its end though a document says another moment than the column it is ordered by."""
    for reference in (N1, N2, N3):
        put_need(store, reference)
    (first, *_) = store.needs_seen(NOW, NOW + DAY, limit=1)
    before = first.need.model_copy(update={"opened_at": NOW - DAY})
    assert [facts.need.id for facts in store.needs_seen(NOW, NOW + DAY, after=before)] == [N2, N3]
