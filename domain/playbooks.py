"""How to respond to a kind of need: rounds, patience, reminders, who takes over, follow-up."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from domain.capabilities import Sector
from domain.hours import Hours
from domain.values import Code, Duration, Name, Value

MOST_ROUNDS = 20
TIMES = ("", " again", " a third time", " a fourth time", " a fifth time")


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
    """What happens after it was due: the resident is asked, partners are chased, silence closes.

    The resident comes first: a partner who has brought it and does not say so is no no-show, if the resident says yes.
    """

    chase_after: Annotated[Duration, Field(ge=timedelta(seconds=1))] = timedelta(days=1)
    confirm_after: Duration = timedelta(hours=2)
    close_after: Annotated[Duration, Field(ge=timedelta(seconds=1))] = timedelta(days=7)


class Playbook(Value):
    """A whole response. Copied into each need that opens with it, so an edit never disturbs a running one.

    `repeat`: how often its rounds are gone through before an officer gets it. Nobody is asked twice; another time round
    finds who had their asks of the week, was paused, or wanted to be left alone the time before.
    """

    name: Code
    title: Name
    rounds: Annotated[tuple[Round, ...], Field(min_length=1, max_length=MOST_ROUNDS)]
    repeat: Annotated[int, Field(ge=1, le=len(TIMES), strict=True)] = 1
    officer: TakeOver = TakeOver()
    follow_up: FollowUp = FollowUp()
    waking_hours_only: bool = False

    @model_validator(mode="after")
    def _rounds_have_their_own_names(self) -> Self:
        names = [r.name.casefold() for r in self.rounds]
        if twice := next((n for n in names if names.count(n) > 1), None):
            raise ValueError(f"two rounds are called {twice!r}; give each its own name")
        return self

    @model_validator(mode="after")
    def _repeats_are_not_too_many(self) -> Self:
        if len(self.rounds) * self.repeat > MOST_ROUNDS:
            raise ValueError(f"{len(self.rounds)} rounds, {self.repeat} times, are more than {MOST_ROUNDS}")
        return self

    def written_out(self) -> Playbook:
        """The same with its repeats as rounds of their own: `neighbours`, `neighbours again`."""
        rounds = [r.but(name=f"{r.name}{again}") for again in TIMES[: self.repeat] for r in self.rounds]
        return self.but(rounds=tuple(rounds), repeat=1)

    def round(self, number: int) -> Round:
        """Return round `number`, counted from 1."""
        return self.rounds[number - 1]

    def together(self, numbers: tuple[int, ...]) -> Round:
        """These rounds as one: everybody any of them asks, as wide as the widest and as long as the longest."""
        rounds = [self.round(number) for number in numbers]
        if len(rounds) == 1:
            return rounds[0]
        reach = [r.within_km for r in rounds]
        reminds = [r.remind_after for r in rounds if r.remind_after]
        return rounds[-1].but(
            name=", ".join(r.name for r in rounds),
            sectors=tuple(dict.fromkeys(sector for r in rounds for sector in r.sectors)),
            within_km=None if None in reach else max(km for km in reach if km),
            ask=sum(r.ask for r in rounds),
            patience=max(r.patience for r in rounds),
            remind_after=min(reminds, default=None),
            hours=min((r.hours for r in rounds), key=list(Hours).index),
        )
