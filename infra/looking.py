"""Reading what is private about a need: never without a record of who looked."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from domain.needs import Resident
from domain.responders import Contact
from infra import clock
from infra.store import Store
from infra.store.signing_in import LOOKED, Audit


@dataclass(frozen=True)
class Private:
    """Whose need it is, and what people wrote about it, by the id that events use."""

    resident: Resident
    notes: dict[str, str]


def look_private(store: Store, who: str, need: str, how: str = "") -> Private:
    """Read it and record the look: who, what need, when, which kinds of detail; never what they say.

    `who` is `officer:ID`, `key:ID` or `command`; `how` a code for the place it was looked at, such as `export`.
    """
    found = Private(store.resident(need), store.notes(need))
    kinds = [name for name, value in found.resident.model_dump().items() if value]
    kinds += ["words"] if found.notes else []
    detail = ",".join(kinds) or "nothing"
    store.record_audit(Audit(clock.now(), who, LOOKED, need, f"{how}: {detail}" if how else detail))
    return found


def note_compared(store: Store, who: str, need: str, what: str) -> None:
    """Record that somebody was told what they typed is what is kept: that is a look too."""
    store.record_audit(Audit(clock.now(), who, LOOKED, need, f"compared: {what}"))


def stands_for(responder: str) -> str:
    """How the audit names somebody who may help. It is never edited, and an id may be a name: so not by that."""
    return f"responder:{hashlib.sha256(responder.encode()).hexdigest()[:16]}"


def look_contacts(store: Store, who: str, responder: str) -> list[Contact]:
    """How to reach somebody who may help, with a record of the look: who looked at whose, never at what."""
    store.record_audit(Audit(clock.now(), who, LOOKED, stands_for(responder), "contacts"))
    return store.contacts(responder)
