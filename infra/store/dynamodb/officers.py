"""Officers, in the order they were added."""

from __future__ import annotations

from domain.officers import Officer
from infra.store.dynamodb.alarms import AlarmItems
from infra.store.dynamodb.walking import WalkedNeeds

OFFICERS = "OFFICERS"


class OfficerItems(AlarmItems, WalkedNeeds):
    """Reads officers: few, and wanted with every decision."""

    def officers(self) -> tuple[Officer, ...]:
        found = sorted(self._query(OFFICERS), key=lambda item: str(item["order"]))
        return tuple(Officer.model_validate_json(str(item["doc"])) for item in found)
