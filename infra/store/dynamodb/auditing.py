"""The audit: entries that only grow in number, each of which holds the hash of the one before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import islice

from infra.store import StoreError
from infra.store.chain import FIRST, Link, following, wound_in
from infra.store.dynamodb.connection import Connected, attempts
from infra.store.dynamodb.operations import ABSENT, Operation, Put, Update
from infra.store.dynamodb.table import Item, key_of, number
from infra.store.moments import instant, micros
from infra.store.signing_in import LOOKED, Audit

AUDIT = "AUDIT"
LAST = (AUDIT, "last")  # number and hash of the last entry; its key comes after all of theirs
ENTRIES = ("0", "9~")
TURN_SECONDS = 0.05  # whoever has waited long must not be worse off than whoever has just come
AT_ONCE = 80  # entries in one transaction


class AuditItems(Connected):
    """Keeps what officers and keys did that is no part of a need's story. Writers take turns: each entry moves the
    one item that says which is the last."""

    def record_audit(self, *entries: Audit) -> None:
        for start in range(0, len(entries), AT_ONCE):
            self._audited([], *entries[start : start + AT_ONCE])

    def audit(self, limit: int = 100, before: int | None = None) -> Sequence[tuple[int, Audit]]:
        newest = ENTRIES[1] if before is None else _sort_key(before)
        below = self._query(AUDIT, between=(ENTRIES[0], newest), forward=False, page=limit + 1)
        links = (link for link in map(_as_link, below) if before is None or link.number < before)
        return [(link.number, link.entry) for link in islice(links, limit)]

    def verify_audit(self) -> str | None:
        last = self._get(*LAST)
        until = _sort_key(number(last["number"])) if last else ENTRIES[1]
        links = map(_as_link, self._query(AUDIT, between=(ENTRIES[0], until)))
        if found := wound_in(links, number(last["number"]) if last else 0):
            return found
        entry = self._get(AUDIT, until) if last else None
        if last and (entry is None or entry["hash"] != last["hash"]):
            return f"entry {number(last['number'])} of the audit has been edited"
        return None

    def looks(self, need: str) -> list[Audit]:
        found = [key_of(item) for item in self._query(f"{AUDIT}#{need}", index="time", forward=False)]
        items = self._get_many(found)
        entries = (_as_link(items[key]).entry for key in found if key in items)
        return [entry for entry in entries if entry.what == LOOKED]

    def _audited(self, operations: Sequence[Operation], *entries: Audit) -> list[int]:
        """Write these together with entries in the audit, or nothing: returns which of their conditions fail."""
        for _ in attempts(TURN_SECONDS):
            failed = self._transact([*operations, *self._appending(entries)], TURN_SECONDS)
            theirs = [n for n in failed if n < len(operations)]
            if theirs or not failed:
                return theirs
        raise StoreError("the store is busy: others have been writing the audit for too long")

    def _appending(self, entries: Sequence[Audit]) -> Iterator[Operation]:
        """What adds these after the last one, if it still is the last."""
        last = self._get(*LAST)
        still, values = ("#number = :read", {"read": number(last["number"])}) if last else (ABSENT, {})
        reached, hash = (number(last["number"]), str(last["hash"])) if last else (0, FIRST)
        for entry in entries:
            link = following(reached, hash, entry)
            reached, hash = link.number, link.hash
            yield Put(_as_item(link), where=ABSENT)
        yield Update(LAST, {"number": reached, "hash": hash}, where=still, values=values)


def _as_item(link: Link) -> Item:
    """Found by its number, and by what it is about."""
    said = asdict(link.entry) | {"at": micros(link.entry.at)}
    item: Item = {"pk": AUDIT, "sk": _sort_key(link.number), **said, "previous": link.previous, "hash": link.hash}
    if link.entry.about:
        item |= {"time_pk": f"{AUDIT}#{link.entry.about}", "time_sk": _sort_key(link.number)}
    return item


def _as_link(item: Item) -> Link:
    words = [str(item[name]) for name in ("who", "what", "about", "detail")]
    entry = Audit(instant(number(item["at"])), *words)
    return Link(int(str(item["sk"])), entry, str(item["previous"]), str(item["hash"]))


def _sort_key(number: int) -> str:
    return f"{number:012}"
