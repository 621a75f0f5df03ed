"""Take what waits for an officer, and say how it ended."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from domain.changes import Change, Refusal
from domain.handing_over import take_task
from domain.labels import TASK_LABELS
from domain.officers import Task, TaskOutcome, TaskStatus, names_of
from domain.opening import NeedWrong
from domain.rights import may
from domain.situations import Situation
from domain.telling import WITH_COUNTS, end_task, outcomes_of
from domain.values import Note
from infra.commands.command import Command, Counts, Plan, Typed, about, by_number
from infra.door import Done, Door
from infra.officers import find_officer

OnBehalf = Annotated[
    Typed | None,
    Field(description="For programs: the e-mail address of the officer whose task it is. Officers leave it out."),
]


class Take(Command):
    """Take what waits for an officer on this need, so that it is passed to nobody else."""

    name: ClassVar[str] = "take"
    title: ClassVar[str] = "Take what waits for an officer"

    task: Annotated[Typed | None, Field(description="Which task (unless said: all that nobody has taken).")] = None
    officer: OnBehalf = None

    def plan(self, door: Door, need: str, by: str) -> Plan | Refusal:
        officer = officer_of(door, by, self.officer)
        if isinstance(officer, Refusal):
            return officer

        def decide(situation: Situation, now: datetime) -> Change | Refusal | None:
            waiting = [t for t in situation.open_tasks if self.task in (None, t.id)]
            if waiting:
                return take_task(situation, waiting[0].id, officer, now)
            mine = any(t.status is TaskStatus.taken and t.officer == officer for t in situation.tasks)
            if self.task is not None:
                return take_task(situation, self.task, officer, now)
            return None if mine else _nothing_waits(situation)

        return about(need, decide)

    def carry_out(self, door: Door, need: str, by: str) -> Done | Refusal:
        """One task after the other; what came of the first is what is told."""
        first = done = super().carry_out(door, need, by)
        while isinstance(done, Done) and done.change and self.task is None:
            done = super().carry_out(door, need, by)
        return first


class EndTask(Command):
    """Say how a task ended. Not taken yet, it is taken so.

    After a phone call to the resident: `yes`, `partly` or `no` (did it happen?), `told` (news), `posted` (a letter),
    `no-answer` (to be tried again, three times in all). A question: `answered`. A call to a partner: `reached` or
    `not-reached`. Looking for help: `found` or `nothing-more`. A worry: `recorded`, with a note. A possible duplicate:
    `different` or `same`. Whether a helper came: `done` or `not-done`. The resident says that it did not all happen:
    `met` (by now it has), `partly-met` (leave it at what came) or `look-again` (with what they got). Anything else:
    `done`.
    """

    name: ClassVar[str] = "end-task"
    title: ClassVar[str] = "Say how a task ended"

    said: Annotated[Typed, Field(description="How it ended; a word that does not fit is refused with those that do.")]
    task: Annotated[Typed | None, Field(description="Which task, where more than one may end so.")] = None
    note: Annotated[Note | None, Field(description="Anything to remember. Private: only officers read it.")] = None
    got: Annotated[
        Counts, Field(description="WHAT:QUANTITY: what the resident got, with `partly` or `look-again`.")
    ] = ()
    officer: OnBehalf = None

    def plan(self, door: Door, need: str, by: str) -> Plan | Refusal:
        officer = officer_of(door, by, self.officer)
        if isinstance(officer, Refusal):
            return officer
        situation = door.situation(need)
        chosen = self.choose(situation)
        if isinstance(chosen, Refusal):
            return chosen
        task, outcome = chosen
        received = self._received(situation, outcome)
        return about(need, lambda s, now: end_task(s, task.id, officer, outcome, self.note, now, received))

    def choose(self, situation: Situation) -> tuple[Task, TaskOutcome] | Refusal:
        """The task meant, the one named or the only one that may end so, and how it ended. Raises `NeedWrong`."""
        outcome = next((o for o in TaskOutcome if o.value == self.said.strip().lower()), None)
        fits = {task.id: outcomes_of(situation, task) for task in situation.tasks}
        if self.task is not None:
            task = self._named(situation)
            if outcome is None or (outcome not in fits[task.id] and task.outcome is not outcome):
                raise self._unfitting(fits[task.id])
            return task, outcome
        open_ones = [task for task in situation.tasks if fits[task.id]]
        fitting = [task for task in open_ones if outcome in fits[task.id]]
        if outcome and not fitting and (again := [task for task in situation.tasks if task.outcome is outcome]):
            return again[-1], outcome
        if not open_ones:
            return Refusal("nothing", f"Nothing waits for an officer on {situation.need.id}.")
        if outcome is None or not fitting:
            raise self._unfitting(tuple(dict.fromkeys(o for t in open_ones for o in fits[t.id])))
        if len(fitting) > 1:
            which = " or ".join(f"{task.id} ({TASK_LABELS[task.kind].lower()})" for task in fitting[:5])
            raise NeedWrong("task", f"more than one task may end so: say {which}")
        return fitting[0], outcome

    def _named(self, situation: Situation) -> Task:
        id = (self.task or "").strip()
        found = [task for task in situation.tasks if id and task.id.startswith(id)]
        if len(found) != 1:
            raise NeedWrong("task", f"{situation.need.id} has no task {id[:30]!r}")
        return found[0]

    def _unfitting(self, fits: tuple[TaskOutcome, ...]) -> NeedWrong:
        words = ", ".join(outcome.value for outcome in fits)
        sentence = f"{self.said[:30]!r} does not fit; say one of {words}" if fits else "this task is finished"
        return NeedWrong("said", sentence)

    def _received(self, situation: Situation, outcome: TaskOutcome) -> dict[int, int] | None:
        """How many the resident got, by line. None of one part may be said, too."""
        if self.got and outcome not in WITH_COUNTS:
            raise NeedWrong("got", "goes with partly or look-again: it says how much of it they got")
        counts: dict[str, int] = {}
        example = situation.need.lines[0].what
        for text in self.got:
            what, _, count = text.partition(":")
            digits = count.strip()
            if not (digits.isascii() and digits.isdigit()) or len(digits) > 6:
                raise NeedWrong("got", f"{text[:40]!r} is not a part of this need; write it as {example}:5")
            counts[what.strip()] = int(digits)
        return by_number(situation, counts, "got") or None


def officer_of(door: Door, by: str, email: str | None) -> str | Refusal:
    """The id of the officer who acts: whoever says so, or for a program the one it names."""
    id = by.removeprefix("officer:")
    if by.startswith("officer:") and email is None:
        return id
    if email is None:
        return Refusal("nobody", "A task is an officer's: name them by their e-mail address.", "officer")
    found = find_officer(door.store, email)
    if found is None or (by.startswith("officer:") and found.id != id):
        raise NeedWrong("officer", "is not an officer here, or not the one who says so")
    if not may(found.role, Take.right):
        raise NeedWrong("officer", f"{found.name} is a viewer, who may look and change nothing")
    return found.id


def _nothing_waits(situation: Situation) -> Refusal:
    names = names_of(situation.officers)
    takers = {names.get(t.officer or "", "") for t in situation.tasks if t.status is TaskStatus.taken}
    has = f"; {', '.join(sorted(takers))} has taken it" if takers else ""
    return Refusal("nothing", f"Nothing waits for an officer on {situation.need.id}{has}.")
