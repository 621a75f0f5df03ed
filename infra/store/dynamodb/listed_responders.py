"""Who may help, a page at a time, and what each was asked and said."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from domain.invitations import Invitation
from domain.needs import Need
from infra.store.dynamodb.candidates import HEARD, as_responder, responder_key
from infra.store.dynamodb.putting import BY_NAME, place_by_name
from infra.store.dynamodb.table import SHARDS, Item, Key, maybe_number, number
from infra.store.dynamodb.walking import WalkedNeeds
from infra.store.keyset import as_page, read_cursor
from infra.store.lists import LOOKED_AT, STALE_AFTER, Asked, CursorWrong, Page, ResponderListed, RespondersWanted
from infra.store.moments import maybe_instant, micros

MOST_WORDS = 8

Fits = Callable[[dict[str, Any]], bool]


class ListedResponders(WalkedNeeds):
    """Reads responders by name, and their past."""

    def responders_page(
        self, wanted: RespondersWanted, cursor: str | None = None, limit: int = 50
    ) -> Page[ResponderListed]:
        turn = read_cursor(cursor)
        shards = self._shards(
            BY_NAME,
            index="list",
            order="list_sk",
            forward=not turn.back,
            above=self._row_of(turn.key) if turn.key else "",
            page=limit + 1 if wanted == RespondersWanted() else LOOKED_AT // SHARDS,
        )
        fits = _filter(wanted)
        found: list[str] = []
        looked_at, last = 0, ""
        for item in islice(shards, LOOKED_AT):
            looked_at, last = looked_at + 1, str(item["pk"]).removeprefix("R#")
            if fits(json.loads(str(item["row"])) | {"id": last}):
                found.append(last)
                if len(found) > limit:
                    break
        stopped = last if looked_at == LOOKED_AT and len(found) <= limit else None
        page = as_page(found, turn, limit, str, stopped)
        return Page(tuple(self._listed_responders(page.rows)), page.next, page.previous)

    def responder_listed(self, id: str) -> ResponderListed | None:
        return next(iter(self._listed_responders([id])), None)

    def asks_of(self, responder: str, limit: int = 50) -> list[Asked]:
        return [
            Asked(
                Invitation.model_validate_json(str(item["doc"])),
                Need.model_validate_json(str(need["doc"])).but(version=need["version"]),
            )
            for item, need in islice(self._ever_asked(responder), limit)
        ]

    def _row_of(self, id: str) -> str:
        item = self._get(*responder_key(id))
        if item is None:
            raise CursorWrong("this does not lead to any page")
        return place_by_name(as_responder(item))

    def _listed_responders(self, ids: Sequence[str]) -> list[ResponderListed]:
        """As they are now: whoever has left since they were listed is left out."""
        keys: list[Key] = [key for id in ids for key in (responder_key(id), (f"R#{id}", HEARD))]
        items = self._get_many(keys)
        return [
            _as_listed(items[responder_key(id)], items.get((f"R#{id}", HEARD), {}))
            for id in ids
            if responder_key(id) in items
        ]


def _as_listed(item: Item, heard: Item) -> ResponderListed:
    asked, yes = number(heard.get("asked", 0)), number(heard.get("yes", 0))
    return ResponderListed(as_responder(item), asked, yes, maybe_instant(maybe_number(item.get("put_at"))))


def _filter(wanted: RespondersWanted) -> Fits:
    """Is a row of the list wanted?"""
    words = [word.casefold() for word in wanted.search.split()[:MOST_WORDS]]
    beginning = wanted.search.strip().casefold()

    def named(row: dict[str, Any]) -> bool:
        name = row["name"].casefold()
        return all(word in name for word in words) or row["id"].casefold().startswith(beginning)

    def fits(row: dict[str, Any]) -> bool:
        return (
            named(row)
            and wanted.sector in (None, row["sector"])
            and (wanted.capability is None or wanted.capability in row["capabilities"])
            and (wanted.paused is None or (row["paused_until"] or 0) > micros(wanted.paused))
            and (wanted.stale is None or _is_stale(row["put_at"], wanted.stale))
        )

    return fits


def _is_stale(put_at: int | None, now: datetime) -> bool:
    return put_at is None or put_at < micros(now - STALE_AFTER)
