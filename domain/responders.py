"""Who may help: organisations and people. Their contacts are private and kept apart."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from domain.addresses import EmailAddress, Phone
from domain.capabilities import Capability, CheckLevel, Sector
from domain.values import Code, Name, Point, Value

ResponderId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")]
VOLUNTEER_WEEKLY_LIMIT = 3


class Responder(Value):
    """Somebody who may be asked. No way to reach them is in here, only how many ways there are (`contacts`)."""

    id: ResponderId
    name: Name
    sector: Sector
    capabilities: Annotated[tuple[Code, ...], Field(max_length=200)]
    point: Point | None = None
    radius_km: Annotated[float, Field(gt=0, le=500)] | None = None
    areas: Annotated[tuple[Name, ...], Field(max_length=200)] = ()
    capacity: Annotated[int, Field(ge=0, le=100_000, strict=True)] | None = None
    checks: tuple[CheckLevel, ...] = ()
    weekly_limit: Annotated[int, Field(ge=0, le=1000, strict=True)] | None = None
    paused_until: datetime | None = None
    muted: tuple[Code, ...] = ()
    contacts: int = 0
    source: Name = "csv"

    @model_validator(mode="before")
    @classmethod
    def _volunteers_are_not_worn_out(cls, given: object) -> object:
        if isinstance(given, dict) and given.get("sector") == Sector.volunteer and given.get("weekly_limit") is None:
            return given | {"weekly_limit": VOLUNTEER_WEEKLY_LIMIT}
        return given

    def holds_check(self, capability: Capability) -> bool:
        """Does this responder hold the check that `capability` requires, or a higher one?"""
        return capability.check.rank <= max((c.rank for c in self.checks), default=0)

    def may_give(self, capability: Capability) -> bool:
        """May this responder give this kind of help: can, is of a sector that may, and holds the check?"""
        return (
            capability.code in self.capabilities and self.sector in capability.sectors and self.holds_check(capability)
        )

    def is_person(self) -> bool:
        """Is this one person, whose name is not for others to see?"""
        return self.sector is Sector.volunteer


class Contact(Value):
    """One way to reach a responder, private. The first that works is used."""

    email: EmailAddress | None = None
    phone: Phone | None = None
    name: Name | None = None
