"""What every command about a need is: words as they were typed, a right it takes, and what it decides."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, StringConstraints

from domain.changes import Change, Refusal
from domain.opening import MOST_LINES, NeedWrong
from domain.responders import Responder, ResponderId
from domain.rights import Right
from domain.situations import Situation
from domain.values import Value
from infra import clock
from infra.door import Decide, DecideTogether, Done, Door
from infra.faults import read_typed

MOST_TYPED = 2000
Typed = Annotated[str, StringConstraints(max_length=MOST_TYPED)]
Counts = Annotated[tuple[Typed, ...], Field(max_length=MOST_LINES)]
Version = Annotated[int | None, Field(ge=1, le=2**53, strict=True)]
VersionOfNeed = Annotated[
    Version,
    Field(description="The version of the need that you looked at. If it has changed since, this is refused."),
]
VersionOfAnswer = Annotated[
    Version,
    Field(description="The version of this partner's invitation that you looked at. If it has changed, refused."),
]
Partner = Annotated[ResponderId, Field(description="The partner's id.", examples=["good-neighbours"])]


@dataclass(frozen=True)
class Plan:
    """What is to be decided, and about which needs: the one the command was given for comes first."""

    needs: tuple[str, ...]
    decide: DecideTogether


def about(need: str, decide: Decide) -> Plan:
    """A plan that concerns one need."""
    return Plan((need,), lambda situations, now: decide(situations[0], now))


class Command(Value, ABC):
    """One thing an officer may do about a need. Its fields are what was typed, as text where people write text."""

    name: ClassVar[str]
    title: ClassVar[str]
    right: ClassVar[Right] = Right.respond

    @classmethod
    def read(cls, **typed: Any) -> Self:
        """The command, from what was typed. Raises `NeedWrong`, naming the field."""
        return read_typed(cls, typed, cls.name)

    @abstractmethod
    def plan(self, door: Door, need: str, by: str) -> Plan | Refusal:
        """What this decides. Raises `NeedWrong` for a field that cannot be read."""

    def carry_out(self, door: Door, need: str, by: str) -> Done | Refusal:
        """Do it. `by` is who says so, as stories keep it: `officer:ID`, `key:ID`. Raises `NeedWrong`, `NoSuchNeed`."""
        plan = self.plan(door, need, by)
        return plan if isinstance(plan, Refusal) else door.change_together(plan.needs, plan.decide)

    def foresee(self, door: Door, need: str, by: str) -> Change | Refusal | None:
        """What it would change if it were carried out now (`None`: nothing). Writes nothing; raises like it."""
        plan = self.plan(door, need, by)
        if isinstance(plan, Refusal):
            return plan
        return plan.decide(tuple(door.situation(id) for id in plan.needs), clock.now())


def find_partner(door: Door, id: str) -> Responder:
    """Who has this id. Raises `NeedWrong`."""
    found = door.store.responder(id)
    if found is None:
        raise NeedWrong("responder", f"nobody in the directory has the id {id[:80]!r}")
    return found


def by_number(situation: Situation, counts: dict[str, int], place: str = "lines") -> dict[int, int]:
    """Quantities by line number, from quantities by kind of help. Raises `NeedWrong`."""
    numbers = {line.what: line.number for line in situation.need.lines}
    if stray := next((what for what in counts if what not in numbers), None):
        raise NeedWrong(place, f"{stray[:40]!r} is no part of {situation.need.id}; its parts are {', '.join(numbers)}")
    return {numbers[what]: count for what, count in counts.items()}
