"""Hours that matter: when people are awake, at work, open, or want to be left alone. Local time, worked out late."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Self
from zoneinfo import ZoneInfo

from pydantic import model_validator

from domain.values import Value

if TYPE_CHECKING:  # both of them hold hours
    from domain.needs import Need
    from domain.responders import Responder

WAKES, SLEEPS = time(8), time(21)  # asks that may wait are sent between these local times
BEGINS_WORK, ENDS_WORK = time(9), time(17)
NEVER = datetime(9999, 1, 1, tzinfo=UTC)  # for somebody whose hours leave no moment at all
FAR = timedelta(days=35)  # a month of closed days, and a week: whoever cannot be asked by then is not waited for

Span = tuple[datetime, datetime]  # two UTC instants; the second is the first that no longer belongs
Clocks = Callable[[date], Iterable[tuple[time, time]]]  # of a day: from when to when, by the clock on the wall


class Hours(StrEnum):
    """Which hours count: all of them, waking hours, or working hours on working days."""

    any = "any"
    waking = "waking"
    working = "working"


class Weekday(StrEnum):
    """The days of a week, Monday first."""

    monday = "monday"
    tuesday = "tuesday"
    wednesday = "wednesday"
    thursday = "thursday"
    friday = "friday"
    saturday = "saturday"
    sunday = "sunday"


WEEK = tuple(Weekday)


class QuietHours(Value):
    """When somebody wants to be left alone, by the clock on their wall: `21:00-08:00`."""

    begins: time
    ends: time

    @model_validator(mode="after")
    def _leaves_some_time(self) -> Self:
        if self.begins == self.ends:
            raise ValueError("quiet hours must begin and end at different times, such as 21:00-08:00")
        return self

    def __str__(self) -> str:
        return f"{self.begins:%H:%M}-{self.ends:%H:%M}"


class Opening(Value):
    """When a service is open on one day of the week; until midnight or past it when it closes before it opens."""

    day: Weekday
    opens: time
    closes: time


@dataclass(frozen=True)
class Calendar:
    """Where the council is: its time zone, and the bank holidays of its nation."""

    zone: ZoneInfo
    holidays: frozenset[date] = frozenset()

    def is_working_day(self, day: date) -> bool:
        """Monday to Friday, and no bank holiday."""
        return day.weekday() < 5 and day not in self.holidays


QUIET = re.compile(r"([01]?\d|2[0-3])(?::([0-5]\d))? ?[-–] ?([01]?\d|2[0-3])(?::([0-5]\d))?")


def read_quiet(text: str) -> QuietHours:
    """Read `21:00-08:00` (or `21-8`); raises `ValueError` with a sentence."""
    match = QUIET.fullmatch(text.strip())
    if not match:
        raise ValueError(f"{text[:40]!r} are not quiet hours; write them as 21:00-08:00")
    begins, ends = time(int(match[1]), int(match[2] or 0)), time(int(match[3]), int(match[4] or 0))
    if begins == ends:
        raise ValueError(f"{text[:40]!r} leaves no time to ask; quiet hours begin and end at different times")
    return QuietHours(begins=begins, ends=ends)


# --- waking hours and working hours --------------------------------------------


def next_within(hours: Hours, instant: datetime, calendar: Calendar) -> datetime:
    """`instant` if these hours count then, or the next moment at which they do."""
    if hours is Hours.any:
        return instant
    return _next_of(_clocks_of(hours, calendar), instant, calendar) or NEVER


def after(hours: Hours, start: datetime, length: timedelta, calendar: Calendar) -> datetime:
    """When `length` of these hours is over that begins at `start`: 2h of working hours from Friday 4pm, Monday 10am."""
    if hours is Hours.any:
        return start + length
    for begins, ends in _spans(_clocks_of(hours, calendar), start, calendar):
        begins = max(begins, start)
        if begins + length <= ends:
            return begins + length
        length -= ends - begins
    return NEVER


def between(hours: Hours, start: datetime, end: datetime, calendar: Calendar) -> timedelta:
    """How much of these hours lies between two instants; nothing if `end` comes first."""
    if hours is Hours.any:
        return max(end - start, timedelta(0))
    total = timedelta(0)
    for begins, ends in _spans(_clocks_of(hours, calendar), start, calendar):
        if end <= max(begins, start):
            break
        total += min(ends, end) - max(begins, start)
    return total


def _clocks_of(hours: Hours, calendar: Calendar) -> Clocks:
    if hours is Hours.working:
        return lambda day: ((BEGINS_WORK, ENDS_WORK),) if calendar.is_working_day(day) else ()
    return lambda day: ((WAKES, SLEEPS),)


# --- one responder's hours ------------------------------------------------------


def askable_from(responder: Responder, need: Need, now: datetime, calendar: Calendar) -> datetime:
    """When this responder may be asked about this need: `now`, or the next moment their own hours allow it.

    Nobody is asked on their day off. Quiet and opening hours give way to an urgent need whose reason is on record. A
    pause and a weekly limit are not hours: see `domain/matching.py`. `NEVER` if they leave no moment within `FAR`.
    """
    moment = now
    while moment <= now + FAR:
        free = _after_days_off(responder, moment, calendar)
        if not need.pressing:
            free = _when_open(responder, _after_quiet(responder, free, calendar), calendar)
        if free == moment:
            return moment
        moment = free
    return NEVER


def is_day_off(responder: Responder, instant: datetime, calendar: Calendar) -> bool:
    """Is it, where the council is, a weekday on which this responder does nothing and hears nothing?"""
    return WEEK[instant.astimezone(calendar.zone).weekday()] in responder.days_off


def _after_days_off(responder: Responder, instant: datetime, calendar: Calendar) -> datetime:
    if not is_day_off(responder, instant, calendar):
        return instant
    day = instant.astimezone(calendar.zone).date()
    return _on_the_wall(day + timedelta(days=1), time(0), calendar)


def _after_quiet(responder: Responder, instant: datetime, calendar: Calendar) -> datetime:
    quiet = responder.quiet
    if quiet is None:
        return instant
    for begins, ends in _spans(lambda day: ((quiet.begins, quiet.ends),), instant, calendar):
        return ends if begins <= instant else instant
    return instant


def _when_open(responder: Responder, instant: datetime, calendar: Calendar) -> datetime:
    """A bank holiday is like a Sunday: who is open on no Sunday is closed."""
    if not responder.opening:
        return instant

    def clocks(day: date) -> Iterator[tuple[time, time]]:
        weekday = Weekday.sunday if day in calendar.holidays else WEEK[day.weekday()]
        return ((o.opens, o.closes) for o in responder.opening if o.day is weekday)

    return _next_of(clocks, instant, calendar) or NEVER


# --- spans of local time as instants ----------------------------------------------


def _next_of(clocks: Clocks, instant: datetime, calendar: Calendar) -> datetime | None:
    """`instant` or the next beginning of a span; `None` if there is none within `FAR`."""
    first = next(_spans(clocks, instant, calendar, until=instant + FAR), None)
    return max(first[0], instant) if first else None


def _spans(clocks: Clocks, start: datetime, calendar: Calendar, until: datetime = NEVER) -> Iterator[Span]:
    """The spans that end after `start`, day by day from the day before (one may last past midnight)."""
    day = start.astimezone(calendar.zone).date() - timedelta(days=1)
    last = until.astimezone(calendar.zone).date()
    while day <= last:
        for opens, closes in sorted(clocks(day)):
            closing_day = day if opens < closes else day + timedelta(days=1)
            span = _on_the_wall(day, opens, calendar), _on_the_wall(closing_day, closes, calendar)
            if start < span[1] and span[0] < span[1]:
                yield span
        day += timedelta(days=1)


def _on_the_wall(day: date, clock: time, calendar: Calendar) -> datetime:
    """The instant at which the clocks show this; the first of two, and an hour later where there is none."""
    return datetime.combine(day, clock, calendar.zone).astimezone(UTC)
