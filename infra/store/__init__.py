"""Where needs are kept: the contract that every store fulfils."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from domain.changes import Change
from domain.events import Event
from domain.matching import Candidate
from domain.messages import Message
from domain.needs import NeedStatus, Resident
from domain.officers import Officer
from domain.responders import Contact, Responder
from domain.situations import Situation
from domain.values import Point


class StoreError(Exception):
    """The store cannot be reached or used now. Nothing was half-written; try again."""


@dataclass(frozen=True)
class Committed:
    """The change is on record; the need has this version now."""

    version: int


@dataclass(frozen=True)
class Conflict:
    """Somebody else was first: the need has moved on since it was read. Nothing was written."""


@dataclass(frozen=True)
class WeekFull:
    """These responders have had their asks of the week meanwhile. Nothing was written; decide again without them."""

    responders: tuple[str, ...]


@dataclass(frozen=True)
class SameKey:
    """A need with this key is on record already: it is the same need."""

    need: str


@dataclass(frozen=True)
class TokenRow:
    """What a link opens: `purpose` and the id of the invitation, need, task or responder. Never the token itself."""

    hash: str
    purpose: str
    target: str
    need: str | None


class MessageState(StrEnum):
    """Where a message is on its way out."""

    pending = "pending"
    sending = "sending"
    accepted = "accepted"
    delivered = "delivered"
    bounced = "bounced"
    complained = "complained"
    delayed = "delayed"
    skipped = "skipped"
    unknown = "unknown"
    failed = "failed"


OVER = frozenset(
    {
        MessageState.accepted,
        MessageState.delivered,
        MessageState.bounced,
        MessageState.complained,
        MessageState.skipped,
        MessageState.failed,
    }
)


@dataclass(frozen=True)
class OutboxRow:
    """A message and its delivery. `frozen` is what the first claim fixed, as JSON; wiped once it has been accepted."""

    message: Message
    state: MessageState
    attempt: int
    refusals: int
    not_before: datetime
    changed_at: datetime
    frozen: str | None = None
    provider_id: str | None = None
    why: str | None = None
    again: bool = False
    """An earlier attempt was cut short: it may have been taken."""


@dataclass(frozen=True)
class Lease:
    """A right that ends by itself. `fence` grows with each holder, so that a late one is known."""

    name: str
    holder: str
    fence: int
    until: datetime


@dataclass(frozen=True)
class NeedRow:
    """A need as a list shows it."""

    need: str
    status: NeedStatus
    outcome: str | None
    category: str
    area: str
    needed_by: datetime
    wake_at: datetime | None


class Store(Protocol):
    """All that Muster keeps. Every method is one transaction; several processes may use one store at once.

    Any method may raise `StoreError`. Instants are aware UTC. Methods that write take `now` from the caller's clock.
    """

    # --- needs: read together, written together, conditionally ---
    def add_need(
        self, change: Change, resident: Resident, tokens: Sequence[TokenRow], key: str | None = None
    ) -> Committed | SameKey | Conflict:
        """Put a new need on record. A `key` seen before gives that need; a reference in use gives `Conflict`."""

    def need_with_key(self, key: str) -> str | None:
        """The need that was recorded with this key."""

    def situation(self, need: str, zone: ZoneInfo, kid: str) -> Situation | None:
        """Everything a decision may look at, read at one moment."""

    def commit(self, change: Change, tokens: Sequence[TokenRow] = ()) -> Committed | Conflict | WeekFull:
        """Write `change` whole if the need still has the version it was read at; else write nothing."""

    def due(self, now: datetime, limit: int) -> list[str]:
        """Needs whose alarm has come, the longest due first."""

    def wake(self, needs: Iterable[str], now: datetime) -> None:
        """Look at these open needs now."""

    def failures(self, need: str) -> int:
        """How often in a row deciding about this need has failed."""

    def defer(self, need: str, until: datetime) -> None:
        """A decision failed once more: look again at `until`."""

    def forgive(self, need: str) -> None:
        """Deciding about this need has succeeded: its failures are forgotten."""

    def needs(self, *, statuses: Sequence[NeedStatus] = (), limit: int = 1000) -> list[NeedRow]:
        """Needs, the newest first."""

    def story(self, need: str) -> list[Event]:
        """All that happened to a need, in order."""

    def resident(self, need: str) -> Resident: ...

    def notes(self, need: str) -> dict[str, str]:
        """Private words kept beside a need, by the id events use."""

    def find_token(self, hash: str) -> TokenRow | None: ...

    # --- directory ---
    def put_responders(self, rows: Sequence[tuple[Responder, Sequence[Contact]]], now: datetime) -> None:
        """Add or replace these responders with their contacts; what a responder muted or paused stays.

        Only a contact with an e-mail address counts as a way to ask.
        """

    def responder(self, id: str) -> Responder | None: ...

    def responder_names(self, ids: Iterable[str]) -> dict[str, str]: ...

    def contacts(self, id: str) -> list[Contact]: ...

    def responders(self, *, after: str = "", limit: int = 1000) -> list[Responder]:
        """Responders by id, a page at a time."""

    def count_responders(self) -> int: ...

    def candidates(
        self,
        capabilities: Sequence[str],
        sectors: Sequence[str],
        point: Point | None,
        within_km: float | None,
        week: str,
        limit: int,
    ) -> list[Candidate]:
        """At most `limit` askable responders, without contacts: least asked this week, then nearest, first."""

    def mute(self, responder: str, category: str, now: datetime) -> None:
        """No new invitations in this category. What is open stays open."""

    # --- officers ---
    def add_officer(self, officer: Officer, now: datetime) -> bool:
        """Add an officer at the end of the list, and wake needs that wait for one; `False` if the address is known."""

    def officers(self) -> tuple[Officer, ...]: ...

    # --- outbox ---
    def outbox_due(self, now: datetime) -> bool:
        """Is there a message that could be claimed now, and nobody who holds the lease `deliver` to claim it?"""

    def next_message_at(self) -> datetime | None:
        """When the next message that waits may be tried; `None` when none waits."""

    def claim(self, lease: Lease, now: datetime, limit: int) -> list[OutboxRow]:
        """Claim up to `limit` messages under a lease that holds: urgent first, in order per need and recipient."""

    def freeze(self, rows: Sequence[tuple[str, str]], lease: Lease) -> None:
        """Fix what these messages (id, JSON) say, once: a message already frozen keeps its words."""

    def settle(self, rows: Sequence[OutboxRow], lease: Lease | None = None) -> None:
        """Record states of claimed messages. A row that has moved to another attempt meanwhile is left alone."""

    def messages(self, need: str) -> list[OutboxRow]: ...

    def outbox_counts(self) -> dict[MessageState, int]: ...

    def stuck_messages(self, before: datetime) -> int:
        """How many messages that were decided before `before` are still on their way."""

    def failed_messages(self, since: datetime) -> list[str]:
        """The needs with a message that was put aside since `since`: not worded, or taken by nobody."""

    # --- leases, marks, health ---
    def take_lease(self, name: str, holder: str, now: datetime, until: datetime) -> Lease | None:
        """Take or renew a lease; `None` while somebody else holds it."""

    def release_lease(self, lease: Lease) -> None: ...

    def mark(self, name: str, at: datetime | None) -> None:
        """Remember when something last happened, or will happen next."""

    def marks(self) -> dict[str, datetime]: ...

    def overdue(self, before: datetime) -> list[str]:
        """Open needs whose alarm has been due since before `before`."""

    def unwatched(self) -> list[str]:
        """Open needs without any alarm and without an officer: there must be none."""

    def untaken_tasks(self) -> int:
        """How many open tasks have been passed on at least once to every officer there is."""

    def close(self) -> None: ...


def open_store(url: str) -> Store:
    """Open the store at `url` (`sqlite:///path`), making and migrating it as needed."""
    from infra.store.sqlite import SqliteStore

    return SqliteStore(url.removeprefix("sqlite:///"))
