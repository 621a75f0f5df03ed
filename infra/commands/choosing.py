"""Choose among the offers of those who said yes to what an officer decides."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from domain.changes import Change, Refusal
from domain.choosing import choose_offer
from domain.situations import Situation
from infra.commands.command import Command, Counts, Partner, Plan, VersionOfAnswer, about, by_number, find_partner
from infra.door import Door
from infra.steering import read_counts


class Choose(Command):
    """Choose who gives paid care. Whoever is chosen is booked and told; once it is covered, the others are thanked."""

    name: ClassVar[str] = "choose"
    title: ClassVar[str] = "Choose an offer"

    responder: Partner
    lines: Annotated[Counts, Field(description="WHAT:QUANTITY: so much of it (unless said: all that is missing).")] = ()
    version: VersionOfAnswer = None

    def plan(self, door: Door, need: str, by: str) -> Plan:
        who, counts = find_partner(door, self.responder), read_counts(self.lines)

        def decide(situation: Situation, now: datetime) -> Change | Refusal | None:
            return choose_offer(situation, who, by_number(situation, counts), by, now, self.version)

        return about(need, decide)
