"""A period of whole days, as somebody asks for figures. Days are the council's own, from midnight to midnight."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.values import Value

DAY = timedelta(days=1)
YEARS = range(2000, 2101)


class PeriodWrong(Exception):
    """A period nobody can have figures of: which of its two days is wrong, and why."""

    def __init__(self, place: str, sentence: str) -> None:
        super().__init__(f"{place}: {sentence}")
        self.place, self.sentence = place, sentence


class Period(Value):
    """From `first` to `last`, both whole."""

    first: date
    last: date

    def since(self, zone: ZoneInfo) -> datetime:
        return datetime.combine(self.first, time(), zone).astimezone(UTC)

    def until(self, zone: ZoneInfo) -> datetime:
        """The midnight at which the last day ends."""
        return datetime.combine(self.last + DAY, time(), zone).astimezone(UTC)


def read_period(first: str | None, last: str | None, today: date) -> Period:
    """The days asked for; without any, the last whole month. One alone: from the first of its month, or until today.

    Raises `PeriodWrong`.
    """
    begins, ends = _read_day("from", first), _read_day("to", last)
    if begins is None and ends is None:
        ends = today.replace(day=1) - DAY
    if ends is None:
        ends = today
    if begins is None:
        begins = ends.replace(day=1)
    if begins > today:
        raise PeriodWrong("from", "The first day must be today or in the past")
    if ends < begins:
        raise PeriodWrong("to", "The last day must be the same as or after the first day")
    return Period(first=begins, last=ends)


def _read_day(place: str, text: str | None) -> date | None:
    if not text or not text.strip():
        return None
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        day = None
    if day is None or day.year not in YEARS:
        raise PeriodWrong(place, f"{text.strip()[:20]!r} is not a day; write it as 2026-11-30")
    return day


def say_day(moment: datetime, zone: ZoneInfo) -> str:
    """`30 November 2026`: the day a moment is in."""
    day = moment.astimezone(zone).date()
    return say_period(Period(first=day, last=day))


def say_period(period: Period) -> str:
    """`1 to 30 November 2026`, `28 October to 3 November 2026`."""
    first, last = period.first, period.last
    end = f"{last.day} {last:%B} {last.year}"
    if first == last:
        return end
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {end}"
    year = f" {first.year}" if first.year != last.year else ""
    return f"{first.day} {first:%B}{year} to {end}"
