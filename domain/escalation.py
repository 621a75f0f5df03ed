"""What now, and because? One situation and one moment give one step. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from domain.invitations import Invitation, Reason, Share
from domain.needs import Line, NeedStatus
from domain.officers import TaskKind
from domain.situations import Situation
from domain.steps import (
    Ask,
    AskResident,
    CallReserve,
    HandToOfficer,
    PassTask,
    PresumeMet,
    Remind,
    Reopen,
    Rest,
    Skip,
    StandDown,
    Step,
)
from domain.times import is_waking, next_waking


def next_step(situation: Situation, now: datetime) -> Step:
    """Return the one thing to do now, with the reason an officer would give for it."""
    if situation.need.closed:  # only a call to somebody without e-mail may still be to make
        return _pass_task(situation, now) or Rest(next_moment(situation, now), "This need is closed.")
    return (
        _pass_task(situation, now)
        or (_follow_up(situation, now) if situation.covered else _escalate(situation, now))
        or Rest(next_moment(situation, now), _why_we_wait(situation))
    )


# --- covered: stand down, then see that it happened ---------------------------


def _follow_up(situation: Situation, now: datetime) -> Step | None:
    need, after = situation.need, situation.need.playbook.follow_up
    if need.status is NeedStatus.open or any(i.open for i in situation.invitations):
        return StandDown("Everything that was asked for has been promised.")
    if need.resident_said in ("partly", "no"):
        return None  # an officer has it
    if need.resident_asked_at is None:
        if need.last_due + after.confirm_after <= now:
            return AskResident("It should have happened by now, so we ask the resident whether it did.")
    elif need.resident_asked_at + after.close_after <= now:
        return PresumeMet("The resident was asked whether it happened and has not said otherwise.")
    return None


# --- something is missing: widen the circle -----------------------------------


def _escalate(situation: Situation, now: datetime) -> Step | None:
    if situation.need.status is not NeedStatus.open:
        return Reopen(
            tuple(line.number for line in situation.missing_lines),
            "Somebody who had promised cannot, so part of it is missing again.",
        )
    asking = _call_reserve(situation, now) or _ask(situation, now) if _may_ask(situation, now) else None
    return asking or _hand_over(situation, now)


def _may_ask(situation: Situation, now: datetime) -> bool:
    need = situation.need
    return need.urgent or not need.playbook.waking_hours_only or is_waking(now, situation.zone)


def _call_reserve(situation: Situation, now: datetime) -> Step | None:
    """Those standing by come before anybody new; whoever was called already is awaited like others."""
    called: list[str] = []
    for line in situation.missing_lines:
        left = situation.missing(line) - situation.expected(line, now)
        for invitation in standing_by(situation, line):
            if left <= 0 or now >= line.due:
                break
            called.append(invitation.id)
            left -= invitation.share(line.number).reserve  # type: ignore[union-attr]
    if called:
        return CallReserve(tuple(dict.fromkeys(called)), "Somebody had offered to stand by.")
    return None


def standing_by(situation: Situation, line: Line) -> list[Invitation]:
    """Accepted invitations whose reserve for `line` would be in time, the earliest offer first."""
    able = [i for i in situation.accepted if (share := i.share(line.number)) and stands_by(share, line)]
    return sorted(able, key=lambda i: (i.answered_at or i.asked_at, i.id))


def stands_by(share: Share, line: Line) -> bool:
    """Is there reserve in `share` that would be in time for `line`?"""
    return share.reserve > 0 and (share.ready_by is None or share.ready_by <= line.due)


def _ask(situation: Situation, now: datetime) -> Step | None:
    need = situation.need
    lines = [line for line in situation.missing_lines if now < line.due]
    if spent := [
        line for line in lines if _round_is_over(situation, line, now) and line.round <= len(need.playbook.rounds)
    ]:
        number = min(line.round for line in spent) + 1
        together = tuple(line.number for line in spent if line.round + 1 == number)
        if number <= len(need.playbook.rounds):
            return Ask(number, together, False, _why_next_round(situation, number))
        return Skip(number, together, "Every round has had its turn.")
    if short := [line for line in lines if _wants_more(situation, line, now)]:
        number = min(line.round for line in short)
        return Ask(
            number,
            tuple(line.number for line in short if line.round == number),
            True,
            "Those still to answer could not cover what is missing.",
        )
    if due := tuple(i.id for i in situation.current if _wants_reminding(situation, i, now)):
        return Remind(due, "Without them what is missing could not be covered, and their time is running out.")
    return None


def _round_is_over(situation: Situation, line: Line, now: datetime) -> bool:
    """Not begun counts as over. A begun round is over when its time is up, or nobody is left to answer or to ask."""
    if situation.expected(line, now) >= situation.missing(line):
        return False  # those called from the reserve, or asked late, may still cover it
    if line.round == 0 or line.round_ends is None or line.round_ends <= now:
        return True
    return line.dry and not situation.awaited(line, now)


def _wants_more(situation: Situation, line: Line, now: datetime) -> bool:
    if line.dry or line.round > len(situation.need.playbook.rounds):
        return False
    asked = situation.awaited_in_round(line, line.round, now)
    limit = situation.need.playbook.round(line.round).ask
    return asked < limit and situation.expected(line, now) < situation.missing(line)


def remind_at(situation: Situation, invitation: Invitation) -> datetime | None:
    """When this invitation is to be reminded, if it is still to be."""
    if not invitation.awaited or invitation.reminded_at or invitation.reason is Reason.reserve_called:
        return None
    rounds = situation.need.playbook.rounds
    number = max(share.round for share in invitation.shares)
    after = rounds[number - 1].remind_after if 1 <= number <= len(rounds) else None
    return invitation.asked_at + after if after else None


def _wants_reminding(situation: Situation, invitation: Invitation, now: datetime) -> bool:
    moment = remind_at(situation, invitation)
    if moment is None or not moment <= now < invitation.answer_by:
        return False
    for share in invitation.shares:
        line = situation.need.line(share.line)
        others = round(situation.expected(line, now) - share.expected, 6)
        if situation.missing(line) and others < situation.missing(line):
            return True
    return False


def _why_next_round(situation: Situation, number: int) -> str:
    name = situation.need.playbook.round(number).name
    return f"The need is new; the first to ask are {name}." if number == 1 else f"The circle widens to {name}."


# --- a named person -----------------------------------------------------------


def latest_moment(situation: Situation, line: Line) -> datetime:
    """When an officer must have it at the latest: lead and take-over before it is due, yet not in the first half."""
    need = situation.need
    safe = line.due - line.capability.lead - need.playbook.officer.take_within
    return max(safe, need.opened_at + (line.due - need.opened_at) / 2)


def _hand_over(situation: Situation, now: datetime) -> Step | None:
    need = situation.need
    waiting = [line for line in situation.missing_lines if not line.handed_over]
    spent = [line for line in waiting if line.round > len(need.playbook.rounds)]
    if need.last_due <= now:
        return _past_due(situation, now)
    if spent:
        return HandToOfficer(_numbers(spent), "exhausted", "Everybody the playbook names has been asked.")
    if late := [line for line in waiting if latest_moment(situation, line) <= now]:
        return HandToOfficer(_numbers(late), "time", "It is due soon and not covered.")
    return None


def _past_due(situation: Situation, now: datetime) -> Step | None:
    """An officer says how it ended; asked again, and again, until they have."""
    need = situation.need
    if any(task.kind is TaskKind.past_due for task in situation.open_tasks):
        return None  # it is still on its way along the list of officers
    if need.past_due_at is None or need.past_due_at + need.playbook.follow_up.close_after <= now:
        numbers = _numbers(list(situation.missing_lines))
        return HandToOfficer(numbers, "past-due", "The time has passed and it is not covered.")
    return None


def _numbers(lines: list[Line]) -> tuple[int, ...]:
    return tuple(line.number for line in lines)


def _pass_task(situation: Situation, now: datetime) -> Step | None:
    for task in situation.open_tasks:
        if task.officer is None and situation.on_duty(now):
            return PassTask(task, "There was nobody to give it to, and now there is.")
        if task.take_by <= now:
            return PassTask(task, "Nobody has taken it in time.")
    return None


# --- the next look ------------------------------------------------------------


def next_moment(situation: Situation, now: datetime) -> datetime | None:
    """The earliest future moment at which anything could be due; `None` if there is none."""
    return min((moment for moment in _moments(situation, now) if moment > now), default=None)


def _moments(situation: Situation, now: datetime) -> Iterator[datetime]:
    need, after = situation.need, situation.need.playbook.follow_up
    for task in situation.open_tasks:
        yield task.take_by
    if need.closed:
        return
    if situation.covered:
        yield need.last_due + after.confirm_after
        if need.resident_asked_at:
            yield need.resident_asked_at + after.close_after
        return
    yield need.last_due
    if need.past_due_at:
        yield need.past_due_at + after.close_after
    if not _may_ask(situation, now):
        yield next_waking(now, situation.zone)
    for line in situation.missing_lines:
        yield line.due
        if line.round_ends:
            yield line.round_ends
        if not line.handed_over:
            yield latest_moment(situation, line)
    for invitation in situation.current:
        if invitation.awaited:
            yield invitation.answer_by
            if moment := remind_at(situation, invitation):
                yield moment


def _why_we_wait(situation: Situation) -> str:
    if situation.need.resident_said in ("partly", "no"):
        return "The resident says it did not all happen; an officer has it."
    if situation.covered:
        return (
            "It is covered and not yet due." if not situation.need.resident_asked_at else "The resident has been asked."
        )
    if any(i.awaited for i in situation.current):
        return "People have been asked and still have time to answer."
    if any(task.kind in (TaskKind.hand_over, TaskKind.past_due) for task in situation.tasks):
        return "An officer has it."
    return "Nothing is due."


def answer_by(now: datetime, patience: timedelta, line_due: datetime) -> datetime:
    """Until when somebody asked now is waited for: their patience, but never past when it is due."""
    return min(now + patience, max(line_due, now + timedelta(seconds=1)))
