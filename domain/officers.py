"""Council workers, and the tasks one of them must take."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from domain.addresses import EmailAddress, Phone
from domain.playbooks import Role
from domain.values import Name, Value


class Officer(Value):
    """A council worker."""

    id: str
    name: Name
    email: EmailAddress
    phone: Phone | None = None
    role: Role


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


class TaskStatus(StrEnum):
    """Open until an officer takes it; done when nothing is left to do."""

    open = "open"
    taken = "taken"
    done = "done"


class Task(Value):
    """Something an officer must take. Not taken in time, it passes to the next on the list.

    `note` is the id of private words, or the kind of message somebody must be told by voice. `attempts` counts calls
    nobody answered; `outcome` is how it ended.
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
    attempts: int = 0
    outcome: str | None = None


class Rota(Value):
    """Who is on duty when, and who stands in."""


def chain(officers: tuple[Officer, ...], role: Role) -> tuple[Officer, ...]:
    """Whom a task goes to, in order: those of `role` as they were added, then managers, then administrators."""
    order = list(dict.fromkeys([role, Role.manager, Role.admin]))
    return tuple(officer for wanted in order for officer in officers if officer.role is wanted)
