"""A response rehearsed: the real decisions on a virtual clock, with people whose answers are made up.

Everything Muster would decide is decided by the same functions; only what people say is modelled, and simply, so that
an officer can judge the model: who says yes is drawn from how often such responders say yes, when they answer from one
typical time. The same seed gives the same answers, whichever playbook is rehearsed, so that two can be compared.
"""

from __future__ import annotations

import heapq
import math
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from random import Random

from domain.answering import Answer, AnswerKind, settle
from domain.changes import Change, Refusal
from domain.choosing import choose_offer, offers_of
from domain.effects import apply, change_for
from domain.escalation import next_step
from domain.invitations import Invitation, Reason
from domain.matching import Candidate, Choice, choose
from domain.needs import Line
from domain.officers import TaskKind
from domain.situations import Situation
from domain.steps import Ask, CallReserve, Remind, Rest
from domain.taking_answers import take_answer
from domain.widening import call_times

SAYS_NO = 0.4  # of those who do not say yes, so many say no; the others say nothing
SPREAD = (
    1.0  # of the time an answer takes: one in six takes less than 0.37 of the typical time, one in six 2.7 times it
)
NOBODY = "Somebody"  # who comes, where help is sensitive: nobody real
MOST_STEPS = 50
MOST_LOOKS = 2000


@dataclass(frozen=True)
class Course:
    """How one rehearsal went. Lengths of time count from when the need was recorded; `missing` is by line number."""

    covered_after: timedelta | None
    people: tuple[str, ...]
    messages: int
    rounds: dict[int, timedelta]
    people_by_round: dict[int, tuple[str, ...]]
    handed_over: bool
    missing: dict[int, int]


@dataclass(frozen=True)
class RoundForecast:
    """One round over all rehearsals: how often it was reached, when (median), how many people it asked (mean)."""

    number: int
    reached: float
    after: timedelta | None
    people: float
    first: tuple[str, ...]


@dataclass(frozen=True)
class LineForecast:
    """Where it runs out: in how many of the rehearsals a line was not covered when it was due, and by how much then."""

    line: Line
    short: float
    missing: float


@dataclass(frozen=True)
class Forecast:
    """What many rehearsals come to. Shares are of 1; `after` and `late` are the median and the 9th of 10."""

    runs: int
    in_time: float
    after: timedelta | None
    late: timedelta | None
    people: float
    most_people: int
    messages: float
    handed_over: float
    rounds: tuple[RoundForecast, ...]
    lines: tuple[LineForecast, ...]


@dataclass
class Rehearsal:
    """One run of one response. `candidates` are all who could be asked; `answers_within` is the typical time."""

    situation: Situation
    candidates: list[Candidate]
    now: datetime
    mood: str
    answers_within: timedelta
    _answers: list[tuple[datetime, int, str]] = field(default_factory=list)
    _heard: set[tuple[str, datetime]] = field(default_factory=set)
    _messages: int = 0

    @cached_property
    def _people(self) -> dict[str, Candidate]:
        return {candidate.responder.id: candidate for candidate in self.candidates}

    def play(self) -> Course:
        """From the moment it is recorded until it is covered, or its time has passed."""
        began, due = self.now, self.situation.need.last_due
        for _ in range(MOST_LOOKS):
            self._look()
            moment = self._next_moment()
            if self.situation.covered or moment is None or moment > due:
                break
            self.now = max(self.now, moment)
            self._hear()
        return self._course(began)

    def _next_moment(self) -> datetime | None:
        moments = [self._answers[0][0]] if self._answers else []
        if wake_at := self.situation.need.wake_at:
            moments.append(wake_at)
        return min(moments, default=None)

    def _look(self) -> None:
        """Take steps until the need rests."""
        for _ in range(MOST_STEPS):
            step = next_step(self.situation, self.now)
            self._commit(change_for(step, self.situation, self._choose, self._times, self.now))
            if isinstance(step, Rest) and not self._officer_chooses():
                return

    def _officer_chooses(self) -> bool:
        """Where an officer is to choose among offers, they take the earliest at once. Was there anything to choose?"""
        for line in self.situation.missing_lines:
            asked = any(t.kind is TaskKind.choose and line.number in t.lines for t in self.situation.open_tasks)
            for invitation in offers_of(self.situation, line) if asked else ():
                responder = self._people[invitation.responder].responder
                chosen = choose_offer(self.situation, responder, {}, "officer", self.now)
                self._commit(chosen)
                if isinstance(chosen, Change):
                    return True
        return False

    def _choose(self, step: Ask) -> Choice:
        return choose(self.candidates, self.situation, step, self.now)

    def _times(self, step: CallReserve | Remind) -> dict[str, datetime]:
        people = {id: candidate.responder for id, candidate in self._people.items()}
        return call_times(self.situation, step, people, self.now)

    def _commit(self, change: Change | Refusal | None) -> None:
        if not isinstance(change, Change) or (after := apply(self.situation, change)) is None:
            return
        self.situation = after
        self._messages += sum(1 for message in change.messages if message.to_responder)
        for invitation in change.invitations:
            if invitation.awaited and (invitation.id, invitation.asked_at) not in self._heard:
                self._heard.add((invitation.id, invitation.asked_at))
                self._expect(invitation)

    # --- what people do ---

    def _expect(self, invitation: Invitation) -> None:
        """When they will answer, if they ever do."""
        mood = self._mood(invitation.responder)
        if mood.random() < self._says_yes(invitation.responder) or mood.random() < SAYS_NO:
            takes = self.answers_within * mood.lognormvariate(0, SPREAD)
            heapq.heappush(self._answers, (self.now + takes, len(self._heard), invitation.id))

    def _hear(self) -> None:
        """Take every answer that has come by now."""
        while self._answers and self._answers[0][0] <= self.now:
            invitation = self.situation.by_id[heapq.heappop(self._answers)[2]]
            answer = self._answer(invitation)
            responder = self._people[invitation.responder].responder
            self._commit(take_answer(self.situation, invitation.id, answer, responder, self.now))

    def _answer(self, invitation: Invitation) -> Answer:
        mood = self._mood(invitation.responder)
        if mood.random() >= self._says_yes(invitation.responder):
            return Answer(AnswerKind.reject, reason=Reason.not_available, page_version=invitation.version)
        offers = {share.line: self._gives(invitation.responder, share.line) for share in invitation.shares}
        answer = Answer(AnswerKind.part, offers=offers, name=NOBODY, page_version=invitation.version)
        settled = settle(self.situation, invitation, answer, self.now)
        return replace(answer, agreed={s.line.number: (s.pledged, s.reserve) for s in settled})

    def _gives(self, responder: str, number: int) -> int:
        """Their capacity, up to the whole; where it is not known a quarter, as choosing expects of them too."""
        line = self.situation.need.line(number)
        capacity = self._people[responder].responder.capacity
        if not line.capability.split:
            return line.quantity
        return min(line.quantity, math.ceil(line.quantity / 4) if capacity is None else capacity)

    def _mood(self, responder: str) -> Random:
        """The same person in the same run is of the same mood, whatever the playbook."""
        return Random(f"{self.mood}|{responder}")  # noqa: S311 - a model, not a secret

    def _says_yes(self, responder: str) -> float:
        return self._people[responder].says_yes

    # --- what came of it ---

    def _course(self, began: datetime) -> Course:
        situation = self.situation
        rounds: dict[int, timedelta] = {}
        people: dict[int, list[str]] = {}
        for invitation in sorted(situation.invitations, key=lambda i: i.asked_at):
            for share in invitation.shares:
                rounds.setdefault(share.round, invitation.asked_at - began)
                if invitation.responder not in people.setdefault(share.round, []):
                    people[share.round].append(invitation.responder)
        in_time = situation.covered and self.now <= situation.need.last_due
        return Course(
            covered_after=self.now - began if in_time else None,
            people=tuple(dict.fromkeys(i.responder for i in situation.invitations)),
            messages=self._messages,
            rounds=rounds,
            people_by_round={number: tuple(names) for number, names in people.items()},
            handed_over=any(task.kind in (TaskKind.hand_over, TaskKind.past_due) for task in situation.tasks),
            missing={line.number: situation.missing(line) for line in situation.missing_lines},
        )


def rehearse(
    situation: Situation,
    candidates: list[Candidate],
    now: datetime,
    *,
    runs: int,
    seed: int,
    answers_within: timedelta,
    seconds: float = math.inf,
) -> Forecast:
    """Rehearse the response to a need just recorded, `runs` times over; everybody's mood follows from `seed`.

    No further run begins once so many `seconds` have gone by; one is always played.
    """
    courses, until = [], time.monotonic() + seconds
    for run in range(runs):
        courses.append(Rehearsal(situation, candidates, now, f"{seed}|{run}", answers_within).play())
        if time.monotonic() > until:
            break
    return forecast(situation, courses)


def forecast(situation: Situation, courses: list[Course]) -> Forecast:
    """Many courses in one sum."""
    runs = len(courses)
    covered = sorted(course.covered_after for course in courses if course.covered_after is not None)
    return Forecast(
        runs=runs,
        in_time=len(covered) / runs,
        after=_at(covered, 0.5),
        late=_at(covered, 0.9),
        people=_mean(len(course.people) for course in courses),
        most_people=max(len(course.people) for course in courses),
        messages=_mean(course.messages for course in courses),
        handed_over=_mean(course.handed_over for course in courses),
        rounds=tuple(_round(number, courses) for number in range(1, len(situation.need.playbook.rounds) + 1)),
        lines=tuple(_line(line, courses) for line in situation.need.lines),
    )


def _round(number: int, courses: list[Course]) -> RoundForecast:
    reached = [course for course in courses if number in course.rounds]
    return RoundForecast(
        number=number,
        reached=len(reached) / len(courses),
        after=_at(sorted(course.rounds[number] for course in reached), 0.5),
        people=_mean(len(course.people_by_round[number]) for course in reached),
        first=reached[0].people_by_round[number] if reached else (),
    )


def _line(line: Line, courses: list[Course]) -> LineForecast:
    short = [course.missing[line.number] for course in courses if course.missing.get(line.number)]
    return LineForecast(line, len(short) / len(courses), _mean(short))


def _at(ordered: list[timedelta], share: float) -> timedelta | None:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None


def _mean(numbers: Iterable[float]) -> float:
    counted = list(numbers)
    return sum(counted) / len(counted) if counted else 0.0
