"""Who may be asked about a line, and why not: one set of rules, for choosing and for explaining. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from domain.capabilities import Sector
from domain.hours import WEEK, askable_from
from domain.invitations import InvitationStatus, Reason
from domain.needs import Line, Need
from domain.playbooks import Round
from domain.responders import Responder
from domain.saying_yes import Counted, how_often
from domain.situations import Situation
from domain.values import Point

NOTHING_HEARD = Counted()


@dataclass(frozen=True)
class Candidate:
    """A responder who could be asked, how many asks they had this week, and what was heard of them and their sector."""

    responder: Responder
    asks_this_week: int
    own: Counted = NOTHING_HEARD
    alike: Counted = NOTHING_HEARD

    @property
    def says_yes(self) -> float:
        """How often somebody like this says yes, of 1."""
        return how_often(self.responder.sector, self.own, self.alike)


class Against(StrEnum):
    """What speaks against asking somebody."""

    apart = "kept-apart"
    no_exercises = "no-exercises"
    unable = "unable"
    may_not = "may-not"
    no_check = "no-check"
    check_ends = "check-ends"
    too_little = "too-little"
    unreachable = "unreachable"
    muted = "muted"
    paused = "paused"
    week_full = "week-full"
    other_round = "other-round"
    too_far = "too-far"
    other_area = "other-area"
    off_when_due = "off-when-due"
    answered = "answered"
    asking_us = "asking-us"
    asked = "asked"
    not_now = "not-now"


@dataclass(frozen=True)
class WhyNot:
    """One reason against asking. Of its facts those are set that the reason is about."""

    code: Against
    sector: Sector | None = None
    on: date | None = None
    until: datetime | None = None
    count: int | None = None
    most: int | None = None
    km: float | None = None
    status: InvitationStatus | None = None


def why_not(
    candidate: Candidate, situation: Situation, round: Round | None, line: Line, now: datetime
) -> WhyNot | None:
    """Return the weightiest reason against asking about `line` now; `None`: ask. No `round`: asked by name, any round.

    From what never changes to what is over tomorrow. The last, `not_now`, says until when.
    """
    responder = candidate.responder
    return (
        _must_not(responder, situation.need)
        or _has_been_asked(responder, situation, line)
        or _cannot(responder, line, due_day(situation, line))
        or _does_not_want(candidate, situation.need, now)
        or (_is_not_of(responder, situation.need, round) if round else None)
        or _is_off_when_due(responder, situation, line)
        or _not_at_this_hour(responder, situation, now)
    )


def could_ever(responder: Responder, situation: Situation, round: Round, line: Line) -> bool:
    """Could this round ask this responder about `line` at all, whatever their week is like today?"""
    need = situation.need
    return not (
        _must_not(responder, need)
        or _cannot(responder, line, due_day(situation, line))
        or _is_not_of(responder, need, round)
        or _is_off_when_due(responder, situation, line)
    )


def could_still(responder: Responder, situation: Situation, round: Round, line: Line) -> bool:
    """Could this round ask them about `line` at all, and has nobody asked them yet?"""
    asked = _has_been_asked(responder, situation, line)
    return responder.contacts > 0 and not asked and could_ever(responder, situation, round, line)


def due_day(situation: Situation, line: Line) -> date:
    """The day a line is due, where the council is: checks must be valid on it, and nobody does it on their day off."""
    return situation.local_day(line.due)


def _must_not(responder: Responder, need: Need) -> WhyNot | None:
    if responder.id in need.keep_from:
        return WhyNot(Against.apart)
    if need.exercise and not responder.exercises:
        return WhyNot(Against.no_exercises)
    return None


ANSWERED = (
    InvitationStatus.rejected,
    InvitationStatus.failed,
    InvitationStatus.accepted,
    InvitationStatus.in_progress,
    InvitationStatus.completed,
)


def _has_been_asked(responder: Responder, situation: Situation, line: Line) -> WhyNot | None:
    """Refusers, in any cycle, those who have said yes, those who wait for an answer of ours, and whoever was asked."""
    for invitation in situation.by_responder.get(responder.id, ()):
        if invitation.status in ANSWERED or invitation.reason is Reason.moved:
            return WhyNot(Against.answered, status=invitation.status)
        if invitation.open and invitation.reason is Reason.question:
            return WhyNot(Against.asking_us)
    if line.number in situation.lines_asked.get(responder.id, ()):
        return WhyNot(Against.asked)
    return None


def _cannot(responder: Responder, line: Line, on: date) -> WhyNot | None:
    """Cannot, may not, holds no check, or has too little of what cannot be split."""
    capability, capacity = line.capability, responder.capacity
    if capability.code not in responder.capabilities:
        return WhyNot(Against.unable)
    if responder.sector not in capability.sectors:
        return WhyNot(Against.may_not, sector=responder.sector)
    if not responder.holds_check(capability, on):
        ends = [c.until for c in responder.checks if c.until and c.level.rank >= capability.check.rank]
        return WhyNot(Against.check_ends, on=max(ends)) if ends else WhyNot(Against.no_check)
    if capacity is not None and capacity < (1 if capability.split else line.quantity):
        return WhyNot(Against.too_little, count=capacity, most=line.quantity)
    return None


def _does_not_want(candidate: Candidate, need: Need, now: datetime) -> WhyNot | None:
    responder, limit = candidate.responder, candidate.responder.weekly_limit
    if responder.contacts == 0:
        return WhyNot(Against.unreachable)
    if need.category in responder.muted:
        return WhyNot(Against.muted)
    if responder.paused_until is not None and responder.paused_until > now:
        return WhyNot(Against.paused, until=responder.paused_until)
    if limit is not None and candidate.asks_this_week >= limit:
        return WhyNot(Against.week_full, count=candidate.asks_this_week, most=limit)
    return None


def _is_not_of(responder: Responder, need: Need, round: Round) -> WhyNot | None:
    """Of another sector than this round asks, or out of its reach or their own."""
    if responder.sector not in round.sectors:
        return WhyNot(Against.other_round, sector=responder.sector)
    if is_within_reach(responder, need, round):
        return None
    km = distance_km(responder, need.point)
    if km is None:
        return WhyNot(Against.other_area)
    return WhyNot(Against.too_far, km=km)


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


def _is_off_when_due(responder: Responder, situation: Situation, line: Line) -> WhyNot | None:
    day = due_day(situation, line)
    return WhyNot(Against.off_when_due, on=day) if WEEK[day.weekday()] in responder.days_off else None


def _not_at_this_hour(responder: Responder, situation: Situation, now: datetime) -> WhyNot | None:
    free = askable_from(responder, situation.need, now, situation.calendar)
    return WhyNot(Against.not_now, until=free) if free > now else None
