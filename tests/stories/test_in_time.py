"""Working backwards from when it is due, in the hours that people and offices keep."""

from __future__ import annotations

from datetime import timedelta

from domain.times import read_when
from domain.values import say_duration
from tests.people import GROUPS, LONDON, MONDAY, SERVICES, playbook, round_of
from tests.town import Town

EVERYDAY = playbook(
    round_of("neighbours", patience="2h", remind_after="1h"),
    round_of("groups", GROUPS, patience="4h"),
    round_of("services", SERVICES, patience="4h"),
)

SECOND = timedelta(seconds=1)


def everybody(town: Town) -> None:
    """One of each kind, and Dana on duty."""
    town.has_officer("Dana")
    town.has("Sam", "volunteer", "food-parcel")
    town.has("Good Neighbours", "voluntary", "food-parcel")
    town.has("Town Hall", "public", "food-parcel")


def test_by_this_evening_everybody_has_had_their_turn(town: Town) -> None:
    """Ten hours of patience and six hours to go: three rounds before the last safe moment, and then a named officer."""
    everybody(town)
    need = town.resident_needs("Groceries", "food-parcel:2", playbook=EVERYDAY, needed_by="2026-03-02T15:00")
    town.inbox("Amina").expects("We have your request")
    town.inbox("Sam").expects("Can you help with 2 food parcels by 3pm", "by 9:48am on Monday 2 March")
    town.time_passes("24m")
    town.inbox("Sam").expects("This is the only reminder")
    town.time_passes("23m")
    town.inbox("Good Neighbours").expects_nothing()
    town.time_passes("1m")
    town.inbox("Good Neighbours").expects("Can you help", "by 11:24am on Monday 2 March")
    town.time_passes("1h36m")
    town.inbox("Town Hall").expects("Can you help", "by 1pm on Monday 2 March")
    town.time_passes("1h35m")
    town.inbox("Dana").expects_nothing()
    town.time_passes("1m")
    town.inbox("Dana").expects("Nobody left to ask for 2 food parcels").and_takes_it()
    town.inbox("Amina").expects("We are still looking")
    assert town.story(need) == ["opened", "asked", "reminded", "asked", "asked", "handed-over", "task-taken"]
    assert "They have less time to answer than usual" in town.says(need)[1]


def test_in_an_hour_everybody_is_asked_at_once(town: Town) -> None:
    """K16: no time to ask one after another: all are asked together, which the story says, and the first yes counts."""
    everybody(town)
    need = town.resident_needs("Groceries", "food-parcel:1", playbook=EVERYDAY, needed_by="+1h")
    town.inbox("Amina").expects("We have your request")
    town.inbox("Sam").expects("Can you help", "by 10am")
    town.inbox("Good Neighbours").expects("Can you help")
    town.inbox("Town Hall").expects("Can you help").and_says_yes()
    town.inbox("Town Hall").expects("you have promised")
    town.inbox("Town Hall").expects("Private")
    town.inbox("Sam").expects("No longer needed")
    town.inbox("Good Neighbours").expects("No longer needed")
    town.inbox("Amina").expects("Town Hall will help you")
    assert town.story(need) == ["opened", "asked", "said-yes", "covered"]
    assert town.says(need)[1].startswith(
        "There is too little time to ask one after another, so we asked neighbours, groups and services for 1 food "
        "parcel: "
    )


def test_services_are_asked_when_their_office_opens_after_easter(town: Town) -> None:
    """K07: recorded on Maundy Thursday at 4pm; the office is asked on Tuesday at 9am, as Easter Monday is a holiday."""
    by_day = playbook(
        round_of("neighbours", patience="2h"), round_of("services", SERVICES, patience="4h", hours="working")
    )
    town.has("Sam", "volunteer", "food-parcel")
    town.has("Town Hall", "public", "food-parcel")
    recorded = read_when("2026-04-02T16:00", MONDAY, LONDON)
    opens = read_when("2026-04-07T09:00", MONDAY, LONDON)
    town.time_passes(say_duration(recorded - town.moment))
    town.resident_needs("Groceries", "food-parcel:2", playbook=by_day, needed_by="+7d")
    town.inbox("Amina").expects("We have your request")
    town.inbox("Sam").expects("Can you help")
    town.time_passes(say_duration(opens - recorded - SECOND))
    town.inbox("Town Hall").expects_nothing()
    town.time_passes("1s")
    town.inbox("Town Hall").expects("Can you help", "by 1pm on Tuesday 7 April").and_says_yes()
    town.inbox("Town Hall").expects("you have promised")
    town.inbox("Town Hall").expects("Private")
    town.inbox("Sam").expects("No longer needed")
    town.inbox("Amina").expects("Town Hall will help you")


def test_nobody_is_woken_and_nobody_is_passed_over(town: Town) -> None:
    """A13, K06: on the night the clocks go forward Sam sleeps until 8am; the round waits, and he is asked then."""
    rounds = playbook(round_of("neighbours", patience="2h"), round_of("groups", GROUPS, patience="2h"))
    town.has("Sam", "volunteer", "food-parcel", quiet={"begins": "21:00", "ends": "08:00"})
    town.has("Good Neighbours", "voluntary", "food-parcel")
    night = read_when("2026-03-28T22:00", MONDAY, LONDON)
    town.time_passes(say_duration(night - town.moment))
    need = town.resident_needs("Groceries", "food-parcel:1", playbook=rounds, needed_by="+3d")
    town.inbox("Amina").expects("We have your request")
    town.time_passes("8h59m59s")
    town.inbox("Sam").expects_nothing()
    town.time_passes("1s")
    town.inbox("Sam").expects("Can you help", "by 10am on Sunday 29 March").and_says_yes()
    town.inbox("Sam").expects("you have promised")
    town.inbox("Sam").expects("Private")
    town.inbox("Amina").expects("will help you")
    assert "so they are asked from 8am on Sunday 29 March" in town.says(need)[1]
