"""Who could be asked: those near by first, as many as it takes, and never everybody there is.

Whoever is looked at is compared by how often they were asked this week. That is read for one after the other in the
order of nearness, until there are enough who have not been asked at all: nobody further away comes before those. Where
everybody has been asked already, no more than `MOST_COMPARED` are compared, so long as they are enough.
"""

from __future__ import annotations

import heapq
import logging
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from domain.matching import Candidate
from domain.responders import Responder
from domain.saying_yes import Counted, Heard
from domain.values import Point
from infra.store import StoreError
from infra.store.dynamodb.able import AREAS, NOWHERE, PLACED, Able, as_able, bands_in, eastings
from infra.store.dynamodb.connection import READ_AT_ONCE, Connected
from infra.store.dynamodb.operations import Update
from infra.store.dynamodb.slots import ledger_key
from infra.store.dynamodb.table import Item, Key, number
from infra.store.nearness import RINGS_KM, Box, apart, box_around, narrow, surely_within

log = logging.getLogger("muster.store")

RESPONDER, HEARD, SECTORS = "0responder", "heard", "SECTORS"
FURTHER_KM = (16.0, 64.0, 256.0)
MOST_COMPARED, COMPARED_AT_ONCE = 2000, 25
SORTED_TOGETHER = 5000  # where no place is given: of so many at a time, those first by id
READ_AT_FIRST = 400  # of those who have no place

Found = tuple[Able, float | None]  # with how far apart
Bands = Mapping[str, Sequence[str]]  # of each capability


@dataclass(frozen=True)
class Search:
    """What somebody shall be able to do, and who may."""

    capabilities: tuple[str, ...]
    sectors: frozenset[str]

    def fits(self, responder: Responder) -> bool:
        return responder.sector.value in self.sectors and not set(self.capabilities).isdisjoint(responder.capabilities)


def responder_key(id: str) -> Key:
    return f"R#{id}", RESPONDER


def as_responder(item: Item) -> Responder:
    return Responder.model_validate_json(str(item["doc"]))


class CandidateItems(Connected):
    """Finds who can do it, and puts them in order."""

    def candidates(
        self,
        capabilities: Sequence[str],
        sectors: Sequence[str],
        point: Point | None,
        within_km: float | None,
        week: str,
        limit: int,
    ) -> list[Candidate]:
        search = Search(tuple(dict.fromkeys(capabilities)), frozenset(sectors))
        askable = (found for found in self._able(search, point, within_km) if found[0].contacts)
        drawn = self._least_asked(askable, week, limit)
        found: list[Candidate] = []
        while some := [able.responder for able, _ in islice(drawn, limit - len(found))]:
            read = self._as_candidates(some, week)  # meanwhile they may have had their week, or have left
            found += [one for one in read if search.fits(one.responder) and _may_be_asked(one)]
        return found

    def considered(
        self, capabilities: Sequence[str], sectors: Sequence[str], point: Point | None, week: str, limit: int
    ) -> list[Candidate]:
        search = Search(tuple(dict.fromkeys(capabilities)), frozenset(sectors))
        nearest = islice(self._able(search, point, None), limit)
        found = self._as_candidates([able.responder for able, _ in nearest], week)
        return [candidate for candidate in found if search.fits(candidate.responder)]

    def candidate(self, responder: str, week: str) -> Candidate | None:
        return next(iter(self._as_candidates([responder], week)), None)

    def _as_candidates(self, ids: Sequence[str], week: str) -> list[Candidate]:
        """These, in their order, with what choosing looks at; whoever has left the directory is left out."""
        keys = [key for id in ids for key in (responder_key(id), (f"R#{id}", HEARD), ledger_key(id, week))]
        items = self._get_many(keys)
        alike = {str(item["sk"]): _counted(item) for item in self._query(SECTORS)} if items else {}
        found = []
        for id in ids:
            if item := items.get(responder_key(id)):
                responder = as_responder(item)
                own = _counted(items.get((f"R#{id}", HEARD), {}))
                taken = _taken(items, id, week)
                found.append(Candidate(responder, taken, own, alike.get(responder.sector.value, Counted())))
        return found

    # --- the least asked ---

    def _least_asked(self, nearest: Iterable[Found], week: str, limit: int) -> Iterator[Found]:
        """Some `limit` of these, the least asked this week first, then as they come: without a place last, those by id.
        Then others of them, as long as somebody asks for more."""
        waiting = iter(nearest)
        while askable := self._compared(waiting, week, limit):
            yield from (found for *_, found in sorted(askable, key=lambda one: one[:4]))

    def _compared(self, waiting: Iterator[Found], week: str, limit: int) -> list[tuple[int, bool, float, str, Found]]:
        """As many as it takes to know who of them is asked first; those who may not be asked this week are left out."""
        askable: list[tuple[int, bool, float, str, Found]] = []
        compared = unasked = 0
        at_once = min(max(limit, COMPARED_AT_ONCE), READ_AT_ONCE)
        while some := list(islice(waiting, at_once)):
            weeks = self._get_many(ledger_key(able.responder, week) for able, _ in some)
            for able, distance in some:
                taken = _taken(weeks, able.responder, week)
                if able.weekly_limit is None or taken < able.weekly_limit:
                    key = (taken, distance is None, distance or 0.0, able.responder)
                    askable.append((*key, (able, distance)))
                    unasked += not taken
            compared += len(some)
            if unasked >= limit or (compared >= MOST_COMPARED and len(askable) >= limit):
                break
        return askable

    # --- the nearest ---

    def _able(self, search: Search, point: Point | None, within_km: float | None) -> Iterator[Found]:
        """Whoever can do it and may, once each, in the order of nearness; read as they are asked for."""
        there = {code: self._bands(code) for code in search.capabilities}
        found = self._by_id(there) if point is None else self._outwards(there, point, within_km)
        seen: set[str] = set()
        for able, distance in found:
            if able.sector in search.sectors and able.responder not in seen:
                seen.add(able.responder)
                yield able, distance

    def _bands(self, code: str) -> list[str]:
        """The partitions in which there is somebody who can do this, or has been."""
        return [str(item["sk"]) for item in self._query(f"C#{code}")]

    def _by_id(self, there: Bands) -> Iterator[Found]:
        """Where it is wanted is not known: by id, of many some at a time."""
        partitions = (self._query(f"C#{code}#{band}") for code, bands in there.items() for band in bands)
        everybody = map(as_able, chain.from_iterable(partitions))
        while some := list(islice(everybody, SORTED_TOGETHER)):
            yield from ((able, None) for able in sorted(some, key=lambda able: able.responder))

    def _outwards(self, there: Bands, point: Point, within_km: float | None) -> Iterator[Found]:
        """Ring after ring; those in a ring's corners wait for the next. Last, whoever has no place."""
        waiting: dict[str, Found] = {}
        here, behind, read = narrow(point), -1.0, {PLACED: 0.0, AREAS: 0.0}
        for km in _rings(there, point):
            for kind, most in ((PLACED, math.inf if within_km is None else within_km), (AREAS, math.inf)):
                if read[kind] < min(km, most):
                    read[kind] = min(km, most)
                    for able, lat, lon in self._in_box(there, kind, box_around(point, read[kind])):
                        distance = apart(point, lat, lon, here)
                        if distance > behind:
                            waiting.setdefault(able.responder, (able, distance))
            behind = surely_within(km)
            ready = sorted((d, id) for id, (_, d) in waiting.items() if d is not None and d <= behind)
            yield from (waiting.pop(id) for _, id in ready)
        yield from ((able, None) for able in self._nowhere(there))

    def _in_box(self, there: Bands, kind: str, box: Box) -> Iterator[tuple[Able, float, float]]:
        """Those of one kind of band in this box, with where they are."""
        south, north = bands_in(box)
        for code, bands in there.items():
            for band in bands:
                if f"{kind}#{south}" <= band <= f"{kind}#{north}":
                    for able in map(as_able, self._query(f"C#{code}#{band}", between=eastings(box))):
                        if able.lat is not None and able.lon is not None and box.holds(able.lat, able.lon):
                            yield able, able.lat, able.lon

    def _nowhere(self, there: Bands) -> Iterator[Able]:
        codes = [code for code, bands in there.items() if NOWHERE in bands]
        streams = [map(as_able, self._query(f"C#{code}#{NOWHERE}", page=READ_AT_FIRST)) for code in codes]
        return heapq.merge(*streams, key=lambda able: able.responder)

    # --- how often they say yes ---

    def _count_sectors(self, heard: Iterable[Heard]) -> None:
        """Count answers for the sector of each responder; after the change that brought them, which all needs would
        otherwise have to take turns for. What a crash in between leaves uncounted is no promise broken."""
        answers = list(heard)
        try:
            known = self._get_many(responder_key(one.responder) for one in answers)
            sectors: dict[str, list[int]] = {}
            for one in answers:
                if item := known.get(responder_key(one.responder)):
                    sectors.setdefault(as_responder(item).sector.value, []).append(int(one.yes))
            for sector, said in sectors.items():
                self._write(Update((SECTORS, sector), adds={"asked": len(said), "yes": sum(said)}))
        except StoreError as busy:
            log.warning("%s answers are not counted for their sectors: %s", len(answers), busy)


def _rings(there: Bands, point: Point) -> Iterator[float]:
    """How far to look, and then further, in km; a ring that holds every band there is does not narrow anything down."""
    bands = [band.partition("#")[2] for some in there.values() for band in some if band != NOWHERE]
    for km in (*RINGS_KM, *FURTHER_KM):
        south, north = bands_in(box_around(point, km))
        if all(south <= band <= north for band in bands):
            break
        yield km
    yield math.inf


def _may_be_asked(candidate: Candidate) -> bool:
    responder = candidate.responder
    return responder.contacts > 0 and (
        responder.weekly_limit is None or candidate.asks_this_week < responder.weekly_limit
    )


def _taken(weeks: dict[Key, Item], responder: str, week: str) -> int:
    return number(weeks.get(ledger_key(responder, week), {}).get("taken", 0))


def _counted(item: Item) -> Counted:
    return Counted(number(item.get("asked", 0)), number(item.get("yes", 0)))
