"""The contract, needs: read whole, written whole or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta

import pytest

from domain.changes import Change, Slot
from domain.needs import NeedStatus, Outcome, Resident
from domain.officers import TaskStatus
from infra.store import Committed, Conflict, MessageState, NeedRow, SameKey, Store, TokenRow, WeekFull
from tests.store.builders import (
    AMINA,
    HOUR,
    KID,
    LONDON,
    N1,
    N2,
    N3,
    NOW,
    TICK,
    WEEK,
    a_need,
    a_responder,
    an_officer,
    asking,
    everything,
    lease,
    must_commit,
    opening,
    put_need,
    read,
    tell,
    telling,
)
from tests.store.conftest import Place

STATUS_LINK = TokenRow("ab" * 32, "status", N1, N1)


def test_a_need_is_read_back_as_it_was_recorded(store: Store) -> None:
    """Need, resident, story, message and link come back whole, at version 1."""
    change = opening()
    assert store.add_need(change, AMINA, [STATUS_LINK]) == Committed(1)
    assert read(store).need == change.need.but(version=1)
    assert read(store).resident_has_email
    assert store.resident(N1) == AMINA
    assert store.story(N1) == list(change.events)
    assert [row.message for row in store.messages(N1)] == list(change.messages)
    assert store.find_token(STATUS_LINK.hash) == STATUS_LINK


def test_a_change_is_read_back_as_it_was_committed(store: Store) -> None:
    """Invitations, tasks, notes, events and messages of a change come back whole and in order, one version further."""
    put_need(store)
    before = read(store)
    sam, gudrun = a_responder("sam"), a_responder("gudrun")
    change = everything(before, [sam, gudrun])
    assert store.commit(change) == Committed(2)
    after = read(store)
    assert after.need == change.need.but(version=2)
    assert after.invitations == change.invitations
    assert after.tasks == change.tasks
    assert store.notes(N1) == dict(change.notes)
    assert store.story(N1)[1:] == list(change.events)
    assert store.story(N1, last=1) == [change.events[-1]]
    assert store.story(N1, last=100) == store.story(N1)
    assert [row.message for row in store.messages(N1)][1:] == list(change.messages)


def test_changed_invitations_and_tasks_keep_their_place(store: Store) -> None:
    """What is written again replaces what was there and does not move to the end."""
    put_need(store)
    must_commit(store, everything(read(store), [a_responder("sam"), a_responder("gudrun")]))
    before = read(store)
    first, task = before.invitations[0].but(version=2), before.tasks[0].but(status=TaskStatus.done)
    must_commit(store, Change(need=before.need, invitations=(first,), tasks=(task,)))
    after = read(store)
    assert after.invitations == (first, before.invitations[1])
    assert after.tasks == (task,)


def test_nothing_is_known_of_a_need_that_is_not_there(store: Store) -> None:
    """Reading what does not exist is no error."""
    assert store.situation(N1, LONDON, KID) is None
    assert store.story(N1) == []
    assert store.messages(N1) == []
    assert store.notes(N1) == {}
    assert store.resident(N1) == Resident()
    assert store.failures(N1) == 0
    assert store.find_token("00" * 32) is None
    assert store.needs() == []


def test_a_stale_change_writes_nothing_at_all(store: Store, place: Place) -> None:
    """A11: a change decided on an older version is a Conflict, and not one value of it is on record."""
    put_need(store)
    old = read(store)
    tell(store, "resident")
    before = place.dump()
    assert store.commit(everything(old), [STATUS_LINK]) == Conflict()
    assert place.dump() == before


def test_a_change_to_a_need_that_is_not_there_is_a_conflict(store: Store, place: Place) -> None:
    """Nothing is made by a commit: only add_need makes a need."""
    put_need(store, N2)
    before = place.dump()
    assert store.commit(everything(read(store, N2)).__class__(need=a_need(N1, version=1))) == Conflict()
    assert place.dump() == before


def test_a_full_week_writes_nothing_and_frees_nothing(store: Store, place: Place) -> None:
    """One responder without a slot undoes the whole change: the others' slots are not taken, and none is given back."""
    put_need(store, N1)
    put_need(store, N2)
    worn, fresh = a_responder("worn", weekly_limit=1), a_responder("fresh", weekly_limit=1)
    must_commit(store, asking(read(store, N1), [worn]))
    before = place.dump()
    assert store.commit(everything(read(store, N2), [fresh, worn]), [STATUS_LINK]) == WeekFull(("worn",))
    assert place.dump() == before
    assert store.commit(everything(read(store, N2), [fresh])) == Committed(2)


def test_a_full_week_names_everybody_who_is_full(store: Store) -> None:
    """The next decision can leave all of them out at once."""
    put_need(store)
    full = [a_responder(id, weekly_limit=0) for id in ("ann", "bea")]
    assert store.commit(asking(read(store), [full[0], a_responder("sam"), full[1]])) == WeekFull(("ann", "bea"))


def test_a_stale_change_is_a_conflict_even_with_a_full_week(store: Store) -> None:
    """Who decides on an old view must read again, whatever the slots say."""
    put_need(store)
    old = read(store)
    tell(store, "resident")
    assert store.commit(asking(old, [a_responder(weekly_limit=0)])) == Conflict()


def test_slots_are_counted_by_responder_and_week(store: Store) -> None:
    """No limit means no end; another week and another responder have slots of their own."""
    put_need(store)
    for slot in [
        Slot("sam", WEEK, 1),
        Slot("gudrun", WEEK, 1),
        Slot("sam", "2026-W49", 1),
        *[Slot("org", WEEK, None)] * 9,
    ]:
        assert isinstance(store.commit(Change(need=read(store).need, slots=(slot,))), Committed)
    assert store.commit(Change(need=read(store).need, slots=(Slot("sam", WEEK, 1),))) == WeekFull(("sam",))
    assert isinstance(store.commit(Change(need=read(store).need, slots=(Slot("sam", WEEK, 2),))), Committed)


def test_the_same_key_is_the_same_need(store: Store, place: Place) -> None:
    """A repeated import gives the need it gave before and writes nothing; without keys two needs are two."""
    put_need(store, N1, key="row-17")
    before = place.dump()
    assert store.add_need(opening(a_need(N2)), AMINA, [STATUS_LINK], "row-17") == SameKey(N1)
    assert place.dump() == before
    put_need(store, N2)
    put_need(store, N3)
    assert len(store.needs()) == 3


def test_a_reference_in_use_is_a_conflict(store: Store, place: Place) -> None:
    """Two residents never share a reference; the second is given another."""
    put_need(store)
    before = place.dump()
    assert store.add_need(opening(a_need(summary="Quite another need")), Resident(), [STATUS_LINK]) == Conflict()
    assert place.dump() == before


def test_a_message_is_put_only_if_absent(store: Store) -> None:
    """A message decided twice is one message, and its delivery is not disturbed by the second."""
    put_need(store)
    change = telling(read(store), "responder:sam")
    must_commit(store, change)
    held = lease(store)
    claimed = {row.message.id: row for row in store.claim(held, NOW, 10)}[change.messages[0].id]
    store.settle([replace(claimed, state=MessageState.accepted, provider_id="250 ok")], held)
    must_commit(store, Change(need=read(store).need, messages=change.messages))
    [row] = [row for row in store.messages(N1) if row.message.to == "responder:sam"]
    assert (row.state, row.attempt, row.provider_id) == (MessageState.accepted, 1, "250 ok")


def test_private_words_never_change(store: Store) -> None:
    """A note is put if absent: what somebody wrote stays as it was."""
    put_need(store)
    must_commit(store, Change(need=read(store).need, notes=(("T1", "No answer at the door"),)))
    must_commit(store, Change(need=read(store).need, notes=(("T1", "All is well"), ("T2", "Back gate is open"))))
    assert store.notes(N1) == {"T1": "No answer at the door", "T2": "Back gate is open"}


def test_a_resident_without_email_is_known_to_have_none(store: Store) -> None:
    """Decisions must know that somebody has to phone."""
    resident = Resident(name="Mr Ng", phone="01632 960001")
    store.add_need(opening(resident=resident), resident, ())
    assert not read(store).resident_has_email
    assert store.resident(N1) == resident


def test_words_and_instants_come_back_exactly(store: Store) -> None:
    """Any script, quotes and emoji; instants to the microsecond, aware, in UTC."""
    moment = NOW + timedelta(microseconds=123457)
    put_need(
        store,
        summary="Ø 'quoted' \"twice\"; DROP TABLE needs; 食べ物 🥫",
        now=moment,
        needed_by=moment,
        opened_at=moment,
    )
    found = read(store).need
    assert found.summary.endswith("食べ物 🥫")
    assert found.opened_at == found.wake_at == found.needed_by == moment
    assert found.wake_at is not None
    assert found.wake_at.tzinfo is UTC
    assert store.due(moment, 1) == [N1]
    assert store.needs()[0].wake_at == moment


# --- alarms ---


def test_a_need_is_due_exactly_at_its_alarm(store: Store) -> None:
    """A01: not before, and no microsecond after."""
    put_need(store)
    assert store.due(NOW - TICK, 10) == []
    assert store.due(NOW, 10) == [N1]


def test_a_look_tells_whether_an_alarm_has_come(store: Store) -> None:
    """To the microsecond, as `due` does; so while somebody has woken everything."""
    assert not store.alarm_due(NOW)
    put_need(store)
    must_commit(store, asking(read(store), ()))
    assert not store.alarm_due(NOW + HOUR - TICK)
    assert store.alarm_due(NOW + HOUR)
    store.hold(None, NOW)
    assert store.alarm_due(NOW)


def test_the_longest_due_come_first(store: Store) -> None:
    """When there is more than can be done, who has waited longest is served."""
    for reference, late in ((N1, 1), (N2, 3), (N3, 2)):
        put_need(store, reference, now=NOW - late * HOUR)
    assert store.due(NOW, 10) == [N2, N3, N1]
    assert store.due(NOW, 2) == [N2, N3]


def test_a_commit_sets_and_clears_the_alarm(store: Store) -> None:
    """The alarm is what the last commit said."""
    put_need(store)
    must_commit(store, telling(read(store), "resident"))
    assert store.due(NOW, 10) == []
    assert store.due(NOW + HOUR, 10) == [N1]
    must_commit(store, Change(need=read(store).need.but(wake_at=None)))
    assert store.due(NOW + 999 * HOUR, 10) == []


def test_waking_reaches_open_needs_only(store: Store) -> None:
    """R13: a closed need has no alarm, and an unknown reference is nobody's."""
    put_need(store, N1)
    put_need(store, N2)
    tell(store, "resident", need=N1)
    must_commit(store, Change(need=read(store, N2).need.but(status=NeedStatus.closed, wake_at=None)))
    store.wake([N1, N2, N3], NOW)
    assert store.due(NOW, 10) == [N1]
    assert read(store, N2).need.wake_at is None


def test_a_bell_during_a_decision_is_not_lost(store: Store) -> None:
    """A need woken between reading and committing is read again: the commit conflicts."""
    put_need(store)
    read_before = read(store)
    store.wake([N1], NOW)
    assert store.commit(telling(read_before, "resident")) == Conflict()
    assert store.due(NOW, 10) == [N1]


def test_failures_are_counted_until_forgiven(store: Store) -> None:
    """Each failed decision waits longer; one that succeeds starts the count anew."""
    put_need(store)
    for n in (1, 2):
        store.defer(N1, NOW + n * HOUR)
        assert store.failures(N1) == n
        assert store.due(NOW + n * HOUR - TICK, 10) == []
        assert store.due(NOW + n * HOUR, 10) == [N1]
    store.forgive(N1)
    assert store.failures(N1) == 0
    assert store.due(NOW + 2 * HOUR, 10) == [N1]


def test_a_closed_need_is_not_deferred(store: Store) -> None:
    """R13: a need closed while a decision about it failed gets no new alarm."""
    put_need(store)
    must_commit(store, Change(need=read(store).need.but(status=NeedStatus.closed, wake_at=None)))
    store.defer(N1, NOW)
    assert store.due(NOW + HOUR, 10) == []


# --- lists ---


def test_needs_are_listed_newest_first(store: Store) -> None:
    """A list shows what is asked for, the newest first, at most so many."""
    for hours, reference in enumerate((N1, N2, N3)):
        put_need(store, reference, opened_at=NOW + hours * HOUR)
    closed = read(store, N2).need.but(status=NeedStatus.closed, outcome=Outcome.met, wake_at=None)
    must_commit(store, Change(need=closed))
    assert [row.need for row in store.needs()] == [N3, N2, N1]
    assert [row.need for row in store.needs(limit=2)] == [N3, N2]
    assert [row.need for row in store.needs(statuses=[NeedStatus.open, NeedStatus.covered])] == [N3, N1]
    assert store.needs(statuses=[NeedStatus.closed]) == [
        NeedRow(N2, NeedStatus.closed, "met", "food", "Hill ward", closed.needed_by, None)
    ]


@pytest.mark.parametrize("waits", ["unassigned", "assigned"])
def test_a_new_officer_wakes_the_needs_that_wait_for_one(store: Store, waits: str) -> None:
    """A39: a hand-over that found nobody is looked at again as soon as there is somebody; other needs sleep on."""
    put_need(store)
    if waits == "assigned":
        assert store.add_officer(an_officer("ola"), NOW)
    must_commit(store, everything(read(store)))
    assert store.due(NOW, 10) == []
    before = read(store)
    assert store.add_officer(an_officer("dee"), NOW)
    assert store.due(NOW, 10) == ([N1] if waits == "unassigned" else [])
    if waits == "unassigned":
        assert store.commit(telling(before, "resident")) == Conflict()


def test_officers_stand_in_the_order_they_were_added(store: Store) -> None:
    """A hand-over goes down this list; an address is on it once."""
    for id in ("zoe", "ann", "mia"):
        assert store.add_officer(an_officer(id), NOW)
    assert not store.add_officer(an_officer("other").but(email="ann@council.example.org"), NOW)
    assert not store.add_officer(an_officer("zoe"), NOW)
    assert [officer.id for officer in store.officers()] == ["zoe", "ann", "mia"]
    put_need(store)
    assert read(store).officers == store.officers()
