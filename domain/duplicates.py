"""The same resident asked for the same twice? Who they are is compared by keyed hashes: nothing readable is indexed."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.needs import Need, NeedId, Outcome, Resident

LOOK_BACK = timedelta(days=1)  # two requests further apart than this are two needs
ENDED_AS_NOTHING = (Outcome.withdrawn, Outcome.duplicate)


@dataclass(frozen=True)
class Whose:
    """Whose need it is, as the store may know it. `known` are their newest needs opened from `since` on when this was
    read: one recorded meanwhile makes the commit a conflict, so that of two at once one sees the other."""

    keys: tuple[str, ...]
    since: datetime
    known: frozenset[NeedId]


def resident_keys(resident: Resident, secret: bytes) -> tuple[str, ...]:
    """What a resident is known again by: e-mail, telephone, or name with address, each as a keyed hash."""
    return tuple(
        hmac.new(secret, f"resident|{form}".encode(), hashlib.sha256).hexdigest() for form in _normal_forms(resident)
    )


def _normal_forms(resident: Resident) -> Iterator[str]:
    if resident.email:
        yield f"email|{resident.email.casefold()}"
    if resident.phone:
        yield f"phone|{resident.phone}"
    if resident.name and resident.address:
        yield f"home|{_letters(resident.name)}|{_letters(resident.address)}"


def _letters(text: str) -> str:
    """`Flat 2, 14 Elm Rd.` and `flat 2 14 elm rd` are the same."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in plain if char.isalnum())


def find_like(need: Need, theirs: Iterable[Need]) -> Need | None:
    """The first of a resident's other needs that asks for any of the same help, and did not end as nothing. What is
    practice is never taken for what is real."""
    wanted = _asked_for(need)
    return next(
        (
            other
            for other in theirs
            if other.exercise is need.exercise
            and other.outcome not in ENDED_AS_NOTHING
            and not wanted.isdisjoint(_asked_for(other))
        ),
        None,
    )


def _asked_for(need: Need) -> frozenset[str]:
    return frozenset(line.what for line in need.lines if line.quantity)
