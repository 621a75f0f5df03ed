"""What a decision comes out as: one value that is committed whole or not at all."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from domain.duplicates import Whose
from domain.events import Event, EventCode, Fact
from domain.invitations import Invitation
from domain.keeping import Kept
from domain.messages import Message, MessageKind, message_id, ways
from domain.needs import Need, NeedStatus, Resident
from domain.officers import Officer, Task, TaskKind, TaskStatus, can_wait, time_to_take
from domain.risk import Standing, standing_of
from domain.saying_yes import Heard, newly_heard
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

    `also` are changes of other needs: all of them are committed together or none is. `whose`: of a new need, how its
    resident is known again. `resident`: what is on record of them from now on. `standing`: how lists show the need
    from now on. `forgets`: what of the need is erased with it.
    """

    need: Need
    invitations: tuple[Invitation, ...] = ()
    events: tuple[Event, ...] = ()
    messages: tuple[Message, ...] = ()
    tasks: tuple[Task, ...] = ()
    slots: tuple[Slot, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    heard: tuple[Heard, ...] = ()
    also: tuple[Change, ...] = ()
    whose: Whose | None = None
    resident: Resident | None = None
    standing: Standing | None = None
    forgets: tuple[Kept, ...] = ()


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
    _resident: Resident | None = None

    def __post_init__(self) -> None:
        self.need = self.situation.need

    def set_need(self, **changes: Any) -> None:
        """Change the need. While it is on hold, only closing ends that; any other status waits until it goes on."""
        if self.need.status is NeedStatus.on_hold and changes.get("status", NeedStatus.closed) is not NeedStatus.closed:
            changes["before_hold"] = changes.pop("status")
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
        """Put one message into the outbox for each way it travels, caused by the last event."""
        in_haste = self.need.urgent if urgent is None else urgent
        self._messages += (
            Message(
                id=message_id(kind, self.need.id, to, contact, task or invitation, self.need.events, channel),
                need=self.need.id,
                kind=kind,
                to=to,
                seq=self.need.events,
                created_at=self.now,
                urgent=in_haste,
                contact=contact,
                invitation=invitation,
                task=task,
                channel=channel,
            )
            for channel in ways(kind, urgent=in_haste)
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
        """Tell the resident by e-mail; without an address an officer is asked to speak to them.

        Where there is no resident, as at a rest centre, the incident's lead says whether it happened; other news is
        told to nobody: the story has it.
        """
        if self.situation.resident_has_email:
            self.tell(kind, "resident")
        elif not self.situation.resident_reachable:
            if kind is MessageKind.resident_asked:
                self.raise_task(TaskKind.confirm)
        else:
            self._give_way_to_newer_news()
            self.raise_task(TaskKind.call_resident, note=kind.value)

    def _give_way_to_newer_news(self) -> None:
        """A call nobody has taken, or that is to be tried again, is not made beside a newer one."""
        for task in self.situation.tasks:
            untold = task.status is TaskStatus.open or (task.status is TaskStatus.taken and task.again_at)
            if task.kind is TaskKind.call_resident and untold:
                self.put_task(task.but(status=TaskStatus.done, again_at=None))

    def put(self, invitation: Invitation) -> None:
        self._invitations[invitation.id] = invitation

    def invitations(self) -> tuple[Invitation, ...]:
        """All of them as this change leaves them so far."""
        return tuple((self.situation.by_id | self._invitations).values())

    def take_slot(self, slot: Slot) -> None:
        """Count one ask of somebody's week; practice leaves them as many as before."""
        if not self.need.exercise:
            self._slots.append(slot)

    def keep_note(self, text: str) -> str:
        """Keep private words beside the need and return the id events may use."""
        note = f"T{hashlib.sha256(f'{self.need.id}|{self.need.events}|{len(self._notes)}'.encode()).hexdigest()[:16]}"
        self._notes.append((note, text))
        return note

    def keep_note_as(self, note: str, text: str) -> None:
        """Keep private words under an id of their own: the same words for the same id."""
        self._notes.append((note, text))

    def keep_resident(self, resident: Resident) -> None:
        """What is known of the resident has changed: private."""
        self._resident = resident

    def so_far(self) -> Situation:
        """The situation as this change leaves it up to here, but for its tasks."""
        return replace(self.situation, need=self.need, invitations=self.invitations())

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
            take_by=self.now + time_to_take(kind, self.need.playbook),
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
        urgent = False if can_wait(task.kind) else urgent
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
        counted, heard = newly_heard(self.situation, self._invitations, self.now)
        return Change(
            need=self.need.but(wake_at=wake_at),
            invitations=tuple((self._invitations | counted).values()),
            events=tuple(self._events),
            messages=tuple(self._messages),
            tasks=tuple(self._tasks.values()),
            slots=tuple(self._slots),
            notes=tuple(self._notes),
            heard=heard,
            resident=self._resident,
            standing=standing_of(self.need, self.invitations()),
        )


def week_of(instant: datetime, situation: Situation) -> str:
    """The calendar week (Monday first, local time) an ask at `instant` counts in: `2026-W47`."""
    year, week, _ = instant.astimezone(situation.zone).isocalendar()
    return f"{year}-W{week:02}"
