"""What figures read of many needs: each whole in one question, several questions at a time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import islice

from pydantic import TypeAdapter

from domain.messages import MessageKind
from domain.seen import COUNTED, OFFICER, AskSeen, EventSeen, NeedFacts, NeedSeen
from infra.store import ARRIVED
from infra.store.dynamodb.candidates import as_responder, responder_key
from infra.store.dynamodb.table import (
    EVENT,
    INVITATION,
    MESSAGE,
    NEED,
    Item,
    from_sortable,
    need_key,
    number,
    sortable,
)
from infra.store.dynamodb.walking import WalkedNeeds
from infra.store.dynamodb.writing import Journalled
from infra.store.moments import instant, micros

AT_ONCE = 8
READ_ASKS = TypeAdapter(list[AskSeen])
READ_EVENTS = TypeAdapter(list[EventSeen])


class SeenItems(WalkedNeeds, Journalled):
    """Reads needs by the time they were opened, each with all that figures read of it."""

    def needs_seen(
        self, since: datetime, until: datetime, after: NeedSeen | None = None, limit: int = 200
    ) -> list[NeedFacts]:
        begin = self._place_of(after) if after else sortable(micros(since))
        needs = list(islice(self._opened(begin, until), limit))
        with ThreadPoolExecutor(AT_ONCE) as several:
            found = [items for items in several.map(self._read_whole, needs) if items]
        asks = [item for items in found for item in _some(items, INVITATION)]
        sectors = self._sectors_of({_responder_of(item) for item in asks})
        return [_facts(items, sectors) for items in found]

    def _opened(self, begin: str, until: datetime) -> Iterator[str]:
        """The needs opened after this place, the oldest first: the months know which there are."""
        end, first = sortable(micros(until)), instant(from_sortable(begin.partition("#")[0]))
        for month in self._query("MONTHS", between=(f"{first:%Y-%m}", f"{until.astimezone(UTC):%Y-%m}")):
            for entry in self._query(f"opened#{month['sk']!s}", index="time", between=(begin, end)):
                if str(entry["time_sk"]) not in (begin, end):
                    yield str(entry["pk"]).removeprefix("N#")

    def _place_of(self, after: NeedSeen) -> str:
        """Where this need stands in the order of the index; that may be gone, not the document we hold."""
        item = self._get(*need_key(after.id))
        opened = number(item["opened_at"]) if item else micros(after.opened_at)
        return f"{sortable(opened)}#{after.id}"

    def _read_whole(self, need: str) -> list[Item]:
        """The need, what was asked, its story and its messages; nothing, if it has gone meanwhile."""
        wanted = ("sk", "doc", "order", "state", "journal")
        items = list(self._query(need_key(need)[0], between=(NEED, f"{MESSAGE}~"), only=wanted))
        if not items or items[0]["sk"] != NEED:
            return []
        if "journal" not in items[0]:
            return items
        self._roll_forward(need_key(need), str(items[0]["journal"]))
        return self._read_whole(need)

    def _sectors_of(self, responders: Iterable[str]) -> dict[str, str]:
        found = self._get_many(map(responder_key, responders))
        known = map(as_responder, found.values())
        return {responder.id: responder.sector.value for responder in known}


def _facts(items: list[Item], sectors: Mapping[str, str]) -> NeedFacts:
    asks = [_with_sector(item, sectors) for item in _in_order(_some(items, INVITATION))]
    events = [str(item["doc"]) for item in _some(items, EVENT)]
    return NeedFacts(
        NeedSeen.model_validate_json(str(items[0]["doc"])),
        tuple(READ_ASKS.validate_json(f"[{','.join(asks)}]")),
        tuple(event for event in READ_EVENTS.validate_json(f"[{','.join(events)}]") if _counts(event)),
        any(_tells(item) for item in _some(items, MESSAGE)),
    )


def _some(items: Iterable[Item], kind: str) -> Iterator[Item]:
    return (item for item in items if str(item["sk"]).startswith(kind))


def _in_order(items: Iterable[Item]) -> list[Item]:
    return sorted(items, key=lambda item: str(item["order"]))


def _responder_of(invitation: Item) -> str:
    return str(json.loads(str(invitation["doc"]))["responder"])


def _with_sector(invitation: Item, sectors: Mapping[str, str]) -> str:
    """The ask with the sector it went to."""
    doc, sector = str(invitation["doc"]), sectors.get(_responder_of(invitation))
    return f'{doc[:-1]},"sector":{json.dumps(sector)}}}' if sector else doc


def _counts(event: EventSeen) -> bool:
    return event.code in COUNTED or event.by.startswith(OFFICER)


def _tells(message: Item) -> bool:
    """Does the resident know from it how their need ended?"""
    said = json.loads(str(message["doc"]))
    return said["to"] == "resident" and said["kind"] == MessageKind.resident_closed and message["state"] in ARRIVED
