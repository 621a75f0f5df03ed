"""Who may help: organisations and people. Their contacts are private and kept apart."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from domain.addresses import EmailAddress, Phone
from domain.capabilities import Capability, CheckLevel, Sector
from domain.hours import Opening, QuietHours, Weekday
from domain.values import Code, Name, Point, Value

ResponderId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")]
VOLUNTEER_WEEKLY_LIMIT = 3


class Check(Value):
    """A criminal-record check somebody holds; `until` is the last day it is valid, if that is known."""

    level: CheckLevel
    until: date | None = None

    @model_validator(mode="before")
    @classmethod
    def _level_alone(cls, given: object) -> object:
        return {"level": given} if isinstance(given, str) else given

    def valid(self, on: date) -> bool:
        return self.until is None or on <= self.until


class Responder(Value):
    """Somebody who may be asked. No way to reach them is in here, only how many ways there are (`contacts`).

    `own`: what they have set themselves, on their own page; no imported file undoes it.
    """

    id: ResponderId
    name: Name
    sector: Sector
    capabilities: Annotated[tuple[Code, ...], Field(max_length=200)]
    point: Point | None = None
    radius_km: Annotated[float, Field(gt=0, le=500)] | None = None
    areas: Annotated[tuple[Name, ...], Field(max_length=200)] = ()
    capacity: Annotated[int, Field(ge=0, le=100_000, strict=True)] | None = None
    checks: tuple[Check, ...] = ()
    weekly_limit: Annotated[int, Field(ge=0, le=1000, strict=True)] | None = None
    paused_until: datetime | None = None
    days_off: tuple[Weekday, ...] = ()
    quiet: QuietHours | None = None
    opening: tuple[Opening, ...] = ()
    exercises: bool = False
    muted: tuple[Code, ...] = ()
    own: tuple[Literal["days_off", "weekly_limit"], ...] = ()
    contacts: int = 0
    source: Name = "csv"

    @model_validator(mode="before")
    @classmethod
    def _volunteers_are_not_worn_out(cls, given: object) -> object:
        if isinstance(given, dict) and given.get("sector") == Sector.volunteer and given.get("weekly_limit") is None:
            return given | {"weekly_limit": VOLUNTEER_WEEKLY_LIMIT}
        return given

    def holds_check(self, capability: Capability, on: date) -> bool:
        """Does this responder hold the check that `capability` requires, or a higher one, on that day?"""
        return capability.check.rank <= max((c.level.rank for c in self.checks if c.valid(on)), default=0)

    def may_give(self, capability: Capability, on: date) -> bool:
        """May this responder give this kind of help: can, is of a sector that may, and holds the check on that day?"""
        return (
            capability.code in self.capabilities
            and self.sector in capability.sectors
            and self.holds_check(capability, on)
        )

    def by_their_own_word(self, **said: object) -> Responder:
        """With what they have set themselves: `days_off`, `weekly_limit`."""
        return self.but(**said, own=tuple(sorted({*self.own, *said})))

    def is_person(self) -> bool:
        """Is this one person, whose name is not for others to see?"""
        return self.sector is Sector.volunteer


class Contact(Value):
    """One way to reach a responder, private. The first that works is used."""

    email: EmailAddress | None = None
    phone: Phone | None = None
    name: Name | None = None
