"""A need as it would be recorded, before it is: everything is read and decided, and nothing is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from domain.changes import Change
from domain.needs import Resident, new_reference
from infra import clock
from infra.door import Door


@dataclass(frozen=True)
class TryingDoor(Door):
    """The door for needs that are only looked at. `tried` holds what would have been recorded."""

    tried: list[Change] = field(default_factory=list)

    def open(
        self,
        make: Callable[[str, datetime], Change],
        resident: Resident,
        key: str | None,
        digest: str | None = None,
    ) -> str:
        """Decide as if it were recorded now, under a reference that is nobody's."""
        change = make(new_reference(), clock.now())
        self.tried.append(change)
        return change.need.id
