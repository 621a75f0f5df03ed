"""What is known of one person: found by paging, taken out wherever it stands."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import islice
from typing import Any

from domain.invitations import Invitation
from domain.needs import Resident
from domain.responders import Contact
from infra.store import MessageState, StoreError
from infra.store.dynamodb.able import entries_of
from infra.store.dynamodb.candidates import as_responder, responder_key
from infra.store.dynamodb.connection import BUSY, attempts
from infra.store.dynamodb.directory import DirectoryItems
from infra.store.dynamodb.kinds import kind_of
from infra.store.dynamodb.messages import moved, row_of
from infra.store.dynamodb.operations import THERE, Delete, Update
from infra.store.dynamodb.putting import BY_ID, CONTACT_LIST, CONTACTS
from infra.store.dynamodb.table import (
    EVENT,
    INVITATION,
    MESSAGE,
    NEED,
    RESIDENT,
    SHARDS,
    Item,
    Value,
    asked_place,
    key_of,
    number,
)
from infra.store.dynamodb.writing import Journalled, Writing
from infra.store.privacy import ContactRow

NAMING = "contains(#doc, :id) OR contains(#doc, :recipient)"


class PersonItems(DirectoryItems, Journalled):
    """Finds a person wherever they stand, and takes them out."""

    def residents(self, after: str = "", limit: int = 1000) -> list[tuple[str, Resident]]:
        entries = self._shards("residents", index="list", order="list_sk", above=after)
        found = self._items((str(entry["pk"]), RESIDENT) for entry in entries)
        return [
            (str(item["pk"]).removeprefix("N#"), Resident.model_validate_json(str(item["doc"])))
            for item in islice(found, limit)
        ]

    def contact_rows(self, after: str = "", limit: int = 1000) -> list[ContactRow]:
        entries = self._shards(BY_ID, index="time", order="time_sk", above=after)
        found = self._items((str(entry["pk"]), CONTACTS) for entry in entries)
        return [
            ContactRow(str(item["pk"]).removeprefix("R#"), tuple(CONTACT_LIST.validate_json(str(item["doc"]))))
            for item in islice(found, limit)
        ]

    def needs_asked(self, responder: str) -> list[str]:
        found = (str(entry["pk"]) for entry in self._places_asked(responder, forward=True))
        return list(dict.fromkeys(pk.removeprefix("N#") for pk in found))

    def put_contacts(self, responder: str, contacts: Sequence[Contact], now: datetime) -> None:
        self._change_responder(responder, lambda known: known, contacts)

    def rename_responder(self, id: str, alias: str) -> None:
        """Need after need, so that meanwhile some stories say the one and some the other. Nobody asks them from the
        beginning on; they leave the directory last, so that what was cut short can be begun again, by the same alias.

        Reads the whole table, as a story may name somebody who was never asked.
        """
        known = self._written(Update(responder_key(id), firsts={"alias": alias}, where=THERE))
        if known:
            alias = str(known["alias"])
            self._write_many(Delete(key) for key in entries_of(as_responder(known)))
        for pk in self._naming(id):
            self._rename_in(pk, id, alias)
        self._drop_links(id, id, set())
        self._drop_responder(id)
        for need in self.needs_asked(id):  # asked by a change that was on its way when all this began
            self._rename_in(f"N#{need}", id, alias)
            self._drop_responder(id)

    def tables_with(self, words: Iterable[str]) -> dict[str, int]:
        """Reads the whole table. What is of one kind here is a table elsewhere."""
        wanted = [word.casefold() for word in words]
        hits = {key_of(item): kind_of(*key_of(item)) for item in self._everything() if _holds(item, wanted)}
        kinds = sorted(hits.values())
        return {kind: kinds.count(kind) for kind in kinds}

    def empty_log(self) -> bool:
        """There is none that anybody could read; AWS's own backups, if they are on, end by themselves."""
        return True

    def compact(self) -> None:
        """What is erased is not in any file of ours."""

    # --- everything there is ---

    def _everything(self, **how: Any) -> Iterator[Item]:
        """Every item, some parts of the table at a time; one may come twice."""
        with ThreadPoolExecutor(SHARDS) as several:
            parts = [self._scan(TotalSegments=SHARDS, Segment=n, **how) for n in range(SHARDS)]
            while parts:
                found = list(several.map(lambda part: list(islice(part, 1000)), parts))
                for some in found:
                    yield from some
                parts = [part for part, some in zip(parts, found, strict=True) if some]

    def _naming(self, responder: str) -> list[str]:
        """The partitions in which something names them, or goes to them."""
        how = {
            "FilterExpression": NAMING,
            "ProjectionExpression": "pk",
            "ExpressionAttributeNames": {"#doc": "doc"},
            "ExpressionAttributeValues": {
                ":id": {"S": json.dumps(responder)},
                ":recipient": {"S": json.dumps(f"responder:{responder}")},
            },
        }
        found = {str(item["pk"]) for item in self._everything(**how)}
        return sorted(pk for pk in found if pk.startswith("N#"))

    # --- one need ---

    def _rename_in(self, pk: str, id: str, alias: str) -> None:
        """Wherever the id stands by itself: under the need's version, so that nobody decides on both at once."""
        for _ in attempts():
            items = list(self._query(pk))
            need = next((item for item in items if item["sk"] == NEED), None)
            if need is None:
                return
            if "journal" in need:
                self._roll_forward((pk, NEED), str(need["journal"]))
            elif self._rename_parts(need, items, id, alias) and all(self._readdress(items, id, alias)):
                asked = {str(item["sk"]).removeprefix(INVITATION) for item in items if _asks(item, alias, id)}
                self._drop_links(pk.removeprefix("N#"), id, asked)
                return
        raise StoreError(BUSY)

    def _rename_parts(self, need: Item, items: Sequence[Item], id: str, alias: str) -> bool:
        """The need, its invitations and its events; `False`: somebody else was first."""
        writing, asked = Writing(), 0
        for item in items:
            doc, sk = str(item.get("doc", "")), str(item["sk"])
            if not sk.startswith((INVITATION, EVENT)) or (renamed := _renamed(doc, id, alias)) == doc:
                continue
            sets: dict[str, Value | None] = {"doc": renamed}
            if sk.startswith(INVITATION):
                asked += 1
                sets["time_pk"] = asked_place(alias, over=Invitation.model_validate_json(doc).over)
            writing.rest.append(Update(key_of(item), sets, adds={"puts": 1} if "time_pk" in sets else {}))
        current: dict[str, Value | None] = {
            "doc": _renamed(str(need["doc"]), id, alias),
            "row": _renamed(str(need["row"]), id, alias),
        }
        if not writing.rest and all(need[name] == value for name, value in current.items()):
            return True
        version = number(need["version"])
        current["version"] = version + 1
        where, read = "#version = :read", {"read": version}
        writing.first.append(Update(key_of(need), current, adds={"parts": asked}, where=where, values=read))
        return not self._commit(writing, [key_of(need)])

    def _readdress(self, items: Sequence[Item], id: str, alias: str) -> Iterator[bool]:
        """What went to them went to somebody; what has not gone does not go."""
        for item in items:
            if not str(item["sk"]).startswith(MESSAGE) or (row := row_of(item)).message.to_responder != id:
                continue
            unsent = row.state in (MessageState.pending, MessageState.unknown)
            state = MessageState.skipped if unsent else row.state
            message = row.message.but(to=f"responder:{alias}")
            yield self._write(moved(item, message=message, state=state, frozen=None, provider_id=None, why=None))

    def _drop_links(self, about: str, id: str, asked: set[str]) -> None:
        """Their links open nothing any more."""
        entries = self._query(f"links#{about}", index="time")
        links = list(self._items(key_of(entry) for entry in entries))
        self._write_many(Delete(key_of(link)) for link in links if _is_theirs(link, id, asked))


def _is_theirs(link: Item, id: str, asked: set[str]) -> bool:
    target = str(link["target"])
    match link["purpose"]:
        case "partner":
            return target == id
        case "unsub":
            return target.startswith(f"{id}|")
        case "invite":
            return target in asked
        case _:
            return False


def _asks(item: Item, *responders: str) -> bool:
    return str(item["sk"]).startswith(INVITATION) and json.loads(str(item["doc"]))["responder"] in responders


def _renamed(doc: str, id: str, alias: str) -> str:
    """Only where a responder is named: `responder`, `responders`, `keep_from`, `word_from`."""
    if json.dumps(id) not in doc:
        return doc
    tree = json.loads(doc)
    for name in ("responder", "word_from"):
        if tree.get(name) == id:
            tree[name] = alias
    for name in ("responders", "keep_from"):
        if name in tree:
            tree[name] = [alias if one == id else one for one in tree[name]]
    return json.dumps(tree, ensure_ascii=False, separators=(",", ":"))


def _holds(item: Item, words: list[str]) -> bool:
    texts = (value.values() if isinstance(value, dict) else [value] for value in item.values())
    text = "\x1f".join(str(one) for some in texts for one in some if isinstance(one, str)).casefold()
    return any(word in text for word in words)
