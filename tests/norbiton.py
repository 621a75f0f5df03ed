"""One small place for tests of words: Amina needs, Good Neighbours and Sam help, Olu is on duty. All of it invented."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from domain import answering, asking, choosing, closing, finishing, handing_over, reopening, taking_answers
from domain.answering import Answer, AnswerKind
from domain.capabilities import Accept, Capability, CheckLevel, Sector
from domain.changes import Change, Draft, Refusal
from domain.events import Event, EventCode
from domain.invitations import Invitation, Reason
from domain.matching import Choice, Chosen
from domain.messages import Message, MessageKind
from domain.needs import Line, Need, Outcome, Resident
from domain.officers import Officer, TaskKind, TaskStatus
from domain.opening import open_need
from domain.playbooks import Playbook, Role, Round
from domain.responders import Contact, Responder
from domain.situations import Situation
from domain.steps import Ask, CallReserve, Chase, HandToOfficer, PassTask, Remind, Reopen, WhyHanded

LONDON = ZoneInfo("Europe/London")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DUE = datetime(2026, 3, 3, 9, tzinfo=UTC)

PARCEL = Capability(
    code="food-parcel",
    title="Food parcel",
    unit="food parcel",
    units="food parcels",
    category="food",
    terms="Please give it free of charge, unopened and in date.",
)
LIFT = Capability(code="lift", title="Lift in a car", unit="lift", units="lifts", category="food", split=False)
CARE = Capability(
    code="personal-care",
    title="Personal care at home",
    unit="care visit",
    units="care visits",
    category="food",
    check=CheckLevel.enhanced,
    sectors=(Sector.provider,),
)
OFFERED = CARE.but(accept=Accept.officer, at_home=True, terms="Paid at the council's framework rate.")
DELICATE = OFFERED.but(sensitive=True)
PLAYBOOK = Playbook(
    name="everyday",
    title="Neighbours first",
    rounds=(
        Round(
            name="neighbours",
            sectors=(Sector.volunteer, Sector.community),
            ask=8,
            patience=timedelta(hours=2),
            remind_after=timedelta(hours=1),
        ),
        Round(name="groups and businesses", sectors=(Sector.voluntary,), ask=10, patience=timedelta(hours=4)),
    ),
)
OLU = Officer(id="olu", name="Olu Adeyemi", email="olu@example.org", role=Role.duty)
BEA = Officer(id="bea", name="Bea Novak", email="bea@example.org", role=Role.duty)
AMINA = Resident(
    name="Amina Yusuf",
    email="amina@example.org",
    phone="+447700900123",
    address="14 Elm Road, Norbiton, KT1 2AB",
    notes="Lives alone, unsteady on her feet",
)
NO_MAIL = Resident(name="Amina Yusuf", phone="+447700900123", address="14 Elm Road, Norbiton, KT1 2AB")


def responder(id: str, name: str, sector: Sector, *checks: CheckLevel) -> Responder:
    able = ("food-parcel", "lift", "personal-care")
    row = {"id": id, "name": name, "sector": sector, "capabilities": able, "checks": checks, "contacts": 1}
    return Responder.model_validate(row)


HELPERS = (
    responder("good", "Good Neighbours", Sector.community),
    responder("sam", "Sam Lee", Sector.volunteer),
    responder("mei", "Mei Chan", Sector.volunteer),
    responder("larder", "The Larder & Co", Sector.voluntary),
    responder("care", "Kingsway Care", Sector.provider, CheckLevel.enhanced),
)


@dataclass
class Known:
    """Who is who, in memory."""

    resident_is: Resident = AMINA
    known: dict[str, Responder] = field(default_factory=lambda: {r.id: r for r in HELPERS})
    words: dict[str, str] = field(default_factory=dict)

    def responder(self, id: str) -> Responder | None:
        return self.known.get(id)

    def responder_names(self, ids: Iterable[str]) -> dict[str, str]:
        return {id: self.known[id].name for id in ids if id in self.known}

    def contacts(self, id: str) -> list[Contact]:
        return [Contact(email=f"{id}@example.org", phone="+442085475000", name="Priya" if id == "good" else None)]

    def resident(self, need: str) -> Resident:
        return self.resident_is

    def notes(self, need: str) -> dict[str, str]:
        return self.words


def make_need(*wanted: tuple[Capability, int], due: Iterable[datetime] = (), urgent: bool = False) -> Need:
    times = [*due, *([DUE] * len(wanted))]
    lines = tuple(
        Line(number=n, capability=capability, quantity=count, due=times[n - 1])
        for n, (capability, count) in enumerate(wanted, start=1)
    )
    return Need(
        id="N-7K3QX2",
        category="food",
        lines=lines,
        area="Norbiton",
        needed_by=max(line.due for line in lines),
        urgent=urgent,
        summary="A family of 5 has run out of food.",
        opened_at=NOON,
        playbook=PLAYBOOK,
    )


class Play:
    """A need played through the real decisions: each call changes the situation and remembers what came of it."""

    def __init__(self, *wanted: tuple[Capability, int], known: Known | None = None, **of_need: object) -> None:
        self.now = NOON
        self.people = known or Known()
        need = make_need(*(wanted or ((PARCEL, 20),)), **of_need)  # type: ignore[arg-type]
        resident = self.people.resident_is
        self.situation = Situation(need, (), (), (OLU, BEA), LONDON, "k1", resident.email is not None)
        self.messages: list[Message] = []
        self.events: list[Event] = []
        self.take(open_need(need, (OLU, BEA), "k1", LONDON, resident, NOON))

    def take(self, change: Change | Refusal | None) -> Play:
        assert isinstance(change, Change), change
        before = self.situation
        invitations = {i.id: i for i in (*before.invitations, *change.invitations)}
        tasks = {t.id: t for t in (*before.tasks, *change.tasks)}
        self.situation = Situation(
            change.need,
            tuple(invitations.values()),
            tuple(tasks.values()),
            before.officers,
            LONDON,
            "k1",
            before.resident_has_email,
        )
        self.messages += change.messages
        self.events += change.events
        self.people.words |= dict(change.notes)
        return self

    def ask(self, *ids: str, round: int = 1, lines: tuple[int, ...] = (), further: bool = False) -> Play:
        numbers = lines or tuple(line.number for line in self.situation.need.lines)
        chosen = tuple(Chosen(self.people.known[id], dict.fromkeys(numbers, 1.0)) for id in ids)
        step = Ask(round, numbers, further, "")
        return self.take(asking.ask(self.situation, step, Choice(chosen, ()), self.now))

    def of(self, id: str) -> Invitation:
        return [i for i in self.situation.invitations if i.responder == id][-1]

    def answer(self, id: str, answer: Answer) -> Play:
        settled = answering.settle(self.situation, self.of(id), answer, self.now)
        agreed = {s.line.number: (s.pledged, s.reserve) for s in settled}
        shown = Answer(**{**answer.__dict__, "agreed": agreed})
        change = taking_answers.take_answer(self.situation, self.of(id).id, shown, self.people.known[id], self.now)
        return self.take(change)

    def says_yes(self, id: str, *counts: int, ready_by: datetime | None = None, by: str = "partner") -> Play:
        offers = {share.line: count for share, count in zip(self.of(id).shares, counts, strict=True)}
        ready = dict.fromkeys(offers, ready_by) if ready_by else {}
        return self.answer(id, Answer(AnswerKind.part, offers, ready, by=by))

    def says_no(self, id: str, reason: Reason = Reason.not_available) -> Play:
        return self.answer(id, Answer(AnswerKind.reject, reason=reason))

    def asks(self, id: str, question: str) -> Play:
        return self.answer(id, Answer(AnswerKind.question, note=question, name="Priya"))

    def reports(self, id: str, kind: AnswerKind, *counts: int, note: str | None = None) -> Play:
        """They say how it goes, with what they brought."""
        brought = dict(enumerate(counts, start=1))
        answer = Answer(kind, brought, note=note)
        return self.take(
            taking_answers.take_answer(self.situation, self.of(id).id, answer, self.people.known[id], self.now)
        )

    def chase(self, id: str) -> Play:
        return self.take(finishing.chase(self.situation, Chase((self.of(id).id,), ""), self.now))

    def remind(self, *ids: str) -> Play:
        step = Remind(tuple(self.of(id).id for id in ids), "")
        return self.take(asking.remind(self.situation, step, dict.fromkeys(step.invitations, self.now), self.now))

    def call_reserve(self, *ids: str) -> Play:
        step = CallReserve(tuple(self.of(id).id for id in ids), "")
        return self.take(asking.call_reserve(self.situation, step, dict.fromkeys(step.invitations, self.now), self.now))

    def stand_down(self) -> Play:
        return self.take(closing.stand_down(self.situation, self.now))

    def reopen(self) -> Play:
        lines = tuple(line.number for line in self.situation.missing_lines)
        return self.take(reopening.reopen(self.situation, Reopen(lines, ""), self.now))

    def hand_over(self, why: WhyHanded = "exhausted", *lines: int) -> Play:
        lines = lines or tuple(line.number for line in self.situation.missing_lines)
        return self.take(handing_over.hand_over(self.situation, HandToOfficer(lines, why, ""), self.now))

    def spend_rounds(self) -> Play:
        need = self.situation.need
        spent = need.but(lines=tuple(line.but(round=3, dry=True) for line in need.lines))
        return self.take(Change(spent))

    def ask_resident(self) -> Play:
        return self.take(closing.ask_resident(self.situation, self.now))

    def resident_says(self, said: str, note: str | None = None) -> Play:
        return self.take(closing.hear_resident(self.situation, said, self.now, note))

    def close(self, outcome: Outcome, by: str = "officer:olu") -> Play:
        return self.take(closing.close(self.situation, outcome, by, self.now))

    def raises(self, kind: TaskKind, about: str | None = None, note: str | None = None) -> Play:
        """An officer is asked to act, about somebody's invitation and their words if there are any."""
        draft = Draft(self.situation, self.now)
        kept = draft.keep_note(note) if note else None
        draft.note_event(EventCode.task_raised, kind=kind.value)
        draft.raise_task(kind, invitation=self.of(about).id if about else None, note=kept)
        return self.take(draft.change(wake_at=None))

    def pass_on(self) -> Play:
        """The officer who has the newest open task lets it pass."""
        return self.take(handing_over.pass_task(self.situation, PassTask(self.situation.open_tasks[-1], ""), self.now))

    def take_task(self) -> Play:
        task = next(t for t in self.situation.tasks if t.status is TaskStatus.open)
        return self.take(handing_over.take_task(self.situation, task.id, "olu", self.now))

    def chooses(self, id: str) -> Play:
        """An officer chooses all that they offer; those whose offer is covered by it are let go."""
        self.take(choosing.choose_offer(self.situation, self.people.known[id], {}, "officer:olu", self.now))
        step = choosing.offers_to_release(self.situation)
        return self.take(choosing.release_offers(self.situation, step, self.now)) if step else self

    def last(self, kind: MessageKind, to: str | None = None) -> Message:
        """The newest message of this kind (to this recipient)."""
        return [m for m in self.messages if m.kind is kind and (to is None or m.to == to)][-1]
