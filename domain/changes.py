"""What a decision comes out as: one value that is committed whole or not at all."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from domain.events import Event, EventCode, Fact
from domain.invitations import Invitation
from domain.messages import Message, MessageKind, message_id
from domain.needs import Need
from domain.officers import Officer, Task, TaskKind, TaskStatus
from domain.situations import Situation

FIRST_NAMED = 12  # an event names this many responders; the invitations hold them all


@dataclass(frozen=True)
class Slot:
    """One ask taken from a responder's week: refused when `limit` asks of that week are taken already."""

    responder: str
    week: str
    limit: int | None


@dataclass(frozen=True)
class Change:
    """A need as it shall be, and all that goes with it. `need.version` is the version that was read.

    `also` are changes of other needs: all of them are committed together or none is.
    """

    need: Need
    invitations: tuple[Invitation, ...] = ()
    events: tuple[Event, ...] = ()
    messages: tuple[Message, ...] = ()
    tasks: tuple[Task, ...] = ()
    slots: tuple[Slot, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    also: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Refusal:
    """A decision not to: `code` for programs, `sentence` for people, `place` for a form's field."""

    code: str
    sentence: str
    place: str | None = None


@dataclass
class Draft:
    """A change in the making. Each `note_event` becomes the cause of what is told after it."""

    situation: Situation
    now: datetime
    need: Need = field(init=False)
    _invitations: dict[str, Invitation] = field(default_factory=dict)
    _events: list[Event] = field(default_factory=list)
    _messages: list[Message] = field(default_factory=list)
    _tasks: dict[str, Task] = field(default_factory=dict)
    _slots: list[Slot] = field(default_factory=list)
    _notes: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.need = self.situation.need

    def set_need(self, **changes: Any) -> None:
        self.need = self.need.but(**changes)

    def set_lines(self, numbers: tuple[int, ...], **changes: Any) -> None:
        """Change the lines of these numbers alike."""
        self.set_need(lines=tuple(line.but(**changes) if line.number in numbers else line for line in self.need.lines))

    def note_event(
        self,
        code: EventCode,
        *,
        by: str = "muster",
        round: int | None = None,
        lines: tuple[int, ...] = (),
        responders: tuple[str, ...] = (),
        **facts: Fact,
    ) -> Event:
        """Write one event into the story."""
        self.set_need(events=self.need.events + 1)
        event = Event(
            need=self.need.id,
            seq=self.need.events,
            at=self.now,
            code=code,
            by=by,
            round=round,
            lines=lines,
            responders=responders[:FIRST_NAMED],
            facts=facts,
        )
        self._events.append(event)
        return event

    def tell(
        self,
        kind: MessageKind,
        to: str,
        *,
        contact: int = 0,
        invitation: str | None = None,
        task: str | None = None,
        urgent: bool | None = None,
    ) -> None:
        """Put one message into the outbox, caused by the last event."""
        self._messages.append(
            Message(
                id=message_id(kind, self.need.id, to, contact, task or invitation, self.need.events),
                need=self.need.id,
                kind=kind,
                to=to,
                seq=self.need.events,
                created_at=self.now,
                urgent=self.need.urgent if urgent is None else urgent,
                contact=contact,
                invitation=invitation,
                task=task,
            )
        )

    def tell_responder(self, kind: MessageKind, invitation: Invitation, *, urgent: bool | None = None) -> None:
        self.tell(
            kind,
            f"responder:{invitation.responder}",
            contact=invitation.contact,
            invitation=invitation.id,
            urgent=urgent,
        )

    def tell_resident(self, kind: MessageKind) -> None:
        """Tell the resident by e-mail; without an address an officer is asked to phone."""
        if self.situation.resident_has_email:
            self.tell(kind, "resident")
        else:
            self.raise_task(TaskKind.call_resident, note=kind.value)

    def put(self, invitation: Invitation) -> None:
        self._invitations[invitation.id] = invitation

    def take_slot(self, slot: Slot) -> None:
        self._slots.append(slot)

    def keep_note(self, text: str) -> str:
        """Keep private words beside the need and return the id events may use."""
        note = f"T{hashlib.sha256(f'{self.need.id}|{self.need.events}|{len(self._notes)}'.encode()).hexdigest()[:16]}"
        self._notes.append((note, text))
        return note

    def raise_task(
        self,
        kind: TaskKind,
        *,
        lines: tuple[int, ...] = (),
        invitation: str | None = None,
        note: str | None = None,
        urgent: bool | None = None,
    ) -> Task:
        """Give an officer a task: the first on duty is told. The last event is its cause."""
        seed = f"{self.need.id}|{kind}|{self.need.events}|{len(self._tasks)}"
        first = next(iter(self.situation.on_duty(self.now)), None)
        task = Task(
            id="K" + hashlib.sha256(seed.encode()).hexdigest()[:20],
            need=self.need.id,
            kind=kind,
            created_at=self.now,
            officer=first.id if first else None,
            take_by=self.now + self.need.playbook.officer.take_within,
            kid=self.situation.kid,
            lines=lines,
            invitation=invitation,
            note=note,
        )
        self._tasks[task.id] = task
        if first:
            self.tell_officer(task, first, urgent=urgent)
        return task

    def tell_officer(self, task: Task, officer: Officer, *, urgent: bool | None = None) -> None:
        self.tell(MessageKind.officer_task, f"officer:{officer.id}", task=task.id, urgent=urgent)

    def put_task(self, task: Task) -> None:
        self._tasks[task.id] = task

    def finish_tasks(self, *kinds: TaskKind) -> None:
        """Nothing is left to do for these kinds of task."""
        for task in self.situation.tasks:
            if task.kind in kinds and task.status is not TaskStatus.done:
                self.put_task(task.but(status=TaskStatus.done))

    def change(self, *, wake_at: datetime | None) -> Change:
        """The finished change; the need is looked at again at `wake_at`."""
        return Change(
            need=self.need.but(wake_at=wake_at),
            invitations=tuple(self._invitations.values()),
            events=tuple(self._events),
            messages=tuple(self._messages),
            tasks=tuple(self._tasks.values()),
            slots=tuple(self._slots),
            notes=tuple(self._notes),
        )


def week_of(instant: datetime, situation: Situation) -> str:
    """The calendar week (Monday first, local time) an ask at `instant` counts in: `2026-W47`."""
    year, week, _ = instant.astimezone(situation.zone).isocalendar()
    return f"{year}-W{week:02}"
