"""Officers, in the order they were added."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from domain.officers import Officer, Task, TaskStatus
from infra.store import StoreError
from infra.store.dynamodb.alarms import AlarmItems
from infra.store.dynamodb.connection import attempts
from infra.store.dynamodb.operations import ABSENT, THERE, Operation, Put, Update
from infra.store.dynamodb.table import Item, Key, number
from infra.store.dynamodb.walking import WalkedNeeds

OFFICERS, ADDRESSES = "OFFICERS", "OFFICER-ADDRESSES"
HOW_MANY = ("SETTINGS", "officers")  # moved on by whoever adds one, so that two at once come one after the other


class OfficerItems(AlarmItems, WalkedNeeds):
    """Reads officers: few, and wanted with every decision."""

    def officers(self) -> tuple[Officer, ...]:
        found = sorted(self._query(OFFICERS), key=lambda item: number(item["order"]))
        return tuple(map(as_officer, found))

    def add_officer(self, officer: Officer, now: datetime) -> bool:
        for _ in attempts():
            adding = self._adding(officer)
            failed = self._transact(adding)
            if not failed:
                self._wake_tasks(None, now)
                return True
            if any(adding[n].key != HOW_MANY for n in failed):
                return False
        raise StoreError("the store is busy: others have been adding officers for too long")

    def _adding(self, officer: Officer) -> list[Operation]:
        """What puts an officer at the end of the list, unless the id or the address is known."""
        added = self._get(*HOW_MANY)
        order = number(added["count"]) + 1 if added else 1
        moved_on, values = ("#count = :read", {"read": order - 1}) if added else (ABSENT, {})
        item: Item = {"pk": OFFICERS, "sk": officer.id, "doc": officer.model_dump_json()}
        return [
            Put(item | {"order": order, "version": 1, "signed_out": 0, "links_ended": 0}, where=ABSENT),
            Put({"pk": ADDRESSES, "sk": officer.email, "officer": officer.id}, where=ABSENT),
            Update(HOW_MANY, {"count": order}, where=moved_on, values=values),
        ]

    def _officer(self, id: str) -> Item | None:
        """An officer, with how often their sessions and their set-up links were ended."""
        return self._get(*officer_key(id))

    def _wake_tasks(self, officer: str | None, now: datetime) -> None:
        """Look now at the needs with a task that this officer has (`None`: nobody). After what changed is committed:
        a crash in between costs the time until their alarms, which go on."""
        for need in dict.fromkeys(task.need for task in self._undone() if task.officer == officer):
            self._wake(need, now, where=THERE)

    def _undone(self) -> Iterator[Task]:
        for status in (TaskStatus.open, TaskStatus.taken):
            for item in self._query(f"tasks-{status.value}", index="list"):
                yield Task.model_validate_json(str(item["row"]))


def officer_key(id: str) -> Key:
    return OFFICERS, id


def as_officer(item: Item) -> Officer:
    return Officer.model_validate_json(str(item["doc"]))
