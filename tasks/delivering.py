"""Deliver what the outbox holds: claim, word, send, act on what became of it, and only then record it."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import TypeVar

from domain.messages import Channel
from infra import clock
from infra.door import Busy, Door, NoSuchNeed
from infra.stopping import stop_asked
from infra.store import DELIVERING, Lease, MessageState, OutboxRow, StoreError
from infra.together import side_by_side
from infra.traces import places_of
from notifications.channels import Accepted, Deferred, Down, Mail, Refused, Result, Unknown, WayOut, Withheld
from notifications.folding import fold
from notifications.words import Words
from notifications.writing import NotSent
from tasks.consequences import act_by_task, act_on_dead_mail, act_on_delayed, goes_elsewhere
from tasks.gathering import Worded, gather
from tasks.leasing import held
from tasks.wording import CannotWord, NoAddress, Wording, freeze

MOST_CLAIMED = 100  # together, as long as no rate is set
CLAIMED_FOR = 5  # seconds; with a rate: as many as go out in this time
SETTLE_EVERY, SETTLE_WITHIN = 20, 1.0  # results written together: what is sent and not yet written goes once more
RETRIES = (timedelta(seconds=30), timedelta(minutes=10), timedelta(hours=1))
GRACE = timedelta(minutes=2)  # before a send that was cut short is tried once more
CUT_SHORT = "cut short; "  # begins the reason why a message that may have been taken waits
OUT_OF_REACH = timedelta(seconds=15)
LOOK_FOR_HOLDS = 1.0  # seconds between looks while a batch is on its way

Asked = TypeVar("Asked")
Made = TypeVar("Made")

log = logging.getLogger("muster.delivering")


class _Stopped(Exception):
    """This process has been told to stop: no further mail of the batch is begun."""


@dataclass
class Deliverer:
    """Sends the messages of one channel, one deliverer at a time: whoever holds its lease."""

    door: Door
    channel: WayOut
    holder: str = field(default_factory=lambda: f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}")

    def deliver_due(self) -> Counter[MessageState]:
        """Deliver all that may go now. A second call at the same time finds the lease taken and does nothing."""
        delivered: Counter[MessageState] = Counter()
        carries = self.channel.carries
        if not self.door.store.outbox_due(clock.now(), carries):
            return delivered
        with held(self.door.store, DELIVERING[carries], self.holder) as lease:
            while lease and not stop_asked.is_set():
                rows = self.door.store.claim(lease, clock.now(), self._claim_size, carries)
                batch = Batch(self.door, self.channel, lease)
                delivered += batch.deliver(rows)
                if not rows or batch.down:
                    break
        return delivered

    @property
    def _claim_size(self) -> int:
        """No more than can soon be on the wire: what is claimed and not sent waits longest after a crash."""
        rate = self.door.settings.email_rate if self.channel.carries is Channel.email else 0
        return min(MOST_CLAIMED, max(4, int(rate * CLAIMED_FOR))) if rate else MOST_CLAIMED


@dataclass
class Holds:
    """Which mails of a batch were put on hold after they had been claimed: looked up once a second at most."""

    door: Door
    ids: list[str]
    begun: set[str] = field(default_factory=set)
    _held: frozenset[str] = frozenset()
    _looked_at: float = float("-inf")
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def may_go(self, mail: Mail) -> bool:
        """Is nothing known that holds it? Asked from several threads."""
        with self._lock:
            if time.monotonic() - self._looked_at > LOOK_FOR_HOLDS:
                self._held = self.door.store.held_messages(self.ids)
                self._looked_at = time.monotonic()
            if mail.id in self._held:
                return False
            self.begun.add(mail.id)
            return True


@dataclass
class Batch:
    """Some claimed messages on their way: worded, sent, acted upon, settled."""

    door: Door
    channel: WayOut
    lease: Lease
    down: bool = False
    _rows: dict[str, OutboxRow] = field(default_factory=dict)
    _settled: list[OutboxRow] = field(default_factory=list)
    _flushed_at: float = field(default_factory=time.monotonic)
    _to_act_on: list[tuple[Callable[[], None], OutboxRow]] = field(default_factory=list)
    _counts: Counter[MessageState] = field(default_factory=Counter)

    def deliver(self, rows: list[OutboxRow]) -> Counter[MessageState]:
        """Send these rows and record what became of each."""
        wording = Wording(self.door)
        ready = [row for row in rows if not self._waits_to_hear(row)]
        wording.read(row.message.need for row in ready)
        said = self._side_by_side(wording.word, ready)
        worded = [(row, words) for row, one in zip(ready, said, strict=True) if (words := self._words(row, one))]
        gathered = gather(worded, wording.situation, self.door.store, clock.now())
        for row in gathered.waiting:
            self._record(replace(row, changed_at=clock.now()))
        leaving = [(row, row.frozen or freeze(words)) for row, words in gathered.alone]
        self.door.store.freeze([(row.message.id, frozen) for row, frozen in leaving if not row.frozen], self.lease)
        leaving += [folded for members in gathered.together if (folded := self._fold(members))]
        composed = self._side_by_side(lambda one: wording.mail(*one), leaving)
        mails = [mail for (row, _), one in zip(leaving, composed, strict=True) if (mail := self._mail(row, one))]
        holds = Holds(self.door, [mail.id for mail in mails])
        try:
            if mails:
                self.channel.deliver(mails, self._settle, holds.may_go)
        except _Stopped:
            self.door.store.put_back([id for id in holds.ids if id not in holds.begun], self.lease)
        try:
            self._act()
        finally:  # a fault of ours there is seen, and sends no other message twice
            self._flush()
        return self._counts

    def _waits_to_hear(self, row: OutboxRow) -> bool:
        """Was its sender stopped in the middle? A channel that tells what it took may tell so soon: it waits, once."""
        if not (row.again and self.channel.tells) or (row.why or "").startswith(CUT_SHORT):
            return False
        self._record(replace(self._later(row, GRACE, "its sender was stopped"), state=MessageState.unknown))
        return True

    def _fold(self, members: list[Worded]) -> tuple[OutboxRow, str] | None:
        """Let the first say it for all; `None` if it may not any more, as one of them has been told otherwise, or the
        lease was lost: what is still ours to send is put back, and worded anew with the next claim."""
        (carrier, _), *others = members
        frozen = freeze(fold([words for _, words in members]))
        ids = [row.message.id for row, _ in others]
        if not self.door.store.fold(carrier.message.id, frozen, ids, self.lease):
            self.door.store.put_back([carrier.message.id, *ids], self.lease)
            return None
        self._counts[MessageState.skipped] += len(ids)
        return replace(carrier, frozen=frozen), frozen

    def _side_by_side(self, ask: Callable[[Asked], Made], each: Iterable[Asked]) -> list[Made | CannotWord | NoAddress]:
        """What comes of each, or why nothing does."""

        def of(one: Asked) -> Made | CannotWord | NoAddress:
            try:
                return ask(one)
            except (CannotWord, NoAddress) as fault:
                return fault

        return side_by_side(of, each, self.door.store.at_once)

    def _words(self, row: OutboxRow, said: Words | NotSent | CannotWord | NoAddress) -> Words | None:
        match said:
            case CannotWord() | NoAddress():
                self._put_aside(row, said)
            case NotSent(why, raises) if raises:
                act = partial(act_by_task, self.door, row.message, raises)
                self._record_after(act, self._in_state(row, MessageState.skipped, why))
            case NotSent(why):
                self._record(self._in_state(row, MessageState.skipped, why))
            case _:
                return said
        return None

    def _mail(self, row: OutboxRow, composed: Mail | CannotWord | NoAddress) -> Mail | None:
        match composed:
            case NoAddress() if row.message.channel is Channel.sms:  # the e-mail says the same
                self._record(self._in_state(row, MessageState.skipped, str(composed)))
            case NoAddress():
                self._dead(row, str(composed))
            case CannotWord():
                self._put_aside(row, composed)
            case _:
                self._rows[row.message.id] = row
                return composed
        return None

    def _put_aside(self, row: OutboxRow, fault: Exception) -> None:
        found_at = f" at {places_of(fault.__cause__)}" if fault.__cause__ else ""
        log.error("message %s (%s): %s%s", row.message.id, row.message.kind.value, fault, found_at)
        self._record(self._in_state(row, MessageState.failed, str(fault)))

    # --- what became of it ---

    def _settle(self, mail: Mail, result: Result) -> None:
        row = self._rows[mail.id]
        match result:
            case Accepted(provider_id):
                self._record(replace(self._in_state(row, MessageState.accepted), provider_id=provider_id))
            case Refused(_, why, True):
                self._dead(row, why)
            case Refused(_, why, False) | Deferred(_, why) if row.refusals < len(RETRIES):
                if isinstance(result, Deferred) and goes_elsewhere(self.door, row.message):
                    moved = self._in_state(row, MessageState.skipped, f"held up, so their next contact is asked: {why}")
                    self._record_after(partial(act_on_delayed, self.door, row.message), moved)
                else:
                    self._record(self._later(replace(row, refusals=row.refusals + 1), RETRIES[row.refusals], why))
            case Refused(_, why, False):  # we are refused, not the recipient: nobody counts as unable for that
                log.error("message %s: the mail server refuses us: %s", row.message.id, why)
                self._record(self._in_state(row, MessageState.failed, why))
            case Deferred(_, why):
                self._dead(row, why)
            case Unknown(why) if row.again:
                self._record(self._in_state(row, MessageState.failed, f"cut short twice: {why}"))
            case Unknown(why):
                later = self._later(replace(row, again=True), GRACE, why)
                self._record(replace(later, state=MessageState.unknown))
            case Down(why):
                self.down = True
                self._record(self._later(row, OUT_OF_REACH, why))
            case Withheld():
                self.door.store.put_back([row.message.id], self.lease)
        if stop_asked.is_set():
            raise _Stopped

    def _later(self, row: OutboxRow, wait: timedelta, why: str) -> OutboxRow:
        later = self._in_state(row, MessageState.pending, f"{CUT_SHORT}{why}" if row.again else why)
        return replace(later, not_before=clock.now() + wait, waits=False)  # it waits for the server, not for company

    def _in_state(self, row: OutboxRow, state: MessageState, why: str | None = None) -> OutboxRow:
        return replace(row, state=state, changed_at=clock.now(), why=why)

    def _record(self, row: OutboxRow) -> None:
        self._settled.append(row)
        self._counts[row.state] += 1
        if len(self._settled) >= SETTLE_EVERY or time.monotonic() - self._flushed_at > SETTLE_WITHIN:
            self._flush()

    def _flush(self) -> None:
        if self._settled:
            self.door.store.settle(self._settled, self.lease)
            self._settled = []
        self._flushed_at = time.monotonic()

    # --- what follows from it ---

    def _dead(self, row: OutboxRow, why: str) -> None:
        """Nobody can be reached there. A text message is only ever a second way: nobody counts as unable for it."""
        bounced = self._in_state(row, MessageState.bounced, why)
        if row.message.channel is Channel.sms:
            self._record(bounced)
        else:
            self._record_after(partial(act_on_dead_mail, self.door, row), bounced)

    def _record_after(self, act: Callable[[], None], row: OutboxRow) -> None:
        """Record `row` only when `act` has been done: a crash in between does both again, and twice is harmless."""
        self._to_act_on.append((act, row))

    def _act(self) -> None:
        for act, row in self._to_act_on:
            try:
                act()
            except (Busy, StoreError) as passing:
                log.warning("message %s: what follows has to wait: %s", row.message.id, type(passing).__name__)
                continue
            except NoSuchNeed:
                log.info("message %s: its need is gone, so nothing follows", row.message.id)
            self._record(row)
