"""Somebody is passed over for a while: nobody waits for what they have not answered."""

from __future__ import annotations

from domain.changes import Change
from domain.events import EventCode
from domain.invitations import Reason
from domain.messages import MessageKind
from domain.steps import StandDown
from tests.domain.world import begin
from tests.people import BOB, SAM, playbook, round_of

ONE_BY_ONE = playbook(round_of("neighbours", ask=1, patience="2h", remind_after="1h"))


def test_nobody_waits_for_who_is_away() -> None:
    """Sam is asked first and pauses: Bob is asked at once, Sam is not reminded, and his link still takes a yes."""
    world = begin("lift:1", people=[SAM, BOB], by=ONE_BY_ONE)
    assert world.asked() == ["sam"]
    world.pauses("sam")
    assert world.asked() == ["sam", "bob"]
    assert EventCode.paused in world.story()
    assert world.pauses("sam") is None
    world.wait("90m")
    assert world.told(MessageKind.reminder) == ["bob"]
    assert isinstance(world.yes("sam"), Change)
    assert world.pledged() == 1
    assert any(isinstance(step, StandDown) for step in world.steps)


def test_who_comes_back_is_waited_for_again() -> None:
    """Sam's pause ends before his time to answer does: the rest of it is his."""
    world = begin("lift:2", people=[SAM, BOB.but(capacity=1)], by=ONE_BY_ONE)
    world.pauses("sam", "officer:ola")
    assert world.invitation("sam").reason is Reason.away
    world.returns("sam")
    assert world.invitation("sam").awaited
    assert EventCode.back in world.story()


def test_a_pause_changes_nothing_else() -> None:
    """What Sam has promised stands; of a need that is closed nothing changes."""
    world = begin("lift:1", people=[SAM], by=ONE_BY_ONE)
    world.yes("sam")
    assert world.pauses("sam") is None
    assert world.pledged() == 1
