"""Many needs, one after the other: by their age, by their incident, by who was asked about them."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from itertools import islice

from infra.store.dynamodb.connection import Connected
from infra.store.dynamodb.table import NEED, Item, Key, asked_place, need_key

READ_TOGETHER = 50


class WalkedNeeds(Connected):
    """Reads needs some at a time, as they are asked for."""

    def _newest_first(self, incident: str | None = None) -> Iterator[Item]:
        """Needs whole, the newest first: all, or those of one incident."""
        yield from self._items(need_key(need) for need in self._references(incident))

    def _references(self, incident: str | None) -> Iterator[str]:
        if incident is not None:
            for item in self._query(f"I#{incident}", begins="need#", forward=False):
                yield _last(str(item["sk"]))
            return
        for month in self._query("MONTHS", forward=False):
            for item in self._query(f"opened#{month['sk']!s}", index="time", forward=False):
                yield _last(str(item["time_sk"]))

    def _asked(self, responder: str) -> Iterator[tuple[Item, Item]]:
        """Each invitation of a responder that is not over, with its need, the newest first."""
        return self._with_needs(self._query(asked_place(responder, over=False), index="time", forward=False))

    def _ever_asked(self, responder: str) -> Iterator[tuple[Item, Item]]:
        """Each invitation of a responder with its need, the newest first."""
        return self._with_needs(self._places_asked(responder, forward=False))

    def _places_asked(self, responder: str, *, forward: bool) -> Iterator[Item]:
        """Where all that a responder was asked is found, in order. What moves meanwhile may come twice, or not."""
        places = (asked_place(responder, over=over) for over in (False, True))
        entries = (self._query(place, index="time", forward=forward) for place in places)
        return heapq.merge(*entries, key=lambda entry: str(entry["time_sk"]), reverse=not forward)

    def _with_needs(self, found: Iterator[Item]) -> Iterator[tuple[Item, Item]]:
        while some := [(str(item["pk"]), str(item["sk"])) for item in islice(found, READ_TOGETHER)]:
            items = self._get_many([*some, *((pk, NEED) for pk, _ in some)])
            for key in some:
                need = items.get((key[0], NEED))
                if key in items and need:
                    yield items[key], need

    def _items(self, keys: Iterable[Key]) -> Iterator[Item]:
        """These items in their order, those that there are."""
        waiting = iter(keys)
        while some := list(islice(waiting, READ_TOGETHER)):
            items = self._get_many(some)
            yield from (items[key] for key in some if key in items)


def _last(sort_key: str) -> str:
    return sort_key.rpartition("#")[2]
