"""Times are read and said where the council is, and are UTC instants in between; both clock-change nights included."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta

import pytest

from domain.hours import Calendar, Hours, after, next_within
from domain.times import read_when, say_clock, say_time, say_when
from tests.people import LONDON, MONDAY


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_waits_are_elapsed_time() -> None:
    """K01: four hours from 00:30 BST on the night the clocks go back are over at 03:30 GMT."""
    asked = read_when("2026-10-25T00:30", MONDAY, LONDON)
    assert after(Hours.any, asked, timedelta(hours=4), Calendar(LONDON)) == utc("2026-10-25T03:30")
    assert say_time(utc("2026-10-25T03:30"), LONDON) == "3:30am"


def test_a_time_that_comes_twice_is_the_first() -> None:
    """K04: 01:30 on the night the clocks go back is the one in summer time, and is not read again an hour later."""
    first = utc("2026-10-25T00:30")
    assert read_when("2026-10-25T01:30", MONDAY, LONDON) == first
    assert read_when("01:30", first - timedelta(minutes=1), LONDON) == first
    assert read_when("01:30", first, LONDON) == utc("2026-10-26T01:30")


def test_times_that_look_alike_are_an_hour_apart() -> None:
    """K05: both 01:30s are equal as local times and an hour apart as the instants we keep."""
    summer = datetime(2026, 10, 25, 1, 30, tzinfo=LONDON)
    winter = summer.replace(fold=1)
    assert summer == winter  # why local times are never compared
    assert read_when("2026-10-25T01:30+01:00", MONDAY, LONDON) == utc("2026-10-25T00:30")
    assert winter.astimezone(UTC) - summer.astimezone(UTC) == timedelta(hours=1)


@pytest.mark.parametrize(("text", "now"), [("2027-03-28T01:30", MONDAY), ("01:30", utc("2027-03-27T22:00"))])
def test_a_time_that_never_comes_is_refused(text: str, now: datetime) -> None:
    """01:30 on the night the clocks go forward is no time anybody could keep; with its zone it is an instant."""
    with pytest.raises(ValueError, match="there is no 1:30am on Sunday 28 March: the clocks go forward"):
        read_when(text, now, LONDON)
    assert say_time(read_when("2027-03-28T01:30Z", MONDAY, LONDON), LONDON) == "2:30am"


@pytest.mark.parametrize(
    ("instant", "said"),
    [
        ("2026-03-03T09:00", "9am"),
        ("2026-03-03T16:30", "4:30pm"),
        ("2026-03-03T00:00", "midnight"),
        ("2026-03-03T12:00", "midday"),
        ("2026-03-03T12:00:05", "12:00:05pm"),
        ("2026-03-03T00:05", "12:05am"),
        ("2026-07-01T08:00", "9am"),
        ("2026-10-25T00:30", "1:30am BST"),
        ("2026-10-25T01:30", "1:30am GMT"),
        ("2026-10-25T00:00", "1am BST"),
        ("2026-10-24T23:59", "12:59am"),
        ("2026-10-25T02:00", "2am"),
        ("2027-03-28T00:59", "12:59am"),
        ("2027-03-28T01:00", "2am"),
    ],
)
def test_times_are_said_as_a_letter_says_them(instant: str, said: str) -> None:
    """K08: as GOV.UK writes them, and with the zone only where an hour comes twice."""
    assert say_time(utc(instant), LONDON) == said


def test_moments_name_the_local_day() -> None:
    """Half past eleven in summer, UTC, is the next day in London."""
    assert say_when(utc("2026-03-03T09:00"), LONDON) == "9am on Tuesday 3 March"
    assert say_when(utc("2026-06-30T23:30"), LONDON) == "12:30am on Wednesday 1 July"
    assert say_clock(utc("2026-06-30T23:30"), LONDON) == "01 Jul 00:30:00"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-07-01T09:00", "2026-07-01T08:00"),
        ("2026-07-01T09:00Z", "2026-07-01T09:00"),
        ("2026-07-01T09:00+02:00", "2026-07-01T07:00"),
        ("2026-07-01", "2026-07-01T16:00"),
        ("2026-07-01 09:00:30", "2026-07-01T08:00:30"),
        ("10:15", "2026-03-02T10:15"),
        ("09:00", "2026-03-03T09:00"),
        ("8:59", "2026-03-03T08:59"),
        ("+90m", "2026-03-02T10:30"),
        (" +1d ", "2026-03-03T09:00"),
    ],
)
def test_moments_are_read_as_people_write_them(text: str, moment: str) -> None:
    """A day means 5pm, a time of day the next such time, and a time without a zone is the council's."""
    assert read_when(text, MONDAY, LONDON) == utc(moment)


@pytest.mark.parametrize(
    "bad",
    ["", "tomorrow", "25:00", "9am", "2026-02-30", "2026-13-01T00:00", "+", "+soon", "09:60", "1e9",
     "0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00", "٣٣:٠٠"],
)  # fmt: skip
def test_what_is_no_moment_is_refused_with_a_sentence(bad: str) -> None:
    """A day that does not exist, or lies outside the calendar, is refused and never a crash."""
    with pytest.raises(ValueError, match=r"is not a (time|length)"):
        read_when(bad, MONDAY, LONDON)


@pytest.mark.parametrize("zone", ["", "America/New_York", "Pacific/Kiritimati"])
def test_the_host_s_own_zone_does_not_matter(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """K11: the same results wherever the computer thinks it is."""
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert read_when("2026-07-01T09:00", MONDAY, LONDON) == utc("2026-07-01T08:00")
        assert next_within(Hours.waking, utc("2026-07-01T05:00"), Calendar(LONDON)) == utc("2026-07-01T07:00")
        assert say_when(utc("2026-07-01T08:00"), LONDON) == "9am on Wednesday 1 July"
    finally:
        monkeypatch.undo()
        time.tzset()
        assert os.environ.get("TZ") != "Pacific/Kiritimati"
