"""Many needs with one cause: the lead has them first, confirms where nobody else can, and may put them on hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.events import EventCode
from domain.incidents import Incident, new_incident_reference
from domain.messages import MessageKind
from domain.needs import LETTERS, Resident
from domain.officers import TaskKind
from domain.opening import NeedWrong, join_incident
from domain.steps import Rest
from tests.domain.world import World, begin
from tests.people import AMINA, DUNCAN, MARGE, MONDAY, OLA, SAM, helper, need, playbook, round_of

ADA = DUNCAN.but(id="ada", name="Ada Example", email="ada@council.example.org")
FLOOD = Incident(id="X-222222", name="Flood", place="Kings Rest Centre, Norbiton Road", lead=ADA.id, opened_at=MONDAY)
NOBODY = Resident()
HOUR = timedelta(hours=1)


def flooded(*lines: str, **more: Any) -> World:
    """A need of the flood, for whoever is at the rest centre."""
    given = {"people": [SAM], "officers": (OLA, DUNCAN, ADA), "resident": NOBODY, "led": FLOOD} | more
    return begin(*(lines or ("blanket:40",)), **given)


def held(world: World, yes: bool = True) -> World:
    """The incident is put on hold, or goes on; every need of it is looked at."""
    incident = FLOOD.but(held_at=world.now if yes else None)
    world.situation = replace(world.situation, incident=incident)
    world.look()
    return world


def test_a_need_takes_after_its_incident() -> None:
    """Its public place and whether it is an exercise come from the incident; a closed one takes no more."""
    joined = join_incident(need("blanket:40"), FLOOD.but(exercise=True))
    assert (joined.incident, joined.place, joined.exercise) == (FLOOD.id, FLOOD.place, True)
    with pytest.raises(NeedWrong, match="closed"):
        join_incident(need("blanket:40"), FLOOD.but(closed_at=MONDAY))


def test_a_reference_of_an_incident_can_be_read_out() -> None:
    """X- and six letters that sound like nothing else."""
    references = {new_incident_reference() for _ in range(200)}
    assert len(references) > 190
    assert all(r.startswith("X-") and set(r[2:]) <= set(LETTERS) for r in references)


def test_the_lead_gets_it_first() -> None:
    """A hand-over of an incident's need goes to its lead, then along the list of duty officers."""
    world = flooded(people=[])
    assert world.told(MessageKind.officer_task)[0] == ADA.id
    assert [officer.id for officer in world.situation.on_duty(MONDAY)] == [ADA.id, OLA.id, DUNCAN.id]


def test_without_a_duty_officer_the_manager_is_told() -> None:
    """A39: the role resolves to nobody: the manager gets it, and those who can help are asked all the same."""
    world = begin("blanket:40", people=[helper("sam", capacity=5)], officers=(MARGE,))
    world.wait("2d")
    assert world.asked() == ["sam"]
    assert set(world.told(MessageKind.officer_task)) == {MARGE.id}


def test_where_there_is_no_resident_the_lead_says_whether_it_happened() -> None:
    """Nobody is told what nobody can be told; at the time to ask, the lead is asked to confirm."""
    world = flooded("blanket:4", needed_by="+6h")
    world.yes("sam")
    world.wait("6h")
    world.done("sam")
    assert not world.situation.tasks
    world.wait("25h")
    assert [task.kind for task in world.situation.tasks] == [TaskKind.confirm]
    assert world.told(MessageKind.officer_task)[0] == ADA.id
    assert not any(m.to == "resident" for m in world.messages)


def test_a_resident_at_an_incident_is_told_themselves() -> None:
    """Who can be reached is, incident or not."""
    world = flooded("blanket:4", resident=AMINA)
    world.yes("sam")
    assert world.told(MessageKind.resident_covered) == ["resident"]


def test_held_nothing_is_decided_and_nobody_loses_time() -> None:
    """R12: on hold no round ends and no reminder goes; when it goes on, everybody has the time they had."""
    rounds = playbook(round_of("first", patience="1h", ask=1), round_of("second", patience="1h", ask=1))
    world = flooded(people=[SAM, helper("bob", "Bob Example")], by=rounds, needed_by="+2d").wait("30m").forget()
    held(world).wait("5h")
    assert world.situation.held
    assert not world.messages
    assert world.need.wake_at
    assert world.need.wake_at > world.now
    held(world, False)
    assert world.story() == [EventCode.held, EventCode.resumed]
    assert world.invitation("sam").answer_by == world.now + HOUR / 2
    world.wait("29m")
    assert world.asked() == []
    world.wait("2m")
    assert world.asked() == ["bob"]


def test_held_answers_are_taken() -> None:
    """Who says yes while everything is on hold has said yes; what follows waits."""
    world = held(flooded("blanket:4")).forget()
    world.yes("sam")
    assert world.pledged() == 4
    assert EventCode.covered not in world.story()
    held(world, False)
    assert EventCode.covered in world.story()


def test_everything_may_be_held() -> None:
    """A need of no incident rests while everything is held, with an alarm each day so that nobody forgets it."""
    world = begin("blanket:4", people=[SAM])
    world.situation = replace(world.situation, all_held_at=world.now)
    (*_, rest) = world.look()
    assert isinstance(rest, Rest)
    assert rest.until == world.now + timedelta(days=1)
    world.forget().wait("3d")
    assert not world.messages


def test_a_worry_passes_on_while_all_is_held() -> None:
    """Ada leads, and her phone is off: within the hour Ola has the worry; nothing else about the need is passed on."""
    world = flooded("blanket:4", people=[helper("sam", capacity=4)])
    world.yes("sam")
    world.question("sam")
    held(world).forget()
    world.worries("sam")
    world.wait("3h")
    passed = world.happened(EventCode.task_passed)
    assert passed
    assert {event.facts["kind"] for event in passed} == {TaskKind.worry}
    assert OLA.id in world.told(MessageKind.officer_task)


def test_a_worry_taken_and_forgotten_comes_back_while_all_is_held() -> None:
    """Ola took it and wrote nothing down: a day later she is asked, held or not."""
    world = flooded("blanket:4", people=[helper("sam", capacity=4)])
    world.yes("sam")
    world.worries("sam")
    held(world)
    world.officer_takes(TaskKind.worry)
    world.forget().wait("25h")
    assert world.told(MessageKind.officer_task)[0] == OLA.id
    assert world.tasks(TaskKind.worry) == ["open"]


def test_practice_takes_no_ask_of_the_week() -> None:
    """Sam may be asked once a week: an exercise leaves that for those who need it, and his week is not broken."""
    practising = FLOOD.but(exercise=True)
    sam = helper("sam", capacity=4, exercises=True, weekly_limit=1)
    world = flooded("blanket:4", people=[sam], led=practising)
    assert world.asked() == ["sam"]
    assert not world.week
