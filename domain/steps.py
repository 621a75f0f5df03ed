"""The steps a look at a need can come to. Each carries its because."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from domain.officers import Task

WhyPut = Literal["enough", "exhausted", "time"]
WhyHanded = Literal["exhausted", "time", "past-due"]


@dataclass(frozen=True)
class Rest:
    """Nothing to do until `until`; `None` when nothing ever will be."""

    until: datetime | None
    because: str


@dataclass(frozen=True)
class Ask:
    """Ask people of round `round` for these lines. `further`: the round has begun, and those asked cannot cover.

    `merged`: earlier rounds that are asked together with it; `skipped`: those left out. There is too little time.
    """

    round: int
    lines: tuple[int, ...]
    further: bool
    because: str
    merged: tuple[int, ...] = ()
    skipped: tuple[int, ...] = ()

    @property
    def rounds(self) -> tuple[int, ...]:
        return (*self.merged, self.round)


@dataclass(frozen=True)
class Skip:
    """These lines have been through every round: `round` is one past the last. `skipped` had no hours left."""

    round: int
    lines: tuple[int, ...]
    because: str
    skipped: tuple[int, ...] = ()


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
class ReleaseReserve:
    """These have stood by until it was due, and it was not needed: they are let go."""

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
class PutOffers:
    """An officer must choose among the offers of these lines."""

    lines: tuple[int, ...]
    why: WhyPut
    because: str


@dataclass(frozen=True)
class ReleaseOffers:
    """What these invitations offered is covered by others: thank them and let them go."""

    invitations: tuple[str, ...]
    because: str


@dataclass(frozen=True)
class AskForWord:
    """It is sensitive, and an officer must give their word about whom these invitations named."""

    invitations: tuple[str, ...]
    because: str


@dataclass(frozen=True)
class AskAboutCheck:
    """These invitations promise what requires a check, and who gives it no longer holds one: an officer must know."""

    invitations: tuple[str, ...]
    because: str


@dataclass(frozen=True)
class HandToOfficer:
    """Somebody of the council must act on these lines."""

    lines: tuple[int, ...]
    why: WhyHanded
    because: str


@dataclass(frozen=True)
class PassTask:
    """Nobody took this task in time: the next officer gets it."""

    task: Task
    because: str


@dataclass(frozen=True)
class TellMore:
    """Words have come since this task's officer was told of it: they get them."""

    task: Task
    because: str


@dataclass(frozen=True)
class NoteHold:
    """It is held with its incident or with everything: remember since when."""

    because: str


@dataclass(frozen=True)
class GoOn:
    """The time on hold is over: continue where it was."""

    because: str


@dataclass(frozen=True)
class AskAboutHold:
    """On hold for a day without an end: an officer is asked when it goes on."""

    because: str


@dataclass(frozen=True)
class PhoneAboutChange:
    """This invitation's promise stands, but they have not said that the change is all right: an officer phones."""

    invitation: str
    because: str


@dataclass(frozen=True)
class PhoneAboutTransfer:
    """They were asked to go elsewhere and have not said: an officer phones. What they promised stands."""

    invitation: str
    because: str


@dataclass(frozen=True)
class CallAgain:
    """An officer has called and nobody answered, or has taken a task and not said how it ended: ask them again."""

    task: Task
    because: str


@dataclass(frozen=True)
class Chase:
    """It should have been done by now: ask these invitations, once, whether it was."""

    invitations: tuple[str, ...]
    because: str


@dataclass(frozen=True)
class NoShow:
    """These invitations were chased and said nothing: what they promised counts no more."""

    invitations: tuple[str, ...]
    because: str


@dataclass(frozen=True)
class AskResident:
    """It should have happened: ask the resident."""

    because: str


@dataclass(frozen=True)
class CallResident:
    """The resident was asked and said nothing, and silence is not enough for this kind of help: an officer calls."""

    because: str


@dataclass(frozen=True)
class CloseAsMet:
    """The resident said that it happened, and what held up the closing is dealt with."""

    because: str


@dataclass(frozen=True)
class PresumeMet:
    """The resident was asked and said nothing: close as presumed."""

    because: str


Step = (
    Rest
    | Ask
    | Skip
    | Remind
    | CallReserve
    | ReleaseReserve
    | Reopen
    | StandDown
    | PutOffers
    | ReleaseOffers
    | PhoneAboutTransfer
    | AskForWord
    | AskAboutCheck
    | HandToOfficer
    | PassTask
    | TellMore
    | CallAgain
    | NoteHold
    | GoOn
    | AskAboutHold
    | PhoneAboutChange
    | Chase
    | NoShow
    | CallResident
    | CloseAsMet
    | AskResident
    | PresumeMet
)
