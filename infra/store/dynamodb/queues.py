"""What waits to be sent, in order: a message waits for every earlier one to the same recipient about the same need."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from domain.messages import Channel
from infra.store import MessageState, OutboxRow
from infra.store.dynamodb.connection import Connected
from infra.store.dynamodb.holding import Holds
from infra.store.dynamodb.messages import WAITING, Entry, as_read, moved, row_of
from infra.store.dynamodb.table import MESSAGE, Item, need_key, number
from infra.store.moments import micros

Line = tuple[str, str, Channel]  # whose messages wait for each other: need, recipient, channel


@dataclass(frozen=True)
class Head:
    """The first of those that wait for each other, and from when on it may leave, in microseconds."""

    item: Item
    row: OutboxRow
    moment: int


class Queues:
    """The messages of needs as one look has read them: each need's once, as they were at that moment.

    `fence`: of those of this channel, what is being sent under an earlier one was cut short. `mend` writes down that it
    was, and takes out of the index what does not wait any more: for who holds the lease.
    """

    def __init__(
        self, store: Connected, holds: Holds, fence: int, now: datetime, channel: Channel, *, mend: bool = False
    ) -> None:
        self._store, self._holds, self._fence, self._now, self._mend = store, holds, fence, now, mend
        self._channel = channel  # each has a lease of its own, and fences of its own
        self._rows: dict[str, dict[str, tuple[Item, OutboxRow]]] = {}
        self._lines: dict[Line, list[tuple[Item, OutboxRow]]] = {}
        self.chosen: dict[str, Head] = {}

    def choose(self, head: Head) -> None:
        """It is on its way now, so that what follows it waits."""
        self.chosen[head.row.message.id] = head

    def read(self, needs: Iterable[str]) -> None:
        """The messages of all of these at once, which is faster than one need after the other."""
        wanted = [need for need in dict.fromkeys(needs) if need not in self._rows]
        self._store._at_once(self._messages, wanted)

    def entries(self, need: str) -> Iterator[tuple[Channel, Entry]]:
        """The messages of this need that wait and are not chosen, as the index shows them sooner or later."""
        for item, row in self._messages(need).values():
            if row.state in WAITING and "alarm_sk" in item and row.message.id not in self.chosen:
                yield row.message.channel, Entry.of(item)

    def head(self, need: str, id: str) -> Head | None:
        """What has to leave before this message, or this itself; `None` if neither may leave as things stand."""
        found = self._messages(need).get(id)
        line = self._line(found[1]) if found else []
        if found and found[1].state not in WAITING:
            self._take_out(found[0])
        if not any(row.message.id == id for _, row in line):
            return None
        item, first = line[0]
        if first.state is MessageState.sending or first.message.id in self.chosen:
            return None
        moment = micros(first.not_before)
        if first.waits and first.state is MessageState.pending and len(line) > 1:
            moment = min(moment, micros(line[1][1].message.created_at))  # it waits for company no longer
        return Head(item, first, moment)

    def _line(self, one: OutboxRow) -> list[tuple[Item, OutboxRow]]:
        """Those that wait for each other, in order. What passes a hold does not wait for what is held."""
        message = one.message
        line = message.need, message.to, message.channel
        if line not in self._lines:
            self._lines[line] = [
                (item, row)
                for item, row in self._messages(message.need).values()
                if row.state in WAITING and (row.message.to, row.message.channel) == line[1:]
                if not self._holds.of(item, row)
            ]
        return self._lines[line]

    def _messages(self, need: str) -> dict[str, tuple[Item, OutboxRow]]:
        if need not in self._rows:
            items = list(self._store._query(need_key(need)[0], begins=MESSAGE))
            rows = [self._seen(item) for item in sorted(items, key=lambda item: str(item["order"]))]
            self._rows[need] = {row.message.id: (item, row) for item, row in rows}
        return self._rows[need]

    def _seen(self, item: Item) -> tuple[Item, OutboxRow]:
        """As it is; what was cut short is sent once more, what was cut short twice is put aside, for it may be what
        ends us."""
        row = row_of(item)
        sending = row.state is MessageState.sending and row.message.channel is self._channel
        if not sending or number(item["fence"]) >= self._fence:
            return item, row
        if not self._mend:
            return item, replace(row, state=MessageState.unknown)
        if row.again:
            why = "cut short twice"
            after = moved(item, state=MessageState.failed, frozen=None, why=why, changed_at=self._now)
        else:
            after = moved(item, state=MessageState.unknown, again=True)
        item = self._store._written(after) or self._store._get(*after.key) or item  # somebody else has been faster
        return item, row_of(item)

    def _take_out(self, item: Item) -> None:
        if self._mend and "alarm_pk" in item:
            self._store._write(as_read(item, {"alarm_pk": None, "alarm_sk": None}))
