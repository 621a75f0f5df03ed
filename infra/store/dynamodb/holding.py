"""Which messages are held: their need is, or its incident, or everything."""

from __future__ import annotations

import json
from collections.abc import Iterable

from domain.incidents import Incident
from domain.messages import MessageKind
from domain.officers import Task, TaskKind
from infra.store import ALL_HELD, OutboxRow
from infra.store.dynamodb.connection import Connected
from infra.store.dynamodb.messages import Entry, message_key, row_of
from infra.store.dynamodb.table import NEED, TASK, Item, Key, need_key

PASSES = frozenset({MessageKind.call_off, MessageKind.reduced, MessageKind.officer_task})  # some of them, at least


class Holds:
    """What one look has learnt of holds: each need and incident is read once.

    That somebody who promised is not to come is never held: they may be on the road. While only the need itself is
    held, officers hear of their tasks; with everything or its incident held, they hear of a worry about somebody, and
    of nothing else.
    """

    def __init__(self, store: Connected) -> None:
        self._store = store
        self._all: bool | None = None
        self._incidents: dict[str, bool] = {}
        self._items: dict[Key, Item | None] = {}

    def read_needs(self, needs: Iterable[str]) -> None:
        """All at once, which is faster than one by one."""
        wanted = [key for need in dict.fromkeys(needs) if (key := need_key(need)) not in self._items]
        found = self._store._get_many(wanted)
        self._items |= {key: found.get(key) for key in wanted}

    def surely(self, entry: Entry) -> bool:
        """Does the index alone tell that it is held? Neither its kind nor its incident ever change."""
        return entry.kind not in PASSES and self._with_others(entry.incident)

    def of(self, item: Item, row: OutboxRow) -> bool:
        """Is this message held, or anything that it says as well?"""
        if self._held(item, row):
            return True
        carried = self._store._get_many(message_key(id) for id in carried_by(item))
        return any(self._held(one, row_of(one)) for one in carried.values() if is_carried(one, row.message.id))

    def _held(self, item: Item, row: OutboxRow) -> bool:
        message = row.message
        if message.kind is MessageKind.call_off or (message.kind is MessageKind.reduced and message.urgent):
            return False
        if self._with_others(str(item.get("incident", ""))) and not self._is_worry(row):
            return True
        need = self._read((str(item["pk"]), NEED))
        return not message.to.startswith("officer:") and bool(need and need["held"])

    def _with_others(self, incident: str) -> bool:
        if self._all is None:
            self._all = self._store._get("MARKS", ALL_HELD) is not None
        return self._all or bool(incident and self._incident(incident))

    def _incident(self, id: str) -> bool:
        if id not in self._incidents:
            item = self._store._get(f"I#{id}", "incident")
            self._incidents[id] = item is not None and Incident.model_validate_json(str(item["doc"])).held
        return self._incidents[id]

    def _is_worry(self, row: OutboxRow) -> bool:
        if row.message.task is None:
            return False
        task = self._read((need_key(row.message.need)[0], f"{TASK}{row.message.task}"))
        return task is not None and Task.model_validate_json(str(task["doc"])).kind is TaskKind.worry

    def _read(self, key: Key) -> Item | None:
        if key not in self._items:
            self._items[key] = self._store._get(*key)
        return self._items[key]


def carried_by(item: Item) -> list[str]:
    """The messages that this one was to say as well."""
    return json.loads(str(item["carries"])) if "carries" in item else []


def is_carried(item: Item, carrier: str) -> bool:
    return item.get("carrier") == carrier
