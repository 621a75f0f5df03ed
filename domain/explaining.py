"""Why somebody was asked, or was not: the sentences an officer reads. Pure."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from domain.askable import Against, WhyNot
from domain.capabilities import CheckLevel
from domain.hours import Weekday
from domain.invitations import InvitationStatus, Ranked
from domain.needs import Line, Need
from domain.playbooks import Round
from domain.responders import Responder
from domain.times import say_when
from domain.values import plural

ANSWERS = {
    InvitationStatus.rejected: "They have said no to this already.",
    InvitationStatus.failed: "They had promised and could not do it.",
    InvitationStatus.cancelled: "They went to another request instead.",
}


def say_chosen(why: Ranked | None) -> str:
    """`Chosen first of 12: no ask this week, 0.5 km away, such helpers say yes 3 times in 10.`"""
    if why is None:
        return "They were asked by name, or called on; there was no choosing."
    week = "no ask this week" if not why.asks else f"{plural(why.asks, 'ask', 'asks')} this week"
    away = f"{why.km:g} km away" if why.km is not None else "how far away is not known"
    often = round(why.says_yes * 100)
    return f"Chosen as number {why.place} of {why.of:,} in order: {week}, {away}, says yes {often}% of the time."


def say_why_not(why: WhyNot, responder: Responder, need: Need, round: Round | None, line: Line, zone: ZoneInfo) -> str:
    """Why this responder is not asked about this line, as one sentence."""
    return REASONS[why.code](NotAsked(why, responder, need, round, line, zone))


class NotAsked:
    """A reason with what it takes to put it into words."""

    def __init__(
        self, why: WhyNot, responder: Responder, need: Need, round: Round | None, line: Line, zone: ZoneInfo
    ) -> None:
        self.why, self.responder, self.need = why, responder, need
        self.round, self.line, self.zone = round, line, zone

    @property
    def help(self) -> str:
        return self.line.capability.units

    @property
    def check(self) -> str:
        level = self.line.capability.check
        return "criminal-record check" if level is CheckLevel.none else f"{level.value} check"

    @property
    def due(self) -> str:
        return say_when(self.line.due, self.zone)

    @property
    def until(self) -> str:
        return say_when(self.why.until, self.zone) if self.why.until else "further notice"

    @property
    def day(self) -> str:
        return f"{self.why.on:%A} {self.why.on.day} {self.why.on:%B %Y}" if self.why.on else "that day"


def _too_far(case: NotAsked) -> str:
    km = f"{case.why.km or 0:.1f} km away"
    own, theirs = case.round.within_km if case.round else None, case.responder.radius_km
    if theirs is not None and (own is None or theirs < own):
        return f"They are {km} and go no further than {theirs:g} km."
    return f"They are {km} and this round goes to {own:g} km." if own else f"They are {km}, which is too far."


def _too_little(case: NotAsked) -> str:
    if not case.why.count:
        return "They have nothing to give: their capacity is 0."
    return f"They could do {case.why.count} of {case.why.most}, and {case.help} cannot be shared out."


def _week_full(case: NotAsked) -> str:
    return f"They have had {case.why.count} of {case.why.most} asks this week."


def _no_check(case: NotAsked) -> str:
    return f"{case.line.capability.title} requires the {case.check}, and they hold none that is high enough."


def _check_ends(case: NotAsked) -> str:
    return f"Their check ends on {case.day}, before it is due."


def _not_now(case: NotAsked) -> str:
    today = f" {_days(case.responder.days_off)} are their days off." if case.responder.days_off else ""
    quiet = f" Their quiet hours are {case.responder.quiet}." if case.responder.quiet else ""
    return f"Not at this hour: they may be asked from {case.until}.{today}{quiet}"


def _days(days: tuple[Weekday, ...]) -> str:
    return " and ".join(f"{day.value.capitalize()}s" for day in days)


def _off_when_due(case: NotAsked) -> str:
    return f"It is due on {case.day}, which is their day off."


def _answered(case: NotAsked) -> str:
    return ANSWERS.get(case.why.status, "They have said yes already.") if case.why.status else "They have answered."


REASONS: dict[Against, Callable[[NotAsked], str]] = {
    Against.apart: lambda case: "They are kept apart from this resident.",
    Against.no_exercises: lambda case: "This is an exercise, and they have not agreed to exercises.",
    Against.answered: _answered,
    Against.asking_us: lambda case: "They have asked us something, and nobody has answered yet.",
    Against.asked: lambda case: "They have been asked about it already.",
    Against.unable: lambda case: f"They do not give {case.help}.",
    Against.may_not: lambda case: f"{case.line.capability.title} is not for somebody of the sector {case.why.sector}.",
    Against.no_check: _no_check,
    Against.check_ends: _check_ends,
    Against.too_little: _too_little,
    Against.unreachable: lambda case: "There is no e-mail address for them.",
    Against.muted: lambda case: "They do not want to be asked for this kind of help.",
    Against.paused: lambda case: f"They are passed over until {case.until}.",
    Against.week_full: _week_full,
    Against.other_round: lambda case: f"No round of this playbook asks the sector {case.why.sector}.",
    Against.too_far: _too_far,
    Against.other_area: lambda case: f"They serve {', '.join(case.responder.areas)}, and not {case.need.area}.",
    Against.off_when_due: _off_when_due,
    Against.not_now: _not_now,
}
