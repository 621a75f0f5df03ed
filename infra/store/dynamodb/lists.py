"""Lists of needs: those most at risk first, a page at a time, whatever is asked for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

from domain.needs import LETTERS, NeedStatus, letters_of
from domain.officers import TaskStatus
from domain.risk import SOON, Band, at_risk
from infra.store.dynamodb.api_keys import KEYS
from infra.store.dynamodb.listed import as_listed, moment_of, place_of
from infra.store.dynamodb.table import SHARDS, Item, need_key, sortable
from infra.store.dynamodb.tasks import TaskItems
from infra.store.keyset import Turn, as_page, read_cursor
from infra.store.lists import LOOKED_AT, SHORTEST_PREFIX, Counts, CursorWrong, NeedListed, NeedsWanted, Page
from infra.store.moments import instant, micros

PLACE = re.compile(r"[0-3]\d{19}#N-[2-9A-Z]{6}")
OPEN, CLOSED = "needs-open", "needs-closed"
MOST_FOUND = 500  # needs that one beginning of a reference may stand for
WHOLE_REFERENCE = 6  # letters
READ_AHEAD = 200  # rows of each shard, where few of them may be wanted
Range = tuple[str, str, str]
"""Which list, from which place to which."""


class ListItems(TaskItems):
    """Reads pages of the list, which is in as many shards as it takes."""

    def needs_page(self, wanted: NeedsWanted, cursor: str | None = None, limit: int = 50) -> Page[NeedListed]:
        turn = read_cursor(cursor)
        if turn.key and not PLACE.fullmatch(turn.key):
            raise CursorWrong("this does not lead to any page")
        searched = self._searched(wanted.search)
        area = "" if searched else wanted.search
        found: dict[str, NeedListed] = {}  # one that moves while the index is read may stand in two places
        stopped = None
        for looked, item in enumerate(self._looked_at(wanted, searched, turn, limit), start=1):
            row = as_listed(item)
            if _is(wanted, row) and _has(row.area, area):
                found.setdefault(row.need, row)
            if len(found) > limit:
                break
            if looked == LOOKED_AT:
                stopped = place_of(row)
                break
        page = as_page(list(found.values()), turn, limit, place_of, stopped)
        return replace(page, rows=tuple(self._with_holds(page.rows)))

    def counts(self, now: datetime) -> Counts:
        """Reads the entries of all open needs in the list, all shards at once: some 100 read units for 1,000 of them.
        DynamoDB counts no cheaper by itself."""
        statuses, risk = Counter[str](), 0
        with ThreadPoolExecutor(SHARDS) as several:
            for some in several.map(self._open_in, range(SHARDS)):
                for place, status in some:
                    statuses[status] += 1
                    risk += at_risk(Band(int(place[0])), instant(moment_of(place)), now)
        tasks = self._count(f"tasks-{TaskStatus.open.value}", index="list")
        return Counts({s: statuses[s.value] for s in NeedStatus if s is not NeedStatus.closed}, tasks, risk)

    def _open_in(self, shard: int) -> list[tuple[str, str]]:
        """Where each open need of this shard stands in the list, and how."""
        found = self._query(f"{OPEN}#{shard}", index="list", only=("list_sk", "status"))
        return [(str(item["list_sk"]), str(item["status"])) for item in found]

    def counts_of(self, incident: str) -> dict[NeedStatus, int]:
        counts = Counter(str(item["status"]) for item in self._query(f"I#{incident}", begins="need#"))
        return {status: counts[status.value] for status in NeedStatus if status.value in counts}

    # --- which needs ---

    def _looked_at(self, wanted: NeedsWanted, searched: list[str], turn: Turn, limit: int) -> Iterator[Item]:
        """What is looked at from where the last page ended: the needs that a search names, with an officer or of an
        incident; else the list."""
        if wanted.officer is not None:
            theirs = self._needs_with(wanted.officer)
            return self._from(self._places(set(searched or theirs).intersection(theirs)), turn)
        if searched:
            return self._from(self._places(searched), turn)
        if wanted.incident is not None:
            found = self._query(f"I#{wanted.incident}", begins="need#")
            return self._from([str(item["place"]) for item in found if _may_be(wanted, str(item["status"]))], turn)
        return self._walked(wanted, turn, limit)

    def _walked(self, wanted: NeedsWanted, turn: Turn, limit: int) -> Iterator[Item]:
        plain = replace(wanted, statuses=(), at_risk=None) == NeedsWanted()
        ahead = limit // SHARDS * 2 + 3 if plain else READ_AHEAD
        ranges = _ranges(wanted)
        for name, low, high in reversed(ranges) if turn.back else ranges:
            if turn.key:
                low, high = (low, min(high, turn.key)) if turn.back else (max(low, turn.key), high)
            if low <= high:
                cut = (low, high)
                found = self._shards(
                    name, index="list", order="list_sk", forward=not turn.back, between=cut, page=ahead
                )
                yield from (item for item in found if item["list_sk"] != turn.key)

    def _from(self, places: Iterable[str], turn: Turn) -> Iterator[Item]:
        """The needs at these places that follow."""
        if turn.key:
            places = (place for place in places if (place < turn.key if turn.back else place > turn.key))
        return self._items(need_key(place.rpartition("#")[2]) for place in sorted(places, reverse=turn.back))

    def _places(self, needs: Iterable[str]) -> list[str]:
        return [str(item["list_sk"]) for item in self._items(map(need_key, needs))]

    def _needs_with(self, officer: str) -> list[str]:
        tasks = self._tasks_by_age(TaskStatus.open, TaskStatus.taken)
        return list(dict.fromkeys(task.need for task in tasks if task.officer == officer))

    def _searched(self, text: str) -> list[str]:
        """Needs whose reference or key begins so."""
        if not text.strip():
            return []
        letters, key = letters_of(text), text.strip()
        found: list[str] = []
        if SHORTEST_PREFIX <= len(letters) <= WHOLE_REFERENCE and set(letters) <= set(LETTERS):
            same = f"REF#N-{letters[:SHORTEST_PREFIX]}"
            found += [str(item["sk"]) for item in self._query(same, begins=f"N-{letters}", most=MOST_FOUND)]
        if len(key) >= SHORTEST_PREFIX:
            for program in ("", *(f"key:{one['sk']!s}|" for one in self._query(KEYS, only=("sk",)))):
                found += self._with_key(program + key)
        return list(dict.fromkeys(found))

    def _with_key(self, beginning: str) -> Iterator[str]:
        entries = self._query("keys", index="list", begins=beginning, most=MOST_FOUND)
        yield from (str(item["need"]) for item in self._items((str(one["pk"]), str(one["sk"])) for one in entries))


def _ranges(wanted: NeedsWanted) -> list[Range]:
    """Where in the list what is wanted may stand."""
    if wanted.at_risk is not None:
        return [_until(Band.missing, wanted.at_risk + SOON), _until(Band.promised, wanted.at_risk)]
    if wanted.word_before is not None:  # who owes it is not in order where something is missing as well
        return [(OPEN, "0", "0~"), _until(Band.promised, wanted.word_before)]
    ranges = [(OPEN, "0", "2~"), (CLOSED, "3", "3~")]
    return [one for one in ranges if _may_be_in(wanted, closed=one[0] == CLOSED)]


def _until(band: Band, moment: datetime) -> Range:
    return OPEN, f"{band.value}", f"{band.value}{sortable(micros(moment))}~"


def _may_be_in(wanted: NeedsWanted, *, closed: bool) -> bool:
    return not wanted.statuses or any((status is NeedStatus.closed) == closed for status in wanted.statuses)


def _may_be(wanted: NeedsWanted, status: str) -> bool:
    return not wanted.statuses or status in wanted.statuses


def _is(wanted: NeedsWanted, row: NeedListed) -> bool:
    """Is this what is asked for, but for what is searched?"""
    return (
        _may_be(wanted, row.status)
        and wanted.category in (None, row.category)
        and _has(row.area, wanted.area or "")
        and wanted.incident in (None, row.incident)
        and wanted.exercise in (None, row.exercise)
        and wanted.with_officer in (None, row.with_officer)
        and (wanted.needed_from is None or row.needed_by >= wanted.needed_from)
        and (wanted.needed_before is None or row.needed_by < wanted.needed_before)
        and (wanted.at_risk is None or row.at_risk(wanted.at_risk))
        and (wanted.word_before is None or (row.word_at is not None and row.word_at <= wanted.word_before))
    )


def _has(area: str, part: str) -> bool:
    return part.strip()[:120].casefold() in area.casefold()
