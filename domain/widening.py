"""Something is missing: call who stands by, then widen the circle, round by round and line by line. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from domain.choosing import chosen_by_officer
from domain.hours import NEVER, askable_from
from domain.invitations import Invitation, Share
from domain.labels import say_list
from domain.needs import Line, Need
from domain.responders import Responder
from domain.safeguarding import may_give_when_due
from domain.situations import Situation
from domain.steps import Ask, CallReserve, Remind, Skip, Step
from domain.timing import asks_from, asks_further_from, latest_moment, plan_next, remind_at


def widen(situation: Situation, now: datetime) -> Step | None:
    """Whom to turn to now: the reserve, the next round, more of the present one, or those who have not answered."""
    if asks_from(situation.need, now, situation.calendar) > now:
        return None
    lines = [line for line in situation.missing_lines if now < line.due]
    over = [line for line in lines if _is_over(situation, line, now)]
    running = [line for line in lines if line not in over]
    return (
        _call_reserve(situation, now)
        or _next_round(situation, over, now)
        or _more_of_this_round(situation, running, now)
        or _remind(situation, now)
    )


# --- those who offered to stand by -------------------------------------------------


def _call_reserve(situation: Situation, now: datetime) -> Step | None:
    """Those standing by come before anybody new; whoever was called already is awaited like others."""
    called: list[str] = []
    for line in situation.missing_lines:
        left = situation.missing(line) - situation.expected(line, now)
        for invitation in standing_by(situation, line, now):
            if left <= 0 or now >= line.due:
                break
            called.append(invitation.id)
            left -= invitation.asked_share(line.number).reserve
    if called:
        return CallReserve(tuple(dict.fromkeys(called)), "Somebody had offered to stand by.")
    return None


def standing_by(situation: Situation, line: Line, now: datetime) -> list[Invitation]:
    """Accepted invitations whose reserve for `line` would be in time, the earliest offer first; not who is not to be
    called yet."""
    able = [i for i in situation.accepted if may_be_called(situation, i, line) and (i.call_from or now) <= now]
    return sorted(able, key=lambda i: (i.answered_at or i.asked_at, i.id))


def may_be_called(situation: Situation, invitation: Invitation, line: Line) -> bool:
    """Stands by in time for `line`, may meet the resident, and nothing of theirs waits for an officer to choose: asking
    anew would undo it."""
    share = invitation.share(line.number)
    apart = invitation.responder in situation.need.keep_from
    return share is not None and stands_by(share, line) and not (invitation.offered or apart)


def call_times(
    situation: Situation, step: CallReserve | Remind, responders: Mapping[str, Responder], now: datetime
) -> dict[str, datetime]:
    """From when each of these invitations may be called, or reminded: now, later, or `NEVER`. A pause and hours of
    their own hold for those who stand by too, and a check they need must still be valid."""
    return {id: _callable_from(situation, situation.by_id[id], responders, now) for id in step.invitations}


def _callable_from(
    situation: Situation, invitation: Invitation, responders: Mapping[str, Responder], now: datetime
) -> datetime:
    responder = responders.get(invitation.responder)
    if responder is None or not responder.contacts:
        return NEVER
    lines = [situation.need.line(share.line) for share in invitation.shares if share.reserve]
    if not all(may_give_when_due(situation, responder, line, now) for line in lines):
        return NEVER
    if lines and invitation.pledged and all(chosen_by_officer(line) for line in lines):
        return now  # an officer chooses anew, and nobody is called
    back = max(now, responder.paused_until or now)
    return askable_from(responder, situation.need, back, situation.calendar)


def stands_by(share: Share, line: Line) -> bool:
    """Is there reserve in `share` that would be in time for `line`?"""
    return share.reserve > 0 and (share.ready_by is None or share.ready_by <= line.due)


# --- the next round ------------------------------------------------------------------


def _is_over(situation: Situation, line: Line, now: datetime) -> bool:
    """Not begun counts as over. A begun round is over when its time is up, or nobody is left to answer or to ask; and
    at the last safe moment, when everybody else is asked at once."""
    if line.round > len(situation.need.playbook.rounds):
        return False  # every round is
    if situation.expected(line, now) >= situation.missing(line):
        return False  # those called from the reserve, or asked late, may still cover it
    if line.round == 0 or line.round_ends is None or line.round_ends <= now:
        return True
    if line.round < len(situation.need.playbook.rounds) and latest_moment(situation.need, line) <= now:
        return True
    return line.dry and not situation.awaited(line, now)


def _next_round(situation: Situation, over: list[Line], now: datetime) -> Step | None:
    """The earliest round first, for all lines that come to it now, with what is asked together with it."""
    need = situation.need
    steps: list[Ask | Skip] = []
    for line in over:
        plan = plan_next(need, line, now, situation.calendar)
        if plan is None:
            steps.append(_skip(need, line))
        elif plan.begins <= now:
            *merged, number = plan.rounds
            because = _why_next(need, plan.rounds)
            steps.append(Ask(number, (line.number,), False, because, tuple(merged), plan.skipped))
    if not steps:
        return None
    first = min(steps, key=lambda step: step.round)
    alike = [step for step in steps if replace(step, lines=()) == replace(first, lines=())]
    return replace(first, lines=tuple(number for step in alike for number in step.lines))


def _skip(need: Need, line: Line) -> Skip:
    left = tuple(range(line.round + 1, len(need.playbook.rounds) + 1))
    because = "The rounds still to come have no hours left." if left else "Every round has had its turn."
    return Skip(len(need.playbook.rounds) + 1, (line.number,), because, left)


def _why_next(need: Need, numbers: tuple[int, ...]) -> str:
    names = say_list([need.playbook.round(number).name for number in numbers])
    if len(numbers) > 1:
        return f"There is too little time to ask one after another, so these are asked together: {names}."
    return f"The need is new; first to be asked: {names}." if numbers == (1,) else f"Next to be asked: {names}."


# --- the round that is running ---------------------------------------------------------


def _more_of_this_round(situation: Situation, running: list[Line], now: datetime) -> Step | None:
    short = [line for line in running if _is_short(situation, line, now)]
    short = [line for line in short if asks_further_from(situation.need, line, now, situation.calendar) <= now]
    if not short:
        return None
    rounds = min(line.rounds for line in short)
    *merged, number = rounds
    because = "Those still to answer could not cover what is missing."
    return Ask(number, tuple(line.number for line in short if line.rounds == rounds), True, because, tuple(merged))


def _is_short(situation: Situation, line: Line, now: datetime) -> bool:
    """Could those still to answer not cover it, and may this round ask more?"""
    playbook = situation.need.playbook
    if line.dry or not 1 <= line.round <= len(playbook.rounds):
        return False
    asked = situation.awaited_in_round(line, line.round, now)
    limit = playbook.together(line.rounds).ask
    return asked < limit and situation.expected(line, now) < situation.missing(line)


def _remind(situation: Situation, now: datetime) -> Step | None:
    if due := tuple(i.id for i in situation.current if _wants_reminding(situation, i, now)):
        return Remind(due, "Without them what is missing could not be covered, and their time is running out.")
    return None


def _wants_reminding(situation: Situation, invitation: Invitation, now: datetime) -> bool:
    moment = remind_at(situation.need, invitation, situation.calendar)
    if moment is None or not moment <= now < invitation.answer_by:
        return False
    for share in invitation.shares:
        line = situation.need.line(share.line)
        others = round(situation.expected(line, now) - share.expected, 6)
        if situation.missing(line) and others < situation.missing(line):
            return True
    return False


# --- the next look -----------------------------------------------------------------------


def moments(situation: Situation, now: datetime) -> Iterator[datetime]:
    """When anything of the above could be due."""
    need, calendar = situation.need, situation.calendar
    yield asks_from(need, now, calendar)
    for line in situation.missing_lines:
        yield line.due
        yield latest_moment(need, line)
        if line.round_ends:
            yield line.round_ends
        if now < line.due and _is_over(situation, line, now):
            if plan := plan_next(need, line, now, calendar):
                yield plan.begins
        elif _is_short(situation, line, now):
            yield asks_further_from(need, line, now, calendar)
    for invitation in situation.accepted:
        if invitation.call_from and invitation.call_from < need.last_due:
            yield invitation.call_from
    for invitation in situation.current:
        if invitation.awaited:
            yield invitation.answer_by
            if moment := remind_at(need, invitation, calendar):
                yield moment
