"""Hours that matter: when people are awake, at work, open, or want to be left alone. Local time, worked out late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from domain.values import Value


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


class QuietHours(Value):
    """When somebody wants to be left alone, by the clock on their wall: `21:00-08:00`."""

    begins: time
    ends: time


class Opening(Value):
    """When a service is open on one day of the week."""

    day: Weekday
    opens: time
    closes: time


@dataclass(frozen=True)
class Calendar:
    """Where the council is: its time zone, and the bank holidays of its nation."""

    zone: ZoneInfo
    holidays: frozenset[date] = frozenset()
