"""Responders as they are written: each whole, with their contacts and what they are found by, in one transaction."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import TypeAdapter

from domain.needs import NeedStatus
from domain.responders import Contact, Responder
from infra.store import StoreError
from infra.store.dynamodb.able import entries_of
from infra.store.dynamodb.alarms import AlarmItems
from infra.store.dynamodb.candidates import CandidateItems, as_responder, responder_key
from infra.store.dynamodb.connection import BUSY, attempts
from infra.store.dynamodb.operations import ABSENT, THERE, Delete, Operation, Put, Update
from infra.store.dynamodb.table import Item, Key, Value, maybe_number, number, present, shard_of
from infra.store.dynamodb.walking import WalkedNeeds
from infra.store.dynamodb.writing import MOST_IN_ONE
from infra.store.moments import maybe_micros, micros

CONTACTS, AREAS = "contacts", "AREAS"
BY_NAME, BY_ID = "responders", "responder-ids"  # lists of all responders
CONTACT_LIST = TypeAdapter(list[Contact])
AFTER_A_NAME = "\t"  # comes before anything a name may hold
BROUGHT_IN_APART = timedelta(days=1)

Given = tuple[Responder, Sequence[Contact]]


@dataclass(frozen=True)
class Putting:
    """What writes one responder: `first` themselves, if they still are as they were read; `entries` by which they are
    found. `wakes`: a check they held is gone, so the needs they were asked about are to be looked at."""

    responder: Responder
    first: tuple[Operation, ...]
    entries: tuple[Put | Delete, ...]
    wakes: bool = False

    def __len__(self) -> int:
        return len(self.first) + len(self.entries)


class PutResponders(CandidateItems, AlarmItems, WalkedNeeds):
    """Adds responders, replaces them, and changes what is known of one."""

    def put_responders(self, rows: Sequence[tuple[Responder, Sequence[Contact]]], now: datetime) -> None:
        given = {responder.id: (responder, contacts) for responder, contacts in rows}
        for some in _together(self._puttings(given.values(), now)):
            for _ in attempts():
                if not self._put_together(some):
                    break
                some = self._puttings([given[one.responder.id] for one in some], now)
                if not some:  # somebody else has written the very same
                    break
            else:
                raise StoreError(BUSY)
            for one in some:
                if one.wakes:
                    self._wake_needs_of(one.responder.id, now)
                    self._write(Update(responder_key(one.responder.id), {"wakes": None}, where=THERE))

    def revise(self, responder: str, change: Callable[[Responder], Responder], now: datetime) -> bool:
        known = self._change_responder(responder, lambda known: change(known).but(muted=known.muted))
        if known:
            self._wake_needs_of(responder, now)
        return known

    def _change_responder(
        self, id: str, change: Callable[[Responder], Responder], contacts: Sequence[Contact] | None = None
    ) -> bool:
        """Put what `change` makes of a responder, and these contacts, if any are given; `False`: nobody has this id.
        `change` may be asked again, of what somebody else has made of them meanwhile."""
        for _ in attempts():
            known = self._get(*responder_key(id))
            if known is None:
                return False
            after = change(as_responder(known))
            if contacts is not None:
                after = after.but(contacts=_mailable(contacts))
            if not self._put_together([_putting(after, contacts, known, maybe_number(known.get("put_at")))]):
                return True
        raise StoreError(BUSY)

    def _puttings(self, given: Iterable[Given], now: datetime) -> list[Putting]:
        """What is to be written for these, seen beside what there is; of whoever is as they were, nothing is.

        That they have been brought in again is written once a day: a file that is read twice is read quickly.
        """
        wanted = list(given)
        ids = [responder.id for responder, _ in wanted]
        items = self._get_many([*map(responder_key, ids), *((f"R#{id}", CONTACTS) for id in ids)])
        puttings = []
        for given_one, contacts in wanted:
            known = items.get(responder_key(given_one.id))
            kept = items.get((f"R#{given_one.id}", CONTACTS))
            responder = _keeping(given_one.but(contacts=_mailable(contacts)), as_responder(known) if known else None)
            same_contacts = kept is not None and kept["doc"] == _dump(contacts)
            if not (known and same_contacts and _just_so(known, responder, now)):
                puttings.append(_putting(responder, None if same_contacts else contacts, known, micros(now)))
        return puttings

    def _put_together(self, puttings: Sequence[Putting]) -> bool:
        """Write these, or nothing; has somebody else written one of them since it was read?

        Entries that are too many for a transaction are written before it, by themselves: where one leads is read
        before anybody is asked, so one that is early, or too late, does no harm.
        """
        for one in puttings:
            for pk, band in {_band(entry.key[0]) for entry in one.entries if isinstance(entry, Put)}:
                self._remember(pk, band)
            for area in one.responder.areas:
                self._remember(AREAS, area)
        apart = [one for one in puttings if len(one) > MOST_IN_ONE]
        self._write_many(entry for one in apart for entry in one.entries)
        operations = [*(one.first for one in puttings), *(one.entries for one in puttings if one not in apart)]
        return bool(self._transact([each for some in operations for each in some]))

    def _wake_needs_of(self, responder: str, now: datetime) -> None:
        """What they want, or hold, has changed: look at the open needs they are asked about. An ask that is being
        committed at this moment may not be found yet: what it hangs on is looked at again when it is answered."""
        asked = (need for _, need in self._asked(responder) if need["status"] != NeedStatus.closed)
        self.wake(dict.fromkeys(str(need["pk"]).removeprefix("N#") for need in asked), now)


def _putting(
    responder: Responder, contacts: Sequence[Contact] | None, known: Item | None, put_at: int | None
) -> Putting:
    """Replace what is known of a responder, their contacts if any are given, and the entries that change."""
    before = as_responder(known) if known else None
    lost = before is not None and not set(before.checks) <= set(responder.checks)
    wakes = lost or bool(known and known.get("wakes"))  # a crash may have left it undone
    version = number(known["version"]) if known else 0
    where, values = ("#version = :read", {"read": version}) if known else (ABSENT, {})
    item = _item(responder, put_at) | {"version": version + 1} | ({"wakes": True} if wakes else {})
    first: list[Operation] = [Put(item, where, values)]
    if contacts is not None:
        first.append(Put({"pk": item["pk"], "sk": CONTACTS, "doc": _dump(contacts)}))
    old, new = entries_of(before) if before else {}, entries_of(responder)
    puts = [Put(entry) for key, entry in new.items() if old.get(key) != entry]
    return Putting(responder, tuple(first), (*puts, *(Delete(key) for key in old if key not in new)), wakes)


def _item(responder: Responder, put_at: int | None) -> Item:
    """A responder, in the lists by name and by id."""
    pk, sk = responder_key(responder.id)
    row = {
        "name": responder.name,
        "sector": responder.sector,
        "capabilities": responder.capabilities,
        "paused_until": maybe_micros(responder.paused_until),
        "put_at": put_at,
    }
    shard = shard_of(responder.id)
    item: dict[str, Value | None] = {
        "pk": pk,
        "sk": sk,
        "doc": responder.model_dump_json(),
        "put_at": put_at,
        "row": json.dumps(row, ensure_ascii=False),
        "list_pk": f"{BY_NAME}#{shard}",
        "list_sk": place_by_name(responder),
        "time_pk": f"{BY_ID}#{shard}",
        "time_sk": responder.id,
    }
    return present(item)


def place_by_name(responder: Responder) -> str:
    """Where they stand in the list by name, whatever its letters' case."""
    return f"{responder.name.casefold()}{AFTER_A_NAME}{responder.id}"


def _keeping(given: Responder, known: Responder | None) -> Responder:
    """What they muted stays, and a pause they asked for outlives a file that says nothing of it."""
    if known is None:
        return given.but(muted=())
    return given.but(muted=known.muted, paused_until=given.paused_until or known.paused_until)


def _just_so(known: Item, responder: Responder, now: datetime) -> bool:
    """Is this on record already, since not long ago?"""
    put_at = maybe_number(known.get("put_at"))
    recent = put_at is not None and 0 <= micros(now) - put_at < BROUGHT_IN_APART // timedelta(microseconds=1)
    return recent and "wakes" not in known and known["doc"] == responder.model_dump_json()


def _together(puttings: Iterable[Putting]) -> Iterator[list[Putting]]:
    """As many at a time as go into one transaction."""
    some: list[Putting] = []
    for one in puttings:
        if some and sum(map(len, some)) + len(one) > MOST_IN_ONE:
            yield some
            some = []
        some.append(one)
    if some:
        yield some


def _mailable(contacts: Sequence[Contact]) -> int:
    return sum(1 for contact in contacts if contact.email)


def _dump(contacts: Sequence[Contact]) -> str:
    return CONTACT_LIST.dump_json(list(contacts)).decode()


def _band(pk: str) -> Key:
    """The capability whose band this is, and what the band is called."""
    _, code, band = pk.split("#", 2)
    return f"C#{code}", band
