"""Quiet hours, days off, opening hours, working days: by the clock on the wall, over both nights it changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.hours import (
    NEVER,
    Calendar,
    Hours,
    Opening,
    QuietHours,
    Weekday,
    after,
    askable_from,
    between,
    next_within,
    read_quiet,
)
from domain.responders import Responder
from domain.times import read_when
from tests.people import LONDON, MONDAY, SAM, helper, need

GOOD_FRIDAY, EASTER_MONDAY = date(2026, 4, 3), date(2026, 4, 6)
PLAIN = Calendar(LONDON)
EASTER = Calendar(LONDON, frozenset({GOOD_FRIDAY, EASTER_MONDAY}))
URGENT = need(urgent=True).but(urgent_because="An ambulance cannot wait")
NEED = need()
instants = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - Hypothesis adds the zone
some_hours = st.sampled_from(list(Hours))


def is_within(hours: Hours, instant: datetime, calendar: Calendar) -> bool:
    """Do these hours count at `instant`?"""
    return next_within(hours, instant, calendar) == instant


def local(text: str) -> datetime:
    """`2026-10-25 07:30` where the council is."""
    return read_when(text, MONDAY, LONDON)


def asked_from(responder: Responder, moment: str, calendar: Calendar = PLAIN, **more: Any) -> str:
    """When they may be asked, as the clock on their wall shows it."""
    free = askable_from(responder, more.get("need", NEED), local(moment), calendar)
    return "never" if free == NEVER else f"{free.astimezone(LONDON):%Y-%m-%d %H:%M}"


# --- who may be asked now ---------------------------------------------------------

QUIET_SAM = SAM.but(quiet=read_quiet("21:00-08:00"))
NIGHT_OWL = helper("owl", quiet=read_quiet("07:00-15:00"))


@pytest.mark.parametrize(
    ("now", "askable"),
    [
        ("2026-03-02 20:59", "2026-03-02 20:59"),
        ("2026-03-02 21:00", "2026-03-03 08:00"),
        ("2026-03-03 07:59", "2026-03-03 08:00"),
        ("2026-03-03 08:00", "2026-03-03 08:00"),
        ("2026-03-28 22:00", "2026-03-29 08:00"),
        ("2026-03-29 07:30", "2026-03-29 08:00"),
        ("2026-10-24 22:00", "2026-10-25 08:00"),
        ("2026-10-25 07:59", "2026-10-25 08:00"),
    ],
)
def test_quiet_hours_are_kept(now: str, askable: str) -> None:
    """K06: nobody hears from us between 9pm and 8am by the clock on their wall, on both clock-change nights too."""
    assert asked_from(QUIET_SAM, now) == askable


def test_quiet_hours_by_day_are_kept() -> None:
    """Who works at night is left alone by day."""
    assert asked_from(NIGHT_OWL, "2026-03-02 09:00") == "2026-03-02 15:00"
    assert asked_from(NIGHT_OWL, "2026-03-02 02:00") == "2026-03-02 02:00"


def test_quiet_until_an_hour_that_never_comes_or_comes_twice() -> None:
    """Quiet until 1:30am: on 29 March that is 2:30am by the new time, on 25 October the first 1:30am."""
    early = helper("early", quiet=read_quiet("20:00-01:30"))
    assert askable_from(early, NEED, local("2026-03-28 23:00"), PLAIN) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert askable_from(early, NEED, local("2026-10-24 23:00"), PLAIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert askable_from(early, NEED, datetime(2026, 10, 25, 1, 10, tzinfo=UTC), PLAIN).minute == 10


def test_nobody_is_asked_on_a_day_off() -> None:
    """Sam has no Tuesdays: asked just after midnight on Wednesday, or when their quiet hours end."""
    sam = SAM.but(days_off=(Weekday.tuesday,))
    assert asked_from(sam, "2026-03-02 23:59") == "2026-03-02 23:59"
    assert asked_from(sam, "2026-03-03 00:00") == "2026-03-04 00:00"
    assert asked_from(sam.but(quiet=read_quiet("21:00-08:00")), "2026-03-02 22:00") == "2026-03-04 08:00"


def test_an_urgent_need_with_a_reason_breaks_the_night_but_no_day_off() -> None:
    """A13: urgency breaks quiet and opening hours if its reason is on record; a day off, never."""
    shop = helper("shop", opening=(Opening(day=Weekday.monday, opens=time(9), closes=time(17)),))
    for who in (QUIET_SAM, shop):
        assert asked_from(who, "2026-03-02 22:00", need=URGENT) == "2026-03-02 22:00"
        assert asked_from(who, "2026-03-02 22:00", need=need(urgent=True)) != "2026-03-02 22:00"
    off = QUIET_SAM.but(days_off=(Weekday.monday,))
    assert asked_from(off, "2026-03-02 22:00", need=URGENT) == "2026-03-03 00:00"


@pytest.mark.parametrize(
    ("now", "askable"),
    [
        ("2026-03-30 08:59", "2026-03-30 09:00"),
        ("2026-03-30 12:59", "2026-03-30 12:59"),
        ("2026-03-30 13:00", "2026-03-30 14:00"),
        ("2026-03-30 17:00", "2026-04-04 22:00"),
        ("2026-04-05 01:59", "2026-04-05 01:59"),
        ("2026-04-05 02:00", "2026-04-11 22:00"),
        ("2026-04-12 02:00", "2026-04-13 09:00"),
    ],
)
def test_opening_hours_are_kept(now: str, askable: str) -> None:
    """Open Mondays with a lunch break and Saturday night until 2am; closed on Easter Monday like on a Sunday."""
    cafe = helper("cafe", opening=(
        Opening(day=Weekday.monday, opens=time(9), closes=time(13)),
        Opening(day=Weekday.monday, opens=time(14), closes=time(17)),
        Opening(day=Weekday.saturday, opens=time(22), closes=time(2)),
    ))  # fmt: skip
    assert asked_from(cafe, now, EASTER) == askable


def test_who_is_open_on_sundays_is_open_on_a_bank_holiday() -> None:
    """A bank holiday is like a Sunday."""
    corner = helper("corner", opening=(Opening(day=Weekday.sunday, opens=time(10), closes=time(16)),))
    assert asked_from(corner, "2026-04-03 08:00", EASTER) == "2026-04-03 10:00"
    assert asked_from(corner, "2026-04-03 08:00") == "2026-04-05 10:00"


def test_hours_that_leave_no_moment_are_never() -> None:
    """Open on Mondays only and off on Mondays: said, and no endless search."""
    shop = helper("shop", opening=(Opening(day=Weekday.monday, opens=time(9), closes=time(17)),))
    assert asked_from(shop.but(days_off=(Weekday.monday,)), "2026-03-02 10:00") == "never"
    assert asked_from(SAM.but(days_off=tuple(Weekday)), "2026-03-02 10:00", need=URGENT) == "never"


@given(instants, st.times(), st.times(), st.sets(st.sampled_from(list(Weekday)), max_size=5))
def test_whoever_may_be_asked_later_may_be_asked_then(now: datetime, a: time, b: time, off: set[Weekday]) -> None:
    """The moment that is promised holds when it comes, and nothing before `now` is promised."""
    if a != b:
        somebody = SAM.but(quiet=QuietHours(begins=a, ends=b), days_off=tuple(off))
        free = askable_from(somebody, NEED, now, PLAIN)
        assert now <= free < NEVER
        assert askable_from(somebody, NEED, free, PLAIN) == free


# --- how quiet hours are written ------------------------------------------------


@pytest.mark.parametrize(("text", "said"), [
    ("21:00-08:00", "21:00-08:00"), (" 9-17 ", "09:00-17:00"), ("22:30 - 7", "22:30-07:00"), ("0-6:15", "00:00-06:15"),
])  # fmt: skip
def test_quiet_hours_are_read_and_written(text: str, said: str) -> None:
    """As people write them, and back."""
    assert str(read_quiet(text)) == said
    assert read_quiet(said) == read_quiet(text)
    assert QuietHours.model_validate_json(read_quiet(text).model_dump_json()) == read_quiet(text)


@pytest.mark.parametrize("bad", ["", "night", "21:00", "25-8", "21:60-8", "9pm-8am", "8-8", "-", "21:00-08:00-09:00"])
def test_other_quiet_hours_are_refused(bad: str) -> None:
    """With a sentence that shows how."""
    with pytest.raises(ValueError, match="quiet hours"):
        read_quiet(bad)


# --- working hours and waking hours ------------------------------------------------


@pytest.mark.parametrize(
    ("start", "length", "over"),
    [
        ("2026-03-06 16:00", "2h", "2026-03-09 10:00"),
        ("2026-03-06 16:00", "1h", "2026-03-06 17:00"),
        ("2026-03-07 12:00", "8h", "2026-03-09 17:00"),
        ("2026-04-02 16:00", "2h", "2026-04-07 10:00"),
        ("2026-03-27 16:00", "2h", "2026-03-30 10:00"),
        ("2026-10-23 16:00", "2h", "2026-10-26 10:00"),
        ("2028-02-28 16:30", "1h", "2028-02-29 09:30"),
        ("2026-12-31 16:30", "1h", "2027-01-01 09:30"),
    ],
)
def test_working_hours_skip_nights_weekends_and_bank_holidays(start: str, length: str, over: str) -> None:
    """K07, K12: two working hours from 4pm on Friday are over at 10am on Monday; over Easter, on Tuesday."""
    end = after(Hours.working, local(start), timedelta(hours=int(length[:-1])), EASTER)
    assert end == local(over)


@pytest.mark.parametrize("night", ["2026-10-25", "2027-03-28", "2026-03-29"], ids=["back", "forward", "forward-2026"])
def test_waking_hours_keep_to_the_clock_on_the_wall(night: str) -> None:
    """K06: 8am to 9pm is by local time on the days before, of and after both changes."""
    for days in range(-1, 2):
        day = date.fromisoformat(night) + timedelta(days=days)
        for clock, waking in (("07:59:59", False), ("08:00", True), ("20:59:59", True), ("21:00", False)):
            assert is_within(Hours.waking, local(f"{day}T{clock}"), PLAIN) is waking
    assert next_within(Hours.waking, local(f"{night}T00:30"), PLAIN) == local(f"{night}T08:00")


@given(instants)
def test_the_next_waking_is_near(instant: datetime) -> None:
    """The next 8am is at most twelve hours away: eleven asleep, and one that comes twice."""
    assert instant <= next_within(Hours.waking, instant, PLAIN) <= instant + timedelta(hours=12)


def test_waking_hours_are_thirteen_a_day_on_clock_change_nights_too() -> None:
    """K06: from 8pm, two waking hours are over at 9am by the clock, whatever it did in the night."""
    for evening in ("2026-03-28", "2026-10-24", "2026-03-02"):
        start = local(f"{evening} 20:00")
        over = after(Hours.waking, start, timedelta(hours=2), PLAIN).astimezone(LONDON)
        assert f"{over:%H:%M}" == "09:00"
        assert between(Hours.waking, start, over + timedelta(days=1), PLAIN) == timedelta(hours=2 + 13)


def test_all_hours_are_elapsed_time() -> None:
    """K01: four hours from 00:30 BST on 25 October are over at 03:30 GMT."""
    assert after(Hours.any, local("2026-10-25 00:30"), timedelta(hours=4), PLAIN) == local("2026-10-25 03:30")


@given(instants, some_hours, st.integers(1, 200_000))
def test_as_long_after_is_as_long_between(start: datetime, hours: Hours, seconds: int) -> None:
    """The two sums undo each other, and what is promised as within is within."""
    length = timedelta(seconds=seconds)
    end = after(hours, start, length, EASTER)
    assert between(hours, start, end, EASTER) == length
    assert between(hours, end, start, EASTER) == timedelta(0) or end == start
    begins = next_within(hours, start, EASTER)
    assert is_within(hours, begins, EASTER)
    assert between(hours, start, begins, EASTER) == timedelta(0) or begins == start or hours is Hours.any
    if begins > start:
        assert not is_within(hours, begins - timedelta(microseconds=1), EASTER)


def test_rules_are_computed_late() -> None:
    """K13: hours hold clocks and weekdays, never instants: with other rules for a zone, the same 8am is elsewhere."""
    kept = QUIET_SAM.model_dump_json()
    assert "21:00" in kept
    now = local("2026-07-01 22:00")
    iceland = askable_from(QUIET_SAM, NEED, now, Calendar(type(LONDON)("Atlantic/Reykjavik")))
    assert iceland - askable_from(QUIET_SAM, NEED, now, PLAIN) == timedelta(hours=1)
