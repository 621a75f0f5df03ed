"""More is needed, or later: it is looked for again."""

from __future__ import annotations

from domain.changes import Draft
from domain.invitations import Reason
from domain.needs import NeedStatus
from domain.officers import TaskKind, TaskStatus
from domain.reopening import begun_anew, finish_past_due, give_new_time
from domain.situations import Situation


def start_anew(draft: Draft, after: Situation, later: set[int]) -> bool:
    """Look for what is missing now, and anew for what is wanted `later` or elsewhere. Says whether a new cycle begins:
    then those who never answered, and those let go because less was needed, may be asked."""
    before, need, now = draft.situation, draft.need, draft.now
    was_open = need.stage is NeedStatus.open
    missing = {line.number for line in after.missing_lines}
    spent = {n for n in missing & later if need.line(n).round > len(need.playbook.rounds)}
    _hand_over_anew(draft, after, missing & later, spent)
    grown = _grown(before, after)
    released = {n for n in missing & grown if _was_released_for_less(before, n)}
    for line in need.lines:
        if line.number in spent | released or (line.number in missing and not was_open):
            draft.set_lines((line.number,), **begun_anew(need, line))
    give_new_time(draft, tuple(missing & grown))
    if missing:
        finish_past_due(draft, missing)
    if missing and not was_open:
        draft.set_need(status=NeedStatus.open, resident_asked_at=None, resident_said=None)
    elif not missing and need.last_due > max(now, before.need.last_due) and need.resident_asked_at:
        draft.set_need(status=NeedStatus.covered, resident_asked_at=None)
    if begins := bool(spent or released or (missing and not was_open)):
        draft.set_need(cycle=need.cycle + 1)
    return begins


def _was_released_for_less(situation: Situation, line: int) -> bool:
    """Has somebody asked for it in this cycle been let go since, because less was needed?"""
    return any(i.reason is Reason.less and i.share(line) for i in situation.current)


def _grown(before: Situation, after: Situation) -> set[int]:
    """The numbers of the lines of which more is missing than before."""
    return {
        line.number
        for line in after.missing_lines
        if line.number > len(before.need.lines) or after.missing(line) > before.missing(before.need.line(line.number))
    }


def _hand_over_anew(draft: Draft, after: Situation, later: set[int], spent: set[int]) -> None:
    """What an officer has is theirs still, unless it is looked for anew, or more of it is missing than they know."""
    before = draft.situation
    more = _grown(before, after)
    waiting: set[int] = set()
    for task in before.tasks:
        if task.kind is TaskKind.hand_over and task.status is not TaskStatus.done:
            if set(task.lines) <= spent or not set(task.lines) & {line.number for line in after.missing_lines}:
                draft.put_task(task.but(status=TaskStatus.done))
            elif task.status is TaskStatus.open:
                waiting |= set(task.lines)
    draft.set_lines(tuple(spent | ((more | later) - waiting)), handed_over=False)
