"""Paid care: a yes is an offer that holds nothing, and an officer chooses."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from domain.answering import Answer, AnswerKind
from domain.capabilities import CheckLevel, Sector
from domain.changes import Change, Refusal
from domain.choosing import choose_offer, chosen_by
from domain.events import EventCode
from domain.hours import read_quiet
from domain.invitations import InvitationStatus, Reason
from domain.labels import label_invitation
from domain.messages import MessageKind
from domain.needs import Outcome
from domain.officers import TaskKind
from domain.pairs import keep_from
from domain.responders import Check, Responder
from domain.stories import because
from tests.domain.world import World, at, begin
from tests.people import SERVICES, helper, place, playbook, round_of

SLOW = playbook(
    round_of("services near", SERVICES, "6h", ask=4, within_km=3), round_of("services", SERVICES, "6h", ask=3)
)


def provider(id: str, capacity: int | None = 10, **more: object) -> Responder:
    given = {"capabilities": ("care-hours", "personal-care"), "checks": (CheckLevel.enhanced,), "capacity": capacity}
    return helper(id, sector=Sector.provider, **(given | more))


KINGSWAY, HOME_FIRST, GENTLE = provider("kingsway"), provider("home-first"), provider("gentle")
FAR = provider("far", point=place(8))


def asked(*people: Responder, hours: int = 10, needed_by: str = "+2d", **more: object) -> World:
    return begin(f"care-hours:{hours}", people=people, by=SLOW, needed_by=needed_by, **more)


def choose(world: World, who: str, count: int | None = None, **more: object) -> Change | Refusal | None:
    counts = {1: count} if count else {}
    person = world.person(who)
    return world.act(lambda situation, now: choose_offer(situation, person, counts, "officer:ola", now, **more))


def why(refused: Change | Refusal | None) -> str:
    assert isinstance(refused, Refusal)
    return refused.code


def test_a_yes_is_an_offer_and_holds_nothing() -> None:
    """Kingsway says yes: nothing is promised, they get a receipt and no address."""
    world = asked(KINGSWAY, HOME_FIRST)
    world.yes("kingsway", 4)
    offer = world.invitation("kingsway")
    assert (offer.status, offer.pledged, offer.reserve, offer.offered) == (InvitationStatus.accepted, 0, 0, 4)
    assert world.missing() == 10
    assert label_invitation(offer) == "Offers"
    assert world.told(MessageKind.receipt) == ["kingsway"]
    assert world.told(MessageKind.private_details) == []


def test_enough_offered_stops_the_clock_and_asks_an_officer_once() -> None:
    """Two offers cover it: no further round, no reminder; Ola chooses, and is asked again only when it gets late."""
    world = asked(KINGSWAY, HOME_FIRST, FAR)
    world.yes("kingsway", 4)
    assert world.tasks(TaskKind.choose) == []
    world.yes("home-first", 6)
    assert world.tasks(TaskKind.choose) == ["open"]
    world.officer_takes(TaskKind.choose)
    world.forget().wait("20h")
    assert {EventCode.asked, EventCode.asked_next, EventCode.handed_over} & set(world.story()) == set()
    assert world.tasks(TaskKind.choose) == ["taken"]
    assert "an officer chooses" in world.look()[-1].because


def test_too_little_offered_does_not_stop_it() -> None:
    """4 of 10 are offered: the next round is asked for the rest."""
    world = asked(KINGSWAY, HOME_FIRST, FAR, needed_by="+3d")
    world.yes("kingsway", 4)
    world.wait("7h")
    assert world.asked() == ["home-first", "kingsway", "far"]


def test_all_rounds_spent_with_any_offer() -> None:
    """Nobody is left to ask: Ola chooses among what there is, and finds help for the rest."""
    world = asked(KINGSWAY)
    world.yes("kingsway", 4)
    world.wait("1h")
    assert world.tasks(TaskKind.choose) == ["open"]
    assert world.tasks(TaskKind.hand_over) == ["open"]


def test_at_the_last_safe_moment_an_officer_has_it() -> None:
    """Time runs out with too little offered: the offers go to Ola then, at the latest."""
    world = asked(KINGSWAY, HOME_FIRST, FAR, needed_by="+12h")
    world.yes("kingsway", 4)
    safe = chosen_by(world.need, world.need.lines, world.now)
    assert safe == at(world, "9h")
    while world.now < safe:
        assert world.tasks(TaskKind.choose) == []
        world.wait("1h")
    assert world.tasks(TaskKind.choose) == ["open"]


def test_a_late_choice_is_asked_for_again() -> None:
    """Ola took the task and has not chosen: at the last safe moment it comes back, urgent, and only once."""
    world = asked(KINGSWAY, needed_by="+12h")
    world.yes("kingsway", 10)
    world.officer_takes(TaskKind.choose)
    world.wait("9h")
    assert world.tasks(TaskKind.choose) == ["taken", "open"]
    assert world.happened(EventCode.offers_put)[-1].facts["why"] == "time"
    world.officer_takes(TaskKind.choose)
    world.wait("2h")
    assert world.tasks(TaskKind.choose) == ["taken", "taken"]
    world.wait("2h")
    assert world.tasks(TaskKind.past_due) == ["open"]


def test_the_chosen_count_and_the_others_are_thanked() -> None:
    """Ola takes 6 of one and 4 of another's 5: both are told; then the third, who offered too, and
    the fourth, who never answered, are let go."""
    world = asked(*(provider(id, 5) for id in ("kingsway", "home-first", "gentle", "silent")))
    for who, count in (("kingsway", 6), ("home-first", 5), ("gentle", 10)):
        world.yes(who, count)
    world.forget()
    assert isinstance(choose(world, "kingsway", 6), Change)
    assert world.missing() == 4
    assert world.told(MessageKind.not_chosen) == []
    choose(world, "home-first")
    assert world.missing() == 0
    assert world.told(MessageKind.chosen) == world.told(MessageKind.private_details) == ["kingsway", "home-first"]
    assert sorted(world.told(MessageKind.not_chosen)) == ["gentle", "home-first"]
    assert world.told(MessageKind.stand_down) == ["silent"]
    gentle, second = world.invitation("gentle"), world.invitation("home-first")
    assert (gentle.status, gentle.reason, gentle.offered) == (InvitationStatus.cancelled, Reason.not_chosen, 0)
    assert (second.status, second.pledged, second.offered) == (InvitationStatus.accepted, 4, 0)
    assert world.tasks(TaskKind.choose) == ["done"]


def test_what_cannot_be_chosen() -> None:
    """Nobody without an offer, never more than is offered or missing, nothing once it is closed, no lost check."""
    world = asked(KINGSWAY, HOME_FIRST)
    assert why(choose(world, "kingsway")) == "no-offer"
    world.yes("kingsway", 4)
    assert why(choose(world, "home-first")) == "no-offer"
    assert why(choose(world, "kingsway", 5)) == "count"
    assert why(choose(world, "kingsway", 4, version=1)) == "stale"
    lapsed = KINGSWAY.but(checks=(Check(level=CheckLevel.enhanced, until=date(2026, 3, 3)),))
    world.people[0] = lapsed
    assert why(choose(world, "kingsway")) == "check"
    world.people[0] = KINGSWAY
    assert isinstance(choose(world, "kingsway", 4), Change)
    assert choose(world, "kingsway", 4) is None, "the same choice twice is one"
    world.officer_closes(Outcome.partly_met)
    assert why(choose(world, "kingsway")) == "closed"


def test_what_cannot_be_shared_is_chosen_whole() -> None:
    """One homecoming has one provider: the other's offer is released with the choice."""
    world = asked(KINGSWAY, HOME_FIRST)
    capability = world.need.lines[0].capability.but(split=False)
    line = world.need.lines[0].but(capability=capability)
    world.situation = replace(world.situation, need=world.need.but(lines=(line,)))
    world.yes("kingsway")
    world.yes("home-first")
    assert why(choose(world, "kingsway", 4)) == "count"
    choose(world, "kingsway")
    assert world.told(MessageKind.not_chosen) == ["home-first"]


def test_an_offer_may_be_changed_or_taken_back() -> None:
    """Before the choice they offer less, or no longer: Ola finds what is true, and it is looked for again."""
    world = asked(KINGSWAY, HOME_FIRST, needed_by="+3d")
    world.yes("kingsway", 10)
    assert world.tasks(TaskKind.choose) == ["open"]
    world.yes("kingsway", 3)
    assert world.invitation("kingsway").offered == 3
    world.no("kingsway")
    assert world.invitation("kingsway").offered == 0
    assert why(choose(world, "kingsway")) == "no-offer"
    world.yes("home-first", 10)
    assert isinstance(choose(world, "home-first"), Change)


def test_who_was_chosen_changes_their_mind() -> None:
    """After the choice more is an offer again, less is missing again."""
    world = asked(KINGSWAY)
    world.yes("kingsway", 8)
    choose(world, "kingsway", 6)
    world.yes("kingsway", 5)
    kingsway = world.invitation("kingsway")
    assert (kingsway.pledged, kingsway.offered) == (5, 0)
    world.yes("kingsway", 10)
    kingsway = world.invitation("kingsway")
    assert (kingsway.pledged, kingsway.offered) == (5, 5)
    assert world.missing() == 5


def test_the_offers_that_remain_come_before_new_rounds() -> None:
    """Kingsway is chosen and drops out: Home First's offer still waits, and Ola is asked at once to choose anew."""
    world = asked(KINGSWAY, HOME_FIRST, needed_by="+3d")
    world.yes("kingsway", 4)
    world.yes("home-first", 8)
    choose(world, "kingsway")
    world.officer_takes(TaskKind.choose)
    world.people.append(GENTLE)
    world.forget().no("kingsway")
    world.wait("1h")
    choose(world, "home-first")
    world.forget().wait("1h")
    assert world.missing() == 2


def test_more_of_who_was_chosen_may_be_chosen_again() -> None:
    """Kingsway was chosen for three hours and stands by with five more; Home First drops its five: Kingsway's five are
    an offer again, though it is closed by now, as nobody is called; an officer is asked once, and chooses."""
    world = asked(KINGSWAY, HOME_FIRST, hours=8)
    world.yes("kingsway", 8)
    world.yes("home-first", 5)
    choose(world, "kingsway", 3)
    choose(world, "home-first", 5)
    world.wait("1h").yes("kingsway", 8)
    assert held(world, "kingsway") == (3, 5, 0)
    world.people[0] = KINGSWAY.but(quiet=read_quiet("08:00-20:00"))
    world.forget().no("home-first")
    assert held(world, "kingsway") == (3, 0, 5)
    assert world.happened(EventCode.offers_put)[0].responders == ("kingsway",)
    assert world.told(MessageKind.reserve_call) == []
    choose(world, "kingsway", 5)
    assert (held(world, "kingsway"), world.missing()) == ((8, 0, 0), 0)
    assert world.told(MessageKind.chosen) == ["kingsway"]


def test_more_is_wanted_and_who_was_chosen_has_more() -> None:
    """Ten hours become thirteen: what Kingsway stands by with waits to be chosen, once its check holds."""
    world = asked(KINGSWAY.but(capacity=20), hours=10)
    world.yes("kingsway", 10)
    choose(world, "kingsway", 10)
    world.yes("kingsway", 15)
    world.people[0] = world.people[0].but(checks=())
    world.forget().amends("care-hours:13")
    assert held(world, "kingsway") == (10, 5, 0)
    world.people[0] = KINGSWAY
    world.wait("1d")
    assert held(world, "kingsway") == (10, 0, 5)
    choose(world, "kingsway", 3)
    assert held(world, "kingsway") == (13, 0, 0)
    assert world.told(MessageKind.not_chosen) == ["kingsway"]


def test_what_is_an_offer_again_is_put_to_an_officer() -> None:
    """A change made Kim's care late, and Lee was chosen; the time moves back, and Lee could not do it: an officer is
    asked at once about what Kim had offered, who gives the food already."""
    both = {"capabilities": ("care-hours", "food-parcel")}
    kim, lee = provider("kim", **both), provider("lee", **both)
    world = begin("care-hours:5", "food-parcel:3", people=[kim], by=SLOW, needed_by="+3d")
    world.yes("kim", 5, 3, ready=at(world, "30h"))
    choose(world, "kim", 5)
    world.people.append(lee)
    world.wait("1h").amends("care-hours:5@+20h")
    world.yes("lee", 5)
    choose(world, "lee", 5)
    world.wait("1h").amends("care-hours:5@+60h")
    world.forget().wait("10m").failed("lee")
    assert [event.responders for event in world.happened(EventCode.offers_put)] == [("kim",)]


def held(world: World, who: str) -> tuple[int, int, int]:
    """What counts, what stands by, and what waits to be chosen."""
    invitation = world.invitation(who)
    return invitation.pledged, invitation.reserve, invitation.offered


def test_nobody_chosen_by_the_time_it_is_due() -> None:
    """Past due as usual; and closing lets the offer go with a word."""
    world = asked(KINGSWAY)
    world.yes("kingsway", 10)
    world.wait("3d")
    assert "open" in world.tasks(TaskKind.past_due)
    world.officer_closes(Outcome.not_met)
    assert world.told(MessageKind.stand_down) == ["kingsway"]
    assert world.invitation("kingsway").offered == 0


def test_an_offer_that_comes_too_late_is_none() -> None:
    """Ready only after it is due: it stands by, and there is nothing to choose."""
    world = asked(KINGSWAY)
    world.yes("kingsway", 10, ready=at(world, "3d"))
    assert (world.invitation("kingsway").offered, world.invitation("kingsway").reserve) == (0, 10)
    assert world.tasks(TaskKind.choose) == []


def test_the_same_offer_twice_is_one() -> None:
    """L12: a double click leaves one offer and one event."""
    world = asked(KINGSWAY)
    answer = world.checked("kingsway", Answer(AnswerKind.part, offers={1: 4}))
    assert isinstance(world.answers("kingsway", answer), Change)
    assert world.answers("kingsway", answer) is None
    assert len(world.happened(EventCode.said_yes)) == 1


def test_an_offer_is_told_in_the_story() -> None:
    """What an officer reads of it."""
    world = asked(KINGSWAY)
    world.yes("kingsway", 10)
    choose(world, "kingsway")
    names = {"kingsway": "Kingsway Care", "officer:ola": "Ola"}
    said = [because(event, names, world.need, world.situation.zone) for event in world.events]
    assert "Kingsway Care said yes. They offer 10 hours of care, which holds nothing until an officer chooses." in said
    assert "Ola chose Kingsway Care for 10 hours of care, and we told them." in said
    assert any("Enough is offered" in sentence for sentence in said)


@pytest.mark.parametrize("count", [1, 4, 10])
def test_never_more_than_is_missing(count: int) -> None:
    """However much is offered, what counts is never more than is needed."""
    world = asked(KINGSWAY, HOME_FIRST)
    for who in ("kingsway", "home-first"):
        world.yes(who, count)
        choose(world, who)
    assert world.pledged() == min(10, 2 * count)


def test_an_offer_that_would_come_too_late_is_not_chosen() -> None:
    """Kingsway can begin in 30 hours and it is needed in 20 now: not chosen, until they say they can be there."""
    world = asked(KINGSWAY, HOME_FIRST)
    world.yes("kingsway", 4, ready=at(world, "30h"))
    world.amends(needed_by="+20h")
    refused = choose(world, "kingsway", 4)
    assert isinstance(refused, Refusal)
    assert (refused.code, "too late" in refused.sentence) == ("late", True)
    assert world.pledged() == 0
    world.yes("kingsway", 4, ready=at(world, "19h"))
    assert isinstance(choose(world, "kingsway", 4), Change)


def test_nobody_who_is_kept_apart_is_chosen() -> None:
    """Kingsway has offered, and is then not to meet this resident: whatever an officer presses, they are not chosen."""
    world = asked(KINGSWAY, HOME_FIRST)
    world.yes("kingsway", 4)
    world.act(lambda situation, now: keep_from(situation, "kingsway", "officer:ola", now))
    assert why(choose(world, "kingsway", 4)) == "apart"
    assert world.pledged() == 0
