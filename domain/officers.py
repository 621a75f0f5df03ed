"""Council workers, and the tasks one of them must take."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from domain.addresses import EmailAddress, Phone
from domain.playbooks import Playbook, Role
from domain.values import Name, Value


class Officer(Value):
    """A council worker. One who is `disabled` keeps their name in stories, may not sign in and is given no task."""

    id: str
    name: Name
    email: EmailAddress
    phone: Phone | None = None
    role: Role
    disabled: bool = False


class TaskKind(StrEnum):
    """What an officer is asked to do."""

    hand_over = "hand-over"
    past_due = "past-due"
    question = "question"
    call_resident = "call-resident"
    call_partner = "call-partner"
    resident_says = "resident-says"
    check_lost = "check-lost"
    decide = "decide"
    choose = "choose"
    vet = "vet"
    worry = "worry"
    no_show = "no-show"
    confirm = "confirm"
    duplicate = "duplicate"
    on_hold = "on-hold"


class TaskStatus(StrEnum):
    """Open until an officer takes it; done when nothing is left to do."""

    open = "open"
    taken = "taken"
    done = "done"


TOLD_APART = timedelta(minutes=10)  # one partner's words reach an officer this far apart, however many there are
MOST_WORDS = 9  # so many that followed go into a mail; `need show --private` has all of them
MOST_TRIES = 3  # calls nobody answers; then it counts as silence


class TaskOutcome(StrEnum):
    """How a task ended, as its officer says."""

    yes = "yes"
    partly = "partly"
    no = "no"
    met = "met"
    partly_met = "partly-met"
    look_again = "look-again"
    told = "told"
    posted = "posted"
    no_answer = "no-answer"
    answered = "answered"
    reached = "reached"
    not_reached = "not-reached"
    found = "found"
    nothing_more = "nothing-more"
    recorded = "recorded"
    different = "different"
    same = "same"
    done = "done"
    not_done = "not-done"


class Task(Value):
    """Something an officer must take. Not taken in time, it passes to the next on the list.

    `note` is the id of private words, or the kind of message somebody must be told by voice; `more` are the latest of
    those that followed. `told_at` is when its officer last had a mail about it, if not as it was raised; `unheard` are
    words that came after that. `had` are those it has been with since the list began anew. `attempts` counts
    calls nobody answered, the last of them at `tried_at`. `again_at`: taken, and if nobody has said by then how it
    ended, whoever took it is asked again. `outcome` is how it ended.
    """

    id: str
    need: str
    kind: TaskKind
    status: TaskStatus = TaskStatus.open
    created_at: datetime
    officer: str | None = None
    take_by: datetime
    passes: int = 0
    kid: str
    invitation: str | None = None
    lines: tuple[int, ...] = ()
    note: str | None = None
    more: tuple[str, ...] = ()
    told_at: datetime | None = None
    unheard: tuple[str, ...] = ()
    had: tuple[str, ...] = ()
    attempts: int = 0
    tried_at: datetime | None = None
    again_at: datetime | None = None
    outcome: TaskOutcome | None = None

    @property
    def tell_more_at(self) -> datetime | None:
        """When its officer is told of the words that came since; `None` if there are none."""
        return (self.told_at or self.created_at) + TOLD_APART if self.unheard and self.officer else None


CAN_WAIT = (TaskKind.confirm, TaskKind.duplicate)  # what these ask about is over, or goes on meanwhile
HOURS_TO_SAY = timedelta(hours=4)


def can_wait(kind: TaskKind) -> bool:
    """Is this task never urgent, however urgent its need was?"""
    return kind in CAN_WAIT


def time_to_take(kind: TaskKind, playbook: Playbook) -> timedelta:
    """How long a task waits to be taken before it is passed on. Whether it happened may be said some hours later."""
    within = playbook.officer.take_within
    return max(within, min(HOURS_TO_SAY, playbook.follow_up.close_after / 4)) if kind is TaskKind.confirm else within


RAISED_ANEW = (TaskKind.past_due, TaskKind.on_hold)  # by themselves, for as long as it is so
HOLDS_UP = (TaskKind.worry, TaskKind.vet)  # somebody may be in danger, or waits to hear where to go
HANGS_ON_IT = (TaskKind.question, TaskKind.call_partner, TaskKind.check_lost)  # whether a partner comes
A_DAY, A_WEEK = timedelta(days=1), timedelta(days=7)
LEAST_TO_END = timedelta(minutes=15)


def time_to_end(kind: TaskKind, left: timedelta | None) -> timedelta | None:
    """How long whoever took a task may say nothing of it before they are asked again; `None`: another is raised.

    `left` until help is due, if it is still to come: where a promise hangs on the task, after half of it, while others
    can still see to it. What else is forgotten comes back when help is due, or at the last safe moment to choose.
    """
    if kind in RAISED_ANEW:
        return None
    longest = A_DAY if kind in HOLDS_UP else A_WEEK
    return max(LEAST_TO_END, min(left / 2, longest)) if left and kind in HANGS_ON_IT else longest


def names_of(officers: Iterable[Officer]) -> dict[str, str]:
    """What each is called, by id."""
    return {officer.id: officer.name for officer in officers}


def working(officers: tuple[Officer, ...]) -> tuple[Officer, ...]:
    """Those who may sign in and take tasks."""
    return tuple(officer for officer in officers if not officer.disabled)


def has_left(officers: tuple[Officer, ...], id: str | None) -> bool:
    """Is this officer one who has no access any more?"""
    return any(officer.disabled for officer in officers if officer.id == id)


def chain(officers: tuple[Officer, ...], role: Role) -> tuple[Officer, ...]:
    """Whom a task goes to, in order: those of `role` as they were added, then managers, then administrators."""
    order = list(dict.fromkeys([role, Role.manager, Role.admin]))
    return tuple(officer for wanted in order for officer in working(officers) if officer.role is wanted)


def next_officer(task: Task, on_duty: tuple[Officer, ...]) -> Officer | None:
    """Who gets the task if nobody takes it: the first on duty it has not been with; after the last, the first again."""
    fresh = next((officer for officer in on_duty if officer.id not in (*task.had, task.officer)), None)
    others = next((officer for officer in on_duty if officer.id != task.officer), None)
    return fresh or others or next(iter(on_duty), None)
