"""An officer asks somebody by name, or does not wait for the next round."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from domain.capabilities import Sector
from domain.changes import Change, Refusal
from domain.events import EventCode
from domain.hours import read_quiet
from domain.messages import MessageKind
from domain.needs import Outcome
from domain.responders import Responder
from tests.domain.world import begin
from tests.people import BOB, CARING_HANDS, GROUPS, MONDAY, RIVERSIDE_KITCHEN, SAM, helper, playbook, round_of

K, E = MessageKind, EventCode
SLOW = playbook(
    round_of("neighbours", patience="2h", remind_after="1h", ask=1), round_of("groups", GROUPS, "2h", remind_after="1h")
)


def test_somebody_is_asked_by_name_now() -> None:
    """The kitchen's round has not begun; Ola asks it for 10 of what is missing, and it can say yes at once."""
    world = begin("food-parcel:20", people=[SAM, RIVERSIDE_KITCHEN], by=SLOW)
    world.forget().asks_by_name("riverside-kitchen", food_parcel=10)
    assert world.asked() == ["riverside-kitchen"]
    assert world.invitation("riverside-kitchen").shares[0].asked == 10
    assert world.happened(E.asked_by_name)[0].by == "officer:ola"
    world.yes("riverside-kitchen", 10)
    assert world.pledged() == 10


def test_nobody_is_asked_twice() -> None:
    """Sam has been asked by the round: by name he cannot be asked again, nor after his no."""
    world = begin("food-parcel:20", people=[SAM], by=SLOW)
    for _ in range(2):
        refused = world.asks_by_name("sam")
        assert isinstance(refused, Refusal)
        assert "already" in refused.sentence
        world.no("sam")


@pytest.mark.parametrize(
    ("spoilt", "why"),
    [
        (lambda r: r.but(paused_until=MONDAY + timedelta(days=9)), "passed over"),
        (lambda r: r.but(muted=("food",)), "do not want to be asked"),
        (lambda r: r.but(weekly_limit=0), "week"),
        (lambda r: r.but(capabilities=("lift",)), "do not give"),
        (lambda r: r.but(contacts=0), "no e-mail address"),
    ],
)
def test_the_rules_hold_for_officers_too(spoilt: Callable[[Responder], Responder], why: str) -> None:
    """A pause, a mute, a full week, another trade, no address: refused with the sentence why."""
    world = begin("food-parcel:20", people=[SAM, spoilt(BOB)], by=SLOW)
    refused = world.asks_by_name("bob")
    assert isinstance(refused, Refusal)
    assert why in refused.sentence


def test_who_may_not_give_it_is_not_asked_for_it() -> None:
    """Personal care is for providers with the check: Sam is refused by name too, Caring Hands is not."""
    able = SAM.but(capabilities=("personal-care",))
    world = begin("personal-care:1", people=[able, CARING_HANDS], by=playbook(round_of("neighbours", patience="1h")))
    assert isinstance(world.asks_by_name("sam"), Refusal)
    assert isinstance(world.asks_by_name("caring-hands"), Change)


def test_who_must_not_meet_the_resident_is_not_asked() -> None:
    """Kept apart: nobody asks them, an officer neither."""
    world = begin("food-parcel:20", people=[SAM, BOB], by=SLOW, keep_from=("bob",))
    refused = world.asks_by_name("bob")
    assert isinstance(refused, Refusal)
    assert "kept apart" in refused.sentence


def test_nobody_joins_a_closed_need() -> None:
    """A27: refused with a sentence."""
    world = begin("food-parcel:20", people=[SAM, BOB], by=SLOW)
    world.officer_closes(Outcome.withdrawn)
    refused = world.asks_by_name("bob")
    assert isinstance(refused, Refusal)
    assert refused.sentence == "N-7K3QX2 is closed, so nobody can be asked about it any more."


def test_the_next_round_now_and_one_message_each() -> None:
    """A02: Sam and the food bank are to be reminded at the moment Ola starts the next round: Sam is; the food bank,
    whom the next round asks for parcels as well, gets one message and not two."""
    bank = helper("food-bank", sector=Sector.voluntary, capabilities=("lift", "food-parcel"))
    by = playbook(
        round_of("neighbours", ("volunteer", "voluntary"), patience="2h", remind_after="1h", ask=1),
        round_of("groups", GROUPS, "2h", remind_after="1h", ask=5),
    )
    world = begin("food-parcel:20", "lift:1", people=[SAM.but(capabilities=("food-parcel",)), bank], by=by)
    assert sorted(world.asked()) == ["food-bank", "sam"]
    world.now += timedelta(hours=1)
    world.forget().asks_next_round()
    sent = [(m.kind, m.to.partition(":")[2]) for m in world.messages if m.to.startswith("responder:")]
    assert (K.reminder, "sam") in sent
    assert len(sent) == len({who for _, who in sent})
    assert E.next_round in world.story()


def test_those_asked_before_can_still_answer() -> None:
    """The next round is asked; Sam, who was not waited for, says yes and it counts."""
    world = begin("food-parcel:5", people=[SAM, RIVERSIDE_KITCHEN], by=SLOW)
    world.forget().asks_next_round()
    assert world.asked() == ["riverside-kitchen"]
    world.yes("sam")
    assert world.situation.covered


def test_after_the_last_round_there_is_no_next() -> None:
    """Refused with what to do instead."""
    world = begin("food-parcel:20", people=[SAM, RIVERSIDE_KITCHEN], by=SLOW)
    world.asks_next_round()
    refused = world.asks_next_round()
    assert isinstance(refused, Refusal)
    assert refused.sentence.startswith("Every round of the playbook has been asked. Ask somebody by name; or give it")
    world.now = world.need.last_due + timedelta(minutes=1)
    late = world.asks_next_round()
    assert isinstance(late, Refusal)
    assert "past its time; give it more" in late.sentence


def test_nobody_is_asked_while_it_is_on_hold_or_covered() -> None:
    """Nothing is sent on hold; and where everything is promised there is nothing to ask for."""
    world = begin("food-parcel:20", people=[SAM, BOB, RIVERSIDE_KITCHEN], by=SLOW)
    world.holds("1h")
    assert isinstance(world.asks_by_name("bob"), Refusal)
    world.wait("1h")
    world.yes("sam")
    assert isinstance(world.asks_by_name("bob"), Refusal)


def test_who_is_asked_by_name_is_asked_as_by_a_round() -> None:
    """Sam wants to be left alone from noon: his reminder waits until then. A part added after a hold gives him the
    whole of his time for it."""
    quiet = SAM.but(quiet=read_quiet("09:30-12:00"), capabilities=("food-parcel", "lift"))
    world = begin(
        "food-parcel:20", "lift:1", people=[quiet], by=playbook(round_of("groups", GROUPS, "5h", remind_after="1h"))
    )
    world.asks_by_name("sam", food_parcel=5)
    assert world.invitation("sam").remind_from == world.now.replace(hour=12, minute=0)
    world.holds("4h")
    world.wait("4h").asks_by_name("sam", lift=1)
    assert world.invitation("sam").held_for == timedelta(0)
