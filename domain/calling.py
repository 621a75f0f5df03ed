"""Telling a resident who gets no e-mail: what there is to say by now, and when to try again."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from domain.hours import Hours, next_within
from domain.messages import MessageKind
from domain.needs import NeedStatus
from domain.officers import MOST_TRIES, Task, TaskKind, TaskStatus
from domain.situations import Situation

SOON = timedelta(hours=2)
ONE_CALL = timedelta(minutes=10)  # nobody picks up twice within it: that is one call, or one click, said twice


def topic_of(situation: Situation, task: Task) -> MessageKind | None:
    """What to tell them: what the task was raised for, or what has become true since."""
    need = situation.need
    if need.closed:
        return MessageKind.resident_closed
    if task.note == MessageKind.resident_asked and need.stage is NeedStatus.confirming:
        return MessageKind.resident_asked
    if task.note in (MessageKind.resident_asked, MessageKind.resident_covered, MessageKind.resident_delayed):
        return MessageKind.resident_covered if situation.covered else MessageKind.resident_delayed
    return MessageKind(task.note) if task.note in list(MessageKind) else None


def try_again_at(situation: Situation, tries: int, now: datetime) -> datetime | None:
    """When to call again after so many tries: two hours later, then the next day, at a waking hour; `None` after the
    last."""
    if tries >= MOST_TRIES:
        return None
    tomorrow = situation.local_day(now) + timedelta(days=1)
    earliest = now + SOON if tries == 1 else datetime.combine(tomorrow, time(0), situation.zone).astimezone(UTC)
    return next_within(Hours.waking, earliest, situation.calendar)


def has_just_tried(task: Task, now: datetime) -> bool:
    """Has a call that nobody answered been put down a moment ago?"""
    return task.tried_at is not None and now < task.tried_at + ONE_CALL


def still_to_be_asked(situation: Situation) -> bool:
    """Is there a call still to make? Until somebody has asked, silence says nothing."""
    return any(task.status is not TaskStatus.done and asks_how_it_went(situation, task) for task in situation.tasks)


def asks_how_it_went(situation: Situation, task: Task) -> bool:
    """Is this a task to ask whether it happened: of the resident, or of the officer who leads an incident?"""
    if task.kind is TaskKind.call_resident:
        return topic_of(situation, task) is MessageKind.resident_asked
    return task.kind is TaskKind.confirm
