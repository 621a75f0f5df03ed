"""New needs: each once, found by its key, its resident, its age, its incident and the beginning of its reference."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from domain.changes import Change
from domain.duplicates import Whose
from domain.needs import Need, Resident
from domain.places import shared_area
from domain.risk import Standing, standing_of
from infra.store import NEWEST_COMPARED, Committed, Conflict, SameKey, TokenRow
from infra.store.dynamodb.around import around, need_sets, of_incident, parts_written, resident_item, tasks_moved
from infra.store.dynamodb.operations import ABSENT, Operation, Put, Update
from infra.store.dynamodb.table import GUARD, Item, need_key, number, present, sortable
from infra.store.dynamodb.writing import Journalled, Writing
from infra.store.moments import micros

SHARED_BEGINNING = 4  # letters of a reference, `N-7K`, under which it is found by its beginning


class AddedNeeds(Journalled):
    """Puts needs on record."""

    def add_need(
        self,
        change: Change,
        resident: Resident,
        tokens: Sequence[TokenRow],
        key: str | None = None,
        digest: str | None = None,
    ) -> Committed | SameKey | Conflict:
        if key and (known := self.need_with_key(key)):
            return SameKey(known)
        need = change.need
        guards = list(self._guards(change.whose)) if change.whose else []
        if change.whose and not change.whose.known.issuperset(self.needs_of(change.whose.keys, change.whose.since)):
            return Conflict()
        writing = Writing([Put(_new_need(change, key, digest), where=ABSENT), *guards])
        if key:
            found_by = {"list_pk": "keys", "list_sk": key}
            writing.first.append(Put({"pk": f"K#{key}", "sk": "key", "need": need.id, **found_by}, where=ABSENT))
        writing.add([*_found_by(need, change.whose), *around(change, tokens)])
        writing.add([resident_item(need.id, resident), *of_incident(need, _standing(change))])
        self._remember("MONTHS", f"{need.opened_at:%Y-%m}")
        self._remember("AREAS", shared_area(need.area))  # it outlives the need: never a house
        if failed := self._commit(writing, [need_key(need.id)]):
            known = self.need_with_key(key) if key else None
            return SameKey(known) if known and failed else Conflict()
        return Committed(1)

    def need_with_key(self, key: str) -> str | None:
        item = self._get(f"K#{key}", "key")
        return str(item["need"]) if item else None

    def request_digest(self, need: str) -> str | None:
        item = self._get(*need_key(need))
        digest = item.get("digest") if item else None
        return None if digest is None else str(digest)

    def needs_of(self, keys: Sequence[str], since: datetime) -> list[str]:
        found = set()
        for key in keys:
            rows = self._query(f"W#{key}", between=(sortable(micros(since)), "9~"), forward=False, most=NEWEST_COMPARED)
            found |= {tuple(reversed(str(item["sk"]).split("#"))) for item in rows}
        newest = sorted(found, key=lambda one: (one[1], one[0]), reverse=True)
        return [need for need, _ in newest[:NEWEST_COMPARED]]

    def _guards(self, whose: Whose) -> Iterator[Operation]:
        """Of two needs of one resident at once, one is refused: both would move the same guard on from where it was."""
        for key in whose.keys:
            guard = self._get(f"W#{key}", GUARD)
            seen = number(guard["version"]) if guard else 0
            where = "#version = :seen" if guard else ABSENT
            yield Update(
                (f"W#{key}", GUARD), {"version": seen + 1}, where=where, values={"seen": seen} if guard else {}
            )


def _standing(change: Change) -> Standing:
    return change.standing or standing_of(change.need, change.invitations)


def _new_need(change: Change, key: str | None, digest: str | None) -> Item:
    need = change.need
    pk, sk = need_key(need.id)
    tasks = {name.removeprefix("tasks."): str(status) for name, status in tasks_moved(change).items() if status}
    return present(
        {
            "pk": pk,
            "sk": sk,
            "version": 1,
            "parts": parts_written(change),
            "failures": 0,
            "category": need.category,
            "opened_at": micros(need.opened_at),
            "incident": need.incident,
            "exercise": need.exercise,
            "key": key,
            "digest": digest,
            "tasks": tasks,
            "time_pk": f"opened#{need.opened_at:%Y-%m}",
            "time_sk": f"{sortable(micros(need.opened_at))}#{need.id}",
            **need_sets(need, _standing(change)),
        }
    )


def _found_by(need: Need, whose: Whose | None) -> Iterator[Operation]:
    """Small items by which the need is found: all of them are about `need`."""
    opened = sortable(micros(need.opened_at))
    yield Put({"pk": f"REF#{need.id[:SHARED_BEGINNING]}", "sk": need.id})
    for key in whose.keys if whose else ():
        sk = f"{opened}#{need.id}"
        yield Put({"pk": f"W#{key}", "sk": sk, "time_pk": f"resident-keys#{need.id}", "time_sk": key})
