"""From what is on record about needs to what a head of service sees: figures, each need counted once. Pure.

Needs are counted by the day they were opened. Exercises and duplicates are left out of every figure but their own.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain.capabilities import Sector
from domain.events import EventCode
from domain.hiding import Hidden, hide_small
from domain.invitations import Reason
from domain.needs import Outcome
from domain.periods import Period
from domain.seen import AskSeen, NeedFacts, done_at, loop_closed, said_yes, touches_of, unmet_kinds, ward_of
from domain.values import Cells, Value
from domain.waits import Length, Waits

MARKS = tuple(timedelta(hours=hours) for hours in (0.25, 1, 4, 12, 24, 48, 24 * 7, 24 * 14))
BUSIEST = 0.1


class Time(Value):
    """How long until something: of `reached` needs, of those `waiting` so far, of those it will `never` happen to."""

    reached: int
    waiting: int
    never: int
    median: Length
    ninetieth: Length
    by_marks: tuple[float | None, ...]


class SectorFigures(Value):
    """What one sector was asked and gave. `promised`, `brought`: how many asks came to a promise, to something."""

    asked: int = 0
    yes: int = 0
    promised: int = 0
    brought: int = 0


class Quantities(Value):
    promised: int = 0
    delivered: int = 0


class Asking(Value):
    """How many were asked how often. `busiest`: the share of all asks that went to the busiest tenth of those asked."""

    asks: int
    yes: int
    responders: int
    busiest: float | None

    @property
    def per_yes(self) -> float | None:
        return self.asks / self.yes if self.yes else None

    @property
    def per_responder(self) -> float | None:
        return self.asks / self.responders if self.responders else None


class Report(Value):
    """The figures of needs opened in a period, as they stood at `at`. `titles`: of kinds of help, by code."""

    period: Period
    at: datetime
    needs: int
    exercises: int
    duplicates: int
    outcomes: dict[Outcome, int]
    still_open: int
    times: dict[str, Time]
    sectors: dict[str, SectorFigures]
    quantities: Cells[Quantities]
    asking: Asking
    asking_helpers: Asking
    touches: int
    untouched: int
    closed: int
    loops_closed: int
    unmet: int
    unmet_by_place: Hidden | None
    titles: dict[str, str]


FIRST_YES, COVERED, DONE = "first yes", "covered", "done"
GONE = "not on record any more"


@dataclass
class Tally:
    """Counts needs one after the other; what it keeps does not grow with them but for three numbers each."""

    now: datetime
    needs: int = 0
    exercises: int = 0
    duplicates: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    still_open: int = 0
    waits: dict[str, Waits] = field(default_factory=lambda: {name: Waits() for name in (FIRST_YES, COVERED, DONE)})
    sectors: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    quantities: dict[tuple[str, str], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    asked: Counter[str] = field(default_factory=Counter)
    helpers_asked: Counter[str] = field(default_factory=Counter)
    helpers_yes: int = 0
    yes: int = 0
    touches: int = 0
    untouched: int = 0
    loops_closed: int = 0
    unmet: Counter[tuple[str, str]] = field(default_factory=Counter)
    unmet_needs: int = 0
    titles: dict[str, str] = field(default_factory=dict)
    areas: dict[str, str] = field(default_factory=dict)

    def add(self, facts: NeedFacts) -> None:
        need = facts.need
        if need.exercise:
            self.exercises += 1
        elif need.ended is Outcome.duplicate:
            self.duplicates += 1
        else:
            self.needs += 1
            self.titles |= {line.capability.code: line.capability.title for line in need.lines}
            self._add_end(facts)
            self._add_times(facts)
            self._add_asks(facts)
            touches = touches_of(facts)
            self.touches += touches
            self.untouched += not touches
            self._add_unmet(facts)

    def _add_end(self, facts: NeedFacts) -> None:
        if ended := facts.need.ended:
            self.outcomes[ended] += 1
            self.loops_closed += loop_closed(facts)
        else:
            self.still_open += 1

    def _add_times(self, facts: NeedFacts) -> None:
        moments = {
            FIRST_YES: facts.first(EventCode.said_yes, EventCode.joined),
            COVERED: facts.first(EventCode.covered),
            DONE: done_at(facts),
        }
        need = facts.need
        for name, moment in moments.items():
            waits = self.waits[name]
            if moment:
                waits.add_took(moment - need.opened_at)
            elif need.ended in (Outcome.not_met, Outcome.partly_met):
                waits.add_never()
            else:
                waits.add_waiting((need.closed_at or self.now if need.closed else self.now) - need.opened_at)

    def _add_asks(self, facts: NeedFacts) -> None:
        yes = said_yes(facts)
        kinds = {line.number: line.capability.code for line in facts.need.lines}
        for ask in facts.asks:
            if ask.reason is Reason.undeliverable:
                continue
            sector = ask.sector.value if ask.sector else GONE
            self._count_ask(ask, sector, ask.id in yes)
            for share in ask.shares:
                counted = self.quantities[kinds.get(share.line, ""), sector]
                counted["promised"] += share.pledged + share.lost
                counted["delivered"] += share.delivered

    def _count_ask(self, ask: AskSeen, sector: str, yes: bool) -> None:
        counts = self.sectors[sector]
        counts["asked"] += 1
        counts["yes"] += yes
        counts["promised"] += any(share.pledged or share.lost for share in ask.shares)
        counts["brought"] += any(share.delivered for share in ask.shares)
        self.asked[ask.responder] += 1
        self.yes += yes
        if ask.sector is Sector.volunteer:
            self.helpers_asked[ask.responder] += 1
            self.helpers_yes += yes

    def _add_unmet(self, facts: NeedFacts) -> None:
        ward = ward_of(facts.need.area)
        ward = self.areas.setdefault(ward.casefold(), ward)
        unmet = unmet_kinds(facts, self.now)
        self.unmet_needs += bool(unmet)
        for code in unmet:
            self.unmet[ward, code] += 1

    def report(self, period: Period) -> Report:
        return Report(
            period=period,
            at=self.now,
            needs=self.needs,
            exercises=self.exercises,
            duplicates=self.duplicates,
            outcomes={outcome: self.outcomes[outcome] for outcome in Outcome if outcome is not Outcome.duplicate},
            still_open=self.still_open,
            times={name: _time(waits) for name, waits in self.waits.items()},
            sectors={sector: SectorFigures(**counts) for sector, counts in sorted(self.sectors.items())},
            quantities={
                which: Quantities(**counts) for which, counts in sorted(self.quantities.items()) if any(counts.values())
            },
            asking=_asking(self.asked, self.yes),
            asking_helpers=_asking(self.helpers_asked, self.helpers_yes),
            touches=self.touches,
            untouched=self.untouched,
            closed=sum(self.outcomes.values()),
            loops_closed=self.loops_closed,
            unmet=self.unmet_needs,
            unmet_by_place=hide_small(self.unmet),
            titles=dict(sorted(self.titles.items())),
        )


def _time(waits: Waits) -> Time:
    return Time(
        reached=len(waits.took),
        waiting=len(waits.waiting),
        never=waits.never,
        median=waits.within(0.5),
        ninetieth=waits.within(0.9),
        by_marks=waits.shares_by(MARKS),
    )


def _asking(asked: Counter[str], yes: int) -> Asking:
    asks, tenth = asked.total(), math.ceil(len(asked) * BUSIEST)
    busiest = sum(count for _, count in asked.most_common(tenth)) / asks if asks else None
    return Asking(asks=asks, yes=yes, responders=len(asked), busiest=busiest)
