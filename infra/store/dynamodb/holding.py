"""Which messages are held: their need is, or its incident, or everything."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from domain.incidents import Incident
from domain.needs import NeedStatus
from infra.store import ALL_HELD, OutboxRow
from infra.store.dynamodb.connection import Connected
from infra.store.dynamodb.messages import Entry, is_held_with_need, is_held_with_others, message_key, row_of
from infra.store.dynamodb.table import Item, Key, need_key


class Holds:
    """What one look has learnt of holds: each need and incident is read once."""

    def __init__(self, store: Connected) -> None:
        self._store = store
        self._all: bool | None = None
        self._incidents: dict[str, bool] = {}
        self._needs: dict[Key, Item | None] = {}

    def read_needs(self, needs: Iterable[str]) -> None:
        """All at once, which is faster than one by one."""
        wanted = [key for need in dict.fromkeys(needs) if (key := need_key(need)) not in self._needs]
        found = self._store._get_many(wanted)
        self._needs |= {key: found.get(key) for key in wanted}

    def surely(self, entry: Entry) -> bool:
        """Does the index alone tell that it is held?"""
        return entry.by_others and self._with_others(entry.incident)

    def free(self, entries: Sequence[Entry]) -> list[Entry]:
        """Those which nothing holds, as far as it takes no look at the messages themselves."""
        possible = [entry for entry in entries if not self.surely(entry)]
        self.read_needs(entry.need for entry in possible if entry.by_need)
        return [entry for entry in possible if not (entry.by_need and self._need_is_held(entry.need))]

    def on_hold(self, entries: Sequence[Entry]) -> list[Entry]:
        """Those that wait for an officer to let their need go on, or for the time that one has set."""
        return [entry for entry in entries if entry.by_need and self._is_on_hold(entry.need)]

    def of(self, item: Item, row: OutboxRow) -> bool:
        """Is this message held, or anything that it says as well?"""
        if self._held(item, row):
            return True
        carried = self._store._get_many(message_key(id) for id in carried_by(item))
        return any(self._held(one, row_of(one)) for one in carried.values() if is_carried(one, row.message.id))

    def _held(self, item: Item, row: OutboxRow) -> bool:
        message = row.message
        if is_held_with_others(message, item) and self._with_others(str(item.get("incident", ""))):
            return True
        return is_held_with_need(message) and self._need_is_held(message.need)

    def _with_others(self, incident: str) -> bool:
        if self._all is None:
            self._all = self._store._get("MARKS", ALL_HELD) is not None
        return self._all or bool(incident and self._incident(incident))

    def _incident(self, id: str) -> bool:
        if id not in self._incidents:
            item = self._store._get(f"I#{id}", "incident")
            self._incidents[id] = item is not None and Incident.model_validate_json(str(item["doc"])).held
        return self._incidents[id]

    def _need_is_held(self, need: str) -> bool:
        item = self._need(need)
        return bool(item and item["held"])

    def _is_on_hold(self, need: str) -> bool:
        item = self._needs.get(need_key(need))
        return item is not None and item["status"] == NeedStatus.on_hold

    def _need(self, need: str) -> Item | None:
        self.read_needs([need])
        return self._needs[need_key(need)]


def carried_by(item: Item) -> list[str]:
    """The messages that this one was to say as well."""
    return json.loads(str(item["carries"])) if "carries" in item else []


def is_carried(item: Item, carrier: str) -> bool:
    return item.get("carrier") == carrier
