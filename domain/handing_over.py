"""A named person: tasks are raised, passed on when nobody takes them, taken and done."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain.calling import asks_how_it_went
from domain.changes import Change, Draft, Refusal
from domain.events import EventCode
from domain.finishing import raise_unheard
from domain.messages import MessageKind
from domain.officers import (
    MOST_WORDS,
    Task,
    TaskKind,
    TaskStatus,
    can_wait,
    has_left,
    next_officer,
    time_to_end,
    time_to_take,
    working,
)
from domain.situations import Situation
from domain.steps import CallAgain, HandToOfficer, PassTask, TellMore

LONGEST_WAIT = timedelta(days=1)


def hand_over(situation: Situation, step: HandToOfficer, now: datetime) -> Change:
    """Somebody of the council must act. The resident is told once that it takes longer."""
    draft = Draft(situation, now)
    past_due = step.why == "past-due"
    draft.note_event(
        EventCode.past_due if past_due else EventCode.handed_over,
        lines=step.lines,
        why=step.why,
        asked=len(asked_about(situation, step.lines)),
    )
    if past_due:
        draft.set_need(past_due_at=now)
        draft.set_lines(step.lines, handed_over=True)
        _finish_their_part(draft, step.lines)
        draft.raise_task(TaskKind.past_due, lines=step.lines, urgent=True)
    else:
        if not situation.need.delay_told:
            draft.set_need(delay_told=True)
            draft.tell_resident(MessageKind.resident_delayed)
        draft.set_lines(step.lines, handed_over=True)
        _ask_for_help(draft, step.lines)
    return draft.change(wake_at=now)


def _finish_their_part(draft: Draft, lines: tuple[int, ...]) -> None:
    """These lines are in a new task now. Whoever has something still to come keeps that."""
    for task in draft.situation.tasks:
        if task.kind in (TaskKind.hand_over, TaskKind.past_due) and task.status is not TaskStatus.done:
            left = tuple(number for number in task.lines if number not in lines)
            draft.put_task(task.but(lines=left) if left else task.but(status=TaskStatus.done))


def asked_about(situation: Situation, lines: tuple[int, ...]) -> frozenset[str]:
    """Who has been asked about any of these lines."""
    return frozenset(i.responder for i in situation.invitations if any(i.share(number) for number in lines))


def _ask_for_help(draft: Draft, lines: tuple[int, ...]) -> None:
    """One task for one need, as long as nobody has taken it: whoever has it is told of what is missing besides."""
    waiting = next((t for t in draft.situation.open_tasks if t.kind is TaskKind.hand_over), None)
    officer = next((o for o in working(draft.situation.officers) if waiting and o.id == waiting.officer), None)
    if waiting is None or officer is None:
        draft.raise_task(TaskKind.hand_over, lines=lines, urgent=True)
        return
    joined = waiting.but(lines=tuple(sorted({*waiting.lines, *lines})))
    draft.put_task(joined)
    draft.tell_officer(joined, officer, urgent=True)


def pass_task(situation: Situation, step: PassTask, now: datetime) -> Change:
    """The next officer gets it, and whoever had it is told so. After the last the list starts again, each time with
    twice the wait, up to a day."""
    draft = Draft(situation, now)
    task, on_duty = step.task, situation.on_duty(now)
    officer = next_officer(task, on_duty)
    had = (*task.had, task.officer) if task.officer else task.had
    passes = task.passes + (task.officer is not None)  # while there was nobody to give it to, nobody let it pass
    rounds = passes // max(1, len(on_duty))
    within = time_to_take(task.kind, situation.need.playbook)
    wait = max(within, min(within * 2 ** min(rounds, 20), LONGEST_WAIT))
    passed = task.but(
        officer=officer.id if officer else None,
        had=() if officer and officer.id in had else had,
        passes=passes,
        kid=situation.kid,
        take_by=now + wait,
        told_at=now,
        more=_all_words(task),
        unheard=(),
    )
    again = (officer is not None and officer.id == task.officer) or None
    gone = has_left(situation.officers, task.officer) or None
    draft.note_event(
        EventCode.task_passed, task=task.id, kind=task.kind.value, officer=passed.officer, again=again, gone=gone
    )
    draft.put_task(passed)
    if officer:
        draft.tell_officer(passed, officer, urgent=True)
        if task.officer and task.officer != officer.id and not gone:
            urgent = False if can_wait(task.kind) else None
            draft.tell(MessageKind.task_passed, f"officer:{task.officer}", task=task.id, urgent=urgent)
    return draft.change(wake_at=now)


def _all_words(task: Task) -> tuple[str, ...]:
    return (*task.more, *task.unheard)[-MOST_WORDS:]


def tell_more(situation: Situation, step: TellMore, now: datetime) -> Change:
    """Whoever has it gets all that was written, the new words too. The words themselves are its cause in the story."""
    draft = Draft(situation, now)
    draft.put_task(step.task.but(told_at=now, more=_all_words(step.task), unheard=()))
    officer = next((o for o in situation.officers if o.id == step.task.officer), None)
    if officer:
        draft.tell_officer(step.task, officer, urgent=True)
    return draft.change(wake_at=now)


def call_again(situation: Situation, step: CallAgain, now: datetime) -> Change:
    """Nobody answered, or nobody has said how it ended: whoever took it gets it back, and from there it passes on."""
    draft = Draft(situation, now)
    first = next(iter(situation.on_duty(now)), None)
    officer = next((o for o in working(situation.officers) if o.id == step.task.officer), first)
    again = step.task.but(
        status=TaskStatus.open,
        officer=officer.id if officer else None,
        had=(),
        kid=situation.kid,
        take_by=now + time_to_take(step.task.kind, situation.need.playbook),
        again_at=None,
    )
    forgotten = not again.attempts or None
    gone = has_left(situation.officers, step.task.officer) or None
    draft.note_event(
        EventCode.call_again,
        task=again.id,
        kind=again.kind.value,
        officer=again.officer,
        forgotten=forgotten,
        gone=gone,
    )
    draft.put_task(again)
    if officer:
        draft.tell_officer(again, officer, urgent=True if again.kind is TaskKind.worry else None)
    return draft.change(wake_at=now)


def pass_from_unreachable(situation: Situation, now: datetime, *, officer: str) -> Change | None:
    """An officer's address is dead: their tasks pass on at once, as long as somebody on the list has not had them."""
    draft = Draft(situation, now)
    on_duty = situation.on_duty(now)
    waiting = [t for t in situation.open_tasks if t.officer == officer and t.passes + 1 < len(on_duty)]
    for task in waiting:  # it is with nobody for a moment, so that no mail about its passing on goes to them
        draft.put_task(task.but(officer=None, had=(*task.had, officer), passes=task.passes + 1, take_by=now))
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
    within = _time_to_end(situation, task, now)
    forgotten_at = now + within if within else None
    draft.put_task(task.but(status=TaskStatus.taken, officer=officer, again_at=forgotten_at, unheard=()))
    raise_unheard(draft, task)
    return draft.change(wake_at=now)


def _time_to_end(situation: Situation, task: Task, now: datetime) -> timedelta | None:
    """How long they may say nothing of it. Until somebody has asked, silence says nothing; and that it is finished may
    be told without a word to us."""
    if asks_how_it_went(situation, task):
        return situation.need.playbook.follow_up.close_after
    if situation.need.closed and task.kind is TaskKind.call_resident:
        return None
    return time_to_end(task.kind, _left(situation, task, now))


def _left(situation: Situation, task: Task, now: datetime) -> timedelta | None:
    """How long it is until the first of what a task is about is due; `None` if nothing of it is to come."""
    need = situation.need
    lines = [need.line(number) for number in task.lines] or need.lines
    to_come = [] if need.closed else [line.due - now for line in lines if line.quantity and line.due > now]
    return min(to_come, default=None)


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
