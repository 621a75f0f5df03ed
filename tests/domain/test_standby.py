"""Sam stands by: he is called when somebody drops out, and in hours and weeks in which he may be asked at all."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.capabilities import CheckLevel, Sector
from domain.events import EventCode
from domain.hours import read_quiet
from domain.invitations import InvitationStatus
from domain.messages import MessageKind
from domain.pairs import keep_from
from domain.responders import Responder
from domain.stories import because
from tests.domain.world import World, begin
from tests.people import BOB, LONDON, SAM, helper, playbook, round_of

EVERYBODY = playbook(round_of("everybody", tuple(Sector), patience="2d", ask=3))
QUIET = {"quiet": read_quiet("21:00-08:00")}


def standing_by(sam: Responder = SAM, gives: int = 0, **more: object) -> World:
    """Bob gives all four parcels, and Sam stands by with as many; or Sam gives some of six and could give more."""
    bob, sam = BOB.but(capacity=4), sam.but(capacity=9)
    world = begin(f"food-parcel:{4 + gives}", people=[sam, bob], by=EVERYBODY, **more)
    world.yes("bob", 4)
    world.yes("sam", 4 + gives)
    assert (world.invitation("sam").pledged, world.invitation("sam").reserve) == (gives, 4)
    return world.forget()


def test_who_sleeps_is_called_in_the_morning() -> None:
    """Bob drops out at two at night: Sam is called at eight, and the story says why not before."""
    world = standing_by(SAM.but(**QUIET)).wait("17h")
    world.no("bob")
    assert world.told(MessageKind.reserve_call) == []
    (waits,) = world.happened(EventCode.reserve_waits)
    assert because(waits, {"sam": "Sam Example"}, world.need, LONDON) == (
        "Something is missing again, and those who stand by want to be left alone for now, so we call on them later: "
        "Sam Example, from 8am on Tuesday 3 March."
    )
    world.wait("7h")
    (call,) = (m for m in world.messages if m.kind is MessageKind.reserve_call)
    assert call.created_at.hour == 8


def test_what_is_urgent_with_a_reason_wakes_them() -> None:
    """No insulin until the morning: Sam is called at two at night."""
    world = standing_by(SAM.but(**QUIET), urgent=True, urgent_because="No insulin until the morning").wait("17h")
    world.no("bob")
    assert world.told(MessageKind.reserve_call) == ["sam"]


def test_nobody_waits_for_who_sleeps() -> None:
    """While Sam sleeps others are asked; who stands by and may be called comes first."""
    world = standing_by(SAM.but(**QUIET)).wait("17h")
    world.people.append(helper("jane", capacity=4))
    world.no("bob")
    assert world.asked() == ["jane"]


def test_who_is_away_is_not_called() -> None:
    """Sam has paused for a month: he stands by in vain, and the circle widens without him."""
    world = standing_by(SAM)
    world.people[0] = world.people[0].but(paused_until=world.now + timedelta(days=30))
    world.no("bob")
    world.wait("1d")
    assert world.told(MessageKind.reserve_call) == []


def test_who_comes_back_early_is_called_at_once() -> None:
    """Sam stands by and pauses until further notice; Bob drops out. After an hour Sam is back, and is called."""
    world = standing_by()
    world.pauses("sam")
    world.no("bob")
    assert not world.happened(EventCode.reserve_waits)
    world.wait("1h").returns("sam")
    assert world.told(MessageKind.reserve_call) == ["sam"]
    assert EventCode.back not in world.story()  # nobody waits for an answer of his


@pytest.mark.parametrize(("needed_by", "without", "not_yet", "then"), [
    ("+4d", "2h", "21h", "1h"),
    ("+10h", "1h", "1h", "30m"),
])  # fmt: skip
def test_who_has_their_check_again_is_called(needed_by: str, without: str, not_yet: str, then: str) -> None:
    """D05: Kingsway's check had ended when Gentle dropped out; it is renewed, which is seen within a day, or a quarter
    of the time there is, and once."""
    enhanced = {"sector": Sector.provider, "capabilities": ("personal-care",), "checks": (CheckLevel.enhanced,)}
    kingsway = helper("kingsway", **enhanced)
    people = [kingsway, helper("gentle", **enhanced)]
    world = begin("personal-care:1", people=people, by=EVERYBODY, needed_by=needed_by)
    world.yes("gentle")
    world.yes("kingsway")
    world.people[0] = kingsway.but(checks=())
    world.forget().no("gentle")
    world.wait(without)
    world.people[0] = kingsway
    world.wait(not_yet)
    assert world.told(MessageKind.reserve_call) == []
    world.wait(then)
    assert world.told(MessageKind.reserve_call) == ["kingsway"]
    assert not world.happened(EventCode.reserve_waits)


@pytest.mark.parametrize("gives", [0, 2])
def test_who_must_not_meet_them_is_not_called(gives: int) -> None:
    """Sam stands by, or gives part and offered more, and is kept apart: neither called nor counted for more."""
    world = standing_by(gives=gives)
    world.act(lambda situation, now: keep_from(situation, "sam", "officer:ola", now))
    world.no("bob")
    assert world.told(MessageKind.reserve_call) == []
    assert world.invitation("sam").pledged == gives


def test_who_has_lost_their_check_is_not_counted_for_more() -> None:
    """D05: Kingsway gives one visit of two lines and stands by for more; without the check nothing more counts."""
    enhanced = {"sector": Sector.provider, "capabilities": ("personal-care", "food-parcel"), "capacity": 9}
    kingsway = helper("kingsway", checks=(CheckLevel.enhanced,), **enhanced)
    gentle = helper("gentle", checks=(CheckLevel.enhanced,), **enhanced)
    world = begin("food-parcel:4", "personal-care:1", people=[kingsway, gentle], by=EVERYBODY)
    world.yes("gentle", 0, 1)
    world.yes("kingsway", 4, 1)
    assert world.invitation("kingsway").reserve == 1
    world.people[0] = world.people[0].but(checks=())
    world.no("gentle")
    assert world.pledged(2) == 0
    assert world.told(MessageKind.reserve_call) == []
    assert world.invitation("kingsway").status is InvitationStatus.accepted
