"""Many needs with one cause: a name, a lead officer, a public place, exercise or real."""

from __future__ import annotations

import secrets
from datetime import datetime

from domain.needs import LETTERS, IncidentId
from domain.values import Name, Value


def new_incident_reference() -> str:
    """Return a fresh incident reference that people can read out, such as `X-7K3QX2`."""
    return "X-" + "".join(secrets.choice(LETTERS) for _ in range(6))


class Incident(Value):
    """A flood, a power cut, a rest centre. `place` is public and goes into the first mail. `lead` is an officer's id.

    While it is `held`, nothing about its needs is sent, and answers are still taken.
    """

    id: IncidentId
    name: Name
    place: Name
    lead: str
    exercise: bool = False
    opened_at: datetime
    held_at: datetime | None = None
    closed_at: datetime | None = None

    @property
    def held(self) -> bool:
        return self.held_at is not None

    @property
    def closed(self) -> bool:
        return self.closed_at is not None
