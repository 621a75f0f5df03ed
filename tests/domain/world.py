"""A need's whole life in memory: decide, commit, look again. No store, no Prefect, and a clock that tests move."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from domain.answering import Answer, AnswerKind, record_undeliverable, settle, take_answer
from domain.changes import Change, Refusal, week_of
from domain.closing import close, hear_resident
from domain.effects import change_for
from domain.escalation import next_step
from domain.events import Event, EventCode
from domain.handing_over import take_task
from domain.invitations import Invitation, Reason
from domain.matching import Candidate, Choice, choose
from domain.messages import Message, MessageKind
from domain.needs import Need, Outcome, Resident
from domain.officers import Officer, TaskKind
from domain.opening import open_need
from domain.playbooks import Playbook
from domain.responders import Responder
from domain.situations import Situation
from domain.steps import Ask, Rest, Step
from domain.values import read_duration
from tests.people import AMINA, LONDON, MONDAY, OLA, need, playbook

MOST_STEPS = 50


def apply(situation: Situation, change: Change) -> Situation | None:
    """The situation after `change`; `None` if it was decided on another version: then nothing changes."""
    if change.need.version != situation.need.version:
        return None
    invitations = situation.by_id | {i.id: i for i in change.invitations}
    tasks = {t.id: t for t in situation.tasks} | {t.id: t for t in change.tasks}
    return replace(
        situation,
        need=change.need.but(version=situation.need.version + 1),
        invitations=tuple(invitations.values()),
        tasks=tuple(tasks.values()),
    )


@dataclass
class World:
    """One need, those who could help, and all that was decided. Each answer rings the bell, as in life."""

    situation: Situation
    people: list[Responder]
    now: datetime
    events: list[Event] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)
    week: Counter[tuple[str, str]] = field(default_factory=Counter)

    # --- looking and waiting ---

    @property
    def need(self) -> Need:
        return self.situation.need

    def commit(self, change: Change | Refusal | None) -> Change | Refusal | None:
        if isinstance(change, Change):
            after = apply(self.situation, change)
            assert after, "decided on the present version"
            self.situation = after
            self.events += change.events
            self.messages += change.messages
            self.notes |= dict(change.notes)
            for slot in change.slots:
                self.week[slot.responder, slot.week] += 1
                assert slot.limit is None or self.week[slot.responder, slot.week] <= slot.limit
        return change

    def candidates(self) -> list[Candidate]:
        week = week_of(self.now, self.situation)
        return [Candidate(responder, self.week[responder.id, week]) for responder in self.people]

    def choice(self, step: Ask) -> Choice:
        round = self.need.playbook.round(step.round)
        return choose(self.candidates(), self.situation, step.lines, round, self.now)

    def look(self) -> list[Step]:
        """Take steps until the need rests."""
        taken: list[Step] = []
        for _ in range(MOST_STEPS):
            step = next_step(self.situation, self.now)
            taken.append(step)
            self.commit(change_for(step, self.situation, self.choice, self.now))
            if isinstance(step, Rest):
                self.steps += taken
                return taken
        raise AssertionError(f"no rest within {MOST_STEPS} steps: {taken[-3:]}")

    def wait(self, length: str) -> World:
        """Let time pass; each alarm on the way is heard."""
        until = self.now + read_duration(length)
        while self.need.wake_at and self.need.wake_at <= until:
            self.now = max(self.now, self.need.wake_at)
            self.look()
        self.now = until
        return self

    def sleep(self, length: str) -> World:
        """Time passes and nobody looks: the software was down. Then it looks."""
        self.now += read_duration(length)
        self.look()
        return self

    # --- what people do ---

    def act(self, decide: Callable[[Situation, datetime], Change | Refusal | None]) -> Change | Refusal | None:
        done = self.commit(decide(self.situation, self.now))
        if isinstance(done, Change):
            self.look()
        return done

    def invitation(self, who: str, cycle: int | None = None) -> Invitation:
        """Their latest invitation, or that of `cycle`."""
        found = [i for i in self.situation.invitations if i.responder == who and cycle in (None, i.cycle)]
        return max(found, key=lambda i: i.cycle)

    def person(self, who: str) -> Responder:
        return next(responder for responder in self.people if responder.id == who)

    def answers(self, who: str, answer: Answer, *, cycle: int | None = None) -> Change | Refusal | None:
        id = self.invitation(who, cycle).id
        return self.act(lambda situation, now: take_answer(situation, id, answer, self.person(who), now))

    def yes(
        self, who: str, *counts: int, ready: datetime | None = None, cycle: int | None = None
    ) -> Change | Refusal | None:
        """They give these counts, line by line, or all of it; and agree to what the check page says it comes to."""
        lines = [share.line for share in self.invitation(who, cycle).shares]
        answer = Answer(
            kind=AnswerKind.part if counts else AnswerKind.accept,
            offers=dict(zip(lines, counts, strict=False)),
            ready_by=dict.fromkeys(lines, ready) if ready else {},
        )
        return self.answers(who, self.checked(who, answer, cycle), cycle=cycle)

    def checked(self, who: str, answer: Answer, cycle: int | None = None) -> Answer:
        """The answer as the check page sends it: with what was shown."""
        invitation = self.invitation(who, cycle)
        shown = {s.line.number: (s.pledged, s.reserve) for s in settle(self.situation, invitation, answer, self.now)}
        return replace(answer, agreed=shown, page_version=invitation.version)

    def no(self, who: str, reason: Reason = Reason.not_available) -> Change | Refusal | None:
        return self.answers(who, Answer(AnswerKind.reject, reason=reason))

    def question(self, who: str, words: str = "Is there a step at the door?") -> Change | Refusal | None:
        return self.answers(who, Answer(AnswerKind.question, note=words))

    def bounces(
        self, who: str, contact: int = 0, kind: MessageKind = MessageKind.invitation
    ) -> Change | Refusal | None:
        """Their address number `contact` turns out to be dead."""
        sent = Message(
            id="M1", need=self.situation.need.id, kind=kind, to=f"responder:{who}", seq=1, created_at=self.now,
            contact=contact, invitation=self.invitation(who).id,
        )  # fmt: skip
        contacts = self.person(who).contacts
        return self.act(lambda situation, now: record_undeliverable(situation, now, message=sent, contacts=contacts))

    def resident_says(self, said: str, note: str | None = None) -> Change | Refusal | None:
        return self.act(lambda situation, now: hear_resident(situation, said, now, note))

    def officer_closes(self, outcome: Outcome) -> Change | Refusal | None:
        return self.act(lambda situation, now: close(situation, outcome, "officer:ola", now))

    def officer_takes(self, kind: TaskKind, officer: str = "ola") -> Change | Refusal | None:
        task = next(t for t in self.situation.open_tasks if t.kind is kind)
        return self.act(lambda situation, now: take_task(situation, task.id, officer, now))

    # --- what can be seen ---

    def told(self, kind: MessageKind) -> list[str]:
        """To whom messages of this kind went, in order, without the kind of recipient."""
        return [message.to.partition(":")[2] or message.to for message in self.messages if message.kind is kind]

    def asked(self) -> list[str]:
        """Who was invited, in order."""
        return self.told(MessageKind.invitation)

    def story(self) -> list[EventCode]:
        return [event.code for event in self.events]

    def happened(self, code: EventCode) -> list[Event]:
        return [event for event in self.events if event.code is code]

    def tasks(self, kind: TaskKind) -> list[str]:
        """The states of the tasks of this kind, in order."""
        return [task.status.value for task in self.situation.tasks if task.kind is kind]

    def missing(self, line: int = 1) -> int:
        return self.situation.missing(self.need.line(line))

    def pledged(self, line: int = 1) -> int:
        return self.situation.pledged(self.need.line(line))

    def forget(self) -> World:
        """Look only at what comes from here on."""
        self.events, self.messages, self.steps = [], [], []
        return self


def begin(
    *lines: str,
    people: Iterable[Responder] = (),
    by: Playbook = playbook(),  # noqa: B008 - a frozen value
    officers: tuple[Officer, ...] = (OLA,),
    resident: Resident = AMINA,
    now: datetime = MONDAY,
    **more: object,
) -> World:
    """A need is recorded and looked at."""
    recorded = need(*lines, playbook=by, now=now, **more)
    change = open_need(recorded, officers, "k1", LONDON, resident, now)
    situation = Situation(recorded, (), (), officers, LONDON, "k1", resident_has_email=resident.write_to is not None)
    world = World(situation, list(people), now)
    world.commit(change)
    world.look()
    return world


def at(world: World, length: str) -> datetime:
    """The moment this long after the need was opened."""
    return world.need.opened_at + read_duration(length)
