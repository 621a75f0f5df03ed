"""What figures read of one need on record, and what follows from it alone. The rest of what is kept is left unread."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from pydantic import ConfigDict

from domain.capabilities import Sector
from domain.events import EventCode
from domain.invitations import Reason
from domain.needs import NeedStatus, Outcome
from domain.officers import TaskKind, TaskOutcome
from domain.values import Value

OUTWARD = re.compile(r"[A-Z]{1,2}\d[A-Z\d]?")
ENDED_WELL = (Outcome.met, Outcome.presumed)
SPOKEN_TO = (TaskOutcome.told, TaskOutcome.posted, TaskOutcome.yes, TaskOutcome.partly, TaskOutcome.no)


class Seen(Value):
    """What figures read of something on record; the rest of it is left unread."""

    model_config = ConfigDict(extra="ignore")


class CapabilitySeen(Seen):
    code: str
    title: str


class LineSeen(Seen):
    number: int
    capability: CapabilitySeen
    quantity: int


class NeedSeen(Seen):
    id: str
    status: NeedStatus
    outcome: Outcome | None = None
    area: str
    needed_by: datetime
    opened_at: datetime
    closed_at: datetime | None = None
    exercise: bool = False
    lines: tuple[LineSeen, ...]

    @property
    def closed(self) -> bool:
        return self.status is NeedStatus.closed

    @property
    def ended(self) -> Outcome | None:
        """How it ended; `None` while it has not, or has begun again."""
        return self.outcome if self.closed else None


class ShareSeen(Seen):
    line: int
    pledged: int = 0
    delivered: int = 0
    lost: int = 0


class AskSeen(Seen):
    """One responder asked. `sector`: theirs, if they are still on record."""

    id: str
    responder: str
    asked_at: datetime
    reason: Reason | None = None
    shares: tuple[ShareSeen, ...]
    sector: Sector | None = None


COUNTED = (
    EventCode.said_yes,
    EventCode.joined,
    EventCode.covered,
    EventCode.said_done,
    EventCode.resident_said,
    EventCode.task_done,
)
"""What figures read of a story, besides what officers did; a store may leave the rest of it unread."""
OFFICER = "officer"


class FactsSeen(Seen):
    kind: object = None
    outcome: object = None


class EventSeen(Seen):
    at: datetime
    code: EventCode
    by: str = "muster"
    responders: tuple[str, ...] = ()
    facts: FactsSeen = FactsSeen()


@dataclass(frozen=True)
class NeedFacts:
    """All that figures read about one need. `events`: at least those that count. `told`: a message to the resident
    about its end has left."""

    need: NeedSeen
    asks: tuple[AskSeen, ...] = ()
    events: tuple[EventSeen, ...] = ()
    told: bool = False

    def first(self, *codes: EventCode) -> datetime | None:
        return next((event.at for event in self.events if event.code in codes), None)

    def last(self, code: EventCode) -> datetime | None:
        return next((event.at for event in reversed(self.events) if event.code is code), None)


def done_at(facts: NeedFacts) -> datetime | None:
    """When the help had come, for a need that ended well: the last "it is done", else the resident's word, else its
    closing. Others are not done."""
    if facts.need.ended not in ENDED_WELL:
        return None
    return facts.last(EventCode.said_done) or facts.last(EventCode.resident_said) or facts.need.closed_at


def said_yes(facts: NeedFacts) -> set[str]:
    """The asks that were answered with a yes, whatever became of it: of several to one responder, the latest then."""
    found = set()
    for event in facts.events:
        if event.code in (EventCode.said_yes, EventCode.joined):
            asks = [ask for ask in facts.asks if ask.responder in event.responders and ask.asked_at <= event.at]
            if asks:
                found.add(max(asks, key=lambda ask: ask.asked_at).id)
    return found


def touches_of(facts: NeedFacts) -> int:
    """How often an officer did something about it after recording it: moments, as one press may do several things."""
    return len({e.at for e in facts.events if e.by.startswith(OFFICER) and e.code is not EventCode.opened})


def loop_closed(facts: NeedFacts) -> bool:
    """Does whoever needed it know how it ended: said so themselves, were sent word, or were spoken to?"""
    return facts.told or any(_speaks(event) for event in facts.events)


def _speaks(event: EventSeen) -> bool:
    if event.code is EventCode.task_done and event.facts.kind == TaskKind.call_resident:
        return event.facts.outcome in SPOKEN_TO
    return event.code is EventCode.resident_said


def unmet_kinds(facts: NeedFacts, now: datetime) -> list[str]:
    """The kinds of help that did not come in full: of a need that ended so, or whose time has passed unanswered."""
    need = facts.need
    if need.ended in (Outcome.not_met, Outcome.partly_met):
        came = _sums(facts, "delivered")
        short = {line.capability.code for line in need.lines if came[line.number] < line.quantity}
        return sorted(short or {line.capability.code for line in need.lines if line.quantity})
    if need.closed or need.needed_by > now:
        return []
    promised = _sums(facts, "pledged")
    return sorted({line.capability.code for line in need.lines if promised[line.number] < line.quantity})


def _sums(facts: NeedFacts, what: str) -> Counter[int]:
    sums: Counter[int] = Counter()
    for ask in facts.asks:
        for share in ask.shares:
            sums[share.line] += getattr(share, what)
    return sums


def ward_of(area: str) -> str:
    """`Norbiton` of `Norbiton, KT2`: the outward half of a postcode says no more here."""
    ward, _, rest = area.rpartition(", ")
    return ward if ward and OUTWARD.fullmatch(rest.strip()) else area
