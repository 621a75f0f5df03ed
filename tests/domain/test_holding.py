"""On hold: nothing is sent, answers are taken, and nobody loses time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from domain.changes import Change, Refusal
from domain.closing import close
from domain.escalation import next_step
from domain.events import EventCode
from domain.incidents import Incident
from domain.messages import MessageKind
from domain.needs import NeedStatus, Outcome
from domain.officers import TaskKind
from domain.steps import GoOn, NoteHold, Rest
from tests.domain.world import begin
from tests.people import BOB, GROUPS, MONDAY, RIVERSIDE_KITCHEN, SAM, playbook, round_of

K, E = MessageKind, EventCode
TWO_ROUNDS = playbook(round_of("neighbours", patience="1h", remind_after="30m"), round_of("groups", GROUPS, "1h"))


def test_it_continues_where_it_was() -> None:
    """A07: held for 3 hours ten minutes into an hour: Sam is reminded 20 minutes after it goes on, the next are asked
    50 minutes after."""
    world = begin("food-parcel:20", people=[SAM, RIVERSIDE_KITCHEN], by=TWO_ROUNDS, needed_by="+2d")
    world.wait("10m").holds("3h")
    assert world.need.status is NeedStatus.on_hold
    world.forget().wait("2h59m")
    assert world.messages == []
    world.wait("1m")
    assert world.need.status is NeedStatus.open
    world.wait("19m")
    assert world.told(K.reminder) == []
    world.wait("1m")
    assert world.told(K.reminder) == ["sam"]
    world.wait("29m")
    assert world.asked() == []
    world.wait("1m")
    assert world.asked() == ["riverside-kitchen"]


def test_an_answer_is_taken_meanwhile() -> None:
    """A07: Sam covers it while it is on hold; when it goes on Bob is released and Amina is told."""
    world = begin("food-parcel:5", people=[SAM, BOB])
    world.holds("3h")
    assert isinstance(world.yes("sam"), Change)
    assert world.need.status is NeedStatus.on_hold
    world.forget().wait("3h")
    assert world.need.status is NeedStatus.covered
    assert world.told(K.stand_down) == ["bob"]
    assert world.told(K.resident_covered) == ["resident"]


def test_an_officer_ends_it_early() -> None:
    """Ola lets it go on after an hour: what was left of Sam's time is left, and ending it twice changes nothing."""
    world = begin("food-parcel:20", people=[SAM], by=TWO_ROUNDS)
    until = world.invitation("sam").answer_by
    world.holds("3h")
    world.wait("1h").resumes()
    assert world.invitation("sam").answer_by == until + timedelta(hours=1)
    assert world.need.held_at is None
    assert world.resumes() is None


def test_held_without_an_end_asks_an_officer_each_day() -> None:
    """Nobody said until when: Ola is asked after a day, again after the next, and no more once it goes on."""
    world = begin("food-parcel:20", people=[SAM], needed_by="+7d")
    world.holds()
    world.wait("23h")
    assert world.tasks(TaskKind.on_hold) == []
    world.wait("1h")
    assert world.tasks(TaskKind.on_hold) == ["open"]
    world.officer_takes(TaskKind.on_hold)
    world.wait("1d")
    assert world.tasks(TaskKind.on_hold) == ["done", "open"]
    world.resumes()
    assert world.tasks(TaskKind.on_hold) == ["done", "done"]


def test_what_officers_have_goes_on() -> None:
    """A question asked before it was put on hold is still passed on: officers are not who is spared."""
    world = begin("food-parcel:20", people=[SAM])
    world.question("sam")
    world.holds("1d")
    world.forget().wait("2h")
    assert E.task_passed in world.story()


def test_a_need_on_hold_can_be_closed() -> None:
    """Withdrawn while it is on hold: closed, and no alarm is left."""
    world = begin("food-parcel:20", people=[SAM])
    world.holds("1d")
    world.act(lambda situation, now: close(situation, Outcome.withdrawn, "officer:ola", now))
    assert world.need.closed
    assert world.need.wake_at is None


def test_holding_again_until_the_same_time_changes_nothing() -> None:
    """The same command twice is the same answer; a new time is a new one; a time that has passed is refused."""
    world = begin("food-parcel:20", people=[SAM])
    world.holds("3h")
    assert world.holds("3h") is None
    assert isinstance(world.holds("4h"), Change)
    assert isinstance(world.holds("0s"), Refusal)


def test_held_with_its_incident_it_goes_on_with_it() -> None:
    """The incident is held for two hours: the need notes since when, and Sam's time moves by two hours."""
    world = begin("food-parcel:20", people=[SAM], by=TWO_ROUNDS)
    until = world.invitation("sam").answer_by
    flood = Incident(id="X-7K3QX2", name="Flood", place="Kings Rest Centre", lead="ola", opened_at=MONDAY)
    world.situation = replace(world.situation, incident=flood.but(held_at=world.now))
    assert isinstance(next_step(world.situation, world.now), NoteHold)
    world.look()
    world.forget().wait("2h")
    assert world.messages == []
    assert isinstance(next_step(world.situation, world.now), Rest)
    world.situation = replace(world.situation, incident=flood)
    assert isinstance(next_step(world.situation, world.now), GoOn)
    world.look()
    assert world.need.status is NeedStatus.open
    assert world.invitation("sam").answer_by == until + timedelta(hours=2)
