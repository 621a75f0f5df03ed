"""Many needs with one cause: a name, a lead officer, a public place, exercise or real."""

from __future__ import annotations

from datetime import datetime

from domain.needs import IncidentId
from domain.values import Name, Value


class Incident(Value):
    """A flood, a power cut, a rest centre. `place` is public and goes into the first mail. `lead` is an officer's id.

    While it is `held`, nothing about its needs is sent, and answers are still taken.
    """

    id: IncidentId
    name: Name
    place: Name
    lead: str
    exercise: bool = False
    held: bool = False
    opened_at: datetime
    closed_at: datetime | None = None
