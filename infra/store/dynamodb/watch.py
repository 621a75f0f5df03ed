"""Leases, marks, and the questions an auditor asks."""

from __future__ import annotations

from datetime import datetime

from infra.store.dynamodb.connection import Connected
from infra.store.dynamodb.operations import Delete, Put
from infra.store.dynamodb.table import number
from infra.store.moments import instant, micros


class WatchItems(Connected):
    """Who does what now, what happened when, and which promises are late."""

    def mark(self, name: str, at: datetime | None) -> None:
        self._write(Delete(("MARKS", name)) if at is None else Put({"pk": "MARKS", "sk": name, "at": micros(at)}))

    def marks(self) -> dict[str, datetime]:
        return {str(item["sk"]): instant(number(item["at"])) for item in self._query("MARKS")}
