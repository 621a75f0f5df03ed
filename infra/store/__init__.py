"""Where needs are kept: the contract that every store fulfils."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from domain.changes import Change
from domain.events import Event
from domain.incidents import Incident
from domain.invitations import Invitation
from domain.matching import Candidate
from domain.messages import Channel, Message, MessageKind
from domain.needs import NeedStatus, Outcome, Resident
from domain.officers import Officer, Task, TaskStatus
from domain.responders import Contact, Responder
from domain.situations import Situation
from domain.values import Point
from infra.store.lists import ListsStore
from infra.store.privacy import PrivacyStore
from infra.store.signing_in import SigningInStore


class StoreError(Exception):
    """The store cannot be reached or used now. Nothing was half-written. What was being written may be, whole, where it
    was only the answer that got lost: look, or do the same again."""


class AddressTaken(Exception):
    """Another officer has this address. Nothing was written, and trying again changes nothing."""


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


NEWEST_COMPARED = 10  # a help desk gives its own address for many: only its newest needs are compared
INWARD = 3  # letters of a postcode's second half
MOST_TOGETHER = 100  # messages in one: those beyond leave in the next
ALL_HELD = "all-held"  # the mark that says since when everything is on hold


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
        MessageState.delayed,
        MessageState.delivered,
        MessageState.bounced,
        MessageState.complained,
        MessageState.skipped,
        MessageState.failed,
    }
)
"""It is not sent any more. Of those that were, more may be heard (`TOLD`)."""

TOLD = (
    MessageState.accepted,
    MessageState.delayed,
    MessageState.delivered,
    MessageState.bounced,
    MessageState.complained,
)
"""What is heard of a message that was sent: each says more than those before it."""

ARRIVED = frozenset({MessageState.accepted, MessageState.delivered, MessageState.complained})
"""It is with its reader, for all that has been told."""

MAY_HAVE_LEFT = ARRIVED | {MessageState.delayed, MessageState.unknown}
"""It is with its reader, or may be yet."""

DELIVERING = {Channel.email: "deliver", Channel.sms: "deliver-sms"}
"""The lease that whoever sends by a channel holds: one deliverer for each."""


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
    waits: bool = False
    """It has been put back once, to leave together with others."""
    carrier: str | None = None
    """The message that says what this one was to say."""


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
    outcome: Outcome | None
    category: str
    area: str
    needed_by: datetime
    wake_at: datetime | None
    incident: str | None = None
    exercise: bool = False


@dataclass(frozen=True)
class Place:
    """Where a postcode is. `area` is what may be shared of it: its ward, if that is known, and its outward half."""

    postcode: str
    point: Point
    ward: str | None = None

    @property
    def area(self) -> str:
        outward = self.postcode.partition(" ")[0]
        return f"{self.ward}, {outward}" if self.ward else outward


@dataclass(frozen=True)
class PostcodeRow:
    """One postcode as it is kept, without a space: where it is and its ward's code; no point once it has ended."""

    postcode: str
    lat: float | None
    lon: float | None
    ward: str | None


def postcode_of(text: str) -> str:
    """A postcode as it is kept, however it was typed."""
    return "".join(char for char in text.upper() if char.isalnum())


class Store(ListsStore, SigningInStore, PrivacyStore, Protocol):
    """All that Muster keeps. Every method is one transaction; several processes may use one store at once.

    Any method may raise `StoreError`. Instants are aware UTC. Methods that write take `now` from the caller's clock.
    """

    # --- needs: read together, written together, conditionally ---
    def add_need(
        self,
        change: Change,
        resident: Resident,
        tokens: Sequence[TokenRow],
        key: str | None = None,
        digest: str | None = None,
    ) -> Committed | SameKey | Conflict:
        """Put a new need on record. A `key` seen before gives that need; a reference in use gives `Conflict`, as does
        a need of the same resident's (`change.whose`) that was recorded since theirs were read."""

    def need_with_key(self, key: str) -> str | None:
        """The need that was recorded with this key."""

    def request_digest(self, need: str) -> str | None:
        """What stands for the request that a need was recorded from, if it was kept with its key."""

    def situation(self, need: str, zone: ZoneInfo, kid: str) -> Situation | None:
        """Everything a decision may look at, read at one moment."""

    def commit(self, change: Change, tokens: Sequence[TokenRow] = ()) -> Committed | Conflict | WeekFull:
        """Write `change` whole if the need still has the version it was read at; else write nothing.

        So with the changes of other needs that go with it (`also`): all of them are written, or none.
        """

    at_once: int
    """How many questions, side by side, are answered sooner than one after the other."""

    crowd: float
    """From so many invitations on, a change of a need is better not tried before one's turn: more may be at it than can
    get through."""

    def turn(self, need: str, patience: float) -> AbstractContextManager[bool]:
        """Wait, so many seconds at most, for one's turn to change a need that many want to change at once; `False` if
        it has not come. Who has the turn may still be overtaken, by those who do not wait for theirs."""

    def due(self, now: datetime, limit: int) -> list[str]:
        """Needs whose alarm has come, the longest due first."""

    def alarm_due(self, now: datetime) -> bool:
        """Has the alarm of any need come? Asked without writing anything, by who may not: `due` may carry on first what
        somebody else was to do."""

    def wake(self, needs: Iterable[str], now: datetime) -> None:
        """Look at these open needs now."""

    def failures(self, need: str) -> int:
        """How often in a row deciding about this need has failed."""

    def defer(self, need: str, until: datetime) -> None:
        """A decision failed once more: look again at `until`."""

    def forgive(self, need: str) -> None:
        """Deciding about this need has succeeded: its failures are forgotten."""

    def needs(
        self,
        *,
        statuses: Sequence[NeedStatus] = (),
        limit: int = 1000,
        incident: str | None = None,
        exercise: bool | None = None,
    ) -> list[NeedRow]:
        """Needs, the newest first: of these statuses, of one incident, only exercises or only real ones."""

    def needs_of(self, keys: Sequence[str], since: datetime) -> list[str]:
        """The newest `NEWEST_COMPARED` needs opened from `since` on of the resident whom any of these keyed hashes
        stands for, the newest first."""

    def story(self, need: str, last: int | None = None) -> list[Event]:
        """All that happened to a need, in order; or the `last` so many events of it."""

    def invitations_of(self, responder: str, limit: int = 100) -> list[Invitation]:
        """What this responder is asked and has promised for needs that are not closed, the newest first; nothing that
        is over."""

    def resident(self, need: str) -> Resident: ...

    def notes(self, need: str) -> dict[str, str]:
        """Private words kept beside a need, by the id events use."""

    def find_token(self, hash: str) -> TokenRow | None: ...

    # --- incidents ---
    def add_incident(self, incident: Incident) -> bool:
        """Put an incident on record; `False` if its reference is in use."""

    def incident(self, id: str) -> Incident | None: ...

    def incidents(self, limit: int = 1000) -> list[Incident]:
        """Incidents, the newest first; those on hold are never left out."""

    def hold(self, incident: str | None, now: datetime) -> bool:
        """Let nothing leave about the needs of this incident (`None`: about any need), and look at them; `False` if it
        is held already, or there is none."""

    def resume(self, incident: str | None, now: datetime) -> bool:
        """End that hold, and look at the needs it held; `False` if there was none."""

    def close_incident(self, incident: str, now: datetime) -> int:
        """Close an incident unless needs of its are open; returns how many are."""

    # --- directory ---
    def put_responders(self, rows: Sequence[tuple[Responder, Sequence[Contact]]], now: datetime) -> None:
        """Add or replace these responders with their contacts; what a responder muted or paused stays.

        Only a contact with an e-mail address counts as a way to ask. Each is put whole; of very many, a call that is
        cut short may have put some, and is safe to repeat.
        """

    def responder(self, id: str) -> Responder | None: ...

    def responder_names(self, ids: Iterable[str]) -> dict[str, str]: ...

    def contacts(self, id: str) -> list[Contact]: ...

    def responders(self, *, after: str = "", limit: int = 1000) -> list[Responder]:
        """Responders by id, a page at a time."""

    def count_responders(self) -> int: ...

    def areas(self) -> frozenset[str]:
        """What places are called: by responders, by the newest needs, by the list of wards."""

    def candidates(
        self,
        capabilities: Sequence[str],
        sectors: Sequence[str],
        point: Point | None,
        within_km: float | None,
        week: str,
        limit: int,
    ) -> list[Candidate]:
        """At most `limit` askable responders, without contacts: least asked this week, then nearest, first.

        Fewer than `limit` are all there are. Where thousands near by have been asked this week, a store may leave it
        at comparing the nearest 2,000.
        """

    def considered(
        self, capabilities: Sequence[str], sectors: Sequence[str], point: Point | None, week: str, limit: int
    ) -> list[Candidate]:
        """Like `candidates`, with those who may not be asked now or are too far away, the nearest first."""

    def candidate(self, responder: str, week: str) -> Candidate | None:
        """One responder, as choosing sees them."""

    def mute(self, responder: str, category: str, now: datetime) -> None:
        """No new invitations in this category. What is open stays open."""

    def unmute(self, responder: str, category: str) -> None:
        """Invitations in this category again."""

    def pause(self, responder: str, until: datetime | None, now: datetime) -> bool:
        """Pass a responder over until then, or (`None`) no longer; wakes their needs. `False`: nobody has this id."""

    def revise(self, responder: str, change: Callable[[Responder], Responder], now: datetime) -> bool:
        """Put what `change` makes of a responder, at once; wakes their needs. `False`: nobody has this id. It may be
        asked again, of what somebody else has made of them meanwhile."""

    def keep_apart(self, key: str, responder: str, now: datetime) -> None:
        """Never ask this responder about needs of the resident whom `key` stands for (`domain/pairs.py`)."""

    def end_apart(self, keys: Sequence[str], responder: str) -> int:
        """Ask them again; returns how many pairs ended."""

    def kept_apart(self, keys: Sequence[str]) -> tuple[str, ...]:
        """The responders who are kept apart from a resident whom any of these keys stands for, by id."""

    def apart_kids(self) -> frozenset[str]:
        """The key ids that pairs kept apart were hashed with."""

    # --- postcodes ---
    def put_postcodes(self, rows: Sequence[PostcodeRow]) -> None:
        """Add or replace these postcodes; one that has ended is forgotten."""

    def put_wards(self, names: Mapping[str, str]) -> None:
        """Remember what wards are called, by their code."""

    def find_postcode(self, text: str) -> Place | None:
        """Where this postcode is, however it is written; `None` if it is not known."""

    def has_postcodes(self) -> bool:
        """Is there any?"""

    def count_postcodes(self) -> int:
        """How many there are; they may all be read."""

    def has_outward(self, code: str) -> bool:
        """Is this the first half of postcodes that are known, such as KT1?"""

    # --- officers ---
    def add_officer(self, officer: Officer, now: datetime) -> bool:
        """Add an officer at the end of the list, and wake needs that wait for one; `False` if the address is known."""

    def officers(self) -> tuple[Officer, ...]: ...

    # --- outbox ---
    def outbox_due(self, now: datetime, channel: Channel | None = None) -> bool:
        """Is there a message of this channel, or any, that could be claimed now, and nobody at work claiming it? Asked
        without writing anything; a store may say so where it takes a claim to find out, or to be done with it."""

    def next_message_at(self) -> datetime | None:
        """When the next message that waits may be tried; `None` when none waits."""

    def claim(self, lease: Lease, now: datetime, limit: int, channel: Channel = Channel.email) -> list[OutboxRow]:
        """Claim up to `limit` messages under a lease that holds: urgent first, in order per need and recipient.

        One that has waited for company brings those that wait with it, beyond the limit.
        """

    def freeze(self, rows: Sequence[tuple[str, str]], lease: Lease) -> None:
        """Fix what these messages (id, JSON) say, once: a message already frozen keeps its words."""

    def fold(self, carrier: str, frozen: str, carried: Sequence[str], lease: Lease) -> bool:
        """Fix what one claimed message says for several, at most `MOST_TOGETHER` with itself, and end those it carries:
        all of it, or (`False`) nothing, if any of them is not theirs to send any more, who hold this lease."""

    def carried(self, carrier: str) -> list[OutboxRow]:
        """The messages that this one says as well."""

    def last_sent(
        self, contacts: Sequence[tuple[str, int]], kinds: Sequence[MessageKind], apart_from: Sequence[str]
    ) -> dict[tuple[str, int], datetime]:
        """When each contact (recipient, number) was last sent a mail of these kinds, or is being sent one; asked only
        of kinds that are counted (`Gathering.counted`)."""

    def asks_sent(self, need: str) -> frozenset[str]:
        """The invitations of which an ask has left, or may have, by itself or in a message with others."""

    def held_messages(self, ids: Sequence[str]) -> frozenset[str]:
        """Which of these are not to leave now, because their need, its incident or everything is held."""

    def put_back(self, ids: Sequence[str], lease: Lease) -> None:
        """Claimed and not begun: these messages wait again, and are worded anew unless others were folded into them."""

    def settle(self, rows: Sequence[OutboxRow], lease: Lease | None = None) -> None:
        """Record states of claimed messages. A row that has moved to another attempt meanwhile is left alone.

        Without a lease it is news of what was sent: a row of which as much was told before (`TOLD`) is left alone too.
        """

    def messages(self, need: str) -> list[OutboxRow]: ...

    def stuck_messages(self, before: datetime) -> int:
        """How many messages that were decided before `before` are still on their way; counted up to 1,000 at least."""

    def failed_messages(self, since: datetime) -> list[str]:
        """The needs with a message that was put aside since `since`: not worded, or taken by nobody. Of the first 1,000
        such messages at least."""

    def unheard_messages(self, channel: Channel, since: datetime, before: datetime) -> list[str]:
        """The needs with a message that this channel took between these moments, and nothing has been heard since. Of
        the first 1,000 such messages at least."""

    def refused_mails(self) -> list[OutboxRow]:
        """At most 1,000 messages that were refused and are to be tried again, or that did not reach an officer whose
        task still waits; the oldest first."""

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

    def tasks(self, *, statuses: Sequence[TaskStatus] = (), limit: int = 1000) -> list[Task]:
        """Tasks of all needs, the oldest first; of these statuses only, if any are named."""

    def untaken_tasks(self) -> int:
        """How many open tasks have been passed on at least once to every officer there is."""

    def close(self) -> None: ...


def open_store(url: str) -> Store:
    """Open the store at `url`: `sqlite:///path`, which is made and migrated as needed, or `dynamodb://table`, which
    `muster deploy` makes."""
    if url.startswith("dynamodb://"):
        from infra.store.dynamodb import DynamoStore

        return DynamoStore(url.removeprefix("dynamodb://"))
    from infra.store.sqlite import SqliteStore

    return SqliteStore(url.removeprefix("sqlite:///"))
