"""The steps a look at a need can come to. Each carries its because."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.officers import Task


@dataclass(frozen=True)
class Rest:
    """Nothing to do until `until`; `None` when nothing ever will be."""

    until: datetime | None
    because: str


@dataclass(frozen=True)
class Ask:
    """Ask people of round `round` for these lines. `further`: the round has begun, and those asked cannot cover."""

    round: int
    lines: tuple[int, ...]
    further: bool
    because: str


@dataclass(frozen=True)
class Skip:
    """Round `round` has nobody to ask for these lines: on to the next."""

    round: int
    lines: tuple[int, ...]
    because: str


@dataclass(frozen=True)
class Remind:
    """Remind these invitations, once."""

    invitations: tuple[str, ...]
    because: str


@dataclass(frozen=True)
class CallReserve:
    """Ask those who stand by, in the order they offered."""

    invitations: tuple[str, ...]
    because: str


@dataclass(frozen=True)
class Reopen:
    """It was covered and no longer is."""

    lines: tuple[int, ...]
    because: str


@dataclass(frozen=True)
class StandDown:
    """Everything is covered: release whoever is still open, tell the resident."""

    because: str


@dataclass(frozen=True)
class HandToOfficer:
    """Somebody of the council must act on these lines: `why` is exhausted, time or past-due."""

    lines: tuple[int, ...]
    why: str
    because: str


@dataclass(frozen=True)
class PassTask:
    """Nobody took this task in time: the next officer gets it."""

    task: Task
    because: str


@dataclass(frozen=True)
class AskResident:
    """It should have happened: ask the resident."""

    because: str


@dataclass(frozen=True)
class PresumeMet:
    """The resident was asked and said nothing: close as presumed."""

    because: str


Step = (
    Rest | Ask | Skip | Remind | CallReserve | Reopen | StandDown | HandToOfficer | PassTask | AskResident | PresumeMet
)
