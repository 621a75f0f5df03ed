"""How long something took, where some are still waiting: Kaplan and Meier's estimate, so that nobody is dropped.

Leaving out those who still wait makes a service look the faster the worse it is. Here each counts as waiting for as
long as it has been watched; one for which it will never happen counts as waiting for ever.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from domain.values import Value


class Length(Value):
    """A length of time in seconds; with `more`, at least that much. `None`: it happens to too few to say."""

    seconds: float | None
    more: bool = False


@dataclass
class Waits:
    """Lengths in seconds: of those it happened to, of those still waiting; and how many it will never happen to."""

    took: array[float] = field(default_factory=lambda: array("d"))
    waiting: array[float] = field(default_factory=lambda: array("d"))
    never: int = 0

    def add_took(self, length: timedelta) -> None:
        self.took.append(max(length.total_seconds(), 0.0))

    def add_waiting(self, length: timedelta) -> None:
        self.waiting.append(max(length.total_seconds(), 0.0))

    def add_never(self) -> None:
        self.never += 1

    def __len__(self) -> int:
        return len(self.took) + len(self.waiting) + self.never

    def within(self, share: float) -> Length:
        """The time within which it has happened to `share` of them (0.5: the median)."""
        for seconds, left in self._left():
            if left <= 1 - share + 1e-9:
                return Length(seconds=seconds)
        if not self.waiting or self.never > (1 - share) * len(self):
            return Length(seconds=None)
        return Length(seconds=max([*self.took, *self.waiting]), more=True)

    def shares_by(self, lengths: Iterable[timedelta]) -> tuple[float | None, ...]:
        """To what share of them it has happened after each of these lengths, rising; `None` beyond what is known."""
        steps = list(self._left())
        watched = max([*self.took, *self.waiting], default=0.0)
        known = [length.total_seconds() for length in lengths]
        if not len(self):
            return tuple(None for _ in known)
        return tuple(None if seconds > watched and self.waiting else 1 - _left_at(steps, seconds) for seconds in known)

    def _left(self) -> Iterator[tuple[float, float]]:
        """At each length at which it happened: the share of them to whom it has not happened by then."""
        left, at_risk = 1.0, len(self)
        waiting = sorted(self.waiting)
        passed = 0
        for seconds, happened in sorted(Counter(self.took).items()):
            while passed < len(waiting) and waiting[passed] < seconds:
                passed += 1
                at_risk -= 1
            left *= 1 - happened / at_risk
            at_risk -= happened
            yield seconds, left


def _left_at(steps: list[tuple[float, float]], seconds: float) -> float:
    return next((left for at, left in reversed(steps) if at <= seconds), 1.0)
