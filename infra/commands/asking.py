"""Ask somebody by name now, or the next round."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from domain.asking_by_name import ask_by_name, ask_next_round
from domain.changes import Change, Refusal, week_of
from domain.situations import Situation
from infra.commands.command import Command, Counts, Partner, Plan, VersionOfNeed, about, find_partner
from infra.door import Door
from infra.steering import read_counts


class Ask(Command):
    """Ask somebody by name now. The rules hold all the same: checks, pauses, weekly limits."""

    name: ClassVar[str] = "ask"
    title: ClassVar[str] = "Ask somebody by name"

    responder: Partner
    lines: Annotated[
        Counts, Field(description="WHAT:QUANTITY: so much of it (unless said: all).", examples=[["food-parcel:5"]])
    ] = ()
    version: VersionOfNeed = None

    def plan(self, door: Door, need: str, by: str) -> Plan:
        find_partner(door, self.responder)
        counts = read_counts(self.lines)

        def decide(situation: Situation, now: datetime) -> Change | Refusal | None:
            candidate = door.store.candidate(self.responder, week_of(now, situation))
            if candidate is None:
                return Refusal("unknown", f"Nobody in the directory has the id {self.responder} any more.")
            return ask_by_name(situation, candidate, counts, by, now, self.version)

        return about(need, decide)


class NextRound(Command):
    """Do not wait: ask the next round now for what is missing. Those asked so far may still answer."""

    name: ClassVar[str] = "next-round"
    title: ClassVar[str] = "Ask the next round now"

    version: VersionOfNeed = None

    def plan(self, door: Door, need: str, by: str) -> Plan:
        return about(need, lambda situation, now: ask_next_round(situation, by, now, self.version))
