"""Change what is needed, when or where; give it more time."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from domain.amending import amend, extend
from domain.changes import Change, Refusal
from domain.opening import NeedWrong, read_moment
from domain.situations import Situation
from infra import clock
from infra.commands.command import Command, Counts, Plan, Typed, VersionOfNeed, about
from infra.door import Door
from infra.looking import note_compared
from infra.playbooks import load_catalogue
from infra.recording import read_place
from infra.steering import TypedAmendment, read_amendment

TIMES = ["2026-11-22T09:00", "2026-11-22", "09:00", "+2h"]


class Amend(Command):
    """Change what is needed, when or where, while people are asked and have promised.

    More is looked for. Less releases who was asked, then who stands by, then the latest promises; all are told.
    Earlier or elsewhere: who promised is asked whether it is still all right, and their promise stands meanwhile.
    """

    name: ClassVar[str] = "amend"
    title: ClassVar[str] = "Change what is needed"

    lines: Annotated[
        Counts,
        Field(description="WHAT:QUANTITY[@TIME]: how many in all from now on; 0: none.", examples=[["food-parcel:12"]]),
    ] = ()
    needed_by: Annotated[Typed | None, Field(description="When it is needed.", examples=TIMES)] = None
    place: Annotated[
        Typed | None, Field(description="The new ward or outward postcode; of an incident, the public place.")
    ] = None
    at: Annotated[Typed | None, Field(description="LAT,LON: where that place is.", examples=["51.41,-0.30"])] = None
    address: Annotated[Typed | None, Field(description="Where to bring it. Private.")] = None
    summary: Annotated[Typed | None, Field(description="What partners read from now on: no names, no addresses.")] = (
        None
    )
    urgent_because: Annotated[
        Typed | None, Field(description="Why it cannot wait: from now on it is urgent, and quiet hours give way.")
    ] = None
    version: VersionOfNeed = None

    def plan(self, door: Door, need: str, by: str) -> Plan:
        if not (self.lines or self.needed_by or self.place or self.address or self.summary or self.urgent_because):
            raise NeedWrong("lines", "say what changes: what is needed, when, where, the address or the summary")
        if self.at and not self.place:
            raise NeedWrong("at", "goes with a place; say what the place is called too")
        point, catalogue = read_place(self.at) if self.at else None, load_catalogue()
        typed = TypedAmendment(
            self.lines, self.needed_by, self.place, point, self.summary, self.address, self.urgent_because
        )

        def decide(situation: Situation, now: datetime) -> Change | Refusal | None:
            amendment = read_amendment(situation, catalogue, typed, now)
            resident = door.store.resident(need)
            if amendment.address and amendment.address == resident.address:
                note_compared(door.store, by, need, "address")
            return amend(situation, amendment, resident, by, now, self.version)

        return about(need, decide)


class Extend(Command):
    """Give a need more time. What everybody was asked for in vain is looked for anew.

    Who said no is not asked again; who never answered may be.
    """

    name: ClassVar[str] = "extend"
    title: ClassVar[str] = "Give it more time"

    needed_by: Annotated[Typed, Field(description="Until when: later than now.", examples=TIMES)]
    version: VersionOfNeed = None

    def plan(self, door: Door, need: str, by: str) -> Plan:
        moment = read_moment("needed_by", self.needed_by, clock.now(), door.situation(need).zone)
        return about(need, lambda situation, now: extend(situation, moment, by, now, self.version))
