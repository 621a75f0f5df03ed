"""Who may help: responders, their private contacts, what they want, whom they must not meet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice

from domain.pairs import kid_of
from domain.responders import Contact, Responder
from infra.store.dynamodb.able import entries_of
from infra.store.dynamodb.candidates import as_responder, responder_key
from infra.store.dynamodb.operations import THERE, Delete, Put
from infra.store.dynamodb.postcodes import WARDS
from infra.store.dynamodb.putting import AREAS, BY_ID, CONTACT_LIST, CONTACTS, PutResponders
from infra.store.dynamodb.table import SHARDS, Key, key_of
from infra.store.moments import micros

APART, APART_KIDS = "apart", "APART-KIDS"


class DirectoryItems(PutResponders):
    """Responders and everything about them."""

    def responder(self, id: str) -> Responder | None:
        item = self._get(*responder_key(id))
        return as_responder(item) if item else None

    def responder_names(self, ids: Iterable[str]) -> dict[str, str]:
        found = self._get_many(map(responder_key, ids))
        return {responder.id: responder.name for responder in map(as_responder, found.values())}

    def contacts(self, id: str) -> list[Contact]:
        item = self._get(f"R#{id}", CONTACTS)
        return CONTACT_LIST.validate_json(str(item["doc"])) if item else []

    def responders(self, *, after: str = "", limit: int = 1000) -> list[Responder]:
        ids = self._shards(BY_ID, index="time", order="time_sk", above=after)
        found = self._items(responder_key(str(item["time_sk"])) for item in ids)
        return [as_responder(item) for item in islice(found, limit)]

    def count_responders(self) -> int:
        """Reads a key of each."""
        return sum(self._count(f"{BY_ID}#{shard}", index="time") for shard in range(SHARDS))

    def areas(self) -> frozenset[str]:
        wards = (str(item["name"]) for item in self._query(WARDS))
        return frozenset(wards) | {str(item["sk"]) for item in self._query(AREAS)}

    # --- what they want ---

    def mute(self, responder: str, category: str, now: datetime) -> None:
        self._change_responder(responder, lambda known: _muting(known, {*known.muted, category}))

    def unmute(self, responder: str, category: str) -> None:
        self._change_responder(responder, lambda known: _muting(known, {*known.muted} - {category}))

    def pause(self, responder: str, until: datetime | None, now: datetime) -> bool:
        return self.revise(responder, lambda known: known.but(paused_until=until), now)

    # --- whom they must not meet ---

    def keep_apart(self, key: str, responder: str, now: datetime) -> None:
        """Found by the resident, by the responder, and by the key id the resident was hashed with."""
        kid = kid_of(key)
        self._remember(APART_KIDS, kid)
        pk, sk = _pair(key, responder)
        by_responder = {"list_pk": f"{APART}#{responder}", "list_sk": key}
        by_kid = {"time_pk": f"{APART}#{kid}", "time_sk": f"{key}#{responder}"}
        self._write(Put({"pk": pk, "sk": sk, "at": micros(now), **by_responder, **by_kid}))

    def end_apart(self, keys: Sequence[str], responder: str) -> int:
        return sum(self._write(Delete(_pair(key, responder), where=THERE)) for key in keys)

    def kept_apart(self, keys: Sequence[str]) -> tuple[str, ...]:
        pairs = (str(item["sk"]) for key in keys for item in self._query(f"W#{key}", begins=f"{APART}#"))
        return tuple(sorted({pair.partition("#")[2] for pair in pairs}))

    def apart_kids(self) -> frozenset[str]:
        known = (str(item["sk"]) for item in self._query(APART_KIDS))
        return frozenset(kid for kid in known if any(self._query(f"{APART}#{kid}", index="time", most=1)))

    # --- taking somebody out ---

    def _drop_responder(self, id: str) -> None:
        """Leave nothing in the directory about somebody: they themselves last, so that they are found, and it is
        done again, where it was cut short.
        What stands in stories is not in the directory."""
        item = self._get(*responder_key(id))
        entries = entries_of(as_responder(item)) if item else ()
        pairs = [key_of(pair) for pair in self._query(f"{APART}#{id}", index="list")]
        own = [key_of(one) for one in self._query(f"R#{id}", only=("pk", "sk"))]
        last = [(f"R#{id}", CONTACTS), responder_key(id)]
        self._write_many(Delete(key) for key in (*entries, *pairs, *own) if key not in last)
        self._write_many(map(Delete, last))


def _muting(known: Responder, categories: set[str]) -> Responder:
    return known.but(muted=tuple(sorted(categories)))


def _pair(key: str, responder: str) -> Key:
    return f"W#{key}", f"{APART}#{responder}"
