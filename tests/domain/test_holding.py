"""On hold: nothing is sent, answers are taken, and nobody loses time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from domain.calling import topic_of
from domain.capabilities import Sector
from domain.changes import Change, Refusal
from domain.closing import close
from domain.escalation import next_step
from domain.events import EventCode
from domain.hours import read_quiet
from domain.incidents import Incident
from domain.messages import MessageKind
from domain.needs import NeedStatus, Outcome
from domain.officers import TaskKind, TaskOutcome
from domain.steps import GoOn, NoteHold, Rest
from domain.telling import outcomes_of
from domain.transferring import Crossing, ask_to_move
from tests.domain.world import begin
from tests.people import BOB, GROUPS, MONDAY, MRS_OKAFOR, RIVERSIDE_KITCHEN, SAM, SERVICES, helper, playbook, round_of

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


def test_nobody_is_reminded_in_their_sleep_after_a_hold() -> None:
    """Sam wants quiet from nine at night. Held for twelve hours, his reminder would come at ten: it comes at eight in
    the morning instead, and once."""
    by = playbook(round_of("neighbours", patience="1d", remind_after="1h"))
    sam = SAM.but(quiet=read_quiet("21:00-08:00"))
    world = begin("food-parcel:20", people=[sam], by=by, needed_by="+4d")
    world.wait("10m").holds("12h")
    world.forget().wait("22h")
    assert world.told(K.reminder) == []
    assert E.reminded not in world.story()
    world.wait("1d")
    (reminder,) = (m for m in world.messages if m.kind is K.reminder)
    assert (reminder.created_at - MONDAY, reminder.created_at.hour) == (timedelta(hours=23), 8)


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


# --- what the hold does not change: where it is on its way -----------------------------


ASKS = playbook(round_of("neighbours", patience="1h", ask=5), chase_after="1d", confirm_after="2h", close_after="7d")


def test_a_call_to_ask_how_it_went_stays_that_call() -> None:
    """Ola is to phone Mrs Okafor and ask whether it happened; on hold she is still to ask, not to say who will help."""
    world = begin("food-parcel:2", people=[SAM], resident=MRS_OKAFOR, needed_by="+3h", by=ASKS)
    world.yes("sam", 2)
    world.wait("6h")
    task = next(task for task in world.situation.open_tasks if task.kind is TaskKind.call_resident)
    world.holds()
    assert topic_of(world.situation, task) is K.resident_asked
    assert TaskOutcome.partly in outcomes_of(world.situation, task)


def test_the_resident_hears_who_helps_though_the_word_came_on_hold() -> None:
    """Ola gives her word about who fits the key safe while it is on hold: Amina hears of it as at any other time."""
    kim = helper("kim", sector=Sector.provider, capabilities=("key-safe",))
    world = begin("key-safe:1", people=[kim], by=playbook(round_of("services", SERVICES)))
    world.yes("kim")
    world.holds("1h")
    world.ends_task(TaskKind.vet, TaskOutcome.yes)
    world.wait("1h")
    assert world.told(K.resident_covered) == ["resident"]
    assert world.need.resident_told


def test_what_fails_after_its_time_on_hold_is_wanted_anew() -> None:
    """Sam says on hold that he could not bring it, an hour after it was due: it gets a new time, and Bob is asked."""
    world = begin("food-parcel:2@+3h", "lift:1", people=[SAM, BOB], by=ASKS, needed_by="+3d")
    world.yes("sam", 2)
    world.wait("4h").holds()
    world.failed("sam")
    world.wait("1h").resumes()
    assert world.need.line(1).due > world.now
    assert world.tasks(TaskKind.past_due) == []


def test_the_time_it_gets_on_hold_begins_when_it_goes_on() -> None:
    """Sam says on hold that he could not bring it; the hold lasts two days longer, and then it has its three hours."""
    world = begin("food-parcel:2@+3h", "lift:1", people=[SAM, BOB], by=ASKS, needed_by="+5d")
    world.yes("sam", 2)
    world.wait("4h").holds()
    world.failed("sam")
    world.wait("2d").resumes()
    assert world.need.line(1).due == world.now + timedelta(hours=3)
    assert world.tasks(TaskKind.past_due) == []
    assert "bob" in world.asked()


def test_on_hold_it_is_as_early_to_say_how_it_went_as_before() -> None:
    """Sam has promised 2 of 5 for Thursday; while it is on hold Amina cannot say that nothing came, and he goes on."""
    world = begin("food-parcel:5", people=[SAM], needed_by="+3d", by=ASKS)
    world.yes("sam", 2)
    world.holds()
    refused = world.resident_says("no")
    assert isinstance(refused, Refusal)
    assert refused.code == "not-yet"
    assert world.pledged() == 2


# --- no clock runs beyond the time ------------------------------------------------------


def test_what_changed_on_hold_is_answered_before_it_is_due() -> None:
    """Held for two days, Ola moves it ten minutes before it goes on: Sam has as long to say as if she did so now."""
    world = begin("food-parcel:5", people=[SAM], needed_by="+3d", by=TWO_ROUNDS)
    world.yes("sam", 5)
    world.holds()
    world.wait("2d").amends(needed_by="+4h", place="Hook")
    world.wait("10m").resumes()
    assert world.invitation("sam").confirm_by == world.now + timedelta(hours=1)


def test_asked_to_go_elsewhere_on_hold_is_answered_before_it_is_due() -> None:
    """The same for whoever is asked, while it is on hold, to take theirs to another need."""
    world = begin("food-parcel:5", people=[SAM], needed_by="+3d", by=TWO_ROUNDS)
    world.yes("sam", 5)
    world.holds()
    there = begin("food-parcel:9", reference="N-8CFGHJ", needed_by="+4d").situation
    world.wait("2d").act(
        lambda here, now: ask_to_move(Crossing(here, there, SAM), "food-parcel", 2, "officer:ola", now)
    )
    world.wait("10m").resumes()
    moving = world.invitation("sam").moving
    assert moving
    assert moving.answer_by == world.now + timedelta(hours=1)


def test_nobody_is_waited_for_beyond_the_time() -> None:
    """Sam had four hours and was held for four and a half: he is waited for until it is due, and no longer."""
    world = begin("food-parcel:5", people=[SAM], by=playbook(round_of("neighbours", patience="4h")), needed_by="+8h")
    world.wait("1h").holds("4h30m")
    world.wait("5h")
    line = world.need.line(1)
    assert world.invitation("sam").answer_by == line.due
    assert line.round_ends == line.due


def test_silence_on_the_phone_counts_from_when_she_was_tried() -> None:
    """Ola gives up reaching Mrs Okafor four days before a hold of ten ends: of her time to say, none has passed, and
    no more is given."""
    world = begin("food-parcel:2", people=[SAM], resident=MRS_OKAFOR, needed_by="+3h", by=ASKS)
    world.yes("sam", 2)
    world.wait("6h").holds()
    for _ in range(3):
        world.wait("2d")
        world.ends_task(TaskKind.call_resident, TaskOutcome.no_answer)
    world.wait("4d").resumes()
    assert world.need.resident_asked_at == world.now


def test_who_sleeps_wakes_when_they_do() -> None:
    """Sam is left alone until 8am. Held from 10pm to 11pm it does not leave him alone until 9am."""
    sam = SAM.but(quiet=read_quiet("21:00-08:00"))
    night = MONDAY.replace(hour=22)
    world = begin("food-parcel:2", people=[sam], by=playbook(round_of("neighbours", patience="2h")), now=night)
    wakes = world.need.line(1).more_at
    assert wakes
    world.holds("1h")
    world.wait("1h")
    assert world.need.line(1).more_at == wakes
