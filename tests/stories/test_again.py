"""A playbook that goes through its rounds more than once, and then hands over."""

from __future__ import annotations

from tests.people import playbook, round_of
from tests.town import Town


def test_rounds_are_repeated_so_often_and_no_more(town: Town) -> None:
    """A12: twice through its rounds, at most; Sam, who was paused the first time, is asked the second; then Ola."""
    town.has("Bob", "volunteer", "food-parcel")
    sam = town.has("Sam", "volunteer", "food-parcel")
    town.has_officer("Ola")
    twice = playbook(round_of("neighbours", patience="2h")).but(repeat=2).written_out()
    assert [r.name for r in twice.rounds] == ["neighbours", "neighbours again"]
    town.door.store.pause(sam, town.moment.replace(hour=10), town.moment)
    need = town.resident_needs("Food", "food-parcel:1", playbook=twice)
    town.inbox("Amina").expects("We have your request")
    town.inbox("Bob").expects("Can you help")
    town.inbox("Sam").expects_nothing()
    town.time_passes("2h")
    town.inbox("Sam").expects("Can you help")
    town.inbox("Bob").expects_nothing()
    town.time_passes("2h")
    town.inbox("Ola").expects("Nobody left to ask").and_takes_it()
    town.inbox("Amina").expects("still looking")
    assert town.story(need).count("asked") == 2
    assert "We asked neighbours again for 1 food parcel: Sam." in town.says(need)
