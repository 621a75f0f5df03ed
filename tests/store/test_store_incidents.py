"""The contract for incidents, holds and whose needs are whose: every store keeps it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from domain.changes import Draft
from domain.duplicates import Whose
from domain.events import EventCode
from domain.incidents import Incident
from domain.messages import MessageKind
from domain.needs import NeedStatus, Resident
from domain.officers import TaskKind
from infra.store import ALL_HELD, Committed, Conflict, MessageState, Store
from tests.store import crew as jobs
from tests.store.builders import (
    AMINA,
    HOUR,
    N1,
    N2,
    N3,
    NOW,
    TICK,
    a_need,
    an_officer,
    asking,
    going_on,
    lease,
    must_commit,
    opening,
    put_need,
    put_on_hold,
    read,
    tell,
)
from tests.store.conftest import Crew, Place

FLOOD = Incident(id="X-222222", name="Flood", place="Kings Rest Centre", lead="dee", opened_at=NOW)
FIRE = FLOOD.but(id="X-333333", name="Fire", opened_at=NOW + HOUR)
DAY = timedelta(days=1)


def whose(*known: str, key: str = "k1.amina") -> Whose:
    return Whose((key,), NOW - DAY, frozenset(known))


def waiting(store: Store) -> list[str]:
    """To whom messages could leave now."""
    now = NOW + HOUR
    return [row.message.to for row in store.claim(lease(store, now=now), now, 100)]


def sent(store: Store, now: datetime) -> list[str]:
    """To whom messages leave now."""
    held = lease(store, now=now)
    rows = store.claim(held, now, 100)
    store.settle([replace(row, state=MessageState.accepted) for row in rows], held)
    store.release_lease(held)
    return [row.message.to for row in rows]


# --- incidents -------------------------------------------------------------------


def test_an_incident_is_kept_once(store: Store) -> None:
    """A reference in use is refused; the newest comes first."""
    assert store.add_incident(FLOOD)
    assert not store.add_incident(FLOOD.but(name="Another"))
    assert store.add_incident(FIRE)
    assert store.incidents() == [FIRE, FLOOD]
    assert store.incidents(limit=1) == [FIRE]
    assert (store.incident(FLOOD.id), store.incident("X-444444")) == (FLOOD, None)


def test_a_need_is_read_with_its_incident(store: Store) -> None:
    """Who decides about a need sees its incident, and that nobody can tell a resident who is not there."""
    store.add_incident(FLOOD)
    need = a_need(incident=FLOOD.id, place=FLOOD.place)
    assert store.add_need(opening(need, Resident()), Resident(), ()) == Committed(1)
    put_need(store, N2)
    assert read(store).incident == FLOOD
    assert (read(store).resident_reachable, read(store).resident_has_email) == (False, False)
    assert (read(store, N2).incident, read(store, N2).resident_reachable) == (None, True)


def test_the_needs_of_an_incident_and_exercises(store: Store) -> None:
    """A list can be of one incident, of exercises, or of what is real."""
    put_need(store, N1, incident=FLOOD.id)
    put_need(store, N2, exercise=True)
    put_need(store, N3)

    def listed(**only: object) -> set[str]:
        return {row.need for row in store.needs(**only)}  # type: ignore[arg-type]

    assert listed(incident=FLOOD.id) == {N1}
    assert (store.counts_of(FLOOD.id), store.counts_of("X-444444")) == ({NeedStatus.open: 1}, {})
    assert listed(exercise=True) == {N2}
    assert listed(exercise=False) == {N1, N3}
    assert listed() == {N1, N2, N3}
    assert [row.exercise for row in store.needs(exercise=True)] == [True]
    assert [row.incident for row in store.needs(incident=FLOOD.id)] == [FLOOD.id]


def test_an_incident_with_open_needs_is_not_closed(store: Store) -> None:
    """It is closed once the last of its needs is; closing it twice is the same."""
    store.add_incident(FLOOD)
    put_need(store, N1, incident=FLOOD.id)
    put_need(store, N2)
    assert store.close_incident(FLOOD.id, NOW) == 1
    assert store.incident(FLOOD.id) == FLOOD
    change = asking(read(store), ())
    must_commit(store, replace(change, need=change.need.but(status=NeedStatus.closed)))
    assert store.close_incident(FLOOD.id, NOW + HOUR) == 0
    assert store.close_incident(FLOOD.id, NOW + 2 * HOUR) == 0
    assert store.incident(FLOOD.id) == FLOOD.but(closed_at=NOW + HOUR)
    assert store.counts_of(FLOOD.id) == {NeedStatus.closed: 1}
    assert not store.hold(FLOOD.id, NOW + HOUR)


# --- holds -----------------------------------------------------------------------


def test_a_hold_is_seen_at_once_and_once(store: Store) -> None:
    """Holding again changes nothing, not even since when; so does ending it again. There is no hold on nothing."""
    store.add_incident(FLOOD)
    put_need(store, incident=FLOOD.id)
    assert store.hold(FLOOD.id, NOW)
    assert not store.hold(FLOOD.id, NOW + HOUR)
    assert store.hold(None, NOW + HOUR)
    assert not store.hold(None, NOW + 2 * HOUR)
    held = read(store)
    assert (held.held, held.held_from, held.all_held_at) == (True, NOW, NOW + HOUR)
    assert store.marks()[ALL_HELD] == NOW + HOUR
    assert store.resume(FLOOD.id, NOW)
    assert not store.resume(FLOOD.id, NOW)
    assert read(store).held_from == NOW + HOUR
    assert store.resume(None, NOW)
    assert not store.resume(None, NOW)
    assert not read(store).held
    assert not store.hold("X-444444", NOW)


@pytest.mark.parametrize("incident", [FLOOD.id, None], ids=["one incident", "everything"])
def test_holding_and_going_on_wake_what_they_touch(store: Store, incident: str | None) -> None:
    """Both are looked at now, whatever their alarms were; what is not concerned is left alone."""
    store.add_incident(FLOOD)
    later = NOW + 48 * HOUR
    for need, of in ((N1, FLOOD.id), (N2, None)):
        put_need(store, need, incident=of)
        must_commit(store, replace(asking(read(store, need), ()), need=read(store, need).need.but(wake_at=later)))
    store.hold(incident, NOW + HOUR)
    assert set(store.due(NOW + HOUR, 10)) == ({N1} if incident else {N1, N2})
    store.resume(incident, NOW + 2 * HOUR)
    assert store.due(NOW + 2 * HOUR - TICK, 10) == []


def test_nothing_leaves_about_what_is_held(store: Store) -> None:
    """R12: messages of a held incident wait and are not late; others leave; afterwards these leave too."""
    store.add_incident(FLOOD)
    put_need(store, N1, incident=FLOOD.id)
    put_need(store, N2)
    for need, to in ((N1, "responder:sam"), (N2, "responder:bob")):
        tell(store, to, need=need)
    store.hold(FLOOD.id, NOW)
    assert sorted(waiting(store)) == ["resident", "responder:bob"]
    assert store.stuck_messages(NOW + DAY) == 2
    assert store.next_message_at() is None
    store.resume(FLOOD.id, NOW)
    assert store.next_message_at() is not None
    assert sorted(waiting(store)) == ["resident", "responder:sam"]


def test_nothing_leaves_while_everything_is_held(store: Store) -> None:
    """One mark stops every message, and ending it lets them go."""
    put_need(store)
    tell(store, "responder:sam", urgent=True)
    assert store.outbox_due(NOW)
    store.hold(None, NOW)
    assert not store.outbox_due(NOW)
    assert waiting(store) == []
    store.resume(None, NOW)
    assert sorted(waiting(store)) == ["resident", "responder:sam"]


def test_a_worry_passes_every_hold(store: Store) -> None:
    """Whoever is worried about somebody reaches an officer, whatever is held; other tasks wait."""
    put_need(store)
    store.add_officer(an_officer(), NOW)
    waiting(store)
    for kind in (TaskKind.worry, TaskKind.question):
        draft = Draft(read(store), NOW)
        draft.note_event(EventCode.task_raised)
        draft.raise_task(kind)
        must_commit(store, draft.change(wake_at=NOW))
    store.hold(None, NOW)
    assert waiting(store) == ["officer:dee"]


def test_what_only_its_need_holds_lets_officers_know(store: Store) -> None:
    """A need on hold by itself tells partners nothing; an officer still hears of a task."""
    put_need(store)
    waiting(store)
    tell(store, "responder:sam", "officer:dee")
    change = asking(read(store), ())
    must_commit(store, replace(change, need=change.need.but(status=NeedStatus.on_hold, held_at=NOW)))
    assert waiting(store) == ["officer:dee"]


@pytest.mark.parametrize("status", [NeedStatus.open, NeedStatus.closed])
def test_what_was_on_hold_leaves_once_its_need_goes_on(store: Store, status: NeedStatus) -> None:
    """R12: what was decided before the hold and during it; looked at meanwhile or not, held once more or not; it leaves
    in order, once, and so it does when the need is closed while it is on hold."""
    put_need(store)
    assert sent(store, NOW) == ["resident"]
    tell(store, "responder:sam")
    put_on_hold(store)
    tell(store, "responder:bob")
    for _ in range(2):
        assert sent(store, NOW + HOUR) == []
    assert not store.outbox_due(NOW + HOUR)
    assert store.next_message_at() is None
    must_commit(store, going_on(read(store)))
    assert store.outbox_due(NOW + HOUR)
    put_on_hold(store)
    tell(store, "responder:sam")
    assert sent(store, NOW + HOUR) == []
    must_commit(store, going_on(read(store), status))
    assert store.next_message_at() is not None
    assert sent(store, NOW + HOUR) == ["responder:sam", "responder:bob"]
    assert sent(store, NOW + HOUR) == ["responder:sam"]


@pytest.mark.many
def test_what_is_on_hold_is_in_nobodys_way(store: Store) -> None:
    """R12: a crowd of needs on hold, one by one, does not keep what waits behind it from leaving."""
    for n in range(60):
        put_need(store, reference := jobs.reference_of(n))
        put_on_hold(store, reference)
    put_need(store, "N-777777", now=NOW + TICK)
    assert [row.message.need for row in store.claim(lease(store, now=NOW + HOUR), NOW + HOUR, 4)] == ["N-777777"]


def test_what_was_cut_short_and_is_on_hold_waits_too(store: Store) -> None:
    """C11, R12: being sent when its sender was killed, and put on hold since: it leaves once more when that ends."""
    put_need(store)
    sent = store.claim(lease(store), NOW, 100)
    assert len(sent) == 1
    put_on_hold(store)
    assert waiting(store) == []
    must_commit(store, going_on(read(store)))
    [again] = store.claim(lease(store, "worker-2", NOW + 2 * HOUR), NOW + 2 * HOUR, 100)
    assert (again.message.id, again.again) == (sent[0].message.id, True)


def test_of_a_worry_all_who_had_it_hear(store: Store) -> None:
    """Whoever had the task before is told that it has passed on, whatever is held."""
    put_need(store)
    store.add_officer(an_officer(), NOW)
    waiting(store)
    draft = Draft(read(store), NOW)
    draft.note_event(EventCode.task_raised)
    task = draft.raise_task(TaskKind.worry)
    draft.tell(MessageKind.task_passed, "officer:ravi", task=task.id)
    must_commit(store, draft.change(wake_at=NOW))
    store.hold(None, NOW)
    assert sorted(waiting(store)) == ["officer:dee", "officer:ravi"]


def test_what_was_claimed_can_be_put_back(store: Store) -> None:
    """Held after it was claimed: it waits again, is worded anew, and leaves when the hold ends."""
    put_need(store)
    (id,) = tell(store, "responder:sam")
    mine = lease(store)
    assert len(store.claim(mine, NOW, 10)) == 2
    store.freeze([(id, "{}")], mine)
    assert store.held_messages([id]) == frozenset()
    store.hold(None, NOW)
    assert store.held_messages([id, "M-unknown"]) == {id}
    store.put_back([id], mine)
    assert store.claim(mine, NOW, 10) == []
    store.resume(None, NOW)
    (again,) = store.claim(mine, NOW, 10)
    assert (again.message.id, again.frozen) == (id, None)


# --- whose needs are whose ---------------------------------------------------------


def test_a_resident_is_known_again_for_a_while(store: Store) -> None:
    """By any of their keys, the newest first; not from before, and nobody else's."""
    for reference, at in ((N1, NOW), (N2, NOW + HOUR)):
        added = replace(opening(a_need(reference, opened_at=at)), whose=whose(N1))
        assert store.add_need(added, AMINA, ()) == Committed(1)
    assert store.needs_of(("k1.other", "k1.amina"), NOW) == [N2, N1]
    assert store.needs_of(("k1.amina",), NOW + TICK) == [N2]
    assert store.needs_of(("k1.other",), NOW) == []
    assert store.needs_of((), NOW) == []


def test_a_need_overtaken_by_another_of_theirs_is_decided_again(store: Store) -> None:
    """Who did not know of the first need has to look again before the second is put on record."""
    assert store.add_need(replace(opening(), whose=whose()), AMINA, ()) == Committed(1)
    second = opening(a_need(N2))
    assert store.add_need(replace(second, whose=whose()), AMINA, ()) == Conflict()
    assert store.needs_of(("k1.amina",), NOW) == [N1]
    assert store.add_need(replace(second, whose=whose(N1)), AMINA, ()) == Committed(1)


def test_of_two_at_once_one_sees_the_other(crew: Crew, place: Place) -> None:
    """Eight processes record the same resident's need at one moment: one is first, and seven know it."""
    added = crew(jobs.add_for_resident, [(n,) for n in range(8)])
    assert added.count(True) == 1


def test_nothing_of_a_resident_is_kept_with_the_key(store: Store, place: Place) -> None:
    """By the hash the reference is found, and no more."""
    store.add_need(replace(opening(), whose=whose(key="k1.5f3a")), AMINA, ())
    rows = [line for line in place.dump().splitlines() if "k1.5f3a" in line]
    assert any(N1 in row for row in rows)
    assert not any("amina" in row.casefold() for row in rows)
