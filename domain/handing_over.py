"""A named person: tasks are raised, passed on when nobody takes them, taken and done."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain.changes import Change, Draft, Refusal
from domain.events import EventCode
from domain.messages import MessageKind
from domain.officers import TaskKind, TaskStatus
from domain.situations import Situation
from domain.steps import HandToOfficer, PassTask

LONGEST_WAIT = timedelta(days=1)


def hand_over(situation: Situation, step: HandToOfficer, now: datetime) -> Change:
    """Somebody of the council must act. The resident is told once that it takes longer."""
    draft = Draft(situation, now)
    past_due = step.why == "past-due"
    draft.note_event(
        EventCode.past_due if past_due else EventCode.handed_over,
        lines=step.lines,
        why=step.why,
        asked=len({i.responder for i in situation.invitations}),
    )
    if past_due:
        draft.set_need(past_due_at=now)
        draft.set_lines(step.lines, handed_over=True)
        draft.finish_tasks(TaskKind.hand_over, TaskKind.past_due)
        draft.raise_task(TaskKind.past_due, lines=step.lines, urgent=True)
    else:
        if step.why == "exhausted" and not situation.need.delay_told:
            draft.set_need(delay_told=True)
            draft.tell_resident(MessageKind.resident_delayed)
        draft.set_lines(step.lines, handed_over=True)
        draft.raise_task(TaskKind.hand_over, lines=step.lines, urgent=True)
    return draft.change(wake_at=now)


def pass_task(situation: Situation, step: PassTask, now: datetime) -> Change:
    """The next officer gets it. After the last the list starts again, each time with twice the wait, up to a day."""
    draft = Draft(situation, now)
    task, on_duty = step.task, situation.on_duty(now)
    ids = [officer.id for officer in on_duty]
    following = ids.index(task.officer) + 1 if task.officer in ids else 0
    officer = on_duty[following % len(on_duty)] if on_duty else None
    passes = task.passes + 1 if task.officer else 0  # while there was nobody to give it to, nobody let it pass
    rounds = passes // max(1, len(on_duty))
    within = situation.need.playbook.officer.take_within
    wait = max(within, min(within * 2 ** min(rounds, 20), LONGEST_WAIT))
    passed = task.but(officer=officer.id if officer else None, passes=passes, kid=situation.kid, take_by=now + wait)
    draft.note_event(EventCode.task_passed, task=task.id, kind=task.kind.value, officer=officer.id if officer else None)
    draft.put_task(passed)
    if officer:
        draft.tell_officer(passed, officer, urgent=True)
    return draft.change(wake_at=now)


def pass_from_unreachable(situation: Situation, now: datetime, *, officer: str) -> Change | None:
    """An officer's address is dead: their tasks pass on at once, as long as somebody on the list has not had them."""
    draft = Draft(situation, now)
    on_duty = situation.on_duty(now)
    waiting = [t for t in situation.open_tasks if t.officer == officer and t.passes + 1 < len(on_duty)]
    for task in waiting:
        draft.put_task(task.but(take_by=now))
    return draft.change(wake_at=now) if waiting else None


def take_task(situation: Situation, task_id: str, officer: str, now: datetime) -> Change | Refusal | None:
    """An officer takes a task. Taking it twice is the same answer (`None`); another's is refused."""
    task = next((t for t in situation.tasks if t.id == task_id), None)
    if task is None:
        return Refusal("unknown", "There is no such task.")
    if task.status is TaskStatus.done:
        return Refusal("done", "Nothing is left to do here: this task is finished.")
    if task.status is TaskStatus.taken:
        return None if task.officer == officer else Refusal("taken", "Somebody else has taken this already.")
    draft = Draft(situation, now)
    draft.note_event(EventCode.task_taken, by=f"officer:{officer}", task=task.id, kind=task.kind.value)
    draft.put_task(task.but(status=TaskStatus.taken, officer=officer))
    return draft.change(wake_at=now)


def raise_task(
    situation: Situation, now: datetime, *, kind: TaskKind, invitation: str | None = None, note: str | None = None
) -> Change | None:
    """Something came up that a person must see to. The same thing twice is one task, until somebody takes it."""
    for task in situation.open_tasks:
        if (task.kind, task.invitation, task.note) == (kind, invitation, note):
            return None
    draft = Draft(situation, now)
    draft.note_event(EventCode.task_raised, kind=kind.value)
    draft.raise_task(kind, invitation=invitation, note=note)
    return draft.change(wake_at=now)


def raise_decision_task(situation: Situation, now: datetime) -> Change:
    """Muster could not decide five times in a row: a person must look."""
    draft = Draft(situation, now)
    draft.note_event(EventCode.decision_failed)
    if not any(t.kind is TaskKind.decide for t in situation.open_tasks):
        draft.raise_task(TaskKind.decide, urgent=True)
    return draft.change(wake_at=situation.need.wake_at)
