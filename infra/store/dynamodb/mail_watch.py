"""What the check of promises and an operator ask about the outbox: what is late, failed, unheard of, refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice

from domain.messages import Channel, need_of
from domain.officers import Task, TaskStatus
from infra.store import MessageState, OutboxRow
from infra.store.dynamodb.claiming import ClaimItems
from infra.store.dynamodb.holding import Holds, carried_by, is_carried
from infra.store.dynamodb.messages import REFUSED, WAITING, Entry, message_key, row_of, spread
from infra.store.dynamodb.table import NEVER, TASK, Item, Key, key_of, need_key, sortable
from infra.store.moments import micros

MOST_NAMED = 1000
READ_TOGETHER = 100


class MailWatch(ClaimItems):
    """Reads again what its indexes name, and counts and names no more than `MOST_NAMED`."""

    def stuck_messages(self, before: datetime) -> int:
        holds, count = Holds(self), 0
        old = (entry for entry in self._all_waiting() if entry.created < micros(before) and not holds.surely(entry))
        while count < MOST_NAMED and (some := list(islice(old, READ_TOGETHER))):
            holds.read_needs(entry.need for entry in some)
            items = self._get_many(message_key(entry.id) for entry in some).values()
            count += sum(1 for item in items if _is_stuck(row_of(item), before) and not holds.of(item, row_of(item)))
        return min(count, MOST_NAMED)

    def failed_messages(self, since: datetime) -> list[str]:
        places = [*(one for way in Channel for one in spread(f"message-{MessageState.failed}", way)), REFUSED]
        failed = [
            item
            for item in self._told_between(places, sortable(micros(since)), NEVER)
            if item["state"] == MessageState.failed and row_of(item).changed_at >= since
        ]
        own = {str(item["pk"]).removeprefix("N#") for item in failed}
        return sorted(own.union(*map(self._needs_carried, failed)))

    def unheard_messages(self, channel: Channel, since: datetime, before: datetime) -> list[str]:
        first, last = sortable(micros(since)), sortable(micros(before))
        rows = map(row_of, self._told_between(spread(f"message-{MessageState.accepted}", channel), first, last))
        accepted = (row for row in rows if row.state is MessageState.accepted and since <= row.changed_at < before)
        return sorted({row.message.need for row in accepted})

    def refused_mails(self) -> list[OutboxRow]:
        items = {row.message.id: (item, row) for item in self._told_between([REFUSED], "0", NEVER)
                 if (row := row_of(item))}  # fmt: skip
        tasks = self._get_many(_task_of(row) for _, row in items.values() if row.message.task)
        found = [one for one in items.values() if _wants_a_person(one[1], tasks)]
        found.sort(key=lambda one: (one[1].message.created_at, str(one[0]["order"])))
        return [row for _, row in found]

    def _all_waiting(self) -> Iterator[Entry]:
        return (entry for channel in Channel for urgent in (True, False) for entry in self._waiting(channel, urgent))

    def _told_between(self, places: Iterable[str], first: str, last: str) -> Iterator[Item]:
        """The messages that stand there between these moments, as they are now."""
        keys = (key_of(item) for place in places for item in self._query(place, index="time", between=(first, last)))
        yield from self._get_many(islice(keys, MOST_NAMED)).values()

    def _needs_carried(self, item: Item) -> set[str]:
        carried = self._get_many(map(message_key, carried_by(item))).values()
        id = row_of(item).message.id
        return {need_of(row_of(one).message.id) for one in carried if is_carried(one, id)}


def _is_stuck(row: OutboxRow, before: datetime) -> bool:
    return row.state in WAITING and not (row.waits and row.not_before >= before)


def _wants_a_person(row: OutboxRow, tasks: dict[Key, Item]) -> bool:
    """Is it to be tried again; or did it not reach the officer whose task still waits?"""
    if row.state in (MessageState.pending, MessageState.unknown):
        return row.why is not None
    if row.state not in (MessageState.bounced, MessageState.failed) or _task_of(row) not in tasks:
        return False
    task = Task.model_validate_json(str(tasks[_task_of(row)]["doc"]))
    return task.status is TaskStatus.open and row.message.to_officer == task.officer


def _task_of(row: OutboxRow) -> Key:
    return need_key(row.message.need)[0], f"{TASK}{row.message.task}"
