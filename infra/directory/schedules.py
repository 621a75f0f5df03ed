"""When a service is open, from a feed's schedules: weekly ones. What cannot be read is said, and means at any hour."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Any

from domain.hours import WEEK, Opening, Weekday

DAYS = {day.value[:2].upper(): day for day in WEEK}
CLOCK = re.compile(r"([01]?\d|2[0-4])[:.]([0-5]\d)(?::[0-5]\d(?:\.\d+)?)?(?:Z|[+-]00(?::?00)?|\+01(?::?00)?)?", re.I)
WORDS = re.compile(r"[\s,;|]+")
RANGE = re.compile(r"\s*(?:[-–—]|\bto\b)\s*", re.I)
MIDNIGHT = time(0)
AT_ANY_HOUR = "so it may be asked at any hour"


class Odd(Exception):
    """A schedule that cannot be told as days of the week and hours of the day. The message says why."""


def read_opening(service: dict[str, Any], today: date, doubts: list[str]) -> tuple[Opening, ...]:
    """The hours it is open, its own or those of its places; none if they are not said or cannot be used.

    One schedule that cannot be read makes them all useless: what is left would say that it is closed when it is not.
    """
    schedules = _schedules(service)
    found: list[Opening] = []
    try:
        for schedule in schedules:
            if _is_valid(schedule, today):
                found += _read_schedule(schedule)
    except Odd as why:
        doubts.append(f"its opening hours cannot be used ({why}), {AT_ANY_HOUR}")
        return ()
    if not found and any(_says_hours(schedule) for schedule in schedules):
        doubts.append(f"its opening hours are not valid today, {AT_ANY_HOUR}")
    return tuple(dict.fromkeys(found))


def _schedules(service: dict[str, Any]) -> list[dict[str, Any]]:
    own = _dicts(service.get("schedules"))
    if own:
        return own
    places = _dicts(service.get("service_at_locations"))
    at_places = [schedule for place in places for schedule in _dicts(place.get("schedules"))]
    locations = [place["location"] for place in places if isinstance(place.get("location"), dict)]
    return at_places or [schedule for location in locations for schedule in _dicts(location.get("schedules"))]


def _dicts(found: object) -> list[dict[str, Any]]:
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _is_valid(schedule: dict[str, Any], today: date) -> bool:
    """Is it said for today? Days that cannot be read say nothing."""
    begins, ends = _day(schedule.get("valid_from")), _day(schedule.get("valid_to"))
    return (begins is None or begins <= today) and (ends is None or today <= ends)


def _day(found: object) -> date | None:
    try:
        return date.fromisoformat(str(found)[:10]) if found else None
    except ValueError:
        return None


def _says_hours(schedule: dict[str, Any]) -> bool:
    return any(schedule.get(name) for name in ("byday", "opens_at", "closes_at", "rrule"))


def _read_schedule(schedule: dict[str, Any]) -> list[Opening]:
    if not _says_hours(schedule):
        return []  # words for people, such as a description
    rule = _rule(schedule)
    _check_weekly(rule)
    opens, closes = _clock(schedule.get("opens_at")), _clock(schedule.get("closes_at"))
    if (opens is None) != (closes is None):
        raise Odd("it opens and never closes, or closes and never opens")
    days = _days(rule, _day(schedule.get("dtstart")))
    return [Opening(day=day, opens=opens or MIDNIGHT, closes=closes or MIDNIGHT) for day in days]


def _rule(schedule: dict[str, Any]) -> dict[str, str]:
    """FREQ, INTERVAL and BYDAY, each a field of its own or all in one `RRULE:FREQ=WEEKLY;BYDAY=MO,TU`."""
    whole = str(schedule.get("rrule") or "").upper().removeprefix("RRULE:")
    rule = dict(part.split("=", 1) for part in whole.split(";") if "=" in part)
    for name in ("freq", "interval", "byday"):
        if said := schedule.get(name):
            text = ",".join(str(part) for part in said) if isinstance(said, list) else str(said)
            rule[name.upper()] = text.strip().upper().removeprefix(f"{name.upper()}=")
    return rule


def _check_weekly(rule: dict[str, str]) -> None:
    freq, interval = rule.get("FREQ", "WEEKLY"), rule.get("INTERVAL", "1")
    if freq not in ("WEEKLY", "DAILY"):
        raise Odd(f"they repeat {freq[:20].lower()}, not every week")
    if interval not in ("1", "1.0"):
        raise Odd(f"they come every {interval[:10]} weeks")


def _days(rule: dict[str, str], first: date | None) -> tuple[Weekday, ...]:
    words = [word for word in WORDS.split(RANGE.sub("-", rule.get("BYDAY", ""))) if word]
    if words:
        return tuple(day for word in words for day in _days_of(word))
    if rule.get("FREQ") == "DAILY":
        return WEEK
    if first:
        return (WEEK[first.weekday()],)
    raise Odd("they name no day")


def _days_of(word: str) -> tuple[Weekday, ...]:
    """`MO`, `Monday`, or `MO-FR`; over the weekend too, as in `FR-MO`."""
    first, dash, last = word.partition("-")
    begins = WEEK.index(_weekday(first))
    length = (WEEK.index(_weekday(last)) - begins) % len(WEEK) if dash else 0
    return tuple(WEEK[(begins + number) % len(WEEK)] for number in range(length + 1))


def _weekday(word: str) -> Weekday:
    day = DAYS.get(word[:2])
    if day is None or not (len(word) == 2 or (len(word) > 2 and day.value.upper().startswith(word.removesuffix("S")))):
        raise Odd(f"{word[:20]!r} is no day of the week")
    return day


def _clock(found: object) -> time | None:
    """A local time of day. London's own offsets say no more than the clock on the wall; another is odd."""
    if not found:
        return None
    match = CLOCK.fullmatch(str(found).strip())
    if not match or (match[1] == "24" and match[2] != "00"):
        raise Odd(f"{str(found)[:20]!r} is no time of day here")
    return time(int(match[1]) % 24, int(match[2]))
