"""End a need: it is withdrawn, or closed with how it ended."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from domain.changes import Change, Refusal
from domain.choices import Ending
from domain.closing import close
from domain.holding import cannot_steer
from domain.needs import Outcome
from domain.situations import Situation
from infra.commands.command import Command, Plan, VersionOfNeed, about
from infra.door import Door


class Withdraw(Command):
    """End a need that is no longer needed. Who had said yes is told first, so that nobody sets out."""

    name: ClassVar[str] = "withdraw"
    title: ClassVar[str] = "It is no longer needed"

    version: VersionOfNeed = None

    def plan(self, door: Door, need: str, by: str) -> Plan:
        return _end(need, Outcome.withdrawn, by, self.version)


class Close(Command):
    """Close a need, saying how it ended. Everybody who was asked or had promised hears of it."""

    name: ClassVar[str] = "close"
    title: ClassVar[str] = "Close it"

    outcome: Annotated[Ending, Field(description="How it ended.")]
    version: VersionOfNeed = None

    def plan(self, door: Door, need: str, by: str) -> Plan:
        return _end(need, Outcome(self.outcome.value), by, self.version)


def _end(need: str, outcome: Outcome, by: str, version: int | None) -> Plan:
    def decide(situation: Situation, now: datetime) -> Change | Refusal | None:
        stale = None if situation.need.closed else cannot_steer(situation, version)
        return stale or close(situation, outcome, by, now)

    return about(need, decide)
