"""Times as people say and write them, in the council's own time zone. Instants stay UTC."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.values import plural, read_duration


def say_time(instant: datetime, zone: ZoneInfo) -> str:
    """`9am`, `4:30pm`, `midnight`, `midday`; seconds only where there are any; the zone where the hour comes twice."""
    local = instant.astimezone(zone)
    if (local.minute, local.second) == (0, 0) and local.hour in (0, 12):
        text = "midday" if local.hour else "midnight"
    else:
        text = str(local.hour % 12 or 12)
        if local.minute or local.second:
            text += f":{local.minute:02}"
        if local.second:
            text += f":{local.second:02}"
        text += "am" if local.hour < 12 else "pm"
    return f"{text} {local.tzname()}" if _comes_twice(local, zone) else text


def _comes_twice(local: datetime, zone: ZoneInfo) -> bool:
    naive = local.replace(tzinfo=None)
    return naive.replace(tzinfo=zone, fold=0).utcoffset() > naive.replace(tzinfo=zone, fold=1).utcoffset()  # type: ignore[operator]


def say_when(instant: datetime, zone: ZoneInfo) -> str:
    """`9am on Tuesday 3 March`: a moment as a letter would write it."""
    local = instant.astimezone(zone)
    return f"{say_time(instant, zone)} on {local:%A} {local.day} {local:%B}"


def say_length(length: timedelta) -> str:
    """`45 seconds`, `1 hour and 30 minutes`, `3 days and 4 hours`: the two largest units."""
    left, parts = round(length.total_seconds()), []
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        if left >= size:
            parts.append(plural(left // size, unit, f"{unit}s"))
            left %= size
    return " and ".join(parts[:2]) or "no time"


def say_clock(instant: datetime, zone: ZoneInfo) -> str:
    """`21 Nov 18:45:07`: a moment in a table."""
    return f"{instant.astimezone(zone):%d %b %H:%M:%S}"


CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")


def read_when(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """Read `2026-11-22T09:00` (local unless it names a zone), `2026-11-22` (5pm), `09:00` (the next one) or `+2h`."""
    text = text.strip()
    if text.startswith("+"):
        return _whole_minute(now, read_duration(text[1:]))
    if clock := CLOCK.fullmatch(text):
        return _next_clock(clock, now, zone)
    try:
        if len(text) == 10:
            return datetime.combine(date.fromisoformat(text), time(17), zone).astimezone(UTC)
        moment = datetime.fromisoformat(text)
        instant = (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(
            f"{text[:40]!r} is not a time; write it as 2026-11-22T09:00, 2026-11-22, 09:00 or +2h"
        ) from None
    return instant if moment.tzinfo else _on_the_clock(moment, instant, zone)


def _on_the_clock(wall: datetime, instant: datetime, zone: ZoneInfo) -> datetime:
    """`instant`, if the clock on the wall ever shows `wall`; the hour left out in spring is refused, not guessed at."""
    if instant.astimezone(zone).replace(tzinfo=None) != wall:
        said = say_when(wall.replace(tzinfo=UTC), ZoneInfo("UTC"))
        raise ValueError(f"there is no {said}: the clocks go forward; say a time before or after")
    return instant


def _whole_minute(now: datetime, length: timedelta) -> datetime:
    """`now` and `length` later; from ten minutes on to the next full minute, which reads better in every mail."""
    moment = now + length
    if length < timedelta(minutes=10) or (moment.second, moment.microsecond) == (0, 0):
        return moment
    return moment.replace(second=0, microsecond=0) + timedelta(minutes=1)


def _next_clock(clock: re.Match[str], now: datetime, zone: ZoneInfo) -> datetime:
    try:
        wanted = time(int(clock[1]), int(clock[2]), int(clock[3] or 0))
    except ValueError:
        raise ValueError(f"{clock[0]!r} is not a time of day") from None
    local = now.astimezone(zone)
    wall = datetime.combine(local.date(), wanted)
    instant = wall.replace(tzinfo=zone).astimezone(UTC)
    if instant <= now:
        wall += timedelta(days=1)
        instant = wall.replace(tzinfo=zone).astimezone(UTC)
    return _on_the_clock(wall, instant, zone)
