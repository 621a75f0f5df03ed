"""Leases and marks: who does what now, what happened when."""

from __future__ import annotations

from datetime import datetime

from infra.store import Lease, StoreError
from infra.store.dynamodb.connection import BUSY, Connected, attempts
from infra.store.dynamodb.operations import ABSENT, Delete, Put, Update
from infra.store.dynamodb.table import Key, Value, number
from infra.store.moments import instant, micros


class WatchItems(Connected):
    """One item a lease: its fence stays when it ends, so that each holder's is higher than any before."""

    def take_lease(self, name: str, holder: str, now: datetime, until: datetime) -> Lease | None:
        for _ in attempts():
            found = self._get(*lease_key(name))
            holds = found is not None and number(found["until"]) > micros(now)
            if found and holds and found["holder"] != holder:
                return None
            fence = (number(found["fence"]) if found else 0) + (not holds)
            taken: dict[str, Value | None] = {"holder": holder, "fence": fence, "until": micros(until)}
            as_read = {name: found[name] for name in ("fence", "holder", "until")} if found else {}
            where = "#fence = :fence AND #holder = :holder AND #until = :until" if found else ABSENT
            if self._write(Update(lease_key(name), taken, where=where, values=as_read)):
                return Lease(name, holder, fence, until)
        raise StoreError(BUSY)

    def release_lease(self, lease: Lease) -> None:
        self._write(Update(lease_key(lease.name), {"until": 0}, where="#fence = :mine", values={"mine": lease.fence}))

    def mark(self, name: str, at: datetime | None) -> None:
        self._write(Delete(("MARKS", name)) if at is None else Put({"pk": "MARKS", "sk": name, "at": micros(at)}))

    def marks(self) -> dict[str, datetime]:
        return {str(item["sk"]): instant(number(item["at"])) for item in self._query("MARKS")}


def lease_key(name: str) -> Key:
    return f"LEASE#{name}", "lease"
