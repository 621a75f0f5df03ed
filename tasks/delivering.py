"""Deliver what the outbox holds: claim, check that it is still true, word it once, send, record what became of it."""

from __future__ import annotations

import json
import logging
import os
import secrets
import socket
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from pydantic import ValidationError

from domain.answering import record_undeliverable
from domain.changes import Change
from domain.handing_over import raise_task
from domain.links import LinkTo, Purpose, derive_token, url_of
from domain.messages import ASKS, CLOSING, Message, MessageKind
from domain.officers import TaskKind
from domain.situations import Situation
from infra import clock
from infra.door import Door
from infra.stopping import stop_asked
from infra.store import Lease, MessageState, OutboxRow
from notifications.channels import Accepted, Channel, Deferred, Down, Mail, Refused, Result, Unknown
from notifications.composing import CannotCompose, compose
from notifications.kinds import KINDS
from notifications.rendering import CannotRender, render
from notifications.words import Words
from notifications.writing import Skip, suppresses_auto_replies, unsubscribe_link, write
from tasks.leasing import held

LEASE = "deliver"
AT_ONCE = 100  # messages claimed together
SETTLE_EVERY = 20  # results written together: what is sent and not yet written is unknown after a crash
RETRIES = (timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10))
GRACE = timedelta(minutes=2)  # before a send that was cut short is tried once more
OUT_OF_REACH = timedelta(seconds=15)

log = logging.getLogger("muster.delivering")


@dataclass
class Deliverer:
    """Sends messages, one deliverer at a time: whoever holds the lease."""

    door: Door
    channel: Channel
    holder: str = field(default_factory=lambda: f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}")

    def deliver_due(self) -> Counter[MessageState]:
        """Deliver all that may go now. A second call at the same time finds the lease taken and does nothing."""
        delivered: Counter[MessageState] = Counter()
        if not self.door.store.outbox_due(clock.now()):
            return delivered
        with held(self.door.store, LEASE, self.holder) as lease:
            while lease and not stop_asked.is_set() and (rows := self.door.store.claim(lease, clock.now(), AT_ONCE)):
                batch = Batch(self.door, self.channel, lease)
                delivered += batch.deliver(rows)
                if batch.down:
                    break
        return delivered


@dataclass
class Batch:
    """Some claimed messages on their way: worded, sent, settled."""

    door: Door
    channel: Channel
    lease: Lease
    down: bool = False
    _situations: dict[str, Situation] = field(default_factory=dict)
    _asked: dict[str, frozenset[str]] = field(default_factory=dict)
    _rows: dict[str, OutboxRow] = field(default_factory=dict)
    _settled: list[OutboxRow] = field(default_factory=list)
    _dead: list[Message] = field(default_factory=list)
    _tasks: list[tuple[Message, TaskKind]] = field(default_factory=list)
    _counts: Counter[MessageState] = field(default_factory=Counter)

    def deliver(self, rows: list[OutboxRow]) -> Counter[MessageState]:
        """Send these rows, record each result, then act on addresses that proved dead."""
        worded = [(row, frozen) for row in rows if (frozen := self._words(row))]
        self.door.store.freeze([(row.message.id, frozen) for row, frozen in worded if not row.frozen], self.lease)
        mails = [mail for row, frozen in worded if (mail := self._mail(row, frozen))]
        if mails:
            self.channel.deliver(mails, self._settle)
        self._flush()
        for message in self._dead:
            self._act_on_dead(message)
        for message, kind in self._tasks:
            self.door.change(message.need, partial(raise_task, kind=kind, invitation=message.invitation))
        return self._counts

    # --- what it says ---

    def _words(self, row: OutboxRow) -> str | None:
        """The words of a message as JSON, fixed at the first claim; `None` when it is not to be sent."""
        message = row.message
        try:
            words = write(
                message,
                self._situation(message.need),
                self.door.store,
                self.door.settings,
                now=clock.now(),
                ask_sent=message.invitation in self._asks_sent(message),
            )
        except (ValidationError, LookupError) as wrong:
            self._fail(row, f"cannot be worded: {type(wrong).__name__}")
            return None
        if isinstance(words, Skip):
            self._record(row, MessageState.skipped, why=words.why)
            if words.raises:
                self._tasks.append((message, words.raises))
            return None
        if row.frozen:
            return row.frozen
        return json.dumps(
            {
                "kind": message.kind.value,
                "words": words.model_dump(mode="json"),
                "date": clock.now().replace(microsecond=0).isoformat(),
                "boundary": secrets.token_hex(12),
            }
        )

    def _situation(self, need: str) -> Situation:
        if need not in self._situations:
            self._situations[need] = self.door.situation(need)
        return self._situations[need]

    def _asks_sent(self, message: Message) -> frozenset[str | None]:
        """The invitations of this need whose ask has left; looked up only for a stand-down."""
        if message.kind is not MessageKind.stand_down:
            return frozenset()
        if message.need not in self._asked:
            self._asked[message.need] = frozenset(
                row.message.invitation
                for row in self.door.store.messages(message.need)
                if row.message.kind in ASKS
                and row.message.invitation
                and row.state in (MessageState.accepted, MessageState.delivered, MessageState.unknown)
            )
        return self._asked[message.need]

    # --- how it looks on the wire ---

    def _mail(self, row: OutboxRow, frozen: str) -> Mail | None:
        message, fixed = row.message, json.loads(frozen)
        address = self._address(message)
        if address is None:
            self._record(row, MessageState.bounced, why="no address on file")
            self._dead.append(message)
            return None
        try:
            raw = self._compose(message, KINDS[message.kind].model_validate(fixed["words"]), fixed, address)
        except (CannotCompose, CannotRender, ValidationError, KeyError) as wrong:
            self._fail(row, f"cannot be composed: {type(wrong).__name__}")
            return None
        self._rows[message.id] = row
        return Mail(
            id=message.id,
            to=address,
            raw=raw,
            sender=self.door.settings.email_from,
            urgent=message.urgent,
            again=row.again,
        )

    def _compose(self, message: Message, words: Words, fixed: dict[str, str], address: str) -> bytes:
        settings = self.door.settings
        rendered = render(words, self._url)
        domain = settings.email_from.rpartition("@")[2]
        unsubscribe = unsubscribe_link(words)
        return compose(
            subject=rendered.subject,
            text=rendered.text,
            html=rendered.html,
            to=address,
            sender_name=settings.council,
            sender=settings.email_from,
            reply_to=None,
            date=datetime.fromisoformat(fixed["date"]),
            message_id=f"<{message.id}@{domain}>",
            boundary=fixed["boundary"],
            thread=f"<need-{message.need}@{domain}>",
            unsubscribe_url=self._url(unsubscribe) if unsubscribe else None,
            suppress_auto_replies=suppresses_auto_replies(message.kind),
        )

    def _url(self, link: LinkTo) -> str:
        settings = self.door.settings
        token = derive_token(settings.signing_keys, link.kid, Purpose(link.purpose), link.target)
        return url_of(settings.base_url, Purpose(link.purpose), token)

    def _address(self, message: Message) -> str | None:
        """Looked up each time: an address mended meanwhile is the one that is used."""
        store, (kind, _, id) = self.door.store, message.to.partition(":")
        if kind == "resident":
            return store.resident(message.need).email
        if kind == "officer":
            return next((officer.email for officer in store.officers() if officer.id == id), None)
        contacts = store.contacts(id)
        return contacts[message.contact].email if message.contact < len(contacts) else None

    # --- what became of it ---

    def _settle(self, mail: Mail, result: Result) -> None:
        row, now = self._rows[mail.id], clock.now()
        match result:
            case Accepted(provider_id):
                self._record(row, MessageState.accepted, provider_id=provider_id)
            case Refused(_, why, recipient_bad):
                self._record(row, MessageState.bounced if recipient_bad else MessageState.failed, why=why)
                self._dead.append(row.message)
            case Deferred(_, why) if row.refusals < len(RETRIES):
                again = replace(row, refusals=row.refusals + 1, not_before=now + RETRIES[row.refusals])
                self._record(again, MessageState.pending, why=why)
            case Deferred(_, why):
                self._record(row, MessageState.bounced, why=why)
                self._dead.append(row.message)
            case Unknown(why) if row.again:
                self._record(row, MessageState.failed, why=f"cut short twice: {why}")
            case Unknown(why):
                self._record(replace(row, again=True, not_before=now + GRACE), MessageState.unknown, why=why)
            case Down(why):
                self.down = True
                self._record(replace(row, not_before=now + OUT_OF_REACH), MessageState.pending, why=why)

    def _fail(self, row: OutboxRow, why: str) -> None:
        log.error("message %s (%s): %s", row.message.id, row.message.kind.value, why)
        self._record(row, MessageState.failed, why=why)

    def _record(
        self, row: OutboxRow, state: MessageState, *, provider_id: str | None = None, why: str | None = None
    ) -> None:
        self._settled.append(replace(row, state=state, changed_at=clock.now(), provider_id=provider_id, why=why))
        self._counts[state] += 1
        if len(self._settled) >= SETTLE_EVERY:
            self._flush()

    def _flush(self) -> None:
        if self._settled:
            self.door.store.settle(self._settled, self.lease)
            self._settled = []

    def _act_on_dead(self, message: Message) -> None:
        """Nobody can be reached there: a partner counts as unable, for a resident an officer is asked to phone."""
        if message.invitation and message.to.startswith("responder:") and message.kind not in CLOSING:
            responder = message.to.partition(":")[2]
            contacts = len(self.door.store.contacts(responder))
            self.door.change(message.need, partial(_undeliverable, message=message, contacts=contacts))
        elif message.to == "resident":
            self.door.change(message.need, partial(raise_task, kind=TaskKind.call_resident, note=message.kind.value))


def _undeliverable(situation: Situation, now: datetime, *, message: Message, contacts: int) -> Change | None:
    return record_undeliverable(situation, str(message.invitation), message.contact, contacts, now)
