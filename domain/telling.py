"""An officer tells how a task ended, and what follows from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from domain.amending.unconfirmed import give_up_unconfirmed
from domain.calling import asks_how_it_went, has_just_tried, topic_of, try_again_at
from domain.changes import Change, Draft, Refusal
from domain.closing import close, hear_resident
from domain.events import EventCode
from domain.finishing import raise_unheard, record_done
from domain.invitations import Reason
from domain.labels import TASK_LABELS, say_list
from domain.messages import MessageKind
from domain.needs import Outcome
from domain.officers import MOST_TRIES, Task, TaskKind, TaskOutcome, TaskStatus, names_of
from domain.pausing import wait_for
from domain.safeguarding import clear_visitor
from domain.situations import Situation
from domain.transferring import give_up_moving

HOW_IT_WENT = (TaskOutcome.yes, TaskOutcome.partly, TaskOutcome.no)
WITH_COUNTS = (TaskOutcome.partly, TaskOutcome.look_again)  # the officer may say how many the resident got
OUTCOMES: dict[TaskKind, tuple[TaskOutcome, ...]] = {
    TaskKind.hand_over: (TaskOutcome.found, TaskOutcome.nothing_more),
    TaskKind.past_due: (TaskOutcome.found, TaskOutcome.nothing_more),
    TaskKind.question: (TaskOutcome.answered, TaskOutcome.not_reached),
    TaskKind.call_resident: (TaskOutcome.told, TaskOutcome.posted, TaskOutcome.no_answer),
    TaskKind.call_partner: (TaskOutcome.reached, TaskOutcome.not_reached),
    TaskKind.resident_says: (TaskOutcome.met, TaskOutcome.partly_met, TaskOutcome.look_again),
    TaskKind.check_lost: (TaskOutcome.done,),
    TaskKind.decide: (TaskOutcome.done,),
    TaskKind.on_hold: (TaskOutcome.done,),
    TaskKind.choose: (TaskOutcome.done,),
    TaskKind.vet: (TaskOutcome.yes, TaskOutcome.no),
    TaskKind.worry: (TaskOutcome.recorded,),
    TaskKind.no_show: (TaskOutcome.done, TaskOutcome.not_done),
    TaskKind.confirm: HOW_IT_WENT,
    TaskKind.duplicate: (TaskOutcome.different, TaskOutcome.same),
}
MAY_STILL_ANSWER = (TaskOutcome.posted, TaskOutcome.no_answer)  # a letter answered later, a call returned

Decide = Callable[[Situation], Change | Refusal | None]


def outcomes_of(situation: Situation, task: Task) -> tuple[TaskOutcome, ...]:
    """How this task may end as things stand; nothing where it cannot be ended any more."""
    asks = _asks_how_it_went(situation, task)
    if task.status is TaskStatus.done:
        return HOW_IT_WENT if asks and task.outcome in MAY_STILL_ANSWER else ()
    if task.kind is TaskKind.call_resident and asks:
        return (
            *HOW_IT_WENT,
            *([TaskOutcome.told] if situation.need.closed else []),
            TaskOutcome.posted,
            TaskOutcome.no_answer,
        )
    return OUTCOMES.get(task.kind, ())


def _asks_how_it_went(situation: Situation, task: Task) -> bool:
    """Is the resident asked whether it happened, or told that we take it that it did?"""
    if task.kind is not TaskKind.call_resident:
        return False
    need = situation.need
    taken_as_met = need.closed and need.outcome in (Outcome.presumed, Outcome.met)
    return topic_of(situation, task) is MessageKind.resident_asked or taken_as_met


def end_task(
    situation: Situation,
    task_id: str,
    officer: str,
    outcome: TaskOutcome,
    note: str | None,
    now: datetime,
    received: dict[int, int] | None = None,
) -> Change | Refusal | None:
    """An officer says how a task ended; not taken yet, they take it so. The same said twice is one answer (`None`).

    `note` is private. `received`: of each line, how many the resident got, where they say it happened in part.
    """
    task = next((t for t in situation.tasks if t.id == task_id), None)
    if task is None:
        return Refusal("unknown", "There is no such task.")
    if task.status is TaskStatus.done and task.outcome is outcome:
        return None
    if refusal := _refuse(situation, task, officer, outcome, note, received):
        return refusal
    if outcome is TaskOutcome.no_answer:
        return None if has_just_tried(task, now) else _record_no_answer(situation, task, officer, note, now)
    follows = _what_follows(situation, task, officer, outcome, note, now, received)
    ended = _record_ending(situation, task, officer, outcome, None if _carries_the_note(task, outcome) else note, now)
    return _with(situation, ended, follows) if follows else ended


def _refuse(
    situation: Situation,
    task: Task,
    officer: str,
    outcome: TaskOutcome,
    note: str | None,
    received: dict[int, int] | None,
) -> Refusal | None:
    if task.status is TaskStatus.taken and task.officer != officer:
        taker = names_of(situation.officers).get(task.officer or "", "Somebody else")
        return Refusal("taken", f"{taker} has taken this already.")
    may = outcomes_of(situation, task)
    if not may:
        return Refusal("done", "Nothing is left to do here: this task is finished.")
    if outcome not in may:
        kind = TASK_LABELS[task.kind].lower()
        return Refusal("invalid", f"This task ({kind}) ends with {say_list(may)}, not with {outcome}.", "answer")
    if task.kind is TaskKind.worry and not note:
        return Refusal("invalid", "Write what was found and what was done. Only officers read it.", "note")
    if outcome is TaskOutcome.look_again and situation.covered and not _names_what_is_missing(situation, received):
        place = f"quantity-{next(line.number for line in situation.need.lines if line.quantity)}"
        return Refusal("invalid", "Say how many they got: fewer than were promised, of one part at least.", place)
    return None


def _names_what_is_missing(situation: Situation, received: dict[int, int] | None) -> bool:
    lines = {line.number: line for line in situation.need.lines}
    return any(got < situation.pledged(lines[n]) for n, got in (received or {}).items() if n in lines)


def _carries_the_note(task: Task, outcome: TaskOutcome) -> bool:
    """What the resident said is kept with their answer."""
    return outcome in (*HOW_IT_WENT, TaskOutcome.met) and task.kind is not TaskKind.vet


def _record_ending(
    situation: Situation, task: Task, officer: str, outcome: TaskOutcome, note: str | None, now: datetime
) -> Change:
    draft = Draft(situation, now)
    kept = draft.keep_note(note) if note else None
    draft.note_event(
        EventCode.task_done,
        by=f"officer:{officer}",
        task=task.id,
        kind=task.kind.value,
        outcome=outcome.value,
        note=kept,
    )
    draft.put_task(task.but(status=TaskStatus.done, officer=officer, outcome=outcome, again_at=None, unheard=()))
    raise_unheard(draft, task)
    _silence_counts_from_now(draft, task)
    return draft.change(wake_at=now)


def _record_no_answer(situation: Situation, task: Task, officer: str, note: str | None, now: datetime) -> Change:
    """Try again later; after the third try it counts as silence."""
    draft = Draft(situation, now)
    tries = task.attempts + 1
    again_at = try_again_at(situation, tries, now)
    kept = draft.keep_note(note) if note else None
    draft.note_event(
        EventCode.call_tried,
        by=f"officer:{officer}",
        task=task.id,
        kind=task.kind.value,
        tries=tries,
        last=tries >= MOST_TRIES,
        note=kept,
    )
    tried = task.but(officer=officer, attempts=tries, tried_at=now, again_at=again_at)
    if again_at:
        draft.put_task(tried.but(status=TaskStatus.taken))
    else:
        draft.put_task(tried.but(status=TaskStatus.done, outcome=TaskOutcome.no_answer))
        _silence_counts_from_now(draft, task)
    return draft.change(wake_at=now)


def _silence_counts_from_now(draft: Draft, task: Task) -> None:
    """They have been asked, or have been tried to reach, only now."""
    if asks_how_it_went(draft.situation, task) and draft.need.resident_asked_at:
        draft.set_need(resident_asked_at=draft.now)


def _what_follows(
    situation: Situation,
    task: Task,
    officer: str,
    outcome: TaskOutcome,
    note: str | None,
    now: datetime,
    received: dict[int, int] | None,
) -> Decide | None:
    """What an ending means for the need, beside the task."""
    by = f"officer:{officer}"
    match task.kind, outcome:
        case ((TaskKind.call_resident | TaskKind.confirm), (TaskOutcome.yes | TaskOutcome.partly | TaskOutcome.no)):
            return lambda after: _without_the_same_call(
                after, hear_resident(after, outcome.value, now, note, by=by, received=received)
            )
        case TaskKind.call_partner, TaskOutcome.not_reached if task.note == EventCode.amended:
            return lambda after: give_up_unconfirmed(after, task, by, now)
        case TaskKind.call_partner, TaskOutcome.not_reached if task.note == EventCode.transfer_asked:
            return lambda after: give_up_moving(after, task, by, now)
        case TaskKind.resident_says, TaskOutcome.met:
            return lambda after: hear_resident(after, "yes", now, note, by=by)
        case TaskKind.resident_says, TaskOutcome.partly_met:
            return lambda after: close(after, Outcome.partly_met if after.giving else Outcome.not_met, by, now)
        case TaskKind.resident_says, TaskOutcome.look_again if received:
            return lambda after: hear_resident(after, "partly", now, note, by=by, received=received)
        case TaskKind.no_show, TaskOutcome.done:
            return lambda after: _count_it_done(after, task.invitation, by, now)
        case TaskKind.question, TaskOutcome.answered:
            return lambda after: _wait_for_answer(after, task.invitation, now)
        case TaskKind.vet, (TaskOutcome.yes | TaskOutcome.no):
            word = outcome is TaskOutcome.yes
            return lambda after: _unless_gone(clear_visitor(after, task.invitation or "", officer, word, now))
        case TaskKind.duplicate, TaskOutcome.same:
            return lambda after: close(after, Outcome.duplicate, by, now)
        case _:
            return None


def _wait_for_answer(situation: Situation, invitation_id: str | None, now: datetime) -> Change | None:
    """All that they asked has been answered, so what is left of their time to answer counts."""
    invitation = situation.by_id.get(invitation_id or "")
    asked = [t for t in situation.tasks if t.kind is TaskKind.question and t.invitation == invitation_id]
    if any(task.status is not TaskStatus.done for task in asked):
        return None
    if invitation is None or not invitation.open or invitation.reason is not Reason.question:
        return None
    draft = Draft(situation, now)
    draft.put(wait_for(invitation))
    return draft.change(wake_at=now)


def _unless_gone(word: Change | Refusal | None) -> Change | Refusal | None:
    """A word about who promises nothing any more: the task is over all the same."""
    return None if isinstance(word, Refusal) and word.code == "gone" else word


def _count_it_done(situation: Situation, invitation_id: str | None, by: str, now: datetime) -> Change | None:
    """They came after all: what they brought counts, as far as it is still missing."""
    invitation = situation.by_id.get(invitation_id or "")
    if invitation is None:
        return None
    heard = invitation.but(version=invitation.version + 1, answered_at=now, answered_by=by)
    return record_done(Draft(situation, now), heard, {}, by=by)


def _without_the_same_call(situation: Situation, change: Change | Refusal | None) -> Change | Refusal | None:
    """Who has just said on the phone how it went is not phoned again to hear that it is closed."""
    if not isinstance(change, Change):
        return change
    known = {task.id for task in situation.tasks}
    calls = {
        task.id
        for task in change.tasks
        if task.id not in known and task.kind is TaskKind.call_resident and task.note == MessageKind.resident_closed
    }
    return replace(
        change,
        tasks=tuple(task for task in change.tasks if task.id not in calls),
        messages=tuple(message for message in change.messages if message.task not in calls),
    )


def _with(situation: Situation, first: Change, decide: Decide) -> Change | Refusal:
    """`first`, and what is decided once it is so: one change."""
    tasks = {t.id: t for t in situation.tasks} | {t.id: t for t in first.tasks}
    then = decide(replace(situation, need=first.need, tasks=tuple(tasks.values())))
    if not isinstance(then, Change):
        return then or first
    return replace(
        then,
        events=first.events + then.events,
        messages=first.messages + then.messages,
        tasks=tuple(({t.id: t for t in first.tasks} | {t.id: t for t in then.tasks}).values()),
        notes=first.notes + then.notes,
    )
