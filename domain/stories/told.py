"""One event with what it takes to put it into words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from domain.events import Event, by_council
from domain.labels import TASK_LABELS, say_list, say_moment, say_some
from domain.needs import Need
from domain.officers import TaskKind


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

    def moment(self, fact: str) -> str:
        """An instant among the facts, as people say it."""
        text = self.code(fact)
        return say_moment(datetime.fromisoformat(text), self.event.at, self.zone) if text else "a time to come"

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
        """The round's own name."""
        number, rounds = self.event.round or 0, self.need.playbook.rounds
        return rounds[number - 1].name if 1 <= number <= len(rounds) else f"round {number}"

    @property
    def rounds(self) -> str:
        """The round with those that were asked together with it, by name."""
        merged = [int(number) for number in self.code("merged").split(",") if number]
        return say_list([*(self.need.playbook.round(number).name for number in merged), self.round])

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
        return f" ({self.officer} recorded it.)" if by_council(self.event.by) else ""

    @property
    def missing_again(self) -> str:
        """What they can no longer be counted on for, as a sentence that follows another; empty if there is nothing."""
        lost = self.amounts("lost")
        return f" So {lost} {self.is_are('lost')} missing again." if lost else ""

    def is_are(self, fact: str) -> str:
        return "is" if list(self.counts(fact).values()) == [1] else "are"


class Words(NamedTuple):
    """What an event is called, and what makes the sentence an officer reads of it."""

    label: str
    sentence: Callable[[Told], str]
