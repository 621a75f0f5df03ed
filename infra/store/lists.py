"""What lists and figures need: many needs, partners and answers at once, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar

from domain.invitations import Invitation
from domain.needs import Need, NeedStatus, Outcome
from domain.officers import Task
from domain.responders import Responder
from domain.risk import Band
from domain.risk import at_risk as is_at_risk
from domain.seen import NeedFacts, NeedSeen

Row = TypeVar("Row", covariant=True)
STALE_AFTER = timedelta(days=180)  # a record this old wants a call: is it still so?
LOOKED_AT = 5000  # rows: a page that finds little among so many comes back short, and its `next` leads on
SHORTEST_PREFIX = 2  # letters of a reference or a key, from which on it is searched for


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some of many rows. `next` and `previous` lead on and back, where there is more; they are not to be understood.

    Where there is more a page may still be short, or empty: a store may stop once it has looked at `LOOKED_AT` rows.
    """

    rows: tuple[Row, ...]
    next: str | None = None
    previous: str | None = None


@dataclass(frozen=True)
class NeedsWanted:
    """Which needs a list shows; what is left out does not matter.

    `search` is a reference, a need's own key, the beginning of either, or part of the name of its area. `officer`:
    needs with a task of theirs that is not done. `at_risk` as of the moment given.
    """

    statuses: tuple[NeedStatus, ...] = ()
    category: str | None = None
    area: str | None = None
    incident: str | None = None
    exercise: bool | None = None
    with_officer: bool | None = None
    officer: str | None = None
    needed_from: datetime | None = None
    needed_before: datetime | None = None
    at_risk: datetime | None = None
    word_before: datetime | None = None
    search: str = ""


@dataclass(frozen=True)
class NeedListed:
    """A need as a list shows it. `covered` of `needed`: its parts weigh alike (`domain.risk`). A row from before they
    did has the sums of their quantities until the need changes again: a share all the same."""

    need: str
    band: Band
    at: datetime
    status: NeedStatus
    outcome: Outcome | None
    category: str
    area: str
    summary: str
    needed_by: datetime
    wake_at: datetime | None
    urgent: bool
    incident: str | None
    exercise: bool
    held: bool
    needed: int
    covered: int
    with_officer: bool
    word_at: datetime | None
    word_from: str | None

    def at_risk(self, now: datetime) -> bool:
        return is_at_risk(self.band, self.at, now)


@dataclass(frozen=True)
class TaskListed:
    """A task that is not done, with the need it is about."""

    task: Task
    need: NeedListed


@dataclass(frozen=True)
class RespondersWanted:
    """Which responders a list shows. `search` is an id, its beginning, or words of the name. Moments are the present:
    `paused` as of then, or brought in so long before then that nobody knows whether it is still so (`stale`)."""

    search: str = ""
    sector: str | None = None
    capability: str | None = None
    paused: datetime | None = None
    stale: datetime | None = None


@dataclass(frozen=True)
class ResponderListed:
    """Who may help, how often they have answered and said yes, and when their record was last brought in: to a day."""

    responder: Responder
    asked: int
    yes: int
    put_at: datetime | None


@dataclass(frozen=True)
class Asked:
    """What somebody was asked and said, with the need it was about."""

    invitation: Invitation
    need: Need


@dataclass(frozen=True)
class Counts:
    """How much there is: needs by status, tasks that wait to be taken, needs at risk."""

    needs: dict[NeedStatus, int]
    open_tasks: int
    at_risk: int


class CursorWrong(ValueError):
    """This does not lead to any page: it was not made by `Page`."""


class ListsStore(Protocol):
    """Part of the store's contract (`Store`): every method is one transaction, and may raise `StoreError`."""

    def needs_page(self, wanted: NeedsWanted, cursor: str | None = None, limit: int = 50) -> Page[NeedListed]:
        """Needs, those most at risk first (`domain/risk.py`). Raises `CursorWrong`."""

    def counts(self, now: datetime) -> Counts:
        """How much there is, without reading it: closed needs are not counted."""

    def counts_of(self, incident: str) -> dict[NeedStatus, int]:
        """How many needs of an incident stand how, without reading them; closed ones too."""

    def tasks_for(self, officer: str | None, limit: int = 100) -> list[TaskListed]:
        """The tasks that are with this officer (`None`: with anybody) and not done, what must be taken first first."""

    def late_tasks(self) -> int:
        """How many open tasks have been passed on at least once, as nobody took them in time."""

    def task(self, id: str) -> Task | None:
        """The task of this id, done or not."""

    def responders_page(
        self, wanted: RespondersWanted, cursor: str | None = None, limit: int = 50
    ) -> Page[ResponderListed]:
        """Responders by name. Raises `CursorWrong`."""

    def responder_listed(self, id: str) -> ResponderListed | None:
        """One of them."""

    def asks_of(self, responder: str, limit: int = 50) -> list[Asked]:
        """What this responder was asked and said, the newest first, closed needs included."""

    def needs_listed(self, needs: Sequence[str]) -> list[NeedListed]:
        """These needs, in this order; one that is not on record is left out."""

    def needs_seen(
        self, since: datetime, until: datetime, after: NeedSeen | None = None, limit: int = 200
    ) -> list[NeedFacts]:
        """What figures read of the needs opened from `since` on and before `until`, the oldest first: at most `limit`
        of those that follow `after`, so that any number can be read some at a time."""

    def keep_figures(self, name: str, counted: str, at: datetime, until: datetime) -> None:
        """Keep what was counted at `at`, as text, until then. Of two, what was counted later is kept."""

    def kept_figures(self, name: str, now: datetime) -> str | None:
        """What was counted and is still kept; nothing that was counted after `now`."""

    def drop_figures(self) -> None:
        """Keep nothing of what was counted until now."""
