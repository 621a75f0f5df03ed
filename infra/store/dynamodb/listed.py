"""How lists show a need: what an index, or the need's own item, says of it in few words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace

from domain.incidents import Incident
from domain.needs import NeedStatus, Outcome
from domain.officers import TaskStatus
from domain.risk import Band
from infra.store.dynamodb.table import Item, from_sortable, maybe_number, need_key, sortable, words
from infra.store.dynamodb.walking import WalkedNeeds
from infra.store.lists import NeedListed
from infra.store.moments import instant, maybe_instant, micros


class ListedNeeds(WalkedNeeds):
    """Reads rows of needs that are named."""

    def needs_listed(self, needs: Sequence[str]) -> list[NeedListed]:
        rows = [as_listed(item) for item in self._items(map(need_key, dict.fromkeys(needs)))]
        return self._with_holds(rows)

    def _with_holds(self, rows: Iterable[NeedListed]) -> list[NeedListed]:
        """A need is held with its incident."""
        rows = list(rows)
        found = self._get_many((f"I#{row.incident}", "incident") for row in rows if row.incident)
        held = {pk.removeprefix("I#") for (pk, _), item in found.items() if _is_held(item)}
        return [replace(row, held=row.held or row.incident in held) for row in rows]


def as_listed(item: Item) -> NeedListed:
    """The row of an entry in the list, or of a need; without what its incident says."""
    row = json.loads(str(item["row"]))
    return NeedListed(
        need=str(item["pk"]).removeprefix("N#"),
        band=Band(row["band"]),
        at=instant(row["at"]),
        status=NeedStatus(row["status"]),
        outcome=Outcome(row["outcome"]) if row["outcome"] else None,
        category=row["category"],
        area=row["area"],
        summary=row["summary"],
        needed_by=instant(row["needed_by"]),
        wake_at=maybe_instant(maybe_number(item.get("wake_at"))),
        urgent=row["urgent"],
        incident=row["incident"],
        exercise=row["exercise"],
        held=row["held"],
        needed=row["needed"],
        covered=row["covered"],
        with_officer=_with_officer(item, row["status"]),
        word_at=maybe_instant(row["word_at"]),
        word_from=row["word_from"],
    )


def place_of(row: NeedListed) -> str:
    """Where it stands in the list, as its sort key has it (`around.py`)."""
    at = micros(row.at)
    return f"{row.band.value}{sortable(-at if row.band is Band.closed else at)}#{row.need}"


def _with_officer(item: Item, status: str) -> bool:
    """A task that was taken is over with its need; one that nobody has taken is not."""
    waiting = set(words(item.get("tasks")).values())
    return TaskStatus.open in waiting or (TaskStatus.taken in waiting and status != NeedStatus.closed)


def _is_held(incident: Item) -> bool:
    return Incident.model_validate_json(str(incident["doc"])).held


def moment_of(place: str) -> int:
    """The moment that orders it there, of one that is not closed."""
    return from_sortable(place[1:20])
