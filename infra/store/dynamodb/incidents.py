"""Incidents, and what is held."""

from __future__ import annotations

from domain.incidents import Incident
from infra.store.dynamodb.alarms import AlarmItems
from infra.store.dynamodb.walking import WalkedNeeds


class IncidentItems(AlarmItems, WalkedNeeds):
    """Incidents; a hold is one item or one mark, so that it counts at once for thousands of needs."""

    def incident(self, id: str) -> Incident | None:
        item = self._get(f"I#{id}", "incident")
        return Incident.model_validate_json(str(item["doc"])) if item else None
