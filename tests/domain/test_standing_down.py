"""Who stands by is told until when, and then let go. Sam gives, Jane stands by."""

from __future__ import annotations

from domain.events import EventCode
from domain.invitations import InvitationStatus, Reason
from domain.messages import MessageKind
from tests.domain.world import World, begin
from tests.people import GOOD_NEIGHBOURS, JANE, SAM, playbook, round_of

BY = playbook(round_of("neighbours", patience="2h"), confirm_after="1d", chase_after="1h", close_after="3d")


def sam_gives_and_jane_stands_by(*lines: str) -> World:
    """Ten parcels in four hours: Sam promises them all, and Jane offers ten more."""
    world = begin(*(lines or ("food-parcel:10",)), people=[SAM, JANE], by=BY, needed_by="+4h")
    world.yes("sam", 10)
    world.yes("jane", 10)
    assert (world.invitation("jane").pledged, world.invitation("jane").reserve) == (0, 10)
    return world.forget()


def test_who_stood_by_is_let_go_once_it_is_done() -> None:
    """Sam has brought all ten: Jane hears that she is free, once, and not a day later when the need is closed."""
    world = sam_gives_and_jane_stands_by().wait("4h")
    assert world.told(MessageKind.stand_down) == []
    world.done("sam")
    assert world.told(MessageKind.stand_down) == ["jane"]
    jane = world.invitation("jane")
    assert (jane.status, jane.reason, jane.reserve) == (InvitationStatus.cancelled, Reason.covered, 0)
    assert world.happened(EventCode.reserve_released)[0].responders == ("jane",)
    world.wait("1d").resident_says("yes")
    assert world.told(MessageKind.stand_down) == ["jane"]


def test_until_everybody_has_said_so_the_reserve_comes_first() -> None:
    """Sam says nothing: Jane is not let go when it is due, for she is the first to be asked when he does not come."""
    world = sam_gives_and_jane_stands_by().wait("5h59m")
    assert world.told(MessageKind.stand_down) == []
    world.wait("10m")
    assert world.told(MessageKind.reserve_call) == ["jane"]


def test_before_it_is_due_nobody_is_let_go() -> None:
    """Sam has brought his early; what he brought may still turn out to be short, so Jane waits until it is due."""
    world = sam_gives_and_jane_stands_by().wait("1h")
    world.done("sam")
    assert world.told(MessageKind.stand_down) == []
    world.wait("3h")
    assert world.told(MessageKind.stand_down) == ["jane"]


def test_who_gives_something_besides_keeps_that() -> None:
    """Good Neighbours stand by with blankets and bring the parcels tomorrow: they are not written to."""
    world = begin("blanket:5@+2h", "food-parcel:5", people=[SAM, GOOD_NEIGHBOURS], by=BY, needed_by="+1d")
    world.yes("sam", 5, 0)
    world.yes("good-neighbours", 5, 5)
    world.forget().wait("2h")
    world.done("sam")
    theirs = world.invitation("good-neighbours")
    assert (theirs.pledged, theirs.reserve, theirs.status) == (5, 0, InvitationStatus.accepted)
    assert world.told(MessageKind.stand_down) == []
