"""The story of a need in words: what each event is called, and the sentence an officer reads. Made when read; pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from domain.events import Event, EventCode
from domain.invitations import Reason
from domain.labels import OUTCOME_LABELS, REASON_LABELS, TASK_LABELS, say_moment, say_some
from domain.needs import Need, Outcome
from domain.officers import TaskKind
from domain.values import plural

LABELS = {
    EventCode.opened: "Recorded",
    EventCode.asked: "Asked",
    EventCode.asked_next: "Asked more",
    EventCode.round_skipped: "Nobody to ask",
    EventCode.reminded: "Reminded",
    EventCode.said_yes: "Said yes",
    EventCode.said_no: "Cannot help this time",
    EventCode.asked_question: "Asked a question",
    EventCode.withdrew: "Dropped out",
    EventCode.undeliverable: "Could not be reached",
    EventCode.next_contact: "Next contact",
    EventCode.covered: "Covered",
    EventCode.reopened: "Looking again",
    EventCode.reserve_called: "Standby called",
    EventCode.handed_over: "Handed to an officer",
    EventCode.past_due: "Past its time",
    EventCode.task_raised: "Task for an officer",
    EventCode.task_passed: "Task passed on",
    EventCode.task_taken: "Task taken",
    EventCode.resident_asked: "Resident asked",
    EventCode.resident_said: "Resident answered",
    EventCode.new_link: "New link sent",
    EventCode.decision_failed: "Could not decide",
    EventCode.closed: "Closed",
}
SAID = {"yes": "it happened", "partly": "it happened in part", "no": "it did not happen"}


def label(event: Event) -> str:
    """What this event is called: `Asked`, `Said yes`."""
    return LABELS[event.code]


def because(event: Event, names: Mapping[str, str], need: Need, zone: ZoneInfo) -> str:
    """The sentence an officer reads. `names` says what responders and officers are called, by id."""
    return SENTENCES[event.code](Told(event, names, need, zone))


@dataclass(frozen=True)
class Told:
    """One event with what it takes to put it into words."""

    event: Event
    names: Mapping[str, str]
    need: Need
    zone: ZoneInfo

    def number(self, fact: str) -> int:
        value = self.event.facts.get(fact)
        return value if isinstance(value, int) else 0

    def code(self, fact: str) -> str:
        value = self.event.facts.get(fact)
        return value if isinstance(value, str) else ""

    def counts(self, fact: str) -> dict[str, int]:
        value = self.event.facts.get(fact)
        return value if isinstance(value, dict) else {}

    def amounts(self, fact: str) -> str:
        """Line numbers with quantities, as people say them: `12 food parcels and 2 lifts`; empty if there are none."""
        known = {str(line.number): line for line in self.need.lines}
        ordered = sorted(self.counts(fact).items(), key=lambda item: int(item[0]))
        said = [known[n].capability.amount(q) for n, q in ordered if n in known and q]
        return say_some(said) if said else ""

    @property
    def lines(self) -> str:
        """What the event's lines are about, without quantities: `food parcels and lifts`."""
        titles = [line.capability.units for line in self.need.lines if line.number in self.event.lines]
        return say_some(titles) if titles else "what is missing"

    @property
    def who(self) -> str:
        """`Good Neighbours, Sam Lee and 3 more`."""
        named = [self.names.get(id, id) for id in self.event.responders]
        return say_some(named, self.number("count") or self.number("helpers")) if named else "nobody"

    @property
    def one(self) -> str:
        return self.names.get(self.event.responders[0], self.event.responders[0]) if self.event.responders else "They"

    @property
    def round(self) -> str:
        """The round's own name, as a sentence begins with it."""
        number, rounds = self.event.round or 0, self.need.playbook.rounds
        return rounds[number - 1].name if 1 <= number <= len(rounds) else f"round {number}"

    @property
    def officer(self) -> str:
        """The officer an event names as its doer or receiver."""
        id = self.code("officer") or self.event.by.removeprefix("officer:")
        return self.names.get(id) or self.names.get(f"officer:{id}") or "an officer"

    @property
    def task(self) -> str:
        kind = self.code("kind")
        return TASK_LABELS[TaskKind(kind)].lower() if kind else "the task"

    @property
    def by_phone(self) -> str:
        return f" ({self.officer} recorded it.)" if self.event.by.startswith("officer") else ""


def _opened(told: Told) -> str:
    units = {line.what: line.capability for line in told.need.lines}
    said = [units[what].amount(count) for what, count in told.counts("quantities").items() if what in units]
    urgent = " It is urgent." if told.event.facts.get("urgent") else ""
    needed = say_moment(told.need.needed_by, told.event.at, told.zone)
    return f"Somebody in {told.need.area} needs {say_some(said) if said else 'help'} by {needed}.{urgent}"


def _asked(told: Told) -> str:
    return f"{_first_great(told.round)} were asked for {told.amounts('missing') or told.lines}: {told.who}."


def _asked_next(told: Told) -> str:
    wanted = told.amounts("missing") or told.lines
    return f"Those still to answer could not cover {wanted}, so more {told.round} were asked: {told.who}."


def _round_skipped(told: Told) -> str:
    return f"There was nobody to ask for {told.lines} in the round “{told.round}”, so we moved straight on."


def _reminded(told: Told) -> str:
    return f"Without them it could not be covered, so we reminded {told.who}."


def _said_yes(told: Told) -> str:
    pledged, reserve = told.amounts("pledged"), told.amounts("reserve")
    changed = "changed their answer" if told.event.facts.get("changed") else "said yes"
    late = " That is later than it is due, so it does not count." if told.event.facts.get("late") else ""
    if pledged and reserve:
        said = f"{pledged} count, {reserve} stand by"
    elif pledged:
        said = pledged
    else:
        said = f"{reserve} stand by" if reserve else "nothing more was needed"
    return f"{told.one} {changed}: {said}.{late}{told.by_phone}"


def _said_no(told: Told) -> str:
    reason = told.code("reason")
    why = f": {REASON_LABELS[Reason(reason)]}" if reason else ""
    return f"{told.one} cannot help this time{why}.{told.by_phone}"


def _asked_question(told: Told) -> str:
    return f"{told.one} asked a question, so an officer was asked to answer it.{told.by_phone}"


def _withdrew(told: Told) -> str:
    lost = told.amounts("lost")
    again = f", so {lost} {_is_are(told, 'lost')} missing again" if lost else ""
    return f"{told.one} said yes before and can no longer help{again}.{told.by_phone}"


def _is_are(told: Told, fact: str) -> str:
    return "is" if list(told.counts(fact).values()) == [1] else "are"


def _undeliverable(told: Told) -> str:
    return f"No address we have for {told.one} works, so we count it as a no."


def _next_contact(told: Told) -> str:
    return f"A mail to {told.one} came back, so we wrote to contact {told.number('contact') + 1} on their list."


def _covered(told: Told) -> str:
    helpers = told.number("helpers")
    released = told.number("released")
    by = f" by {told.who}" if helpers else ""
    told_so = f" We told {plural(released, 'other', 'others')} that no more is needed." if released else ""
    return f"Everything is promised{by}.{told_so}"


def _reopened(told: Told) -> str:
    missing = told.amounts("missing") or told.lines
    return f"Somebody who had promised dropped out, so we look again for {missing}."


def _reserve_called(told: Told) -> str:
    return f"Something is missing again, so we called on those who stand by: {told.who}."


def _handed_over(told: Told) -> str:
    asked = told.number("asked")
    if told.code("why") == "time":
        return f"It is due soon and {told.lines} are not covered, so an officer must act. We have asked {asked} so far."
    if not asked:
        return f"There was nobody we could ask for {told.lines}, so an officer must act."
    return f"We asked everybody we know ({asked}) and {told.lines} are not covered, so an officer must act."


def _past_due(told: Told) -> str:
    return f"The time has passed and {told.lines} are not covered, so an officer must act."


def _task_raised(told: Told) -> str:
    return f"An officer was asked to act: {told.task}."


def _task_passed(told: Told) -> str:
    if not told.code("officer"):
        return f"Nobody is on duty to take this task: {told.task}."
    return f"The task was waiting to be taken, so it went to {told.officer}: {told.task}."


def _task_taken(told: Told) -> str:
    return f"{_first_great(told.officer)} took the task: {told.task}."


def _resident_asked(told: Told) -> str:
    return "It should have happened by now, so we asked the resident whether it did."


def _resident_said(told: Told) -> str:
    said = told.code("said")
    then = "" if said == "yes" else " An officer was asked to act."
    return f"The resident says that {SAID.get(said, 'something else')}.{then}"


def _new_link(told: Told) -> str:
    whose = told.one if told.event.responders else "the resident"
    return f"Somebody asked for a new link, so we sent it to the address we have for {whose}."


def _decision_failed(told: Told) -> str:
    return "Muster could not decide what to do next, several times in a row, so an officer must look."


def _closed(told: Told) -> str:
    match told.code("outcome"):
        case Outcome.met if told.event.by == "resident":
            return "The resident says that it happened, so this is closed."
        case Outcome.presumed:
            return "The resident was asked and did not say otherwise, so we presume it happened."
        case outcome:
            ended = f": {OUTCOME_LABELS[Outcome(outcome)].lower()}" if outcome else ""
            return f"{_first_great(told.officer)} closed this{ended}."


def _first_great(text: str) -> str:
    return text[:1].upper() + text[1:]


SENTENCES: dict[EventCode, Callable[[Told], str]] = {
    EventCode.opened: _opened,
    EventCode.asked: _asked,
    EventCode.asked_next: _asked_next,
    EventCode.round_skipped: _round_skipped,
    EventCode.reminded: _reminded,
    EventCode.said_yes: _said_yes,
    EventCode.said_no: _said_no,
    EventCode.asked_question: _asked_question,
    EventCode.withdrew: _withdrew,
    EventCode.undeliverable: _undeliverable,
    EventCode.next_contact: _next_contact,
    EventCode.covered: _covered,
    EventCode.reopened: _reopened,
    EventCode.reserve_called: _reserve_called,
    EventCode.handed_over: _handed_over,
    EventCode.past_due: _past_due,
    EventCode.task_raised: _task_raised,
    EventCode.task_passed: _task_passed,
    EventCode.task_taken: _task_taken,
    EventCode.resident_asked: _resident_asked,
    EventCode.resident_said: _resident_said,
    EventCode.new_link: _new_link,
    EventCode.decision_failed: _decision_failed,
    EventCode.closed: _closed,
}
