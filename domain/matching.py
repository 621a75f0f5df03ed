"""Who is asked: candidates in a fair order, as few as may be expected to cover what is missing. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from domain.askable import Against, Candidate, distance_km, why_not
from domain.invitations import Ranked
from domain.needs import Line, Need
from domain.responders import Responder
from domain.situations import Situation
from domain.steps import Ask

__all__ = ["Candidate", "Choice", "Chosen", "choose", "expected_giving", "in_fair_order"]


@dataclass(frozen=True)
class Chosen:
    """One responder to ask: what each line's asking is expected to bring (and asks for), and why it is they."""

    responder: Responder
    expected: dict[int, float]
    why: Ranked | None = None


@dataclass(frozen=True)
class Choice:
    """Whom to ask, and which lines have nobody further in this round now.

    `later`: the earliest moment at which somebody further may be asked, for some of the dry lines: those in `waiting`.
    """

    chosen: tuple[Chosen, ...]
    dry: tuple[int, ...]
    later: datetime | None = None
    waiting: tuple[int, ...] = ()


def choose(candidates: list[Candidate], situation: Situation, step: Ask, now: datetime) -> Choice:
    """Return the fewest candidates, in fair order, expected to cover what is missing; no more than the round asks."""
    need = situation.need
    asking = need.playbook.together(step.rounds)
    wanting = {line.number: line for line in need.lines if line.number in step.lines}
    want = {n: situation.missing(line) - situation.expected(line, now) for n, line in wanting.items()}
    room = {n: asking.ask - situation.awaited_in_round(line, step.round, now) for n, line in wanting.items()}
    chosen: list[Chosen] = []
    later: dict[int, datetime] = {}
    for place, candidate in enumerate(in_fair_order(candidates, need), start=1):
        wanted = [line for n, line in wanting.items() if room[n] > 0 and want[n] > 0]
        if not wanted:
            break
        giving: dict[int, float] = {}
        for line in wanted:
            against = why_not(candidate, situation, asking, line, now)
            if against is None:
                giving[line.number] = expected_giving(candidate, line, situation.missing(line))
            elif against.code is Against.not_now and against.until and against.until < line.due:
                later[line.number] = min(against.until, later.get(line.number, against.until))
        for n, worth in giving.items():
            want[n] = round(want[n] - worth, 6)
            room[n] -= 1
        if giving:
            chosen.append(Chosen(candidate.responder, giving, _ranked(candidate, need, place, len(candidates))))
    dry = tuple(n for n in wanting if want[n] > 0 and room[n] > 0)
    waiting = tuple(n for n in dry if n in later)
    return Choice(tuple(chosen), dry, min((later[n] for n in waiting), default=None), waiting)


def in_fair_order(candidates: list[Candidate], need: Need) -> list[Candidate]:
    """Least asked of late first, then nearest, then by id: the same for the same candidates."""

    def key(candidate: Candidate) -> tuple[int, float, str]:
        distance = distance_km(candidate.responder, need.point)
        return candidate.asks_this_week, math.inf if distance is None else distance, candidate.responder.id

    return sorted(candidates, key=key)


def expected_giving(candidate: Candidate, line: Line, missing: int) -> float:
    """Capacity up to what is missing, times how often they say yes. Capacity unknown: a quarter of the line."""
    capacity = candidate.responder.capacity
    if not line.capability.split:
        capacity = line.quantity
    elif capacity is None:
        capacity = math.ceil(line.quantity / 4)
    return min(capacity, missing) * candidate.says_yes


def _ranked(candidate: Candidate, need: Need, place: int, of: int) -> Ranked:
    km = distance_km(candidate.responder, need.point)
    return Ranked(
        place=place,
        of=of,
        asks=candidate.asks_this_week,
        km=None if km is None else round(km, 1),
        says_yes=candidate.says_yes,
    )
