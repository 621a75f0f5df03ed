"""Working backwards from when it is due: every round has its turn, shorter if it must be; else rounds are merged."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.changes import Change
from domain.events import EventCode
from domain.hours import Calendar, Hours, Opening, Weekday, read_quiet
from domain.messages import MessageKind
from domain.stories import because
from domain.times import read_when
from domain.timing import SHORTEST, latest_moment, plan_next, time_for
from tests.domain.world import World, at, begin
from tests.people import (
    BOB,
    GROUPS,
    JANE,
    LONDON,
    MONDAY,
    RIVERSIDE_KITCHEN,
    SAM,
    SERVICES,
    helper,
    need,
    playbook,
    round_of,
)

PLAIN = Calendar(LONDON)
LIBRARY = helper("library", sector=SERVICES[1])
THREE = [SAM, RIVERSIDE_KITCHEN, LIBRARY]
EVERYDAY = playbook(
    round_of("neighbours", patience="2h", remind_after="1h"),
    round_of("groups", GROUPS, patience="4h"),
    round_of("services", SERVICES, patience="4h"),
    take_within="1h",
)


GUIDE = EVERYDAY.but(rounds=(*EVERYDAY.rounds[:2], EVERYDAY.rounds[2].but(last_resort=True)))


def asked_when(world: World) -> list[tuple[int | None, str]]:
    """Which round was asked how long after the need was recorded."""
    start = world.events[0].at
    return [(e.round, str(e.at - start).removesuffix(":00")) for e in world.happened(EventCode.asked)]


def said(world: World, code: EventCode) -> list[str]:
    return [because(event, {}, world.need, LONDON) for event in world.happened(code)]


# --- every round has its turn -------------------------------------------------------


def test_a_short_need_reaches_its_last_round() -> None:
    """Ten hours of patience and six hours until it is due: each round has half its time, and the officer an hour."""
    world = begin(people=THREE, by=EVERYDAY, needed_by="+6h").wait("5h")
    assert asked_when(world) == [(1, "0:00"), (2, "1:00"), (3, "3:00")]
    assert world.happened(EventCode.handed_over)[0].at == at(world, "5h")


def test_with_time_enough_nothing_changes() -> None:
    """Due in twelve hours there is time for all: each round lasts as long as the playbook says."""
    world = begin(people=THREE, by=EVERYDAY, needed_by="+12h").wait("11h")
    assert asked_when(world) == [(1, "0:00"), (2, "2:00"), (3, "6:00")]
    assert not [e for e in world.happened(EventCode.asked) if e.facts.get("hurried")]


@pytest.mark.parametrize(
    ("needed_by", "safe", "turns"),
    [
        ("21:00", "19:00", [((1,), "11:00"), ((2,), "15:00"), ((3,), "19:00")]),
        ("16:00", "14:00", [((1,), "10:00"), ((2,), "12:00"), ((3,), "14:00")]),
        ("13:00", "11:00", [((1, 2), "10:00"), ((3,), "11:00")]),
        ("10:00", "09:30", [((1, 2), "09:30"), ((3,), "10:00")]),
    ],
)
def test_the_table_in_the_guide(needed_by: str, safe: str, turns: list[tuple[tuple[int, ...], str]]) -> None:
    """docs/playbooks.md, "When time is short": the same rounds, the same clock."""
    wanted = need("food-parcel:2", playbook=GUIDE, needed_by=needed_by)
    line = wanted.line(1)
    line = line.but(capability=line.capability.but(lead=timedelta(hours=1)))
    assert f"{latest_moment(wanted, line):%H:%M}" == safe
    now, found = MONDAY, []
    while now < line.due and (plan := plan_next(wanted, line, now, PLAIN)):
        found.append((plan.rounds, f"{plan.ends:%H:%M}"))
        now, line = plan.ends, line.but(round=plan.rounds[-1])
    assert found == turns


def test_the_story_says_that_time_is_short() -> None:
    """An officer reads why people have less time to answer than the playbook gives."""
    world = begin(people=THREE, by=EVERYDAY, needed_by="+6h")
    assert said(world, EventCode.asked)[0].endswith(
        "They have less time to answer than usual, so that everybody's turn comes before it is due."
    )


def test_rounds_that_cannot_fit_are_asked_together() -> None:
    """Due in three hours: a quarter of each would be two and a half, so the first two are asked together."""
    world = begin(people=THREE, by=EVERYDAY, needed_by="+3h").wait("2h")
    assert asked_when(world) == [(2, "0:00"), (3, "1:00")]
    assert world.happened(EventCode.asked)[0].facts["merged"] == "1"
    assert said(world, EventCode.asked)[0].startswith(
        "There is too little time to ask one after another, so we asked neighbours and groups for 20 food parcels: "
    )
    assert not world.happened(EventCode.round_skipped)


def test_with_hardly_any_time_everybody_is_asked_at_once() -> None:
    """Due in an hour: all three rounds at once, and the officer has it when half of the time is gone."""
    world = begin(people=THREE, by=EVERYDAY, needed_by="+1h")
    assert asked_when(world) == [(3, "0:00")]
    assert sorted(world.asked()) == ["library", "riverside-kitchen", "sam"]
    assert world.happened(EventCode.asked)[0].facts["merged"] == "1,2"
    assert world.invitation("sam").answer_by == at(world, "1h")
    world.wait("30m")
    assert world.happened(EventCode.handed_over)[0].at == at(world, "30m")


def test_the_last_resort_is_not_asked_with_the_others() -> None:
    """Due in an hour: neighbours and groups have until the last safe moment; only then the library is asked too."""
    world = begin(people=THREE, by=GUIDE, needed_by="+1h")
    assert sorted(world.asked()) == ["riverside-kitchen", "sam"]
    assert world.invitation("sam").answer_by == at(world, "30m")
    world.wait("30m")
    assert sorted(world.asked()) == ["library", "riverside-kitchen", "sam"]
    assert world.happened(EventCode.handed_over)[0].at == at(world, "30m")
    assert isinstance(world.yes("sam"), Change)  # the link is good until the need closes


def test_the_last_resort_of_an_urgent_need_waits_for_nobody() -> None:
    """An hour is left and it is urgent: all are asked at once, the last resort too."""
    world = begin(people=THREE, by=GUIDE, needed_by="+1h", urgent=True)
    assert sorted(world.asked()) == ["library", "riverside-kitchen", "sam"]


def test_a_last_resort_has_its_turn_as_soon_as_the_others_are_through() -> None:
    """Both say no at once: nobody waits for the last safe moment."""
    world = begin(people=THREE, by=GUIDE, needed_by="+1h")
    world.no("sam")
    world.no("riverside-kitchen")
    assert "library" in world.asked()


def test_a_merged_round_asks_as_many_as_its_parts() -> None:
    """Sectors are united, the widest reach counts, and the numbers to ask are added up; hours are the widest."""
    near = round_of("near", within_km=3, ask=2, patience="1h", remind_after="30m", hours="waking")
    far = round_of("far", GROUPS, within_km=8, ask=3, patience="2h", remind_after="20m", hours="working")
    both = playbook(near, far).together((1, 2))
    assert (both.ask, both.within_km, both.patience) == (5, 8, timedelta(hours=2))
    assert both.sectors == (*near.sectors, *far.sectors)
    assert (both.hours, both.remind_after) == (Hours.waking, timedelta(minutes=20))
    assert playbook(near, round_of("all", GROUPS)).together((1, 2)).within_km is None
    assert playbook(near, far).together((2,)) is far


def test_a_merged_round_asks_the_next_of_all_its_parts() -> None:
    """A no brings the next of either kind, not of the last round alone."""
    by = playbook(round_of("neighbours", ask=1, patience="2h"), round_of("groups", GROUPS, ask=1, patience="4h"))
    world = begin("lift:1", people=[SAM, BOB, JANE], by=by, needed_by="+90m")
    assert world.asked() == ["sam", "bob"]
    world.no("sam")
    assert world.asked() == ["sam", "bob", "jane"]
    assert "so we asked more (neighbours and groups)" in said(world, EventCode.asked_next)[0]


def test_seconds_shrink_like_hours() -> None:
    """A playbook of seconds, as in the demo: no floor in minutes is in its way."""
    by = playbook(
        round_of("neighbours", patience="12s"), round_of("groups", GROUPS, patience="12s"),
        round_of("services", SERVICES, patience="10s"), take_within="6s",
    )  # fmt: skip
    world = begin(people=THREE, by=by, needed_by="+26s").wait("26s")
    assert [e.round for e in world.happened(EventCode.asked)] == [1, 2, 3]
    assert world.happened(EventCode.handed_over)[0].at == at(world, "20s")


def test_each_line_works_back_from_its_own_time() -> None:
    """Meals in three hours are asked of two rounds at once; parcels in two days take their turn."""
    cook = helper("cook", sector=GROUPS[1], capabilities=("hot-meal",))
    world = begin("food-parcel:5", "hot-meal:1@+3h", people=[SAM, cook], by=EVERYDAY)
    assert [(line.merged, line.round) for line in world.need.lines] == [((), 1), ((1, 2), 3)]
    assert world.asked() == ["sam", "cook"]


def test_reminders_shrink_with_the_time_to_answer() -> None:
    """Half the patience, half the time to the reminder: still before it is over."""
    world = begin(people=[SAM], by=EVERYDAY, needed_by="+6h").wait("29m")
    assert not world.told(MessageKind.reminder)
    world.wait("1m")
    assert world.told(MessageKind.reminder) == ["sam"]


def test_who_is_asked_late_leaves_the_others_their_turn() -> None:
    """Ten minutes before the round ends Sam says no and Bob is asked; services are still asked before the hand-over."""
    by = playbook(round_of("neighbours", ask=1, patience="2h"), round_of("services", SERVICES, patience="4h"))
    world = begin("lift:1", people=[SAM, BOB, LIBRARY], by=by, needed_by="+4h").wait("50m")
    world.no("sam")
    assert world.asked() == ["sam", "bob"]
    world.wait("2h9m")
    assert world.asked()[-1] == "library"
    assert world.happened(EventCode.asked)[-1].at < latest_moment(world.need, world.need.line(1))


def test_once_it_is_too_late_for_turns_everybody_is_asked() -> None:
    """Brought forward while neighbours have two hours: at the last safe moment the rest are asked, and the officer."""
    world = begin(people=THREE, by=EVERYDAY).wait("10m")
    due = at(world, "1h")
    lines = tuple(line.but(due=due) for line in world.need.lines)
    world.situation = replace(world.situation, need=world.need.but(lines=lines, needed_by=due))
    world.look()
    world.wait("40m")
    assert sorted(world.asked()) == ["library", "riverside-kitchen", "sam"]
    assert world.happened(EventCode.handed_over)
    assert world.invitation("library").answer_by == due


@given(
    st.lists(st.integers(1, 100_000), min_size=1, max_size=6),
    st.integers(2, 400_000),
    st.integers(1, 20_000),
    st.sampled_from(("any", "waking", "working")),
    st.booleans(),
    st.integers(0, 3),
)
def test_a_plan_always_ends_and_never_gives_more_than_the_playbook(
    patiences: list[int], due: int, take: int, hours: str, urgent: bool, last: int
) -> None:
    """Whatever the patience and the time there is: each round is asked once, in order, and not waited for too long."""
    rounds = [
        round_of(f"r{n}", patience=f"{p}s", hours=hours, last_resort=last == n % 4) for n, p in enumerate(patiences)
    ]
    wanted = need(playbook=playbook(*rounds, take_within=f"{take}s"), needed_by=f"+{due}s", urgent=urgent)
    line, now, seen = wanted.line(1), MONDAY, []
    safe = latest_moment(wanted, line)
    while now < line.due and (plan := plan_next(wanted, line, now, PLAIN)):
        seen += [*plan.skipped, *plan.rounds]
        assert now <= plan.begins < plan.ends
        together = wanted.playbook.together(plan.rounds)
        counted = Hours.any if urgent else together.hours
        assert plan.ends <= max(line.due, plan.begins + timedelta(seconds=1))
        if counted is Hours.any:
            assert plan.ends - plan.begins <= together.patience
        if plan.rounds[-1] < len(rounds):
            assert plan.ends <= safe
            waits_for_its_last_resort = not urgent and any(round.last_resort for round in rounds)
            if counted is Hours.any and not waits_for_its_last_resort:
                assert plan.ends - plan.begins >= together.patience * SHORTEST * 0.99 - timedelta(minutes=1)
        now = plan.ends
        line = line.but(round=plan.rounds[-1])
    assert seen == list(range(1, len(seen) + 1))


# --- hours of a round, and of people ---------------------------------------------------

FRIDAY = read_when("2026-03-06T15:00", MONDAY, LONDON)
OFFICE = playbook(
    round_of("neighbours", patience="2h"),
    round_of("services", SERVICES, patience="4h", remind_after="2h", hours="working"),
)


def test_a_round_of_working_hours_begins_and_waits_in_them() -> None:
    """K07: services are asked on Monday at 9am and have until 1pm; the weekend counts for nobody."""
    world = begin(people=[SAM, LIBRARY], by=OFFICE, now=FRIDAY, needed_by="+5d").wait("2d17h59m")
    assert world.asked() == ["sam"]
    assert world.need.wake_at == read_when("2026-03-09T09:00", MONDAY, LONDON)
    world.wait("1m")
    assert world.asked() == ["sam", "library"]
    assert world.invitation("library").answer_by == read_when("2026-03-09T13:00", MONDAY, LONDON)
    world.wait("2h")
    assert world.told(MessageKind.reminder) == ["library"]


def test_bank_holidays_are_no_working_days() -> None:
    """K07: on Maundy Thursday at 4pm four working hours end on Tuesday at noon, where Easter Monday is a holiday."""
    start = read_when("2026-04-02T16:00", MONDAY, LONDON)
    england = Calendar(LONDON, frozenset({date(2026, 4, 3), date(2026, 4, 6)}))
    scotland = Calendar(LONDON, frozenset({date(2026, 4, 3)}))
    wanted = need(playbook=OFFICE, now=start, needed_by="+7d")
    for calendar, ends in ((england, "2026-04-07T12:00"), (scotland, "2026-04-06T12:00")):
        assert time_for(wanted, wanted.line(1), (2,), start, calendar)[0] == read_when(ends, MONDAY, LONDON)


def test_a_round_whose_hours_come_too_late_is_left_out() -> None:
    """Recorded on Saturday and due that evening: services are closed, which the story says, and the officer has it."""
    saturday = read_when("2026-03-07T10:00", MONDAY, LONDON)
    world = begin(people=[SAM, LIBRARY], by=OFFICE, now=saturday, needed_by="+8h").wait("8h")
    assert world.asked() == ["sam"]
    assert said(world, EventCode.round_skipped) == [
        "The hours of the round “services” come too late for food parcels, so it was left out."
    ]
    assert world.happened(EventCode.handed_over)[0].facts["why"] == "exhausted"


def test_an_urgent_need_waits_for_no_office_hours() -> None:
    """A13: services are asked on Saturday when it is urgent."""
    saturday = read_when("2026-03-07T10:00", MONDAY, LONDON)
    world = begin(people=[SAM, LIBRARY], by=OFFICE, now=saturday, needed_by="+10h", urgent=True).wait("2h")
    assert world.asked() == ["sam", "library"]


def test_more_are_asked_in_their_hours_only() -> None:
    """A no at six in the evening asks the next service at nine in the morning."""
    by = playbook(round_of("services", SERVICES, patience="8h", ask=1, hours="working"))
    start = read_when("2026-03-02T16:00", MONDAY, LONDON)
    offices = [helper(name, sector=SERVICES[1]) for name in ("library", "museum")]
    world = begin("lift:1", people=offices, by=by, now=start).wait("2h")
    world.no("library")
    assert world.asked() == ["library"]
    world.wait("15h")
    assert world.asked() == ["library", "museum"]


def test_quiet_hours_put_off_an_ask_and_not_the_others() -> None:
    """A13: at 7am Bob may be asked and Sam is asleep; Sam is asked at 8, because the round still runs."""
    early = read_when("2026-03-03T07:00", MONDAY, LONDON)
    sam = SAM.but(quiet=read_quiet("21:00-08:00"))
    by = playbook(round_of("neighbours", patience="2h"), round_of("groups", GROUPS))
    world = begin("food-parcel:20", people=[sam, BOB, RIVERSIDE_KITCHEN], by=by, now=early)
    assert world.asked() == ["bob"]
    assert world.need.wake_at == read_when("2026-03-03T08:00", MONDAY, LONDON)
    world.wait("1h")
    assert world.asked() == ["bob", "sam"]
    world.wait("2h")
    assert world.asked() == ["bob", "sam", "riverside-kitchen"]


def test_nobody_is_reminded_in_their_quiet_hours() -> None:
    """A13: asked at 8pm, Sam would be reminded at 10pm; Bob is, and Sam hears from us in the morning."""
    evening = read_when("2026-03-02T20:00", MONDAY, LONDON)
    sam = SAM.but(quiet=read_quiet("21:00-08:00"))
    by = playbook(round_of("neighbours", patience="14h", remind_after="2h"))
    world = begin("food-parcel:20", people=[sam, BOB], by=by, now=evening).wait("11h59m")
    assert world.told(MessageKind.reminder) == ["bob"]
    world.wait("1m")
    assert world.told(MessageKind.reminder) == ["bob", "sam"]


def test_a_round_waits_for_people_who_sleep_if_there_is_time() -> None:
    """Recorded at 10pm and due the day after next: neighbours are asked at 8am, not passed over in the night."""
    night = read_when("2026-03-02T22:00", MONDAY, LONDON)
    sam = SAM.but(quiet=read_quiet("21:00-08:00"))
    by = playbook(round_of("neighbours", patience="2h"), round_of("groups", GROUPS))
    world = begin("food-parcel:20", people=[sam, RIVERSIDE_KITCHEN], by=by, now=night)
    assert world.asked() == []
    assert said(world, EventCode.round_waits) == [
        "Those of the round “neighbours” who could help with food parcels want to be left alone for now, so they are "
        "asked from 8am on Tuesday 3 March."
    ]
    world.wait("10h")
    assert world.asked() == ["sam"]
    assert world.invitation("sam").answer_by == read_when("2026-03-03T10:00", MONDAY, LONDON)
    world.wait("2h")
    assert world.asked() == ["sam", "riverside-kitchen"]


@pytest.mark.parametrize(("needed_by", "more"), [("+6h", {}), ("+3d", {"days_off": (Weekday.tuesday,)})])
def test_a_round_does_not_wait_where_there_is_no_time_or_for_a_whole_day(needed_by: str, more: dict[str, Any]) -> None:
    """Due before they are awake, or off all day: the circle widens at once."""
    night = read_when("2026-03-02T22:00", MONDAY, LONDON)
    sam = SAM.but(quiet=read_quiet("21:00-08:00"), **more)
    by = playbook(round_of("neighbours", patience="2h"), round_of("groups", GROUPS))
    world = begin("food-parcel:20", people=[sam, RIVERSIDE_KITCHEN], by=by, now=night, needed_by=needed_by)
    assert world.asked() == ["riverside-kitchen"]


def test_a_shop_is_asked_when_it_opens() -> None:
    """Opening hours put an ask off like quiet hours do."""
    monday = Opening(day=Weekday.monday, opens=MONDAY.replace(hour=10).time(), closes=MONDAY.replace(hour=16).time())
    shop = RIVERSIDE_KITCHEN.but(opening=(monday,))
    world = begin(people=[shop], by=playbook(round_of("groups", GROUPS, patience="2h")))
    assert (world.asked(), world.need.wake_at) == ([], at(world, "1h"))
    world.wait("1h")
    assert world.asked() == ["riverside-kitchen"]


def test_a_deadline_that_has_passed_is_refused_when_it_is_recorded() -> None:
    """K16, A16: what is due in the past is refused with a sentence."""
    with pytest.raises(ValueError, match="is in the past"):
        need(needed_by="2026-03-02T08:59")
