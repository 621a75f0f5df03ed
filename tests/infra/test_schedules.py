"""When a service is open: schedules in the shapes that feeds have them, into days and hours."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest

from domain.hours import WEEK, Opening, Weekday
from infra.directory.entries import Entry
from infra.directory.referral import ServiceTypes, read_services
from infra.directory.schedules import read_opening
from infra.tables import Row
from tests.people import CATALOGUE

TODAY = date(2026, 3, 2)
MON, TUE, WED, THU, FRI, SAT, SUN = WEEK


def opening(*schedules: Any, **service: Any) -> tuple[tuple[Opening, ...], list[str]]:
    """The hours found, and what was said about them."""
    doubts: list[str] = []
    given = {"schedules": list(schedules)} | service
    return read_opening(given, TODAY, doubts), doubts


def days(found: tuple[Opening, ...]) -> list[Weekday]:
    return [hours.day for hours in found]


STANDARD = {
    "id": "48102e86-bb50-41c4-8f1e-e269368c41d1", "freq": "WEEKLY", "interval": 1, "byday": "TH,FR",
    "bymonthday": "2,3,4", "description": "From 10 am to 6pm weekdays.", "opens_at": "10:00:00",
    "closes_at": "18:00:00",
}  # fmt: skip


def test_the_standard_s_own_example_is_read() -> None:
    """Open Referral UK's example, while it is valid: Thursdays and Fridays from ten to six."""
    found, doubts = opening(STANDARD | {"valid_from": "2026-01-01", "valid_to": "2026-12-31"})
    assert found == tuple(Opening(day=day, opens=time(10), closes=time(18)) for day in (THU, FRI))
    assert doubts == []


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ({"byday": "MO, TU"}, [MON, TUE]),
        ({"byday": ["MO", "TU"]}, [MON, TUE]),
        ({"byday": "Monday"}, [MON]),
        ({"byday": "mondays;WEDS"}, [MON, WED]),
        ({"byday": "Mon to Fri"}, [MON, TUE, WED, THU, FRI]),
        ({"byday": "FR-MO"}, [FRI, SAT, SUN, MON]),
        ({"byday": "BYDAY=SU"}, [SUN]),
        ({"byday": None, "freq": "DAILY"}, list(WEEK)),
        ({"byday": None, "dtstart": "2026-02-04"}, [WED]),
        ({"byday": None, "rrule": "RRULE:FREQ=WEEKLY;BYDAY=SA,SU"}, [SAT, SUN]),
        ({"freq": None, "interval": "1", "byday": "TH"}, [THU]),
    ],
)
def test_days_come_in_several_shapes(shape: dict[str, Any], expected: list[Weekday]) -> None:
    """Codes, names, lists, ranges, a rule in one string."""
    found, doubts = opening({"freq": "WEEKLY", "opens_at": "09:00", "closes_at": "17:00"} | shape)
    assert (days(found), doubts) == (expected, [])


@pytest.mark.parametrize(
    ("opens", "closes", "hours"),
    [
        ("09:00", "17:00", (time(9), time(17))),
        ("9:00:00", "17:30:00", (time(9), time(17, 30))),
        ("09:00Z", "17:00+01:00", (time(9), time(17))),
        ("22:00", "02:00", (time(22), time(2))),
        ("18.00", "24:00", (time(18), time(0))),
        (None, None, (time(0), time(0))),
    ],
)
def test_hours_are_the_clock_on_the_wall(opens: str | None, closes: str | None, hours: tuple[time, time]) -> None:
    """London's own offsets say no more; a day without hours is the whole day."""
    found, doubts = opening({"byday": "MO", "opens_at": opens, "closes_at": closes})
    assert ([(o.opens, o.closes) for o in found], doubts) == ([hours], [])


@pytest.mark.parametrize(
    ("shape", "why"),
    [
        ({"freq": "MONTHLY", "byday": "2MO"}, "they repeat monthly, not every week"),
        ({"interval": 2}, "they come every 2 weeks"),
        ({"byday": "2MO"}, "'2MO' is no day of the week"),
        ({"byday": "holidays"}, "'HOLIDAYS' is no day of the week"),
        ({"byday": None}, "they name no day"),
        ({"opens_at": "noonish"}, "'noonish' is no time of day here"),
        ({"opens_at": "09:00-05:00"}, "'09:00-05:00' is no time of day here"),
        ({"closes_at": None}, "it opens and never closes, or closes and never opens"),
    ],
)
def test_odd_ones_are_said_and_limit_nothing(shape: dict[str, Any], why: str) -> None:
    """One that cannot be read makes the others useless: better asked at any hour than never."""
    good = {"freq": "WEEKLY", "byday": "TU", "opens_at": "09:00", "closes_at": "17:00"}
    found, doubts = opening(good, good | shape)
    assert found == ()
    assert doubts == [f"its opening hours cannot be used ({why}), so it may be asked at any hour"]


def test_hours_of_another_season_do_not_count() -> None:
    """Only what is valid today is used; nothing valid at all is said."""
    summer = {"byday": "MO", "opens_at": "09:00", "closes_at": "17:00", "valid_from": "2026-04-01"}
    winter = {"byday": "TU", "opens_at": "09:00", "closes_at": "17:00", "valid_to": "2026-03-31"}
    assert days(opening(summer, winter)[0]) == [TUE]
    assert opening(summer)[1] == ["its opening hours are not valid today, so it may be asked at any hour"]


@pytest.mark.parametrize("rubbish", [None, "open late", 7, [None, "x"], {"byday": "MO"}, [{"description": "Ring us"}]])
def test_what_is_no_schedule_says_nothing(rubbish: object) -> None:
    """Words for people, and whatever type stands there, limit nothing and are no doubt."""
    doubts: list[str] = []
    assert (read_opening({"schedules": rubbish}, TODAY, doubts), doubts) == ((), [])


def test_the_hours_of_its_places_count_where_it_has_none_of_its_own() -> None:
    """A service's own schedules come first, then those at its places, then the places' own."""
    monday = {"byday": "MO", "opens_at": "09:00", "closes_at": "17:00"}
    tuesday, wednesday = monday | {"byday": "TU"}, monday | {"byday": "WE"}
    places = [{"schedules": [tuesday], "location": {"schedules": [wednesday]}}]
    assert days(opening(monday, service_at_locations=places)[0]) == [MON]
    assert days(opening(service_at_locations=places)[0]) == [TUE]
    assert days(opening(service_at_locations=[{"location": {"schedules": [wednesday]}}])[0]) == [WED]


def imported(contacts: dict[str, str]) -> Entry:
    services = [{"id": "s1", "name": "Food bank", "status": "active", "schedules": [STANDARD]}]
    types = ServiceTypes(codes={}, words={}, schemes={}, names={})
    row = Row(2, {"service_id": "s1", "email": "larder@example.org"} | contacts)
    return next(read_services(services, {"s1": row}, types, CATALOGUE, TODAY, "test"))


def test_the_council_may_say_that_somebody_answers_at_any_hour() -> None:
    """`opening: any` beside the address: a food bank open two days a week still reads its mail on the others."""
    open_now = imported({}).responder
    assert open_now
    assert days(open_now.opening) == [THU, FRI]
    answers = imported({"opening": "any", "quiet": "20:00-09:00", "days_off": "sunday"}).responder
    assert answers
    assert (answers.opening, str(answers.quiet), answers.days_off) == ((), "20:00-09:00", (SUN,))
    assert imported({"opening": "late"}).refused == (
        "opening: 'late' is not 'any'; leave it empty for the feed's own hours"
    )
