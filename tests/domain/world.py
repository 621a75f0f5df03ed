"""A need's whole life in memory: decide, commit, look again. No store, no Prefect, and a clock that tests move."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from domain.amending import Amendment, Wanted, amend, extend
from domain.answering import Answer, AnswerKind, settle
from domain.asking_by_name import ask_by_name, ask_next_round
from domain.bouncing import record_complaint, record_undeliverable
from domain.changes import Change, Refusal, week_of
from domain.closing import close, hear_resident
from domain.effects import apply, change_for
from domain.escalation import next_step
from domain.events import Event, EventCode
from domain.handing_over import take_task
from domain.holding import hold, resume
from domain.incidents import Incident
from domain.invitations import Invitation, Reason
from domain.matching import Candidate, Choice, choose
from domain.messages import Channel, Message, MessageKind
from domain.needs import Need, Outcome, Resident
from domain.officers import Officer, TaskKind, TaskOutcome, TaskStatus
from domain.opening import join_incident, open_need
from domain.pausing import stop_waiting, wait_again
from domain.playbooks import Playbook
from domain.responders import Responder
from domain.rota import Rota
from domain.safeguarding import checks_lost, must_name
from domain.situations import Situation
from domain.steps import Ask, CallReserve, Remind, Rest, Step
from domain.taking_answers import take_answer
from domain.telling import end_task
from domain.values import read_duration
from domain.widening import call_times
from tests.people import AMINA, CATALOGUE, LONDON, MONDAY, OLA, need, playbook

MOST_STEPS = 50
CLOSING = frozenset({MessageKind.stand_down, MessageKind.call_off, MessageKind.thanks, MessageKind.resident_closed})


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
    resident: Resident = AMINA

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
            self.resident = change.resident or self.resident
            for slot in change.slots:
                self.week[slot.responder, slot.week] += 1
                assert slot.limit is None or self.week[slot.responder, slot.week] <= slot.limit
        return change

    def candidates(self) -> list[Candidate]:
        week = week_of(self.now, self.situation)
        return [Candidate(responder, self.week[responder.id, week]) for responder in self.people]

    def choice(self, step: Ask) -> Choice:
        return choose(self.candidates(), self.situation, step, self.now)

    def times(self, step: CallReserve | Remind) -> dict[str, datetime]:
        return call_times(self.situation, step, self.by_id, self.now)

    @property
    def by_id(self) -> dict[str, Responder]:
        return {person.id: person for person in self.people}

    def look(self) -> list[Step]:
        """Take steps until the need rests."""
        taken: list[Step] = []
        for _ in range(MOST_STEPS):
            step = checks_lost(self.situation, self.by_id, self.now) or next_step(self.situation, self.now)
            taken.append(step)
            self.commit(change_for(step, self.situation, self.choice, self.times, self.now))
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
            name="Kim Park" if must_name(self.situation, self.invitation(who, cycle)) else None,
        )
        return self.answers(who, self.checked(who, answer, cycle), cycle=cycle)

    def checked(self, who: str, answer: Answer, cycle: int | None = None) -> Answer:
        """The answer as the check page sends it: with what was shown."""
        invitation = self.invitation(who, cycle)
        shown = {s.line.number: (s.pledged, s.reserve) for s in settle(self.situation, invitation, answer, self.now)}
        return replace(answer, agreed=shown, page_version=invitation.version)

    def no(self, who: str, reason: Reason = Reason.not_available) -> Change | Refusal | None:
        return self.answers(who, Answer(AnswerKind.reject, reason=reason))

    def done(self, who: str, *counts: int, cycle: int | None = None) -> Change | Refusal | None:
        """They say that it is done: with these counts, line by line, or all that they promised."""
        lines = [share.line for share in self.invitation(who, cycle).shares]
        return self.answers(who, Answer(AnswerKind.done, offers=dict(zip(lines, counts, strict=False))), cycle=cycle)

    def failed(self, who: str) -> Change | Refusal | None:
        return self.answers(who, Answer(AnswerKind.failed))

    def started(self, who: str) -> Change | Refusal | None:
        return self.answers(who, Answer(AnswerKind.started))

    def worries(self, who: str, words: str = "Nobody opens the door.") -> Change | Refusal | None:
        return self.answers(who, Answer(AnswerKind.concern, note=words))

    def question(self, who: str, words: str = "Is there a step at the door?") -> Change | Refusal | None:
        return self.answers(who, Answer(AnswerKind.question, note=words))

    def bounces(
        self, who: str, contact: int = 0, kind: MessageKind = MessageKind.invitation
    ) -> Change | Refusal | None:
        """Their address number `contact` turns out to be dead."""
        sent = self.sent(who, kind, contact)
        contacts = self.person(who).contacts
        return self.act(lambda situation, now: record_undeliverable(situation, now, message=sent, contacts=contacts))

    def complains(self, who: str) -> Change | Refusal | None:
        """They mark our mail as unwanted."""
        sent = self.sent(who, MessageKind.invitation)
        return self.act(lambda situation, now: record_complaint(situation, now, message=sent))

    def sent(self, who: str, kind: MessageKind, contact: int = 0) -> Message:
        """A message about their latest invitation."""
        return Message(
            id="M1", need=self.need.id, kind=kind, to=f"responder:{who}", seq=1, created_at=self.now,
            contact=contact, invitation=self.invitation(who).id,
        )  # fmt: skip

    def pauses(self, who: str, by: str = "partner") -> Change | Refusal | None:
        """They are passed over until further notice."""
        self._set_pause(who, self.now.replace(year=9998))
        return self.act(lambda situation, now: stop_waiting(situation, now, responder=who, by=by))

    def returns(self, who: str) -> Change | Refusal | None:
        self._set_pause(who, None)
        return self.act(lambda situation, now: wait_again(situation, now, responder=who, by="partner"))

    def _set_pause(self, who: str, until: datetime | None) -> None:
        self.people = [p.but(paused_until=until) if p.id == who else p for p in self.people]

    def resident_says(
        self, said: str, note: str | None = None, received: dict[int, int] | None = None
    ) -> Change | Refusal | None:
        return self.act(lambda situation, now: hear_resident(situation, said, now, note, received=received))

    def officer_closes(self, outcome: Outcome) -> Change | Refusal | None:
        return self.act(lambda situation, now: close(situation, outcome, "officer:ola", now))

    def officer_takes(self, kind: TaskKind, officer: str = "ola") -> Change | Refusal | None:
        task = next(t for t in self.situation.open_tasks if t.kind is kind)
        return self.act(lambda situation, now: take_task(situation, task.id, officer, now))

    def ends_task(
        self, kind: TaskKind, outcome: TaskOutcome, note: str | None = None, officer: str = "ola"
    ) -> Change | Refusal | None:
        """An officer says how the first task of this kind ended that has not."""
        task = next(t for t in self.situation.tasks if t.kind is kind and t.status is not TaskStatus.done)
        return self.act(lambda situation, now: end_task(situation, task.id, officer, outcome, note, now))

    # --- what officers change ---

    def amends(
        self,
        *lines: str,
        needed_by: str | None = None,
        place: str | None = None,
        address: str | None = None,
        urgent_because: str | None = None,
        edition: int | None = None,
    ) -> Change | Refusal | None:
        """Ola says what is needed from now on: `amends("food-parcel:12", needed_by="+3h")`."""
        change = Amendment(
            wanted=tuple(self.wanting(line) for line in lines),
            needed_by=self.now + read_duration(needed_by.removeprefix("+")) if needed_by else None,
            place=place,
            address=address,
            urgent_because=urgent_because,
        )
        return self.act(lambda situation, now: amend(situation, change, self.resident, "officer:ola", now, edition))

    def wanting(self, line: str) -> Wanted:
        what, _, rest = line.partition(":")
        count, _, due = rest.partition("@")
        moment = self.now + read_duration(due.removeprefix("+")) if due else None
        return Wanted(capability=CATALOGUE.find(what), quantity=int(count), due=moment)

    def extends(self, length: str, edition: int | None = None) -> Change | Refusal | None:
        until = self.now + read_duration(length)
        return self.act(lambda situation, now: extend(situation, until, "officer:ola", now, edition))

    def holds(self, length: str | None = None, edition: int | None = None) -> Change | Refusal | None:
        until = self.now + read_duration(length) if length else None
        return self.act(lambda situation, now: hold(situation, until, "officer:ola", now, edition))

    def resumes(self) -> Change | Refusal | None:
        return self.act(lambda situation, now: resume(situation, "officer:ola", now))

    def asks_by_name(self, who: str, edition: int | None = None, **counts: int) -> Change | Refusal | None:
        """Ola asks somebody, for all they may give or for so much: `asks_by_name("sam", food_parcel=5)`."""
        candidate = next(c for c in self.candidates() if c.responder.id == who)
        wanted = {what.replace("_", "-"): count for what, count in counts.items()}
        return self.act(lambda situation, now: ask_by_name(situation, candidate, wanted, "officer:ola", now, edition))

    def asks_next_round(self) -> Change | Refusal | None:
        return self.act(lambda situation, now: ask_next_round(situation, "officer:ola", now))

    # --- what can be seen ---

    def told(self, kind: MessageKind) -> list[str]:
        """To whom messages of this kind went by e-mail, in order, without the kind of recipient."""
        mails = [m for m in self.messages if m.kind is kind and m.channel is Channel.email]
        return [message.to.partition(":")[2] or message.to for message in mails]

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
    rota: Rota = Rota(),  # noqa: B008 - a frozen value
    led: Incident | None = None,
    **more: object,
) -> World:
    """A need is recorded and looked at."""
    recorded = need(*lines, playbook=by, now=now, **more)
    recorded = join_incident(recorded, led) if led else recorded
    change = open_need(recorded, officers, "k1", LONDON, resident, now, incident=led)
    situation = Situation(
        recorded, (), (), officers, LONDON, "k1",
        resident_has_email=resident.write_to is not None, rota=rota, incident=led,
        resident_reachable=resident.reached_by is not None or led is None,
    )  # fmt: skip
    world = World(situation, list(people), now, resident=resident)
    world.commit(change)
    world.look()
    return world


def at(world: World, length: str) -> datetime:
    """The moment this long after the need was opened."""
    return world.need.opened_at + read_duration(length)
