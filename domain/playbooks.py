"""How to respond to a kind of need: rounds, patience, reminders, who takes over, follow-up."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from domain.capabilities import Sector
from domain.hours import Hours
from domain.values import Code, Duration, Name, Value


class Role(StrEnum):
    """What an officer may do; a hand-over goes to `duty`, then to `manager`."""

    viewer = "viewer"
    officer = "officer"
    duty = "duty"
    manager = "manager"
    admin = "admin"


class Round(Value):
    """One step: whom to ask, how many at once, how long to wait. `hours`: when it asks, and what patience counts."""

    name: Name
    sectors: Annotated[tuple[Sector, ...], Field(min_length=1)]
    within_km: Annotated[float, Field(gt=0, le=500)] | None = None
    ask: Annotated[int, Field(ge=1, le=5000, strict=True)] = 5
    patience: Duration
    remind_after: Duration | None = None
    hours: Hours = Hours.any
    last_resort: bool = False

    @model_validator(mode="after")
    def _there_is_time(self) -> Self:
        if self.patience < timedelta(seconds=1):
            raise ValueError("patience must be at least 1s")
        if self.remind_after is not None and not timedelta(0) < self.remind_after < self.patience:
            raise ValueError("remind_after must be shorter than patience, or people are never reminded")
        return self


class TakeOver(Value):
    """Who takes over when everyone has been asked, and how soon they must say that they have."""

    role: Role = Role.duty
    take_within: Annotated[Duration, Field(ge=timedelta(seconds=1))] = timedelta(hours=1)


class FollowUp(Value):
    """What happens after it was due: partners are chased, the resident is asked, silence closes."""

    chase_after: Duration = timedelta(hours=2)
    confirm_after: Duration = timedelta(days=1)
    close_after: Annotated[Duration, Field(ge=timedelta(seconds=1))] = timedelta(days=7)


class Playbook(Value):
    """A whole response. Copied into each need that opens with it, so an edit never disturbs a running one."""

    name: Code
    title: Name
    rounds: Annotated[tuple[Round, ...], Field(min_length=1, max_length=20)]
    officer: TakeOver = TakeOver()
    follow_up: FollowUp = FollowUp()
    waking_hours_only: bool = False

    @model_validator(mode="after")
    def _rounds_have_their_own_names(self) -> Self:
        names = [r.name.casefold() for r in self.rounds]
        if twice := next((n for n in names if names.count(n) > 1), None):
            raise ValueError(f"two rounds are called {twice!r}; give each its own name")
        return self

    def round(self, number: int) -> Round:
        """Return round `number`, counted from 1."""
        return self.rounds[number - 1]
