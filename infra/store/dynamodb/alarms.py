"""Alarms: when each need wants to be looked at again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice

from domain.needs import NeedStatus
from infra.store.dynamodb.connection import READ_AT_ONCE, Connected
from infra.store.dynamodb.operations import Update
from infra.store.dynamodb.table import NEED, NEVER, Item, alarm_of, need_key, number, sortable, words
from infra.store.moments import micros

MOST_NAMED = 1000
IS_OPEN = "attribute_exists(#pk) AND #status <> :closed"
IS_OPEN_OR_WAITS = "attribute_exists(#pk) AND (#status <> :closed OR attribute_exists(#wake_at))"


class AlarmItems(Connected):
    """An index in as many shards as it takes; a look asks them all."""

    def due(self, now: datetime, limit: int) -> list[str]:
        return list(islice(self._alarms_until(now, page=limit), limit))

    def alarm_due(self, now: datetime) -> bool:
        return any(True for _ in self._alarms_until(now, page=1))

    def overdue(self, before: datetime) -> list[str]:
        return list(islice(self._alarms_until(before, before=True), MOST_NAMED))

    def wake(self, needs: Iterable[str], now: datetime) -> None:
        for need in needs:
            self._wake(need, now)

    def failures(self, need: str) -> int:
        item = self._get(*need_key(need))
        return number(item.get("failures", 0)) if item else 0

    def defer(self, need: str, until: datetime) -> None:
        later = {"wake_at": micros(until), **alarm_of(need_key(need)[0], micros(until), closed=False)}
        self._write(Update(need_key(need), later, adds={"failures": 1}, where="attribute_exists(#wake_at)"))

    def forgive(self, need: str) -> None:
        self._write(Update(need_key(need), {"failures": 0}, where="#failures > :none", values={"none": 0}))

    def _wake(self, need: str, now: datetime, *, where: str = IS_OPEN) -> None:
        """Look at this need now, if it is so; whoever reads it meanwhile decides again."""
        alarm = alarm_of(need_key(need)[0], micros(now), closed=False)
        closed = {"closed": NeedStatus.closed.value} if ":closed" in where else {}
        self._write(Update(need_key(need), {"wake_at": micros(now), **alarm}, {}, {"version": 1}, where, closed))

    def _alarms_until(self, moment: datetime, *, before: bool = False, page: int | None = None) -> Iterator[str]:
        last = sortable(micros(moment)) if before else f"{sortable(micros(moment))}~"
        alarms = self._shards("alarm", index="alarm", order="alarm_sk", between=("0", last), page=page)
        return (str(item["pk"]).removeprefix("N#") for item in alarms)

    def unwatched(self) -> list[str]:
        entries = self._shards("alarm", index="alarm", order="alarm_sk", begins=NEVER)
        found: list[str] = []
        while len(found) < MOST_NAMED and (some := [(str(item["pk"]), NEED) for item in islice(entries, READ_AT_ONCE)]):
            needs = self._get_many(some).values()
            found += [str(need["pk"]).removeprefix("N#") for need in needs if _is_unwatched(need)]
        return found[:MOST_NAMED]


def _is_unwatched(need: Item) -> bool:
    return need["status"] != NeedStatus.closed and "wake_at" not in need and not words(need.get("tasks"))
