"""The outbox: messages on their way, claimed under a lease, settled once."""

from __future__ import annotations

from collections.abc import Iterator

from domain.changes import Change
from infra.store import MessageState
from infra.store.dynamodb.operations import Operation, Update
from infra.store.dynamodb.table import MESSAGE, Value, need_key, shard_of, sortable
from infra.store.moments import micros


def message_operations(change: Change) -> Iterator[Operation]:
    """The messages a change decided, each put if absent."""
    pk = need_key(change.need.id)[0]
    for n, message in enumerate(change.messages):
        created = micros(message.created_at)
        order = f"{change.need.version:08}.{n:06}"
        due = f"{int(not message.urgent)}{sortable(created)}#{order}"
        firsts: dict[str, Value] = {
            "doc": message.model_dump_json(),
            "order": order,
            "state": MessageState.pending.value,
            "attempt": 0,
            "refusals": 0,
            "fence": 0,
            "not_before": created,
            "changed_at": created,
            "alarm_pk": f"outbox-{message.channel.value}#{shard_of(message.need)}",
            "alarm_sk": due,
        }
        yield Update((pk, f"{MESSAGE}{message.id}"), firsts=firsts)
