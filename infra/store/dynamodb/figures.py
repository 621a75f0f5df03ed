"""Figures that were counted, kept for some minutes."""

from __future__ import annotations

from datetime import datetime

from infra.store.dynamodb.connection import Connected
from infra.store.dynamodb.operations import ABSENT, Delete, Put
from infra.store.dynamodb.table import ENDS_AT, Item, number
from infra.store.moments import micros

FIGURES = "FIGURES"


class FigureItems(Connected):
    """One item for each period somebody asked for, which ends by itself."""

    def keep_figures(self, name: str, counted: str, at: datetime, until: datetime) -> None:
        item: Item = {"pk": FIGURES, "sk": name, "at": micros(at), "until": micros(until), "counted": counted}
        item[ENDS_AT] = int(until.timestamp())
        self._write(Put(item, where=f"{ABSENT} OR #at <= :at", values={"at": micros(at)}))

    def kept_figures(self, name: str, now: datetime) -> str | None:
        item = self._get(FIGURES, name)
        if item is None or not number(item["at"]) <= micros(now) < number(item["until"]):
            return None
        return str(item["counted"])

    def drop_figures(self) -> None:
        self._write_many(Delete((FIGURES, str(item["sk"]))) for item in self._query(FIGURES, only=("sk",)))
