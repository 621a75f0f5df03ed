"""The audit's chain: each entry holds the hash of the one before, so that none can be edited or deleted unseen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from infra.store.moments import micros
from infra.store.signing_in import Audit

FIRST = ""


@dataclass(frozen=True)
class Link:
    """An entry in its place: `previous` is the hash of the one before, `hash` its own, over all there is of it."""

    number: int
    entry: Audit
    previous: str
    hash: str

    @property
    def whole(self) -> bool:
        return self == following(self.number - 1, self.previous, self.entry)


def following(number: int, hash: str, entry: Audit) -> Link:
    """The entry that comes after the one of this number and hash."""
    row = (number + 1, micros(entry.at), entry.who, entry.what, entry.about, entry.detail, hash)
    return Link(number + 1, entry, hash, hashlib.sha256(json.dumps(row).encode()).hexdigest())


def wound_in(links: Iterable[Link], last: int | None) -> str | None:
    """What was done to the audit, in a sentence; `None` if nothing. `last` is the number of its last entry."""
    before, number = FIRST, 0
    for link in links:
        number += 1
        if link.number != number:
            return f"entry {number} of the audit has been deleted"
        if link.previous != before or not link.whole:
            return f"entry {link.number} of the audit has been edited"
        before = link.hash
    if last is not None and last != number:
        return f"entry {number + 1} of the audit has been deleted"
    return None
