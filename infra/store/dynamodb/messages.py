"""One message as an item: what it holds, and where it stands in the indexes.

- `alarm`: as long as it waits or is being sent, by when it may be; with what tells whether a hold concerns it.
- `list`: what waits for company, and what was sent, by whom it goes to.
- `time`: what became of it, by when; and what was refused and may need a person.

Whatever is found there is read again, or written under a condition on what was read: an entry may be out of date.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from domain.changes import Change
from domain.folding import Gathering
from domain.messages import Channel, Message, MessageKind, need_of
from domain.officers import TaskKind
from infra.store import MAY_HAVE_LEFT, OVER, MessageState, OutboxRow
from infra.store.dynamodb.operations import Operation, Update
from infra.store.dynamodb.table import (
    MESSAGE,
    SHARDS,
    Item,
    Key,
    Value,
    from_sortable,
    need_key,
    number,
    present,
    shard_of,
    sortable,
)
from infra.store.moments import instant, micros

WAITING = frozenset({MessageState.pending, MessageState.sending, MessageState.unknown})
SENT = MAY_HAVE_LEFT | {MessageState.sending}
COUNTED = frozenset[MessageKind]().union(*(gathering.counted for gathering in Gathering))
SPREAD = {Channel.email: SHARDS, Channel.sms: 1}  # text messages are few
REFUSED = "refused#0"  # few: one deliverer writes them
AS_READ = "#state = :state AND #attempt = :attempt AND #fence = :fence"


def message_operations(change: Change) -> Iterator[Operation]:
    """The messages a change decided, each put if absent.

    One that was there already, and has left, stands among those that wait again: the next claim takes it out.
    """
    wanted = {message.id: (n, message) for n, message in reversed(list(enumerate(change.messages)))}
    others = {task.id for task in change.tasks if task.kind is not TaskKind.worry}
    for n, message in sorted(wanted.values(), key=lambda one: one[0]):
        created = micros(message.created_at)
        firsts = {
            "doc": message.model_dump_json(),
            "order": f"{change.need.version:08}.{n:06}",
            "incident": change.need.incident,
            "worry": (message.task is not None and message.task not in others) or None,
            "state": MessageState.pending.value,
            "attempt": 0,
            "refusals": 0,
            "fence": 0,
            "not_before": created,
            "changed_at": created,
        }
        item = present(firsts)
        waits = present(_waits(row_of(item), item))
        yield Update(message_key(message.id), firsts=item | waits)


def message_key(id: str) -> Key:
    """An id says where its message is kept."""
    return need_key(need_of(id))[0], f"{MESSAGE}{id}"


def row_of(item: Item) -> OutboxRow:
    def text(name: str) -> str | None:
        return str(item[name]) if name in item else None

    return OutboxRow(
        Message.model_validate_json(str(item["doc"])),
        MessageState(str(item["state"])),
        number(item["attempt"]),
        number(item["refusals"]),
        instant(number(item["not_before"])),
        instant(number(item["changed_at"])),
        text("frozen"),
        text("provider_id"),
        text("why"),
        bool(item.get("again")),
        bool(item.get("waits")),
        text("carrier"),
    )


def moved(item: Item, **changes: Any) -> Update:
    """What makes this message another, `changes` being of its `OutboxRow`; written as `made_into` says."""
    return made_into(item, replace(row_of(item), **changes))


def made_into(item: Item, row: OutboxRow, fence: int | None = None) -> Update:
    """What makes this message what `row` says: only if it is still in the state, and on the attempt, in which it was
    read. Nothing is set where nothing changes."""
    kept: dict[str, Value | None] = {
        "doc": row.message.model_dump_json(),
        "state": row.state.value,
        "attempt": row.attempt,
        "refusals": row.refusals,
        "not_before": micros(row.not_before),
        "changed_at": micros(row.changed_at),
        "frozen": row.frozen,
        "provider_id": row.provider_id,
        "why": row.why,
        "again": row.again or None,
        "waits": row.waits or None,
        "carrier": row.carrier,
        **_waits(row, item),
        **_told(row),
        **_found(row, item),
    }
    if fence is not None:
        kept["fence"] = fence
    return as_read(item, {name: value for name, value in kept.items() if item.get(name) != value})


def wiped(item: Item) -> Update:
    """What leaves nothing of what a message said, nor of how it fared; it is not found by its age any more."""
    return replace(moved(item, frozen=None, provider_id=None, why=None), sets=NOTHING_SAID)


def as_read(item: Item, sets: dict[str, Value | None]) -> Update:
    """Some attributes, if the message is still as it was read."""
    read = {name: item[name] for name in ("state", "attempt", "fence")}
    return Update((str(item["pk"]), str(item["sk"])), sets, where=AS_READ, values=read)


NOTHING_SAID: dict[str, Value | None] = dict.fromkeys(("frozen", "provider_id", "why", "time_pk", "time_sk"))


# --- where it stands ---


def spread(name: str, channel: Channel) -> list[str]:
    """The partitions that hold what has this name."""
    return [f"{name}-{channel}#{n}" for n in range(SPREAD[channel])]


def settled_places() -> list[str]:
    """The partitions of the `time` index in which messages stand that are over, by when that was."""
    return [*(one for state in sorted(OVER) for way in Channel for one in spread(f"message-{state}", way)), REFUSED]


def _waits(row: OutboxRow, item: Item) -> dict[str, Value | None]:
    if row.state not in WAITING:
        return {"alarm_pk": None, "alarm_sk": None}
    message = row.message
    place = Entry(
        need=message.need,
        id=message.id,
        urgent=message.urgent,
        not_before=micros(row.not_before),
        created=micros(message.created_at),
        order=str(item["order"]),
        by_need=is_held_with_need(message),
        by_others=is_held_with_others(message, item),
        incident=str(item.get("incident", "")),
    )
    return {"alarm_pk": _at("outbox", message), "alarm_sk": place.text}


def is_held_with_need(message: Message) -> bool:
    """Does a hold of its need keep it? Officers hear of their tasks meanwhile."""
    return not _is_not_to_come(message) and not message.to_officer


def is_held_with_others(message: Message, item: Item) -> bool:
    """Does a hold of its incident, or of everything, keep it? Officers hear of a worry about somebody meanwhile, and of
    nothing else."""
    return not _is_not_to_come(message) and not item.get("worry")


def _is_not_to_come(message: Message) -> bool:
    """Is it that somebody who promised is not to come? They may be on the road: that is never held."""
    return message.kind is MessageKind.call_off or (message.kind is MessageKind.reduced and message.urgent)


def _told(row: OutboxRow) -> dict[str, Value | None]:
    """Where it is found by its age once it is over, or heard of; or among those that may want a person."""
    message, where = row.message, None
    if row.state in (MessageState.pending, MessageState.unknown):
        where = REFUSED if row.why is not None else None
    elif row.state in (MessageState.bounced, MessageState.failed) and _for_an_officer(message):
        where = REFUSED
    elif row.state is not MessageState.sending:
        where = _at(f"message-{row.state}", message)
    when = f"{sortable(micros(row.changed_at))}#{message.id}"
    return {"time_pk": where, "time_sk": when if where else None}


def _found(row: OutboxRow, item: Item) -> dict[str, Value | None]:
    """Where it is found by whom it goes to; what was sent stands where it stood when it was claimed."""
    message = row.message
    if row.waits and row.state is MessageState.pending:
        when = f"{sortable(micros(message.created_at))}#{item['order']!s}#{message.id}"
        return {"list_pk": waits_for(message.to, message.contact), "list_sk": when}
    if row.state in SENT and message.kind in COUNTED and message.channel is Channel.email:
        where = sent_to(message.to, message.contact)
        when = f"{sortable(micros(row.changed_at))}#{message.kind}#{message.id}"
        return {"list_pk": where, "list_sk": item["list_sk"] if item.get("list_pk") == where else when}
    return {"list_pk": None, "list_sk": None}


def waits_for(to: str, contact: int) -> str:
    return f"waits#{to}#{contact}"


def sent_to(to: str, contact: int) -> str:
    return f"sent#{to}#{contact}"


def _at(name: str, message: Message) -> str:
    return f"{name}-{message.channel}#{shard_of(message.need) % SPREAD[message.channel]}"


def _for_an_officer(message: Message) -> bool:
    return message.kind is MessageKind.officer_task and message.channel is Channel.email


@dataclass(frozen=True)
class Entry:
    """A message among those that wait: as much of it as the index shows. `by_need`, `by_others`: which holds keep it,
    that of its need or that of its incident and of everything; that never changes, nor does its incident."""

    need: str
    id: str
    urgent: bool
    not_before: int
    created: int
    order: str
    by_need: bool
    by_others: bool
    incident: str

    @property
    def text(self) -> str:
        """In their order: urgent ones first, then by when they may leave, then as they were decided."""
        parts = (self.urgency(self.urgent) + sortable(self.not_before), sortable(self.created), self.order)
        return "#".join((*parts, "n" * self.by_need + "o" * self.by_others, self.incident))

    @classmethod
    def of(cls, item: Item) -> Entry:
        """An item of the index."""
        not_before, created, order, holds, incident = str(item["alarm_sk"]).split("#")
        return cls(
            need=str(item["pk"]).removeprefix("N#"),
            id=str(item["sk"]).removeprefix(MESSAGE),
            urgent=not_before[0] == cls.urgency(True),
            not_before=from_sortable(not_before[1:]),
            created=from_sortable(created),
            order=order,
            by_need="n" in holds,
            by_others="o" in holds,
            incident=incident,
        )

    @staticmethod
    def urgency(urgent: bool) -> str:
        """How the keys of urgent messages begin, or those of the others."""
        return "0" if urgent else "1"
