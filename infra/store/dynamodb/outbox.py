"""The outbox: messages on their way, worded once, settled once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice

from domain.messages import ASKS, MessageKind
from infra.store import MAY_HAVE_LEFT, OVER, TOLD, Lease, MessageState, OutboxRow, StoreError
from infra.store.dynamodb.claiming import ClaimItems
from infra.store.dynamodb.connection import BUSY, attempts
from infra.store.dynamodb.holding import Holds, carried_by, is_carried
from infra.store.dynamodb.messages import SENT, message_key, moved, row_of, sent_to
from infra.store.dynamodb.operations import Update
from infra.store.dynamodb.table import MESSAGE, Item, Key, need_key, number
from infra.store.dynamodb.writing import Journalled

LATEST = 3  # of what a contact was sent: more may be on their way, but none of them left much later than these
SENDING = "#state = :sending AND #fence = :mine"


class OutboxItems(ClaimItems, Journalled):
    """Messages and their delivery. Each message is written by itself, as it was read: of a batch that is cut short,
    some are settled and the others are sent once more."""

    def freeze(self, rows: Sequence[tuple[str, str]], lease: Lease) -> None:
        where = f"{SENDING} AND attribute_not_exists(#frozen)"
        writes = [Update(message_key(id), {"frozen": words}, where=where, values=_by(lease)) for id, words in rows]
        self._at_once(self._write, writes)

    def fold(self, carrier: str, frozen: str, carried: Sequence[str], lease: Lease) -> bool:
        """At most `MOST_TOGETHER` together: they are written in one transaction."""
        items = self._in_order(dict.fromkeys(carried))
        if len(items) < len(set(carried)) or not all(_is_sent_by(item, lease) for item in items):
            return False
        why = f"folded into {carrier}"
        ends = [moved(item, state=MessageState.skipped, carrier=carrier, why=why, waits=False) for item in items]
        carries = json.dumps([_id(item) for item in items])
        where = f"{SENDING} AND attribute_not_exists(#frozen)"
        said = Update(message_key(carrier), {"frozen": frozen, "carries": carries}, where=where, values=_by(lease))
        return not self._transact([said, *ends])

    def carried(self, carrier: str) -> list[OutboxRow]:
        item = self._get(*message_key(carrier))
        items = self._in_order(carried_by(item) if item else [])
        return [row_of(item) for item in items if is_carried(item, carrier)]

    def last_sent(
        self, contacts: Sequence[tuple[str, int]], kinds: Sequence[MessageKind], apart_from: Sequence[str]
    ) -> dict[tuple[str, int], datetime]:
        """Asked only of kinds that wait for each other (`Gathering`)."""
        keys = self._at_once(lambda contact: self._latest(contact, kinds, apart_from), contacts)
        latest = dict(zip(contacts, keys, strict=True))
        items = self._get_many(key for keys in latest.values() for key in keys)
        found = {
            contact: [row.changed_at for key in keys if key in items and (row := row_of(items[key])).state in SENT]
            for contact, keys in latest.items()
        }
        return {contact: max(moments) for contact, moments in found.items() if moments}

    def asks_sent(self, need: str) -> frozenset[str]:
        asks = [row for row in self.messages(need) if row.message.kind in ASKS]
        carriers = self._get_many(message_key(row.carrier) for row in asks if row.carrier)
        states = {_id(item): MessageState(str(item["state"])) for item in carriers.values()}
        left = (row for row in asks if states.get(row.carrier or "", row.state) in MAY_HAVE_LEFT)
        return frozenset(row.message.invitation for row in left if row.message.invitation)

    def held_messages(self, ids: Sequence[str]) -> frozenset[str]:
        holds, items = Holds(self), self._get_many(map(message_key, ids)).values()
        rows = [(item, row_of(item)) for item in items]
        holds.read_needs(row.message.need for _, row in rows)
        return frozenset(row.message.id for item, row in rows if holds.of(item, row))

    def put_back(self, ids: Sequence[str], lease: Lease) -> None:
        def back(item: Item) -> Update:
            keeps = bool(item.get("again")) or "carries" in item
            words = {} if keeps else {"frozen": None}
            return moved(item, state=MessageState.pending, **words)

        self._at_once(self._write, [back(item) for item in self._in_order(ids) if _is_sent_by(item, lease)])

    def settle(self, rows: Sequence[OutboxRow], lease: Lease | None = None) -> None:
        items = self._get_many(message_key(row.message.id) for row in rows)
        known = [(item, row) for row in rows if (item := items.get(message_key(row.message.id)))]
        self._at_once(lambda one: self._settle(*one, lease), known)

    def messages(self, need: str) -> list[OutboxRow]:
        self._settled(need)
        items = self._query(need_key(need)[0], begins=MESSAGE)
        return [row_of(item) for item in sorted(items, key=lambda item: str(item["order"]))]

    def _settle(self, item: Item, row: OutboxRow, lease: Lease | None) -> None:
        """As it was read, which is then decided again: whoever was faster may have said more."""
        now: Item | None = item
        for _ in attempts():
            if now is None or not _is_news(now, row, lease):
                return
            known, over = row_of(now), row.state in OVER
            after = moved(
                now,
                state=row.state,
                refusals=row.refusals,
                not_before=row.not_before,
                changed_at=row.changed_at,
                again=row.again,
                waits=row.waits and not over,
                frozen=None if over else known.frozen,
                provider_id=row.provider_id or known.provider_id,
                why=row.why,
            )
            if not after.sets or self._write(after):
                return
            now = self._get(*after.key)
        raise StoreError(BUSY)

    def _latest(self, contact: tuple[str, int], kinds: Sequence[MessageKind], apart_from: Sequence[str]) -> list[Key]:
        """Which messages of these kinds this contact was sent last, by when they were claimed."""
        found = self._query(sent_to(*contact), index="list", forward=False, page=LATEST + len(apart_from))
        wanted = (item for item in found if str(item["list_sk"]).split("#")[1] in kinds and _id(item) not in apart_from)
        return [(str(item["pk"]), str(item["sk"])) for item in islice(wanted, LATEST)]

    def _in_order(self, ids: Iterable[str]) -> list[Item]:
        """Those of these messages that there are."""
        keys = list(map(message_key, ids))
        items = self._get_many(keys)
        return [items[key] for key in keys if key in items]


def _is_news(item: Item, row: OutboxRow, lease: Lease | None) -> bool:
    """Does this result say more than is known of this attempt?"""
    if item["attempt"] != row.attempt:
        return False
    if lease:
        return _is_sent_by(item, lease)
    return row.state not in TOLD or item["state"] not in TOLD[TOLD.index(row.state) :]


def _is_sent_by(item: Item, lease: Lease) -> bool:
    return item["state"] == MessageState.sending and number(item["fence"]) == lease.fence


def _by(lease: Lease) -> dict[str, str | int]:
    return {"sending": MessageState.sending.value, "mine": lease.fence}


def _id(item: Item) -> str:
    return str(item["sk"]).removeprefix(MESSAGE)
