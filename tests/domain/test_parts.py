"""Parts of one need with times of their own: each is looked after when its own time comes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from domain.changes import Change, Refusal
from domain.events import EventCode
from domain.messages import MessageKind
from domain.officers import TaskKind, TaskOutcome
from tests.domain.world import World, at, begin
from tests.people import DUNCAN, OLA, SAM, helper, playbook, round_of

PARCELS = helper("sam", capabilities=("food-parcel",))
SLOW = playbook(round_of("neighbours", patience="1h"), close_after="1d")


def lift_and_food(*lines: str, **more: object) -> World:
    """Nobody gives lifts: Ola has the lift, due in 3 hours, from the beginning. The food is due in three days."""
    lines = lines or ("lift:1@+3h", "food-parcel:2")
    return begin(*lines, people=[PARCELS], by=SLOW, **{"needed_by": "+3d"} | more)


# --- each part that passes its time is an officer's -----------------------------------


def test_a_part_that_passes_its_time_is_an_officers_then() -> None:
    """Ola said that she had found a lift, and none came to be on record: she is asked at its time, not in three days,
    again each time `close_after` has passed, and the food is left alone."""
    world = lift_and_food()
    world.yes("sam", 2)
    world.officer_takes(TaskKind.hand_over)
    world.ends_task(TaskKind.hand_over, TaskOutcome.found)
    world.wait("2h59m")
    assert world.tasks(TaskKind.past_due) == []
    world.wait("1m")
    (task,) = [task for task in world.situation.tasks if task.kind is TaskKind.past_due]
    assert task.lines == (1,)
    world.officer_takes(TaskKind.past_due)
    world.wait("23h")
    assert world.tasks(TaskKind.past_due) == ["taken"]
    world.wait("1h")
    assert world.tasks(TaskKind.past_due) == ["done", "open"]


def test_what_is_still_to_come_stays_with_whoever_has_it() -> None:
    """Nobody helps with either: when the time of the lift is over, the food stays Ola's to find, the lift is not."""
    world = lift_and_food("lift:1@+3h", "blanket:2")
    world.officer_takes(TaskKind.hand_over)
    world.wait("3h")
    tasks = {task.kind: task for task in world.situation.tasks if task.status != "done"}
    assert tasks[TaskKind.hand_over].lines == (2,)
    assert tasks[TaskKind.past_due].lines == (1,)


def test_a_second_part_joins_the_first() -> None:
    """The lift's time is over and nobody has taken that; two hours later the food's is too: one task is about both."""
    world = lift_and_food("lift:1@+3h", "blanket:2@+5h", "food-parcel:2", officers=(OLA, DUNCAN))
    world.wait("5h")
    assert [task.lines for task in world.situation.open_tasks if task.kind is TaskKind.past_due] == [(1, 2)]
    assert len(world.happened(EventCode.past_due)) == 2


def test_a_second_part_leaves_the_first_with_whoever_has_it() -> None:
    """Duncan has taken the lift that never came; when the food's time passes too, Ola is asked about the food alone."""
    world = lift_and_food("lift:1@+3h", "blanket:2@+5h", "food-parcel:2", officers=(OLA, DUNCAN))
    world.wait("3h")
    world.officer_takes(TaskKind.past_due, "duncan")
    world.wait("2h")
    asked = [(task.lines, task.status) for task in world.situation.tasks if task.kind is TaskKind.past_due]
    assert asked == [((1,), "taken"), ((2,), "open")]


def test_what_gets_a_new_time_is_not_past_it() -> None:
    """Two of five parcels never came and Ola is asked how that ended; then Sam cannot bring his three: all five get a
    new time, and nobody is asked how they ended."""
    world = lift_and_food("food-parcel:5@+3h", "blanket:2")
    world.yes("sam", 3)
    world.wait("3h")
    assert world.tasks(TaskKind.past_due) == ["open"]
    world.failed("sam")
    assert world.need.line(1).due > world.now
    assert world.tasks(TaskKind.past_due) == ["done"]


def test_a_part_whose_time_passes_on_hold_is_an_officers_when_it_goes_on() -> None:
    """The blankets' time is over while it is on hold, after the lift's, which Ola has: she is asked about
    them once."""
    world = lift_and_food("lift:1@+3h", "blanket:2@+8h", "food-parcel:2")
    world.wait("4h")
    world.officer_takes(TaskKind.past_due)
    world.holds()
    world.wait("12h").resumes()
    assert [event.lines for event in world.happened(EventCode.past_due)] == [(1,), (2,)]
    world.wait("1d")
    assert len(world.happened(EventCode.past_due)) == 2


def test_what_another_part_gets_does_not_ask_again() -> None:
    """Ola has the lift that never came; then Sam cannot bring the food and it gets a new time: she keeps what she has,
    and is not asked about the lift a second time."""
    world = lift_and_food("lift:1@+3h", "food-parcel:2@+4h", "blanket:2")
    world.yes("sam", 2)
    world.wait("4h30m")
    world.officer_takes(TaskKind.past_due)
    world.failed("sam")
    assert world.need.line(2).due > world.now
    world.amends("hot-meal:3")
    world.wait("10m")
    assert world.tasks(TaskKind.past_due) == ["taken"]
    assert len(world.happened(EventCode.past_due)) == 1


def test_more_time_for_what_is_past_its_time() -> None:
    """The lift never came, the food is due in three days: with time until tomorrow the lift is looked for anew, Ola is
    not asked any more how it ended, and the food keeps its time."""
    world = lift_and_food()
    world.wait("4h")
    assert isinstance(world.extends("20h"), Change)
    assert [line.due for line in world.need.lines] == [world.now + timedelta(hours=20), at(world, "3d")]
    assert world.need.needed_by == at(world, "3d")
    assert world.tasks(TaskKind.past_due) == ["done"]
    assert world.happened(EventCode.extended)[0].facts["due"] == world.need.line(1).due.isoformat()
    assert isinstance(world.extends("10h"), Refusal), "that would be earlier for both"


# --- a time of its own ------------------------------------------------------------------


def test_a_part_due_after_the_whole_has_a_time_of_its_own() -> None:
    """Needed in 3 hours, but for a lift in 6: the need counts as needed by then, the food is due in 3 hours still. More
    time, or another, is for the food: the lift keeps its own."""
    world = begin("food-parcel:2", "lift:1@+6h", people=[SAM], needed_by="+3h")
    assert (world.need.needed_by, world.need.line(1).due) == (at(world, "6h"), at(world, "3h"))
    world.extends("10h")
    assert [line.due for line in world.need.lines] == [at(world, "10h"), at(world, "6h")]
    world.amends(needed_by="+2h")
    assert [line.due for line in world.need.lines] == [at(world, "2h"), at(world, "6h")]
    assert world.need.needed_by == at(world, "6h"), "a need is needed by the last of its parts"


def test_a_part_that_gets_a_time_of_its_own_keeps_it() -> None:
    """Ola says when the lift is: from then on it has its own time, and a lift added with one has too."""
    world = begin("food-parcel:2", "lift:1", people=[SAM], needed_by="+9h")
    world.amends("lift:1@+4h", "hot-meal:2@+5h")
    world.extends("20h")
    assert [line.due for line in world.need.lines] == [at(world, "20h"), at(world, "4h"), at(world, "5h")]


def test_where_every_part_has_its_own_the_last_moves() -> None:
    """A lift alone, recorded with its time: more time for the need is more time for the lift."""
    world = begin("lift:1@+6h", people=[SAM], needed_by="+1h")
    world.extends("9h")
    assert world.need.line(1).due == at(world, "9h")


def test_one_recorded_before_that_was_kept_is_read_by_its_time() -> None:
    """Nobody wrote down whose time it was: one that is not the need's is taken to be its own."""
    world = begin("food-parcel:2", "lift:1@+2h", people=[SAM], needed_by="+6h")
    lines = tuple(line.but(own_time=None) for line in world.need.lines)
    world.situation = replace(world.situation, need=world.need.but(lines=lines))
    world.extends("9h")
    assert [line.due for line in world.need.lines] == [at(world, "9h"), at(world, "2h")]


# --- the resident hears ------------------------------------------------------------------


def test_due_soon_the_resident_hears_that_an_officer_has_it() -> None:
    """Due in 2 hours and nobody has said yes: at half time Ola has it and Amina is told so, once."""
    world = begin("food-parcel:2", people=[SAM], by=playbook(round_of("neighbours", patience="1d")), needed_by="+2h")
    world.wait("59m")
    assert world.told(MessageKind.resident_delayed) == []
    world.wait("1m")
    assert world.happened(EventCode.handed_over)[0].facts["why"] == "time"
    assert world.told(MessageKind.resident_delayed) == ["resident"]
    world.wait("3d")
    assert world.told(MessageKind.resident_delayed) == ["resident"]
