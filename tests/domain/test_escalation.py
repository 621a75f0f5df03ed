"""What now, and because? Little plays on a clock that the test moves."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from domain.capabilities import Sector
from domain.events import EventCode
from domain.messages import ASKS, MessageKind
from domain.officers import TaskKind
from domain.steps import Ask, CallReserve, Rest
from domain.times import read_when
from domain.timing import latest_moment
from tests.domain.world import at, begin
from tests.people import (
    BOB,
    DUNCAN,
    GROUPS,
    JANE,
    LONDON,
    MONDAY,
    OLA,
    RIVERSIDE_KITCHEN,
    SAM,
    TOWN,
    helper,
    helpers,
    place,
    playbook,
    round_of,
)

TWO = playbook(round_of("neighbours", ask=1), round_of("groups", GROUPS, ask=2))
REMINDS = playbook(round_of("neighbours", ask=3, remind_after="20m"))


def test_round_two_is_asked_when_round_one_s_patience_is_over() -> None:
    """A01: nobody answers; round 2 is asked at 30 minutes, and not a second before."""
    world = begin(people=TOWN).wait("29m59s")
    assert "riverside-kitchen" not in world.asked()
    world.wait("1s")
    assert world.asked()[-1] == "riverside-kitchen"
    assert [event.round for event in world.happened(EventCode.asked)] == [1, 2]


def test_a_wait_of_four_hours_over_the_clock_change_is_four_hours() -> None:
    """K01: asked at 00:30 BST on 25 October, the next round is asked at 03:30 GMT."""
    start = read_when("2026-10-25T00:30", MONDAY, LONDON)
    slow = playbook(round_of("neighbours", patience="4h"), round_of("groups", GROUPS))
    world = begin(people=TOWN, by=slow, now=start)
    assert world.need.wake_at == read_when("2026-10-25T03:30", MONDAY, LONDON) == start + timedelta(hours=4)


def test_a_running_need_keeps_its_own_playbook() -> None:
    """A05: the need holds a copy by value; nothing it decides asks for a playbook by name."""
    world = begin(people=TOWN, by=TWO)
    assert world.need.playbook == TWO
    assert world.need.model_validate_json(world.need.model_dump_json()).playbook == TWO


def test_an_empty_round_is_skipped_at_once() -> None:
    """A06: nobody of round 1 can be asked, so round 2 is asked in the same moment, and the story says so."""
    paused = SAM.but(paused_until=MONDAY + timedelta(days=1))
    world = begin(people=[paused, RIVERSIDE_KITCHEN], by=TWO)
    assert world.story() == [EventCode.opened, EventCode.round_skipped, EventCode.asked]
    assert world.asked() == ["riverside-kitchen"]


def test_nobody_anywhere_is_an_officer_s_at_once() -> None:
    """A06: with nobody to ask in any round the officer has it now, and the resident knows that it takes longer."""
    world = begin()
    assert world.told(MessageKind.officer_task) == ["ola"]
    assert world.told(MessageKind.resident_delayed) == ["resident"]
    assert world.happened(EventCode.handed_over)[0].facts["why"] == "exhausted"


def test_a_spent_round_moves_on_at_once() -> None:
    """Refusals and dead addresses do not make a resident wait for a deadline."""
    world = begin(people=[SAM, BOB, RIVERSIDE_KITCHEN], by=playbook(round_of("one"), round_of("two", GROUPS)))
    world.wait("1m").no("sam")
    assert world.asked() == ["sam", "bob"]
    world.bounces("bob")
    assert world.asked() == ["sam", "bob", "riverside-kitchen"]
    assert world.now == at(world, "1m")


def test_a_no_asks_the_next_only_if_the_rest_cannot_cover() -> None:
    """Two kitchens may be expected to cover what is missing; one no of three asks nobody else."""
    people = helpers(6, sector=Sector.provider, capacity=10)
    world = begin("food-parcel:10", people=people, by=playbook(round_of("all", (Sector.provider,), ask=5)))
    assert len(world.asked()) == 2
    world.no("helper-01")
    assert len(world.asked()) == 3
    world.yes("helper-02", 6)
    assert len(world.asked()) == 3  # the one still to answer may be expected to give the 4 that are missing
    world.no("helper-03")
    assert len(world.asked()) == 5
    assert world.story().count(EventCode.asked_next) == 2


def test_who_is_asked_late_has_a_fair_time_but_a_round_ends() -> None:
    """A round never lasts longer than twice its patience, however often somebody new is asked."""
    by = playbook(round_of("neighbours", ask=1), round_of("groups", GROUPS, ask=1))
    world = begin(people=[*helpers(9, capacity=5), RIVERSIDE_KITCHEN], by=by)
    for number in range(1, 9):
        world.wait("7m").no(f"helper-{number:02}")
    world.wait("10m")
    assert world.asked()[-1] == "riverside-kitchen"
    assert world.happened(EventCode.asked)[-1].at == at(world, "60m")


def test_one_reminder_before_the_deadline() -> None:
    """Silence brings one reminder, 20 minutes after the ask, and never a second."""
    world = begin(people=[SAM, BOB, JANE], by=REMINDS).wait("19m")
    assert not world.told(MessageKind.reminder)
    world.wait("1m")
    assert sorted(world.told(MessageKind.reminder)) == ["bob", "jane", "sam"]
    world.wait("1d")
    assert len(world.told(MessageKind.reminder)) == 3


def test_reminders_stop_for_who_has_answered() -> None:
    """A18: Bob has said yes and Sam no; only Jane is reminded."""
    world = begin(people=[SAM, BOB, JANE], by=REMINDS)
    world.yes("bob", 1)
    world.no("sam")
    world.wait("25m")
    assert world.told(MessageKind.reminder) == ["jane"]


def test_nobody_is_reminded_whose_answer_is_not_needed() -> None:
    """The others may be expected to cover without them: no reminder."""
    providers = helpers(2, sector=Sector.provider, capacity=10)
    world = begin("food-parcel:10", people=providers, by=playbook(
        round_of("all", (Sector.provider,), remind_after="10m")))  # fmt: skip
    world.yes("helper-01", 5)
    world.forget().wait("15m")
    assert world.told(MessageKind.reminder) == ["helper-02"]
    covered = begin("food-parcel:10", people=providers, by=REMINDS)
    assert not covered.wait("1d").told(MessageKind.reminder)


def test_one_reminder_after_the_software_was_down() -> None:
    """A08: down over the reminder and the deadline, it catches up with what still makes sense: the next round."""
    by = playbook(round_of("neighbours", ask=1, remind_after="10m"), round_of("groups", GROUPS))
    world = begin(people=[SAM, RIVERSIDE_KITCHEN], by=by).forget()
    world.sleep("45m")
    assert world.asked() == ["riverside-kitchen"]
    assert not world.told(MessageKind.reminder)


def test_lines_move_on_by_themselves() -> None:
    """A line nobody in round 1 could meet is asked of round 2 at once; the other keeps its place."""
    by = playbook(round_of("neighbours"), round_of("groups", GROUPS))
    world = begin("food-parcel:5", "lift:1", people=[SAM.but(capabilities=("food-parcel",)), TOWN[4]], by=by)
    assert world.asked() == ["sam", "dial-a-ride"]
    assert [line.round for line in world.need.lines] == [1, 2]
    assert [(e.round, e.lines) for e in world.happened(EventCode.round_skipped)] == [(1, (2,))]


def test_a_line_that_is_due_first_is_handed_over_first() -> None:
    """Line by line: the meals due tonight go to the officer while the parcels of the day after wait."""
    slow = playbook(round_of("neighbours", patience="1d"))
    cooks = helper("cook", capabilities=("hot-meal",))
    world = begin("food-parcel:5", "hot-meal:5@+6h", people=[SAM.but(capabilities=("food-parcel",)), cooks], by=slow)
    world.wait("4h")
    assert [line.handed_over for line in world.need.lines] == [False, True]


def test_an_officer_has_it_by_the_last_safe_moment() -> None:
    """Due in 10 hours, to be settled 2 hours before, and an hour to take it: handed over at 7 hours, once."""
    slow = playbook(round_of("neighbours", patience="1d"))
    world = begin("hot-meal:5", people=[SAM], by=slow, needed_by="+10h")
    assert latest_moment(world.need, world.need.line(1)) == at(world, "7h")
    world.wait("6h59m")
    assert not world.told(MessageKind.officer_task)
    world.wait("1m")
    assert world.told(MessageKind.officer_task) == ["ola"]
    world.officer_takes(TaskKind.hand_over)
    world.wait("2h")
    assert world.told(MessageKind.officer_task) == ["ola"]


def test_a_need_in_a_hurry_has_half_its_time() -> None:
    """Due within the lead: people are asked all the same, and the officer has it when half the time is gone."""
    slow = playbook(round_of("neighbours", patience="1d"))
    world = begin("hot-meal:5", people=[SAM], needed_by="+1h", by=slow).wait("29m")
    assert world.asked() == ["sam"]
    assert not world.told(MessageKind.officer_task)
    world.wait("1m")
    assert world.happened(EventCode.handed_over)[0].facts["why"] == "time"


def test_past_its_time_an_officer_has_it_again() -> None:
    """Not covered when due: an urgent task, and another each time `close_after` has passed, for ever."""
    world = begin(people=[SAM], needed_by="+5h", by=playbook(round_of("neighbours"), close_after="1d")).wait("5h")
    assert world.tasks(TaskKind.past_due) == ["open"]
    assert world.tasks(TaskKind.hand_over) == ["done"]
    world.officer_takes(TaskKind.past_due)
    world.wait("1d")
    assert world.tasks(TaskKind.past_due) == ["done", "open"]
    assert world.need.wake_at


def test_a_task_nobody_takes_goes_round_with_growing_waits() -> None:
    """Ola has an hour, then Duncan, then each again with twice the time, up to a day."""
    world = begin(officers=(OLA, DUNCAN), needed_by="+30d", by=playbook(round_of("neighbours"), take_within="1h"))
    world.wait("1h")
    assert world.told(MessageKind.officer_task) == ["ola", "duncan"]
    world.wait("3d")
    moments = [event.at for event in world.happened(EventCode.task_passed)]
    waits = [int((b - a) / timedelta(hours=1)) for a, b in pairwise(moments)]
    assert waits[:5] == [1, 2, 2, 4, 4]
    assert all(later >= earlier for earlier, later in pairwise(waits))
    assert world.wait("20d").need.wake_at
    assert max(b - a for a, b in pairwise(moments)) <= timedelta(days=1)


def test_a_task_that_was_taken_stays() -> None:
    """Taken in time, it is passed to nobody."""
    world = begin(officers=(OLA, DUNCAN))
    world.officer_takes(TaskKind.hand_over)
    world.wait("1d")
    assert world.told(MessageKind.officer_task) == ["ola"]


def test_with_no_officer_the_need_goes_on() -> None:
    """A39: nobody on duty is no reason to stop; the task waits for the first who is added."""
    world = begin(officers=(), needed_by="+5d").wait("2d")
    assert world.tasks(TaskKind.hand_over) == ["open"]
    assert world.need.wake_at
    assert world.need.wake_at > world.now
    world.situation = replace(world.situation, officers=(OLA,))
    world.look()
    assert world.told(MessageKind.officer_task)[-1] == "ola"


@pytest.mark.parametrize(
    ("opened", "opens"),
    [
        ("2026-03-02T23:00", "2026-03-03T08:00"),
        ("2026-10-24T23:00", "2026-10-25T08:00"),
        ("2026-10-25T00:30", "2026-10-25T08:00"),
        ("2027-03-27T23:00", "2027-03-28T08:00"),
        ("2027-03-28T00:30", "2027-03-28T08:00"),
    ],
)
def test_nobody_is_asked_at_night(opened: str, opens: str) -> None:
    """A13: with waking_hours_only an ask waits until 8am where the council is, on clock-change nights too."""
    by = playbook(round_of("neighbours"), waking_hours_only=True)
    world = begin(people=[SAM], by=by, now=read_when(opened, MONDAY, LONDON))
    morning = read_when(opens, MONDAY, LONDON)
    assert (world.asked(), world.need.wake_at) == ([], morning)
    world.now = morning
    world.look()
    assert world.asked() == ["sam"]


def test_an_urgent_need_asks_at_night() -> None:
    """A13: urgent asks at once."""
    by = playbook(round_of("neighbours"), waking_hours_only=True)
    world = begin(people=[SAM], by=by, now=read_when("2026-03-02T23:00", MONDAY, LONDON), urgent=True)
    assert world.asked() == ["sam"]


def test_a_round_that_ends_at_night_waits_for_the_morning() -> None:
    """A13: neither the next round nor a reminder goes out while people sleep."""
    by = playbook(round_of("neighbours", patience="2h", remind_after="1h"), round_of("groups", GROUPS),
                  waking_hours_only=True)  # fmt: skip
    world = begin(people=[SAM, RIVERSIDE_KITCHEN], by=by, now=read_when("2026-03-02T20:30", MONDAY, LONDON)).forget()
    world.wait("11h29m")
    assert not [m for m in world.messages if m.kind in ASKS]
    world.wait("1m")
    assert world.asked() == ["riverside-kitchen"]


def test_nobody_is_called_from_the_reserve_at_night() -> None:
    """A13: Bob drops out at ten at night; Jane, who stands by, is asked at eight in the morning."""
    by = playbook(round_of("neighbours", ask=4), waking_hours_only=True)
    world = begin("lift:1", people=[BOB, JANE], by=by)
    world.yes("bob")
    world.yes("jane")
    world.wait("13h").no("bob")
    assert not world.told(MessageKind.reserve_call)
    assert world.need.wake_at == read_when("2026-03-03T08:00", MONDAY, LONDON)
    world.wait("10h")
    assert world.told(MessageKind.reserve_call) == ["jane"]


def test_a_rest_is_strictly_ahead() -> None:
    """A look at a need leaves its alarm in the future, or clears it when an officer or nobody is awaited."""
    world = begin(people=TOWN)
    for _ in range(30):
        last = world.look()[-1]
        assert isinstance(last, Rest)
        assert last.until is None or last.until > world.now
        if last.until:
            world.now = last.until


def test_looking_twice_changes_nothing() -> None:
    """The second look at the same moment rests at once and commits nothing."""
    world = begin(people=TOWN)
    before = world.situation
    assert len(world.look()) == 1
    assert world.situation is before


def test_a_step_says_why() -> None:
    """Each step carries the sentence an officer would give for it."""
    world = begin(people=TOWN).wait("5h")
    assert all(step.because.endswith(".") for step in world.steps)
    assert isinstance(world.steps[0], Ask)


def test_the_reserve_comes_before_anybody_new() -> None:
    """A34: a step with somebody standing by is a call to them, whoever else could be asked."""
    world = begin("lift:1", people=[BOB, JANE, SAM.but(point=place(9))], by=playbook(round_of("neighbours", ask=2)))
    world.yes("bob")
    world.yes("jane")
    assert world.asked() == ["bob", "jane"]
    world.forget().no("bob")
    assert next(type(s) for s in world.steps if isinstance(s, Ask | CallReserve)) is CallReserve


def test_the_resident_is_told_of_a_delay_once() -> None:
    """Reopened and nobody left in the same moment: one mail that it takes longer, not two."""
    world = begin("lift:1", people=[BOB], by=playbook(round_of("neighbours")))
    world.yes("bob")
    world.forget().no("bob")
    assert EventCode.reopened in world.story()
    assert EventCode.handed_over in world.story()
    assert world.told(MessageKind.resident_delayed) == ["resident"]


def test_somebody_dropping_out_after_the_hand_over_reaches_an_officer() -> None:
    """Ola has taken the 5 that were missing; when Bob's 15 are lost too, it is handed over again."""
    world = begin("food-parcel:20", people=[BOB], by=playbook(round_of("neighbours")))
    world.yes("bob", 15)
    assert world.tasks(TaskKind.hand_over) == ["open"]
    world.officer_takes(TaskKind.hand_over)
    world.no("bob")
    assert world.tasks(TaskKind.hand_over) == ["taken", "open"]
    assert world.told(MessageKind.resident_delayed) == ["resident"]


def test_a_hand_over_nobody_has_taken_is_not_repeated() -> None:
    """Bob changes his mind five times while the task waits: one task, one mail."""
    world = begin("food-parcel:20", people=[BOB], by=playbook(round_of("neighbours")))
    for count in 15, 12, 9, 15, 3:
        world.yes("bob", count)
    assert world.told(MessageKind.officer_task) == ["ola"]


def test_a_second_line_s_helper_is_found_where_the_first_has_none() -> None:
    """Quantity 1 that cannot be split, on two lines, from two people: both are kept."""
    carer = helper("carer", capabilities=("lift",))
    cook = helper("cook", capabilities=("food-parcel",))
    world = begin("lift:1", "food-parcel:1", people=[carer, cook])
    world.yes("carer")
    world.yes("cook")
    assert (world.pledged(1), world.pledged(2), world.situation.covered) == (1, 1, True)


def test_only_those_asked_about_a_line_are_counted_for_it() -> None:
    """The depot was asked for blankets alone: nobody was asked for hot meals, and Ola is told so, not "everybody"."""
    depot = helper("depot", capabilities=("blanket",))
    world = begin("hot-meal:3", "blanket:10", people=[depot])
    (first,) = world.happened(EventCode.handed_over)
    assert (first.lines, first.facts["asked"]) == ((1,), 0)
    world.no("depot")
    assert world.happened(EventCode.handed_over)[1].facts["asked"] == 1


def test_what_runs_out_later_joins_the_task_nobody_has_taken() -> None:
    """No cook, then no blankets either: one task for Ola with both, and a mail for each."""
    depot = helper("depot", capabilities=("blanket",))
    world = begin("hot-meal:3", "blanket:10", people=[depot])
    world.no("depot")
    assert world.tasks(TaskKind.hand_over) == ["open"]
    assert world.situation.open_tasks[0].lines == (1, 2)
    assert world.told(MessageKind.officer_task) == ["ola", "ola"]


def test_whoever_had_the_task_hears_that_it_is_covered() -> None:
    """Ola has taken it; then Bob changes his mind and brings all: she is told once, and only she."""
    world = begin("food-parcel:20", people=[BOB], officers=(OLA, DUNCAN), by=playbook(round_of("neighbours")))
    world.no("bob")
    world.officer_takes(TaskKind.hand_over)
    world.forget().yes("bob")
    assert world.situation.covered
    assert world.told(MessageKind.task_over) == ["ola"]
    assert world.tasks(TaskKind.hand_over) == ["done"]
