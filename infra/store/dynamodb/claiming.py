"""Claiming messages: what may leave now, urgent first, in order per need and recipient, each claimed once."""

from __future__ import annotations

import heapq
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice

from domain.folding import Gathering
from domain.messages import Channel
from infra.store import DELIVERING, MOST_TOGETHER, Lease, MessageState, OutboxRow, StoreError
from infra.store.dynamodb.aside import AsideItems
from infra.store.dynamodb.holding import Holds
from infra.store.dynamodb.messages import Entry, made_into, spread, waits_for
from infra.store.dynamodb.operations import Check
from infra.store.dynamodb.queues import Head, Queues
from infra.store.dynamodb.table import MESSAGE, number, sortable
from infra.store.dynamodb.watch import lease_key
from infra.store.moments import instant, micros

FOR_URGENT = 4  # one claim in four keeps its place for urgent messages
CLAIMED_AT_ONCE = 99  # in one transaction, beside the lease
READ_AT_ONCE = 50  # entries of a shard
LOOK_SECONDS = 4.0  # that a look takes at most, or a choice of a claim: the waker has 30 in all
BESIDE_SECONDS = 1.0  # that what may leave waits for what may not


class ClaimItems(AsideItems):
    """Looks at the outbox, and claims of it. Its index follows in a moment: what is found there is read again, and
    claimed only as it was read.

    A look only reads. Of what is on hold it says that something is due, so that a claim puts it aside; so it does of
    what it could not look through in time.
    """

    def outbox_due(self, now: datetime, channel: Channel | None = None) -> bool:
        until = time.monotonic() + LOOK_SECONDS
        return any(self._is_due(one, now, until) for one in ([channel] if channel else Channel))

    def next_message_at(self) -> datetime | None:
        until = time.monotonic() + LOOK_SECONDS
        holds = Holds(self)
        queues = Queues(self, holds, 0, instant(0), Channel.email)
        found: int | None = None
        waiting = [self._waiting(channel, urgent) for channel in Channel for urgent in (True, False)]
        for some in _some_at_a_time(heapq.merge(*waiting, key=lambda entry: entry.not_before)):
            if time.monotonic() > until:
                return instant(min(found or some[0].not_before, some[0].not_before))
            for entry in holds.free(some):
                if found is not None and entry.not_before >= found:
                    return instant(found)
                if head := queues.head(entry.need, entry.id):
                    found = head.moment if found is None else min(found, head.moment)
        return None if found is None else instant(found)

    def claim(self, lease: Lease, now: datetime, limit: int, channel: Channel = Channel.email) -> list[OutboxRow]:
        item = self._get(*lease_key(lease.name))
        if item is None or number(item["fence"]) != lease.fence or number(item["until"]) <= micros(now):
            return []
        claim = Claim(self, lease, now, channel)
        claim.choose(limit, urgent=True)
        claim.choose(limit - limit // FOR_URGENT, urgent=False)
        claim.bring_company()
        taken = claim.take()
        with suppress(StoreError):  # what is taken leaves all the same, and the next claim comes upon the rest
            claim.put_aside(BESIDE_SECONDS if taken else LOOK_SECONDS)
        return taken

    def _is_due(self, channel: Channel, now: datetime, until: float) -> bool:
        lease = self._get(*lease_key(DELIVERING[channel]))
        if lease and number(lease["until"]) > micros(now):
            return False
        holds = Holds(self)
        queues = Queues(self, holds, number(lease["fence"]) + 1 if lease else 0, now, channel)
        for urgent in (True, False):
            for some in _some_at_a_time(self._to_look_at(queues, channel, now, urgent=urgent)):
                free = holds.free(some)
                if holds.on_hold(some) or time.monotonic() > until:
                    return True
                heads = (queues.head(entry.need, entry.id) for entry in free)
                if any(head and head.moment <= micros(now) for head in heads):
                    return True
        return False

    def _to_look_at(self, queues: Queues, channel: Channel, now: datetime, *, urgent: bool) -> Iterator[Entry]:
        """Those that may leave now, in their order, with what the index may not show yet; some may come twice."""
        fresh = [
            entry
            for need in self._fresh.needs()
            for way, entry in queues.entries(need)
            if (way, entry.urgent) == (channel, urgent) and entry.not_before <= micros(now)
        ]
        fresh.sort(key=lambda entry: entry.text)
        return heapq.merge(fresh, self._waiting(channel, urgent, now), key=lambda entry: entry.text)

    def _waiting(self, channel: Channel, urgent: bool, until: datetime | None = None) -> Iterator[Entry]:
        """Those of this urgency, in their order, as the index shows them."""
        first = Entry.urgency(urgent)
        last = f"{first}{sortable(micros(until))}~" if until else f"{first}~"
        shards = [
            self._query(shard, index="alarm", between=(first, last), page=READ_AT_ONCE)
            for shard in spread("outbox", channel)
        ]
        return heapq.merge(*(map(Entry.of, shard) for shard in self._begun(shards)), key=lambda entry: entry.text)


@dataclass
class Claim:
    """One claim in the making."""

    store: ClaimItems
    lease: Lease
    now: datetime
    channel: Channel
    holds: Holds = field(init=False)
    queues: Queues = field(init=False)
    _urgent: set[str] = field(default_factory=set)
    _on_hold: list[Entry] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.holds = Holds(self.store)
        self.queues = Queues(self.store, self.holds, self.lease.fence, self.now, self.channel, mend=True)

    def choose(self, most: int, *, urgent: bool) -> None:
        """Up to so many, those chosen before included. What is first in the way of an urgent one is urgent too."""
        until = time.monotonic() + LOOK_SECONDS
        entries = self.store._to_look_at(self.queues, self.channel, self.now, urgent=urgent)
        parts = _some_at_a_time(entries, min(most, READ_AT_ONCE))
        while len(self.queues.chosen) < most and time.monotonic() < until and (some := next(parts, None)):
            free = self.holds.free(some)
            self._on_hold += self.holds.on_hold(some)
            for n, entry in enumerate(free):
                if len(self.queues.chosen) >= most:
                    break
                self.queues.read(one.need for one in free[n : n + most - len(self.queues.chosen)])
                head = self.queues.head(entry.need, entry.id)
                if head and head.moment <= micros(self.now):
                    self.queues.choose(head)
                    if urgent:
                        self._urgent.add(head.row.message.id)

    def bring_company(self) -> None:
        """Those that wait to leave with one of these, beyond the limit."""
        waited = [head.row.message for head in self.queues.chosen.values() if head.row.waits]
        for to, contact, gathering in dict.fromkeys((m.to, m.contact, _gathering(m.kind)) for m in waited):
            for item in self.store._query(waits_for(to, contact), index="list", most=MOST_TOGETHER):
                need, id = str(item["pk"]).removeprefix("N#"), str(item["sk"]).removeprefix(MESSAGE)
                head = self.queues.head(need, id)
                if head and head.row.message.id == id and _waits(head) and head.row.message.kind in gathering.value:
                    self.queues.choose(head)

    def take(self) -> list[OutboxRow]:
        """Claim what is chosen, as it was read, as long as the lease is held."""
        self._drop_fresh()
        taken: list[Head] = []
        chosen = list(self.queues.chosen.values())
        for start in range(0, len(chosen), CLAIMED_AT_ONCE):
            some = self._taken(chosen[start : start + CLAIMED_AT_ONCE])
            if some is None:
                return []  # whoever holds the lease now finds those already claimed as cut short
            taken += some
        taken.sort(key=self._rank)
        return [self._sending(head) for head in taken]

    def put_aside(self, seconds: float) -> None:
        """What was come upon and is on hold, so that it is not come upon again; what was being sent when its sender was
        cut short is mended first."""
        until = time.monotonic() + seconds
        for start in range(0, len(self._on_hold), READ_AT_ONCE):
            if time.monotonic() > until:
                return
            for entry in self.store._put_aside(self._on_hold[start : start + READ_AT_ONCE]):
                self.queues.head(entry.need, entry.id)

    def _taken(self, some: list[Head]) -> list[Head] | None:
        """These, without those that somebody else has moved meanwhile; `None` if the lease is lost."""
        held = {"fence": self.lease.fence, "now": micros(self.now)}
        mine = Check(lease_key(self.lease.name), where="#fence = :fence AND #until > :now", values=held)
        while some:
            moves = [made_into(head.item, self._sending(head), self.lease.fence) for head in some]
            failed = self.store._transact([mine, *moves])
            if 0 in failed:
                return None
            if not failed:
                break
            some = [head for n, head in enumerate(some, start=1) if n not in failed]
        return some

    def _sending(self, head: Head) -> OutboxRow:
        return replace(
            head.row,
            state=MessageState.sending,
            attempt=head.row.attempt + 1,
            changed_at=self.now,
            not_before=min(head.row.not_before, instant(head.moment)),
        )

    def _rank(self, head: Head) -> tuple[bool, datetime, str, str]:
        message = head.row.message
        return message.id not in self._urgent, message.created_at, str(head.item["order"]), message.need

    def _drop_fresh(self) -> None:
        """What is chosen need not be looked for again, nor what is not due."""
        for need in self.store._fresh.needs():
            if not any(entry.not_before <= micros(self.now) for _, entry in self.queues.entries(need)):
                self.store._fresh.drop(need)


def _some_at_a_time(entries: Iterator[Entry], first: int = 1) -> Iterator[list[Entry]]:
    """Few at first: in most looks they are enough."""
    at_once = first
    while some := list(islice(entries, at_once)):
        yield some
        at_once = READ_AT_ONCE


def _gathering(kind: str) -> Gathering:
    return next(gathering for gathering in Gathering if kind in gathering.value)


def _waits(head: Head) -> bool:
    return head.row.waits and head.row.state is MessageState.pending
