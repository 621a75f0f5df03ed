"""Who is asked: candidates in a fair order, as few as may be expected to cover what is missing. Pure."""

from __future__ import annotations

import builtins
import math
from dataclasses import dataclass
from datetime import date, datetime

from domain.capabilities import Sector
from domain.invitations import InvitationStatus
from domain.needs import Line, Need
from domain.playbooks import Round
from domain.responders import Responder
from domain.situations import Situation
from domain.values import Point

# How often those asked say yes, before there is history of our own: cautious, so that enough are asked.
SAYS_YES = {
    Sector.provider: 0.5,
    Sector.public: 0.5,
    Sector.voluntary: 0.4,
    Sector.business: 0.3,
    Sector.community: 0.3,
    Sector.volunteer: 0.3,
}


@dataclass(frozen=True)
class Candidate:
    """A responder who could be asked, with how many asks they had this week."""

    responder: Responder
    asks_this_week: int


@dataclass(frozen=True)
class Chosen:
    """One responder to ask: what each line's asking is expected to bring, and how much is asked for."""

    responder: Responder
    expected: dict[int, float]


@dataclass(frozen=True)
class Choice:
    """Whom to ask, and which lines have nobody further in this round."""

    chosen: tuple[Chosen, ...]
    dry: tuple[int, ...]


def choose(
    candidates: list[Candidate], situation: Situation, lines: tuple[int, ...], round: Round, now: datetime
) -> Choice:
    """Return the fewest candidates, in fair order, expected to cover what is missing; at most `round.ask` a line."""
    need = situation.need
    wanting = {line.number: line for line in need.lines if line.number in lines}
    number = need.playbook.rounds.index(round) + 1
    want = {n: situation.missing(line) - situation.expected(line, now) for n, line in wanting.items()}
    room = {n: round.ask - situation.awaited_in_round(line, number, now) for n, line in wanting.items()}
    barred = _barred(situation)
    chosen: list[Chosen] = []
    for candidate in in_fair_order(candidates, need, round):
        responder = candidate.responder
        if responder.id in barred or not is_askable(candidate, need, round, now):
            continue
        giving = {
            n: expected_giving(responder, line, situation.missing(line))
            for n, line in wanting.items()
            if room[n] > 0
            and want[n] > 0
            and could_meet(responder, line, situation.local_day(now))
            and not _has_been_asked(situation, responder, n)
        }
        if not giving:
            continue
        chosen.append(Chosen(responder, giving))
        for n, worth in giving.items():
            want[n] = builtins.round(want[n] - worth, 6)
            room[n] -= 1
        if all(want[n] <= 0 or room[n] <= 0 for n in wanting):
            return Choice(tuple(chosen), ())
    return Choice(tuple(chosen), tuple(n for n in wanting if want[n] > 0 and room[n] > 0))


def is_askable(candidate: Candidate, need: Need, round: Round, now: datetime) -> bool:
    """Of the right sector, within reach, with a way to be asked, not paused, muted or over their week."""
    responder = candidate.responder
    return (
        responder.sector in round.sectors
        and responder.contacts > 0
        and (responder.paused_until is None or responder.paused_until <= now)
        and need.category not in responder.muted
        and (responder.weekly_limit is None or candidate.asks_this_week < responder.weekly_limit)
        and is_within_reach(responder, need, round)
    )


def is_within_reach(responder: Responder, need: Need, round: Round) -> bool:
    """Distance decides where both places are known, named areas where they are not; unknown is "ask", not "no"."""
    if responder.areas and names_area(responder, need.area):
        return True
    distance = distance_km(responder, need.point)
    if distance is not None:
        return distance <= min(responder.radius_km or math.inf, round.within_km or math.inf)
    return not responder.areas


def names_area(responder: Responder, area: str) -> bool:
    """Does one of the responder's areas name this place, or the outward half of this postcode?"""
    wanted = {part.strip().casefold() for part in area.split(",")} | {area.casefold().split(" ")[0]}
    return any(name.casefold() in wanted for name in responder.areas)


def distance_km(responder: Responder, place: Point | None) -> float | None:
    return responder.point.km_to(place) if responder.point and place else None


def in_fair_order(candidates: list[Candidate], need: Need, round: Round) -> list[Candidate]:
    """Least asked of late first, then nearest, then by name of id: the same for the same candidates."""

    def key(candidate: Candidate) -> tuple[int, float, str]:
        distance = distance_km(candidate.responder, need.point)
        return candidate.asks_this_week, math.inf if distance is None else distance, candidate.responder.id

    return sorted(candidates, key=key)


def could_meet(responder: Responder, line: Line, on: date) -> bool:
    """Could this responder meet some of this line, or all of it where it cannot be split?"""
    if not responder.may_give(line.capability, on):
        return False
    least = 1 if line.capability.split else line.quantity
    return responder.capacity is None or responder.capacity >= least


def expected_giving(responder: Responder, line: Line, missing: int) -> float:
    """Capacity up to what is missing, times how often such people say yes. Capacity unknown: a quarter of the line."""
    capacity = responder.capacity
    if not line.capability.split:
        capacity = line.quantity
    elif capacity is None:
        capacity = math.ceil(line.quantity / 4)
    return min(capacity, missing) * SAYS_YES[responder.sector]


def _barred(situation: Situation) -> set[str]:
    """Refusers, in any cycle, those who have said yes already, and those who wait for an answer of ours."""
    out = (InvitationStatus.rejected, InvitationStatus.failed, InvitationStatus.accepted)
    return {i.responder for i in situation.invitations if i.status in out or (i.open and not i.awaited)}


def _has_been_asked(situation: Situation, responder: Responder, line: int) -> bool:
    return line in situation.lines_asked.get(responder.id, ())
