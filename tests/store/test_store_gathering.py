"""The contract, outbox: what waits leaves together, is carried by one message, and each channel is its own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.changes import Change, Draft
from domain.events import EventCode
from domain.invitations import InvitationStatus
from domain.messages import ASKS, Channel, MessageKind
from domain.needs import NeedStatus
from domain.situations import Situation
from infra.store import DELIVERING, Lease, MessageState, OutboxRow, Store
from tests.store.builders import (
    HOUR,
    N1,
    N2,
    NOW,
    TICK,
    a_responder,
    asking,
    lease,
    must_commit,
    put_need,
    put_responders,
    read,
    telling,
)
from tests.store.conftest import Place

N3 = "N-CFGHJK"
SAM = ("responder:sam", 0)
GONE_OUT = [
    MessageState.accepted,
    MessageState.complained,
    MessageState.delayed,
    MessageState.delivered,
    MessageState.unknown,
]


@pytest.fixture
def held(store: Store) -> Lease:
    """Sam has been asked about three needs; all else has left."""
    put_responders(store, a_responder("sam", weekly_limit=9), a_responder("ann"))
    held = lease(store, lasts=5 * HOUR)
    for need in (N1, N2, N3):
        put_need(store, need)
    send(store, store.claim(held, NOW, 100), held)
    for need in (N1, N2, N3):
        must_commit(store, asking(read(store, need), [a_responder("sam", weekly_limit=9)]))
    return held


def send(store: Store, rows: list[OutboxRow], held: Lease, state: MessageState = MessageState.accepted) -> None:
    store.settle([replace(row, state=state) for row in rows], held)


def put_back(store: Store, held: Lease, until: object = NOW + HOUR) -> list[OutboxRow]:
    rows = store.claim(held, NOW, 100)
    store.settle([replace(r, state=MessageState.pending, not_before=until, waits=True) for r in rows], held)  # type: ignore[arg-type]
    return rows


def needs_of(rows: list[OutboxRow]) -> list[str]:
    return [row.message.need for row in rows]


def test_what_waits_is_neither_due_nor_stuck_until_its_moment(store: Store, held: Lease) -> None:
    """A40, A14: an ask that waits for company is not claimed before, and no check complains of it meanwhile."""
    assert needs_of(put_back(store, held)) == [N1, N2, N3]
    assert store.claim(held, NOW + HOUR - TICK, 100) == []
    assert store.next_message_at() == NOW + HOUR
    assert store.stuck_messages(NOW + HOUR) == 0
    assert store.stuck_messages(NOW + 2 * HOUR) == 3


def test_one_that_is_due_brings_its_company(store: Store, held: Lease) -> None:
    """A40: when the first of those that wait is due, all that wait for the same contact are claimed with it."""
    first, *others = store.claim(held, NOW, 100)
    later = [replace(r, state=MessageState.pending, not_before=NOW + 3 * HOUR, waits=True) for r in others]
    soon = replace(first, state=MessageState.pending, not_before=NOW + HOUR, waits=True)
    store.settle([soon, *later], held)
    rows = store.claim(held, NOW + HOUR, 1)
    assert needs_of(rows) == [N1, N2, N3]
    assert all(row.waits for row in rows)


def test_company_is_one_contact_and_one_kind(store: Store, held: Lease) -> None:
    """D10: what waits for another contact, or is of another kind, stays where it is."""
    must_commit(store, asking(read(store, N1), [a_responder("ann")]))
    must_commit(store, telling(read(store, N2), SAM[0], kind=MessageKind.stand_down))
    rows = store.claim(held, NOW, 100)
    moment = {row.message.id: NOW + HOUR if row.message.need == N1 else NOW + 3 * HOUR for row in rows}
    store.settle(
        [replace(r, state=MessageState.pending, waits=True, not_before=moment[r.message.id]) for r in rows], held
    )
    together = [row.message for row in store.claim(held, NOW + HOUR, 1)]
    assert {m.kind for m in together} == {MessageKind.invitation}
    assert {m.to for m in together if m.need != N1} == {SAM[0]}


def test_what_waits_leaves_once_something_follows_it(store: Store, held: Lease) -> None:
    """R08: news about the same need to the same person never overtakes the ask, nor waits an hour behind it."""
    put_back(store, held)
    must_commit(store, telling(read(store, N2), SAM[0], now=NOW + TICK))
    rows = store.claim(held, NOW + TICK, 100)
    assert N2 in needs_of(rows)
    send(store, rows, held)
    [news] = store.claim(held, NOW + TICK, 100)
    assert (news.message.need, news.message.kind) == (N2, MessageKind.thanks)


def test_one_message_carries_others(store: Store, held: Lease) -> None:
    """A40, T20: the carrier's words are fixed and the others end in one moment; they say by what they were carried."""
    first, *others = store.claim(held, NOW, 100)
    carrier = first.message.id
    assert store.fold(carrier, "all of it", [row.message.id for row in others], held)
    carried = store.carried(carrier)
    assert needs_of(carried) == [N2, N3]
    assert {(row.state, row.carrier, row.why) for row in carried} == {
        (MessageState.skipped, carrier, f"folded into {carrier}")
    }
    [row] = [row for row in store.messages(N1) if row.message.id == carrier]
    assert (row.state, row.frozen) == (MessageState.sending, "all of it")
    assert not store.fold(carrier, "something else", [], held)


def test_what_cannot_be_carried_any_more_is_not_spoken_for(store: Store, held: Lease, place: Place) -> None:
    """A40: one of them has been heard of since it was worded: nothing is fixed, so that no message speaks of what it
    does not carry; the others are put back and leave without it."""
    first, second, third = store.claim(held, NOW, 100)
    store.settle([replace(second, state=MessageState.bounced)])
    before = place.dump()
    assert not store.fold(first.message.id, "all of it", [second.message.id, third.message.id], held)
    assert not store.fold(first.message.id, "all of it", [third.message.id, f"{N1}-unknown"], held)
    assert not store.fold(second.message.id, "all of it", [third.message.id], held)
    assert place.dump() == before
    store.put_back([row.message.id for row in (first, second, third)], held)
    assert needs_of(store.claim(held, NOW, 100)) == [N1, N3]


def test_a_late_holder_folds_nothing(store: Store, held: Lease) -> None:
    """C12: whoever has lost the lease can no longer let one message speak for others."""
    first, *others = store.claim(held, NOW, 100)
    later = lease(store, "worker-2", NOW + 6 * HOUR)
    store.claim(later, NOW + 6 * HOUR, 100)
    assert not store.fold(first.message.id, "late", [row.message.id for row in others], held)
    assert store.carried(first.message.id) == []


def test_an_ask_that_was_carried_has_been_sent(store: Store, held: Lease) -> None:
    """A35: it counts as its carrier does: not before that has left."""
    first, *others = store.claim(held, NOW, 100)
    store.fold(first.message.id, "all of it", [row.message.id for row in others], held)
    assert store.asks_sent(N2) == frozenset()
    send(store, [first], held)
    assert store.asks_sent(N2) == {others[0].message.invitation}
    assert store.asks_sent(N1) == {first.message.invitation}


@pytest.mark.parametrize("state", GONE_OUT)
def test_an_ask_that_may_have_left_counts_as_sent(store: Store, held: Lease, state: MessageState) -> None:
    """A35: an ask that is slow, marked as spam, or of which nothing is known may be with its reader: it was sent."""
    send(store, store.claim(held, NOW, 100), held, state)
    assert len(store.asks_sent(N1)) == 1
    assert store.last_sent([SAM], sorted(ASKS), []) == {SAM: NOW}


@pytest.mark.parametrize("state", sorted(set(MessageState) - set(GONE_OUT)))
def test_an_ask_that_nobody_can_have_does_not_count_as_sent(store: Store, held: Lease, state: MessageState) -> None:
    """A35: it waits, came back, or was given up: whoever it was for knows nothing of it."""
    send(store, store.claim(held, NOW, 100), held, state)
    assert store.asks_sent(N1) == frozenset()


def test_what_a_failed_message_carried_has_failed(store: Store, held: Lease) -> None:
    """S03: the check of promises names every need that it was to speak for."""
    first, *others = store.claim(held, NOW, 100)
    store.fold(first.message.id, "all of it", [row.message.id for row in others], held)
    send(store, [first], held, MessageState.failed)
    assert store.failed_messages(NOW) == sorted([N1, N2, N3])


def test_when_a_contact_was_last_sent_something(store: Store, held: Lease) -> None:
    """A40: by responder and address; what is on its way counts, what never left does not."""
    rows = store.claim(held, NOW, 100)
    kinds, own = sorted(ASKS), [row.message.id for row in rows]
    assert store.last_sent([SAM], kinds, own) == {}
    assert store.last_sent([SAM], kinds, own[:1]) == {SAM: NOW}
    store.settle([replace(row, state=MessageState.accepted, changed_at=NOW + HOUR) for row in rows[:1]], held)
    store.settle([replace(row, state=MessageState.skipped, changed_at=NOW + 2 * HOUR) for row in rows[1:]], held)
    assert store.last_sent([SAM, ("responder:sam", 1), ("responder:ann", 0)], kinds, []) == {SAM: NOW + HOUR}
    assert store.last_sent([SAM], [MessageKind.stand_down], []) == {}


def test_each_channel_has_its_own_deliverer(store: Store, held: Lease) -> None:
    """A call-off travels both ways: neither claims the other's, waits for it, or takes it for its own cut short."""
    send(store, store.claim(held, NOW, 100), held)
    must_commit(store, telling(read(store, N1), SAM[0], kind=MessageKind.call_off, urgent=True))
    assert store.outbox_due(NOW, Channel.sms)
    assert not store.outbox_due(NOW, Channel.email)  # its deliverer is at work
    texting = store.take_lease(DELIVERING[Channel.sms], "worker-1", NOW, NOW + HOUR)
    assert texting is not None
    [text] = store.claim(texting, NOW, 100, Channel.sms)
    [mail] = store.claim(held, NOW, 100)
    assert (text.message.channel, mail.message.channel) == (Channel.sms, Channel.email)
    assert store.claim(texting, NOW, 100, Channel.sms) == []
    send(store, [mail], held)
    send(store, [text], texting)
    assert [row.state for row in store.messages(N1)][-2:] == [MessageState.accepted] * 2


def test_what_a_responder_was_asked(store: Store, held: Lease) -> None:
    """Sam's own page: the newest first, nobody else's, and nothing of what is closed."""
    asked = store.invitations_of("sam")
    assert [invitation.need for invitation in asked] == [N3, N2, N1]
    assert [invitation.need for invitation in store.invitations_of("sam", 1)] == [N3]
    assert store.invitations_of("ann") == []


def test_what_is_over_is_asked_of_them_no_more(store: Store, held: Lease) -> None:
    """A no and a stand-down leave Sam's own page, a yes stays; all of it is still known to have been asked."""
    ends(store, N2, InvitationStatus.rejected)
    ends(store, N3, InvitationStatus.cancelled)
    ends(store, N1, InvitationStatus.accepted)
    assert [invitation.need for invitation in store.invitations_of("sam")] == [N1]
    assert sorted(store.needs_asked("sam")) == sorted([N1, N2, N3])
    ends(store, N3, InvitationStatus.accepted)  # a late yes
    assert [invitation.need for invitation in store.invitations_of("sam")] == [N3, N1]


def ends(store: Store, need: str, status: InvitationStatus) -> None:
    draft = Draft(read(store, need), NOW)
    draft.note_event(EventCode.said_no)
    draft.put(draft.situation.invitations[0].but(status=status))
    must_commit(store, draft.change(wake_at=NOW + HOUR))


def test_what_was_muted_can_be_heard_again(store: Store, held: Lease) -> None:
    """Muting and taking it back, each as often as they like."""
    store.mute("sam", "food", NOW)
    assert store.responder("sam").muted == ("food",)  # type: ignore[union-attr]
    store.unmute("sam", "food")
    store.unmute("sam", "food")
    assert store.responder("sam").muted == ()  # type: ignore[union-attr]


def test_a_message_that_speaks_for_a_held_need_is_held(store: Store, held: Lease) -> None:
    """A07: one of three needs in a list is put on hold before its mail is out: the mail stays until that ends."""
    first, *others = store.claim(held, NOW, 100)
    store.fold(first.message.id, "all of it", [row.message.id for row in others], held)
    assert store.held_messages([first.message.id]) == frozenset()
    store.hold(None, NOW)
    assert store.held_messages([first.message.id]) == {first.message.id}
    store.resume(None, NOW)
    must_commit(store, hold(read(store, N3)))
    assert store.held_messages([first.message.id]) == {first.message.id}
    store.put_back([first.message.id], held)
    assert store.claim(held, NOW, 100) == []


def hold(situation: Situation) -> Change:
    draft = Draft(situation, NOW)
    draft.set_need(status=NeedStatus.on_hold, held_at=NOW)
    return draft.change(wake_at=NOW + HOUR)
