"""What had been promised is missing again: what was looked for is looked for anew, in a time of its own. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from domain.changes import Change, Draft
from domain.events import EventCode
from domain.invitations import Invitation
from domain.messages import MessageKind
from domain.needs import Line, Need, NeedStatus
from domain.officers import TaskKind, TaskStatus
from domain.situations import Situation
from domain.steps import Reopen

LONGEST_ANEW = timedelta(days=2)


def reopen(situation: Situation, step: Reopen, now: datetime) -> Change:
    """A new cycle for what is missing: reserve first, then the round it was in; those released may be asked anew.

    The resident is told that it takes longer, unless it was they who said so.
    """
    draft = Draft(situation, now)
    need = situation.need
    said = need.resident_said in ("partly", "no")
    draft.note_event(
        EventCode.reopened,
        lines=step.lines,
        missing={str(n): situation.missing(need.line(n)) for n in step.lines},
        resident=said,
    )
    for number in step.lines:
        draft.set_lines((number,), **begun_anew(need, need.line(number)))
    draft.set_need(status=NeedStatus.open, cycle=need.cycle + 1, resident_asked_at=None)
    give_new_time(draft, step.lines)
    if need.resident_told:
        draft.set_need(delay_told=True)
    if need.resident_told and not said:
        draft.tell_resident(MessageKind.resident_delayed)
    return draft.change(wake_at=now)


def look_for_others(draft: Draft, before: Invitation, after: Invitation) -> None:
    """A line that loses a promise is handed over anew when nobody is left to ask, unless its task still waits.

    While other lines are open there is no new cycle: the line goes on with whom it has not asked yet.
    """
    lost = {s.line for s, t in zip(before.shares, after.shares, strict=True) if t.pledged < s.pledged}
    waiting = {n for task in draft.situation.open_tasks if task.kind is TaskKind.hand_over for n in task.lines}
    draft.set_lines(tuple(lost - waiting), handed_over=False)
    if draft.need.stage is NeedStatus.open:
        past = tuple(sorted(n for n in lost if draft.need.line(n).due <= draft.now))
        for number in past:
            draft.set_lines((number,), **begun_anew(draft.need, draft.need.line(number)))
        give_new_time(draft, past)
        finish_past_due(draft, {line.number for line in draft.so_far().missing_lines})


def finish_past_due(draft: Draft, missing: set[int]) -> None:
    """Nobody is asked how it ended of what is not past its time any more."""
    over = {number for number in missing if draft.need.line(number).due <= draft.now}
    for task in draft.situation.tasks:
        if task.kind is TaskKind.past_due and task.status is not TaskStatus.done and not over & set(task.lines):
            draft.put_task(task.but(status=TaskStatus.done))


def begun_anew(need: Need, line: Line) -> dict[str, Any]:
    """In the round it was in, which begins again; after the last, in the first."""
    spent = line.round > len(need.playbook.rounds)
    return {
        "round": 0 if spent else max(line.rounds[0] - 1, 0),
        "merged": (),
        "round_began": None,
        "round_ends": None,
        "dry": False,
        "more_at": None,
        "handed_over": False,
    }


def give_new_time(draft: Draft, numbers: tuple[int, ...]) -> None:
    """What is past its time is wanted as soon as can be: in the time it had at first, at most two days."""
    now, need = draft.now, draft.need
    past = {n: need.line(n).due for n in numbers if need.line(n).due <= now}
    if not past:
        return
    for number in past:
        draft.set_lines((number,), due=now + _time_it_had(need, need.line(number)), wanted_anew=now)
    _keep_their_times(draft, past)
    last = max(draft.need.line(number).due for number in past)
    draft.note_event(EventCode.new_due, lines=tuple(past), due=last.isoformat())


def _time_it_had(need: Need, line: Line) -> timedelta:
    return min(line.due - (line.wanted_anew or need.opened_at), LONGEST_ANEW)


def _keep_their_times(draft: Draft, past: dict[int, datetime]) -> None:
    """What others promised stays promised for the time they agreed to; what they could have added then is free."""
    for invitation in draft.invitations():
        if invitation.promised and any(s.line in past and s.pledged for s in invitation.shares):
            shares = tuple(
                s.but(ready_by=s.ready_by or past[s.line], reserve=0) if s.line in past and s.pledged else s
                for s in invitation.shares
            )
            draft.put(invitation.but(shares=shares))
