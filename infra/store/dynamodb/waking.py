"""Errands: very many needs to look at now. Kept with what made it so, and carried out a piece at a time: whoever looks
at what is due goes on where another was cut short."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any

from domain.needs import NeedStatus
from infra.store.dynamodb.alarms import IS_OPEN_OR_WAITS, AlarmItems
from infra.store.dynamodb.operations import THERE, Delete, Put, Update
from infra.store.dynamodb.table import SHARDS, Item, alarm_of, key_of, need_key, number, sortable
from infra.store.moments import micros

ERRANDS, OF_INCIDENT = "ERRANDS", "need#"
AT_ONCE, THREADS = 200, 8
FIRST_SECONDS, SECONDS = 15.0, 2.0  # of whoever gave an order, and of each look after it
AGAIN_AFTER = timedelta(seconds=10)  # an index that lags behind shows by then what it has missed


class WakingItems(AlarmItems):
    """Wakes all needs, or those of an incident, each once for each errand."""

    def due(self, now: datetime, limit: int) -> list[str]:
        self._go_on_waking(now, SECONDS)
        return super().due(now, limit)

    def alarm_due(self, now: datetime) -> bool:
        """An errand that waits is to be carried on by `due`."""
        return any(_may_go_on(errand, now) for errand in self._query(ERRANDS)) or super().alarm_due(now)

    def _errand(self, incident: str | None, now: datetime) -> Put:
        """To be written with what it is about: from then on it will be carried out."""
        item: Item = {"pk": ERRANDS, "sk": f"{sortable(micros(now))}#{secrets.token_hex(6)}", "at": micros(now)}
        return Put(item | ({"incident": incident} if incident else {}))

    def _go_on_waking(self, now: datetime, seconds: float) -> None:
        until = time.monotonic() + seconds
        for errand in self._query(ERRANDS):
            if _may_go_on(errand, now):
                self._carry_out(errand, now, until)

    def _carry_out(self, errand: Item, now: datetime, until: float) -> None:
        """As far as time allows, and as long as nobody else is further. A need that was woken for it is not woken
        again: to begin anew does no harm.

        Everything there is is gone through twice, as the index of alarms may miss what is written meanwhile.
        """
        whom, wake = self._whom(errand), partial(self._wake_for, errand)
        with ThreadPoolExecutor(THREADS) as pool:
            while some := list(islice(whom, AT_ONCE)):
                list(pool.map(wake, [need for _, need in some]))
                further = self._written(Update(key_of(errand), {"reached": some[-1][0]}, **_as_read(errand)))
                if further is None or time.monotonic() > until:
                    return
                errand = further
        if "incident" in errand or "not_before" in errand:
            self._write(Delete(key_of(errand), **_as_read(errand)))
        else:
            again = {"not_before": micros(now + AGAIN_AFTER), "reached": None}
            self._write(Update(key_of(errand), again, **_as_read(errand)))

    def _whom(self, errand: Item) -> Iterator[tuple[str, str]]:
        """The needs it is about, each with the place from which to go on after it."""
        reached = str(errand.get("reached", ""))
        if "incident" in errand:
            yield from self._of_incident(str(errand["incident"]), reached)
            return
        begun, _, place = reached.partition("|")
        for shard in range(int(begun or 0), SHARDS):
            for item in self._query(f"alarm#{shard}", index="alarm", above=place or "0", page=AT_ONCE):
                yield f"{shard}|{item['alarm_sk']!s}", str(item["pk"]).removeprefix("N#")
            place = ""

    def _of_incident(self, incident: str, reached: str) -> Iterator[tuple[str, str]]:
        last = f"{OF_INCIDENT}~"
        for item in self._query(f"I#{incident}", between=(reached or OF_INCIDENT, last), page=AT_ONCE):
            yield str(item["sk"]), str(item["sk"]).rpartition("#")[2]

    def _wake_for(self, errand: Item, need: str) -> None:
        key, at = need_key(need), number(errand["at"])
        woken = {"wake_at": at, "woken": errand["sk"], **alarm_of(key[0], at, closed=False)}
        once = f"{IS_OPEN_OR_WAITS} AND (attribute_not_exists(#woken) OR #woken <> :errand)"
        values = {"closed": NeedStatus.closed.value, "errand": errand["sk"]}
        self._write(Update(key, woken, adds={"version": 1}, where=once, values=values))


def _may_go_on(errand: Item, now: datetime) -> bool:
    return number(errand.get("not_before", 0)) <= micros(now)


def _as_read(errand: Item) -> dict[str, Any]:
    """The condition that it is still where it was when it was read: else somebody else has carried it further."""
    where, values = [THERE], {}
    for name in ("reached", "not_before"):
        if name in errand:
            where.append(f"#{name} = :{name}")
            values[name] = errand[name]
        else:
            where.append(f"attribute_not_exists(#{name})")
    return {"where": " AND ".join(where), "values": values}
