"""When somebody last looked at all that is due, and when somebody will look again: marks in the store."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from infra.store import Store

SWEPT = "sweep"
"""A sweep began: a `wake-needs` run takes what is due."""
NOTHING_DUE = "nothing-due"
"""The waker looked and nothing was due, so that no run had to be made: it counts as a sweep."""
PLANNED = "sweep-scheduled"
"""When the next sweep or look is to come."""
NO_PREFECT = "prefect-unreachable"
"""The waker has not reached Prefect since."""


def last_sweep(marks: Mapping[str, datetime]) -> datetime | None:
    """When all that was due was last looked at; `None`: never yet."""
    return max((marks[mark] for mark in (SWEPT, NOTHING_DUE) if mark in marks), default=None)


def anything_due(store: Store, now: datetime) -> bool:
    """Is there a need to look at, or a message to send? Writes nothing: on AWS whoever asks may not."""
    return store.alarm_due(now) or store.outbox_due(now)
