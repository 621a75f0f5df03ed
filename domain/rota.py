"""Who is on duty when, and who stands in: shifts by weekday and local time, days away. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from domain.addresses import EmailAddress
from domain.hours import Weekday
from domain.officers import Officer, chain, working
from domain.playbooks import Role
from domain.values import Value

HOURS = re.compile(r"([01]?\d|2[0-3]):([0-5]\d) ?- ?(?:([01]?\d|2[0-3]):([0-5]\d)|24:00)")
WEEK = tuple(Weekday)
LOOK_AHEAD = 8  # days: whatever a weekly rota does, it has done by then


class ShiftHours(Value):
    """From one time of day to another by the clock on the wall; into the next day where it ends before it begins."""

    begins: time = time(0)
    ends: time = time(0)

    @model_validator(mode="before")
    @classmethod
    def _as_people_write_it(cls, given: object) -> object:
        """Read `09:00-17:00`, `22:00-06:00` or `00:00-24:00`."""
        if isinstance(given, dict):
            return given
        found = HOURS.fullmatch(str(given).strip())
        if not found:
            raise ValueError(f"{str(given)[:40]!r} are not hours of a shift; write them as 09:00-17:00 or 22:00-06:00")
        ends = time(int(found[3] or 0), int(found[4] or 0))
        return {"begins": time(int(found[1]), int(found[2])), "ends": ends}

    def __str__(self) -> str:
        return f"{self.begins:%H:%M}-{self.ends:%H:%M}"


class Shift(Value):
    """Who is on duty on these days at these hours, in the order in which they are asked.

    A shift over midnight belongs to the day on which it begins.
    """

    days: Annotated[tuple[Weekday, ...], Field(min_length=1, max_length=7)] = WEEK
    hours: ShiftHours = ShiftHours()
    officers: Annotated[tuple[EmailAddress, ...], Field(min_length=1, max_length=20)]

    def on(self, day: date, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
        """When the shift that begins on `day` begins and ends, as instants; `None` if none does.

        When the clocks change it is longer or shorter. Shifts that meet on the wall meet in time.
        """
        if WEEK[day.weekday()] not in self.days:
            return None
        ends_on = day + timedelta(days=1) if self.hours.ends <= self.hours.begins else day
        begins = datetime.combine(day, self.hours.begins, zone).astimezone(UTC)
        return begins, datetime.combine(ends_on, self.hours.ends, zone).astimezone(UTC)


class Away(Value):
    """Days on which somebody is not to be asked, the first and the last included."""

    officer: EmailAddress
    first: date
    last: date

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise ValueError("last must not be before first")
        return self


class Rota(Value):
    """Officers by e-mail address: whose shift it is, who stands in, who is away. Empty: the list as it was added."""

    shifts: Annotated[tuple[Shift, ...], Field(max_length=200)] = ()
    fallback: Annotated[tuple[EmailAddress, ...], Field(max_length=20)] = ()
    away: Annotated[tuple[Away, ...], Field(max_length=500)] = ()

    def on_shift(self, now: datetime, zone: ZoneInfo) -> tuple[str, ...]:
        """The addresses of those whose shift it is and who are not away, in the rota's order; empty in a gap."""
        today = now.astimezone(zone).date()
        found = (
            email
            for shift in self.shifts
            for day in (today - timedelta(days=1), today)
            if (spell := shift.on(day, zone)) and spell[0] <= now < spell[1]
            for email in shift.officers
        )
        return tuple(email for email in dict.fromkeys(found) if not self.is_away(email, today))

    def is_away(self, email: str, day: date) -> bool:
        return any(_same(a.officer, email) and a.first <= day <= a.last for a in self.away)

    def next_change(self, now: datetime, zone: ZoneInfo) -> datetime | None:
        """When somebody else is on shift than now; `None` if that does not change within a week."""
        present = self.on_shift(now, zone)
        later = sorted({edge for edge in self._edges(now.astimezone(zone).date(), zone) if edge > now})
        return next((edge for edge in later if self.on_shift(edge, zone) != present), None)

    def _edges(self, today: date, zone: ZoneInfo) -> Iterator[datetime]:
        """When shifts begin and end, and each midnight, at which somebody may come back or be away."""
        for ahead in range(-1, LOOK_AHEAD + 1):
            day = today + timedelta(days=ahead)
            yield datetime.combine(day, time(0), zone).astimezone(UTC)
            for shift in self.shifts:
                yield from shift.on(day, zone) or ()

    def strangers(self, officers: tuple[Officer, ...]) -> tuple[str, ...]:
        """Addresses in the rota that belong to nobody who may take a task; they are passed over."""
        able = {officer.email.casefold() for officer in working(officers) if officer.role is not Role.viewer}
        named = [email for shift in self.shifts for email in shift.officers]
        named += [*self.fallback, *(away.officer for away in self.away)]
        return tuple(email for email in dict.fromkeys(named) if email.casefold() not in able)


def order_of_duty(
    officers: tuple[Officer, ...], role: Role, rota: Rota, now: datetime, zone: ZoneInfo, lead: str | None = None
) -> tuple[Officer, ...]:
    """Whom a task goes to, in order: an incident's lead, whose shift it is, who stands in, then the list as added.

    Whoever is away today is left out, unless that leaves nobody. Addresses of nobody are passed over.
    """
    able = [officer for officer in working(officers) if officer.role is not Role.viewer]
    rostered = [o for email in (*rota.on_shift(now, zone), *rota.fallback) for o in able if _same(o.email, email)]
    order = tuple(dict.fromkeys([*(o for o in able if o.id == lead), *rostered, *chain(officers, role)]))
    today = now.astimezone(zone).date()
    return tuple(officer for officer in order if not rota.is_away(officer.email, today)) or order


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()
