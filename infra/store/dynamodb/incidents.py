"""Incidents, and what is held."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from domain.holding import cannot_hold
from domain.incidents import Incident
from domain.needs import NeedStatus
from infra.store import ALL_HELD, StoreError
from infra.store.dynamodb.connection import BUSY, attempts
from infra.store.dynamodb.operations import ABSENT, THERE, Delete, Operation, Put, Update
from infra.store.dynamodb.table import Key, sortable
from infra.store.dynamodb.waking import FIRST_SECONDS, OF_INCIDENT, WakingItems
from infra.store.dynamodb.walking import WalkedNeeds
from infra.store.moments import micros

INCIDENTS = "INCIDENTS"
ALL = ("MARKS", ALL_HELD)


class IncidentItems(WakingItems, WalkedNeeds):
    """Incidents; a hold is one item or one mark, so that it counts at once for thousands of needs.

    They are woken after it, a piece at a time. A need that has not been yet says nothing of the hold in its story, and
    nothing leaves about it all the same; should the hold end before that, its clocks have not been put on.
    """

    def add_incident(self, incident: Incident) -> bool:
        item = Put({"pk": f"I#{incident.id}", "sk": "incident", "doc": incident.model_dump_json()}, where=ABSENT)
        place = _place(incident)
        return not self._transact([item, Put({"pk": place[0], "sk": place[1]})])

    def incident(self, id: str) -> Incident | None:
        item = self._get(f"I#{id}", "incident")
        return Incident.model_validate_json(str(item["doc"])) if item else None

    def incidents(self, limit: int = 1000) -> list[Incident]:
        places = enumerate(self._query(INCIDENTS))
        wanted = (str(item["sk"]).rpartition("#")[2] for n, item in places if n < limit or "held" in item)
        items = self._items((f"I#{id}", "incident") for id in wanted)
        return [Incident.model_validate_json(str(item["doc"])) for item in items]

    def hold(self, incident: str | None, now: datetime) -> bool:
        mark = Put({"pk": ALL[0], "sk": ALL[1], "at": micros(now)}, where=ABSENT)
        return self._change_hold(incident, mark, now, now)

    def resume(self, incident: str | None, now: datetime) -> bool:
        return self._change_hold(incident, Delete(ALL, where=THERE), None, now)

    def close_incident(self, incident: str, now: datetime) -> int:
        """A need opened after they were counted is as one opened after the incident was closed: it goes its way."""
        needs = self._query(f"I#{incident}", begins=OF_INCIDENT)
        left = sum(1 for item in needs if item["status"] != NeedStatus.closed)
        if not left:
            self._set_moment(incident, "closed_at", now, [])
        return left

    def _change_hold(self, incident: str | None, mark: Put | Delete, moment: datetime | None, now: datetime) -> bool:
        errand = self._errand(incident, now)
        if incident is None:
            changed = not self._transact([mark, errand])
        else:
            changed = self._set_moment(incident, "held_at", moment, [errand])
        self._go_on_waking(now, FIRST_SECONDS)
        return changed

    def _set_moment(self, id: str, name: str, moment: datetime | None, then: list[Operation]) -> bool:
        """Set or clear one moment of an incident; `False` if there is no such incident, or it is so already."""
        for _ in attempts():
            item = self._get(f"I#{id}", "incident")
            before = Incident.model_validate_json(str(item["doc"])) if item else None
            if item is None or before is None or (getattr(before, name) is None) is (moment is None):
                return False
            if name == "held_at" and moment and cannot_hold(before):
                return False
            after = before.but(**{name: moment})
            doc = Update((f"I#{id}", "incident"), {"doc": after.model_dump_json()}, where="#doc = :seen")
            place = Update(_place(after), {"held": after.held or None})
            if not self._transact([replace(doc, values={"seen": item["doc"]}), place, *then]):
                return True
        raise StoreError(BUSY)


def _place(incident: Incident) -> Key:
    """Among all incidents, the newest first."""
    return INCIDENTS, f"{sortable(-micros(incident.opened_at))}#{incident.id}"
