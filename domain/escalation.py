"""What now, and because? One situation and one moment give one step. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from domain.choosing import offers_to_put, offers_to_release
from domain.finishing import worries_waiting
from domain.following_up import follow_promises, follow_up
from domain.following_up import moments as following_up_moments
from domain.holding import hold_ends, step_of_hold
from domain.needs import Line, Need, NeedStatus
from domain.officers import Task, TaskKind, TaskStatus, has_left
from domain.safeguarding import moments as vetting_moments
from domain.safeguarding import visitors_to_vet
from domain.situations import Situation
from domain.standing_down import moments as standing_by_moments
from domain.standing_down import reserve_to_release
from domain.steps import (
    CallAgain,
    HandToOfficer,
    PassTask,
    PhoneAboutChange,
    PhoneAboutTransfer,
    Reopen,
    Rest,
    Step,
    TellMore,
)
from domain.timing import latest_moment
from domain.widening import moments as widening_moments
from domain.widening import widen


def next_step(situation: Situation, now: datetime) -> Step:
    """Return the one thing to do now, with the reason an officer would give for it."""
    if situation.need.closed:  # only a call to somebody without e-mail may still be to make
        return _pass_task(situation, now) or Rest(next_moment(situation, now), "This need is closed.")
    if situation.held or situation.need.held_at:
        held = Rest(next_moment(situation, now), "It is on hold, so nothing is sent.")
        return _pass_task(situation, now) or step_of_hold(situation, now) or held
    return (
        _pass_task(situation, now)
        or _unconfirmed(situation, now)
        or visitors_to_vet(situation, now)
        or offers_to_release(situation)
        or reserve_to_release(situation, now)
        or follow_promises(situation, now)
        or (follow_up(situation, now) if situation.covered else _escalate(situation, now))
        or Rest(next_moment(situation, now), _why_we_wait(situation, now))
    )


def _unconfirmed(situation: Situation, now: datetime) -> Step | None:
    for invitation in situation.accepted:
        if invitation.confirm_by and invitation.confirm_by <= now:
            because = "They promised before it was changed, and have not said that it is still all right."
            return PhoneAboutChange(invitation.id, because)
        if invitation.moving and invitation.moving.answer_by and invitation.moving.answer_by <= now:
            return PhoneAboutTransfer(invitation.id, "They were asked to go elsewhere instead, and have not said.")
    return None


# --- something is missing: widen the circle -----------------------------------


def _escalate(situation: Situation, now: datetime) -> Step | None:
    if situation.need.status is not NeedStatus.open:
        return Reopen(
            tuple(line.number for line in situation.missing_lines),
            "Somebody who had promised cannot, so part of it is missing again.",
        )
    return offers_to_put(situation, now) or widen(situation, now) or _hand_over(situation, now)


# --- a named person -----------------------------------------------------------


def _hand_over(situation: Situation, now: datetime) -> Step | None:
    need = situation.need
    if step := _past_due(situation, now):
        return step
    to_come = [line for line in situation.missing_lines if now < line.due and not line.handed_over]
    waiting = [line for line in to_come if situation.offered(line) < situation.missing(line)]
    if spent := [line for line in waiting if line.round > len(need.playbook.rounds)]:
        return HandToOfficer(_numbers(spent), "exhausted", "Everybody the playbook names has been asked.")
    if late := [line for line in waiting if latest_moment(need, line) <= now]:
        return HandToOfficer(_numbers(late), "time", "It is due soon and not covered.")
    return None


def _past_due(situation: Situation, now: datetime) -> Step | None:
    """An officer says how it ended, part by part as each passes its time; asked again, and again, until they have."""
    need = situation.need
    asked = [task for task in situation.tasks if task.kind is TaskKind.past_due]
    over = [line for line in situation.missing_lines if line.due <= now]
    if not (over and _ask_anew(need, asked, now)):
        if all(_asked_since_due(line, asked) for line in over):
            return None
        taken = [task for task in asked if task.status is TaskStatus.taken]
        over = [line for line in over if not _asked_since_due(line, taken)]
    return HandToOfficer(_numbers(over), "past-due", "The time has passed and it is not covered.")


def _asked_since_due(line: Line, asked: list[Task]) -> bool:
    return any(line.number in task.lines and line.due <= task.created_at for task in asked)


def _ask_anew(need: Need, asked: list[Task], now: datetime) -> bool:
    """Not while it is still on its way along the list of officers."""
    if need.past_due_at is None or any(task.status is TaskStatus.open for task in asked):
        return False
    return need.past_due_at + need.playbook.follow_up.close_after <= now


def _numbers(lines: list[Line]) -> tuple[int, ...]:
    return tuple(line.number for line in lines)


def _pass_task(situation: Situation, now: datetime) -> Step | None:
    for task in _that_go_on(situation, situation.open_tasks):
        if task.officer is None and situation.on_duty(now):
            return PassTask(task, "There was nobody to give it to, and now there is.")
        if has_left(situation.officers, task.officer) and situation.on_duty(now):
            return PassTask(task, "Whoever had it has no access any more.")
        if task.take_by <= now:
            return PassTask(task, "Nobody has taken it in time.")
        if task.tell_more_at and task.tell_more_at <= now:
            return TellMore(task, "Whoever is worried has written more.")
    for task in _that_go_on(situation, situation.taken_tasks):
        if has_left(situation.officers, task.officer):
            return CallAgain(task, "Whoever took it has no access any more.")
        if task.again_at and task.again_at <= now:
            called = "Nobody has been reached yet, and it is time to try again."
            return CallAgain(task, called if task.attempts else "It was taken, and nobody has said how it ended.")
    return None


def _that_go_on(situation: Situation, tasks: tuple[Task, ...]) -> tuple[Task, ...]:
    """A need's own hold leaves officers' work as it is; with its incident or everything held, only a worry goes on."""
    if situation.held_from is None or situation.need.closed:
        return tasks
    return tuple(task for task in tasks if task.kind is TaskKind.worry)


# --- the next look ------------------------------------------------------------


def next_moment(situation: Situation, now: datetime) -> datetime | None:
    """The earliest future moment at which anything could be due; `None` if there is none."""
    return min((moment for moment in _moments(situation, now) if moment > now), default=None)


def _moments(situation: Situation, now: datetime) -> Iterator[datetime]:
    need, after = situation.need, situation.need.playbook.follow_up
    if situation.held and not need.closed:
        yield from hold_ends(situation, now)
    for task in _that_go_on(situation, situation.open_tasks):
        yield task.take_by
        if task.tell_more_at:
            yield task.tell_more_at
    for task in _that_go_on(situation, situation.taken_tasks):
        if task.again_at:
            yield task.again_at
    if need.closed or situation.held:
        return
    for invitation in situation.accepted:
        if invitation.confirm_by:
            yield invitation.confirm_by
        if invitation.moving and invitation.moving.answer_by:
            yield invitation.moving.answer_by
    yield from vetting_moments(situation)
    yield from following_up_moments(situation)
    yield from standing_by_moments(situation)
    if situation.covered:
        return
    yield need.last_due
    if need.past_due_at:
        yield need.past_due_at + after.close_after
    yield from widening_moments(situation, now)


def _why_we_wait(situation: Situation, now: datetime) -> str:
    if situation.covered and worries_waiting(situation):
        return "Somebody is worried about somebody, and no officer has recorded what was found."
    if situation.need.resident_said in ("partly", "no"):
        return "The resident says it did not all happen; an officer has it."
    if situation.covered:
        return (
            "It is covered and not yet due." if not situation.need.resident_asked_at else "The resident has been asked."
        )
    if any(situation.offered(line) for line in situation.missing_lines):
        return "There are offers, and an officer chooses among them."
    if any(i.awaited for i in situation.current):
        return "People have been asked and still have time to answer."
    if any(line.more_at and now < line.more_at for line in situation.missing_lines):
        return "Those to ask next want to be left alone for now."
    helping = [task for task in situation.tasks if task.kind in (TaskKind.hand_over, TaskKind.past_due)]
    if any(task.status is TaskStatus.taken for task in helping):
        return "An officer has it."
    if any(task.status is TaskStatus.open for task in helping):
        return "An officer has been asked, and has not taken it yet."
    if helping:
        return "An officer has seen to it."
    return "Nothing is due."
