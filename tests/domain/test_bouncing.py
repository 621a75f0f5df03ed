"""What a mail's fate means: who does not want our mail is asked nothing more of its kind, and is phoned."""

from __future__ import annotations

from datetime import timedelta

from domain.events import EventCode
from domain.invitations import InvitationStatus, Reason
from domain.messages import MessageKind, ought_to_be_heard_of
from domain.needs import Outcome
from domain.officers import TaskKind
from tests.domain.world import begin
from tests.people import BOB, MONDAY, SAM, playbook, round_of

ONE_BY_ONE = playbook(round_of("neighbours", ask=1, patience="2h"))


def test_a_complaint_is_a_no_and_somebody_phones() -> None:
    """S05: Bob, asked first, marks the mail as unwanted: Sam is asked at once, and Ola is to phone Bob. Told twice, it
    is one task."""
    world = begin("lift:1", people=[BOB.but(point=SAM.point), SAM], by=ONE_BY_ONE)
    first = world.asked()[0]
    world.complains(first)
    bob = world.invitation(first)
    assert (bob.status, bob.reason) == (InvitationStatus.rejected, Reason.complained)
    assert sorted(world.asked()) == ["bob", "sam"]
    assert world.tasks(TaskKind.call_partner) == ["open"]
    assert EventCode.complained in world.story()
    assert world.complains(first) is None


def test_a_promise_outlives_a_complaint() -> None:
    """S05: Sam has promised, and marks the receipt as unwanted: his promise counts, and mail about it still goes."""
    world = begin("lift:1", people=[SAM], by=ONE_BY_ONE)
    world.yes("sam")
    world.complains("sam")
    assert world.pledged() == 1
    world.forget()
    world.officer_closes(Outcome.withdrawn)
    assert world.told(MessageKind.call_off) == ["sam"]


def test_when_silence_of_a_channel_is_a_fault() -> None:
    """S08: what was taken 15 minutes ago ought to have been heard of; what is a day old will never be."""
    since, before = ought_to_be_heard_of(MONDAY)
    assert (MONDAY - before, MONDAY - since) == (timedelta(minutes=15), timedelta(days=1))
