"""The contract, outbox: claimed once, in order, urgent first; worded once; settled by who holds the claim."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.changes import Change
from domain.messages import Channel, MessageKind
from domain.officers import TaskStatus
from infra.store import DELIVERING, OVER, TOLD, Lease, MessageState, OutboxRow, Store
from tests.store.builders import (
    HOUR,
    N1,
    N2,
    NOW,
    TICK,
    an_officer,
    everything,
    lease,
    must_commit,
    put_need,
    read,
    tell,
    telling,
)
from tests.store.conftest import Place

LAPSE = timedelta(seconds=15)


@pytest.fixture
def need(store: Store) -> str:
    """Amina's need, whose own first message has left already."""
    put_need(store)
    held = lease(store)
    settle(store, store.claim(held, NOW, 10), held, MessageState.accepted)
    store.release_lease(held)
    return N1


def settle(store: Store, rows: list[OutboxRow], held: Lease | None, state: MessageState, **changes: object) -> None:
    store.settle([replace(row, state=state, **changes) for row in rows], held)  # type: ignore[arg-type]


def ids(rows: list[OutboxRow]) -> list[str]:
    return [row.message.id for row in rows]


def row_of(store: Store, id: str, need: str = N1) -> OutboxRow:
    return next(row for row in store.messages(need) if row.message.id == id)


def taken_over(store: Store, now: object = None) -> Lease:
    """Another worker takes the lease after the first has lapsed."""
    return lease(store, "worker-2", NOW + LAPSE + TICK)


LATER = NOW + LAPSE + TICK

# --- claiming ---


def test_a_claimed_message_is_not_claimed_again(store: Store, need: str) -> None:
    """C20: one deliverer sends it, on its first attempt, and a second look finds nothing."""
    [id] = tell(store, "responder:sam")
    held = lease(store)
    [row] = store.claim(held, NOW, 10)
    assert (row.message.id, row.state, row.attempt, row.again) == (id, MessageState.sending, 1, False)
    assert store.claim(held, NOW, 10) == []
    assert row_of(store, id).state is MessageState.sending


def test_nothing_is_claimed_before_its_time(store: Store, need: str) -> None:
    """A message that waits for its next attempt waits to the microsecond, and says when it may be tried."""
    tell(store, "responder:sam", now=NOW + HOUR)
    held = lease(store, lasts=2 * HOUR)
    assert store.next_message_at() == NOW + HOUR
    assert store.claim(held, NOW + HOUR - TICK, 10) == []
    assert len(store.claim(held, NOW + HOUR, 10)) == 1
    assert store.next_message_at() is None


def test_nothing_is_claimed_without_the_lease(store: Store, need: str) -> None:
    """C11, C12: a lease that has lapsed, was released, or is somebody else's claims nothing."""
    tell(store, "responder:sam")
    held = lease(store)
    assert store.claim(held, NOW + LAPSE, 10) == []
    store.release_lease(held)
    assert store.claim(held, NOW, 10) == []
    newer = lease(store, "worker-2")
    assert store.claim(held, NOW, 10) == []
    assert len(store.claim(newer, NOW, 10)) == 1


def test_urgent_messages_go_first(store: Store, need: str) -> None:
    """An urgent message passes all that was there before it; among equals the oldest goes first."""
    ordinary = tell(store, "responder:ann", "responder:bea")
    urgent = tell(store, "responder:cat", "responder:dot", urgent=True)
    assert ids(store.claim(lease(store), NOW, 10)) == urgent + ordinary


def test_a_claim_keeps_a_reserve_for_urgent(store: Store, need: str) -> None:
    """A batch is never filled with ordinary messages: a quarter of it stays free for what is urgent."""
    tell(store, *(f"responder:r{n}" for n in range(40)))
    held = lease(store)
    assert len(store.claim(held, NOW, 20)) == 15
    tell(store, *(f"responder:u{n}" for n in range(30)), urgent=True)
    rows = store.claim(held, NOW, 20)
    assert [row.message.urgent for row in rows] == [True] * 20
    assert [row.message.urgent for row in store.claim(held, NOW, 20)] == [True] * 10 + [False] * 5


def test_a_claim_of_one_still_claims(store: Store, need: str) -> None:
    """The reserve never brings ordinary messages to a stop."""
    tell(store, "responder:ann", "responder:bea")
    held = lease(store)
    assert [len(store.claim(held, NOW, 1)) for _ in range(3)] == [1, 1, 0]


def test_messages_to_one_recipient_about_one_need_leave_in_order(store: Store, need: str) -> None:
    """R08: the second waits for the first, on its way or put off; other recipients and other needs do not wait."""
    put_need(store, N2)
    [first] = tell(store, "responder:sam")
    [second] = tell(store, "responder:sam")
    [other] = tell(store, "responder:ann")
    held = lease(store, lasts=HOUR)
    claimed = store.claim(held, NOW, 10)
    assert {first, other} < set(ids(claimed))
    assert second not in ids(claimed)
    assert {row.message.need for row in claimed} == {N1, N2}
    settle(store, claimed, held, MessageState.pending, not_before=NOW + LAPSE)
    assert store.claim(held, NOW, 10) == []
    again = [row for row in store.claim(held, NOW + LAPSE, 10) if row.message.id == first]
    settle(store, again, held, MessageState.accepted)
    assert ids(store.claim(held, NOW + LAPSE, 10)) == [second]


@pytest.mark.parametrize("state", sorted(OVER))
def test_what_is_over_holds_nobody_up(store: Store, need: str, state: MessageState) -> None:
    """Sent, skipped, bounced or failed: the next message to the same recipient may go."""
    tell(store, "responder:sam")
    [second] = tell(store, "responder:sam")
    held = lease(store)
    settle(store, store.claim(held, NOW, 10), held, state)
    assert ids(store.claim(held, NOW, 10)) == [second]


def test_urgent_words_do_not_wait_behind_the_crowd(store: Store, need: str) -> None:
    """ "Please do not set out" follows an unsent receipt to the same partner at once: both pass the ordinary queue."""
    tell(store, *(f"responder:r{n}" for n in range(30)))
    [receipt] = tell(store, "responder:sam")
    must_commit(store, telling(read(store), "responder:sam", urgent=True, kind=MessageKind.call_off))
    held = lease(store)
    first = store.claim(held, NOW, 10)
    assert first[0].message.id == receipt
    settle(store, first, held, MessageState.accepted)
    assert store.claim(held, NOW, 10)[0].message.kind is MessageKind.call_off


# --- cut short ---


def test_a_send_that_was_cut_short_is_claimed_again_and_says_so(store: Store, need: str) -> None:
    """C11: after a kill the next holder gets the same message, once more, with the same words, marked `again`."""
    [id] = tell(store, "responder:sam")
    held = lease(store)
    store.claim(held, NOW, 10)
    store.freeze([(id, '{"words": 1}')], held)
    assert not store.outbox_due(NOW + LAPSE - TICK)
    assert store.outbox_due(LATER)
    [row] = store.claim(taken_over(store), LATER, 10)
    assert (row.message.id, row.attempt, row.again, row.frozen) == (id, 2, True, '{"words": 1}')


def test_a_text_that_is_being_sent_is_no_business_of_whoever_sends_mails(store: Store, need: str) -> None:
    """C20: mails and texts are sent side by side under leases of their own: neither takes the other's for cut short."""
    store.release_lease(lease(store, "worker-0"))  # so that the fences of the two differ
    change = telling(read(store), "officer:dee")
    [mail] = change.messages
    by_text = mail.but(id=f"{mail.id}s", channel=Channel.sms)
    must_commit(store, replace(change, messages=(mail, by_text)))
    texts = store.take_lease(DELIVERING[Channel.sms], "worker-1", NOW, NOW + LAPSE)
    assert texts is not None
    [text] = store.claim(texts, NOW, 10, Channel.sms)
    assert ids(store.claim(lease(store), NOW, 10)) == [mail.id]
    settle(store, [text], texts, MessageState.accepted)
    assert row_of(store, by_text.id).state is MessageState.accepted
    assert store.claim(texts, NOW + TICK, 10, Channel.sms) == []


def test_a_late_holder_changes_nothing(store: Store, need: str, place: Place) -> None:
    """C12: once another has claimed, the first one's words and results are refused."""
    [id] = tell(store, "responder:sam")
    late = lease(store)
    claimed = store.claim(late, NOW, 10)
    store.claim(taken_over(store), LATER, 10)
    before = place.dump()
    store.freeze([(id, '{"words": "late"}')], late)
    settle(store, claimed, late, MessageState.accepted, provider_id="250 late")
    store.release_lease(late)
    assert place.dump() == before


def test_a_late_holder_under_the_same_name_changes_nothing(store: Store, need: str, place: Place) -> None:
    """C12: it is the fence that counts, not the name: a worker that lapsed and came back is another."""
    [id] = tell(store, "responder:sam")
    late = lease(store)
    claimed = store.claim(late, NOW, 10)
    back = lease(store, late.holder, LATER)
    assert back.fence > late.fence
    store.claim(back, LATER, 10)
    before = place.dump()
    store.freeze([(id, "late")], late)
    settle(store, claimed, late, MessageState.accepted)
    assert place.dump() == before


# --- words ---


def test_words_are_fixed_once(store: Store, need: str) -> None:
    """T20: a message already worded keeps its words, so that every attempt says the same."""
    [id] = tell(store, "responder:sam")
    held = lease(store)
    store.claim(held, NOW, 10)
    store.freeze([(id, "first")], held)
    store.freeze([(id, "second")], held)
    assert row_of(store, id).frozen == "first"


@pytest.mark.parametrize("state", list(MessageState))
def test_words_are_wiped_once_they_are_over(store: Store, need: str, state: MessageState) -> None:
    """P01: what a message said is private and kept only while it may have to be said again."""
    [id] = tell(store, "responder:sam")
    held = lease(store)
    rows = store.claim(held, NOW, 10)
    store.freeze([(id, "Amina Yusuf, 3 Hill Street")], held)
    settle(store, rows, held, state)
    assert row_of(store, id).frozen == (None if state in OVER else "Amina Yusuf, 3 Hill Street")


def test_only_claimed_messages_can_be_worded(store: Store, need: str) -> None:
    """Words are fixed by who is about to send them."""
    [id] = tell(store, "responder:sam")
    store.freeze([(id, "too early")], lease(store))
    assert row_of(store, id).frozen is None


# --- results ---


def test_a_result_is_kept(store: Store, need: str) -> None:
    """State, provider's id, reason, refusals, next attempt and time are read back as recorded."""
    [id] = tell(store, "responder:sam")
    held = lease(store, lasts=HOUR)
    [row] = store.claim(held, NOW, 10)
    put_off = replace(
        row, state=MessageState.pending, refusals=1, not_before=NOW + LAPSE, changed_at=NOW + TICK, why="451 later"
    )
    store.settle([put_off], held)
    assert row_of(store, id) == put_off
    [row] = store.claim(held, NOW + LAPSE, 10)
    assert (row.attempt, row.refusals, row.again) == (2, 1, False)
    sent = replace(row, state=MessageState.accepted, changed_at=NOW + LAPSE, provider_id="250 ok", why=None)
    store.settle([sent], held)
    assert row_of(store, id) == sent


def test_a_result_of_an_earlier_attempt_is_left_alone(store: Store, need: str, place: Place) -> None:
    """R10: news about attempt 1 does not undo what attempt 2 is doing."""
    tell(store, "responder:sam")
    held = lease(store)
    first = store.claim(held, NOW, 10)
    settle(store, first, held, MessageState.pending)
    store.claim(held, NOW, 10)
    before = place.dump()
    settle(store, first, held, MessageState.bounced)
    settle(store, first, None, MessageState.bounced)
    assert place.dump() == before


def test_news_from_the_provider_needs_no_lease(store: Store, need: str) -> None:
    """R09: a delivery or bounce is recorded by whoever hears of it; the provider's id stays."""
    [id] = tell(store, "responder:sam")
    held = lease(store)
    settle(store, store.claim(held, NOW, 10), held, MessageState.accepted, provider_id="250 ok")
    store.release_lease(held)
    settle(store, [row_of(store, id)], None, MessageState.delivered, provider_id=None)
    assert (row_of(store, id).state, row_of(store, id).provider_id) == (MessageState.delivered, "250 ok")


@pytest.mark.parametrize("less", TOLD)
def test_news_that_says_less_changes_nothing(store: Store, need: str, place: Place, less: MessageState) -> None:
    """R10: two hear of one message at once: whoever is later to write does not take back what the other has heard; what
    says more is always taken, a mail that was delayed included."""
    [id] = tell(store, "responder:sam")
    held = lease(store)
    claimed = store.claim(held, NOW, 10)
    for more in TOLD[TOLD.index(less) :]:
        settle(store, claimed, None, more, provider_id="0100-7")
        assert row_of(store, id).state is more
        before = place.dump()
        settle(store, claimed, None, less, why="late")
        assert place.dump() == before
    settle(store, claimed, held, MessageState.accepted)  # nor does the one who sent it, back late
    assert place.dump() == before


def test_an_unknown_send_is_tried_when_its_grace_is_over(store: Store, need: str) -> None:
    """C06: a send whose reply was lost waits its time, then goes once more, marked `again`; later ones wait for it."""
    [id] = tell(store, "responder:sam")
    held = lease(store, lasts=HOUR)
    settle(store, store.claim(held, NOW, 10), held, MessageState.unknown, again=True, not_before=NOW + LAPSE)
    tell(store, "responder:sam")
    assert store.claim(held, NOW + LAPSE - TICK, 10) == []
    assert [(row.message.id, row.again) for row in store.claim(held, NOW + LAPSE, 10)] == [(id, True)]


# --- what there is to do ---


def test_the_outbox_is_due_while_nobody_is_at_it(store: Store, need: str) -> None:
    """Something claimable and no deliverer: only then is a look worth while."""
    assert not store.outbox_due(NOW)
    tell(store, "responder:sam", now=NOW + LAPSE)
    assert not store.outbox_due(NOW)
    assert store.outbox_due(NOW + LAPSE)
    held = lease(store, lasts=HOUR)
    assert not store.outbox_due(NOW + LAPSE)
    store.release_lease(held)
    assert store.outbox_due(NOW + LAPSE)


def test_stuck_messages_are_counted(store: Store, need: str) -> None:
    """A14: decided long ago and still on its way is stuck, however often it was tried since; what is over is not."""
    tell(store, "responder:ann")
    assert store.stuck_messages(NOW) == 0
    assert store.stuck_messages(NOW + LAPSE) == 1
    held = lease(store, lasts=6 * HOUR)
    rows = store.claim(held, NOW + LAPSE, 10)
    assert store.stuck_messages(NOW + LAPSE) == 1
    settle(store, rows, held, MessageState.pending, not_before=NOW + 2 * HOUR)
    assert store.stuck_messages(NOW + HOUR) == 1
    settle(store, store.claim(held, NOW + 2 * HOUR, 10), held, MessageState.accepted)
    assert store.stuck_messages(NOW + 3 * HOUR) == 0


def test_refused_messages_can_be_seen(store: Store, need: str) -> None:
    """Those to be tried again; of those given up, only what an officer was told of a task that still waits."""
    store.add_officer(an_officer(), NOW)
    must_commit(store, everything(read(store, need)))
    held = lease(store)
    rows = store.claim(held, NOW, 10)
    assert store.refused_mails() == []
    settle(store, rows, held, MessageState.pending, why="554 no", not_before=NOW + HOUR)
    assert ids(store.refused_mails()) == ids(rows)
    again = store.claim(held, NOW + timedelta(seconds=10), 10)
    assert again == []
    store.release_lease(held)
    held = lease(store, "worker-2", NOW + HOUR)
    rows = store.claim(held, NOW + HOUR, 10)
    settle(store, rows, held, MessageState.bounced, why="550 gone")
    (told,) = store.refused_mails()
    assert told.message.kind is MessageKind.officer_task
    situation = read(store, need)
    must_commit(store, Change(situation.need, tasks=tuple(t.but(status=TaskStatus.taken) for t in situation.tasks)))
    assert store.refused_mails() == []
