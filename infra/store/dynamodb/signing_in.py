"""Who may sign in: officers as they change, and who the council's provider says they are."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime

from domain.officers import Officer
from infra.store import AddressTaken, StoreError
from infra.store.dynamodb.accounts import not_signed_out
from infra.store.dynamodb.api_keys import KeyItems
from infra.store.dynamodb.connection import attempts
from infra.store.dynamodb.officers import ADDRESSES, HOW_MANY, as_officer, officer_key
from infra.store.dynamodb.operations import ABSENT, THERE, Delete, Operation, Put, Update
from infra.store.dynamodb.sessions import SessionItems
from infra.store.dynamodb.table import Item, Key, key_of, number
from infra.store.moments import micros
from infra.store.signing_in import Audit

PERSON = "person"
BUSY = "the store is busy: others have been changing officers for too long"


class SigningInItems(SessionItems, KeyItems):
    """Changes officers one at a time; an officer is one person of a provider, or nobody's."""

    def change_officer(self, id: str, change: Callable[[Officer], tuple[Officer, Audit] | None]) -> bool:
        for _ in attempts():
            known = self._officer(id)
            changed = change(as_officer(known)) if known else None
            if known is None or changed is None:
                return False
            officer, audit = changed
            failed = self._audited(_changing(known, officer), audit)
            if not failed:
                self._wake_tasks(id, audit.at)
                return True
            if 0 not in failed:
                raise AddressTaken(officer.id)
        raise StoreError(BUSY)

    def known_person(self, issuer: str, subject: str) -> str | None:
        item = self._get(*_person_key(issuer, subject))
        return str(item["officer"]) if item else None

    def link_person(self, issuer: str, subject: str, officer: Officer, link: str | None, audit: Audit) -> bool:
        for _ in attempts():
            known = self._linking(officer, link, audit.at)
            if known is None:
                return False
            operations = [*known, *self._being(officer.id, _person_key(issuer, subject), audit.at)]
            failed = [operations[n] for n in self._audited(operations, audit)]
            if not failed:
                if link is None:
                    self._wake_tasks(None, audit.at)
                return True
            overtaken = (HOW_MANY, officer_key(officer.id)) if link else (HOW_MANY,)
            if not all(operation.key in overtaken for operation in failed):
                return False  # else somebody was added, or signed out, at that moment
        raise StoreError(BUSY)

    def _linking(self, officer: Officer, link: str | None, now: datetime) -> list[Operation] | None:
        """What adds a new officer, or spends the link of one there is; `None` if it does not hold."""
        if link is None:
            return self._adding(officer)
        opened = self._offered(link, now)
        if opened is None or opened.officer != officer.id:
            return None
        return [*self._spending(link, officer.id, {}), not_signed_out(opened.known)]

    def _being(self, officer: str, person: Key, now: datetime) -> list[Operation]:
        """What makes an officer this person, and the one they were before nobody."""
        own = self._get(f"S#{officer}", PERSON)
        if own and own["person"] == person[0]:
            return []
        place: Item = {"pk": f"S#{officer}", "sk": PERSON, "person": person[0]}
        same, values = ("#person = :read", {"read": own["person"]}) if own else (ABSENT, {})
        operations: list[Operation] = [
            Put({"pk": person[0], "sk": person[1], "officer": officer, "at": micros(now)}, where=ABSENT),
            Put(place, same, values),
        ]
        return [*operations, Delete((str(own["person"]), PERSON))] if own else operations


def _changing(known: Item, officer: Officer) -> list[Operation]:
    """An officer as they are from now on, if they are as they were read. Disabled, or let in again: signed out, and
    without a set-up link."""
    before = as_officer(known)
    sets: dict[str, str | int] = {"doc": officer.model_dump_json(), "version": number(known["version"]) + 1}
    if officer.disabled or before.disabled:
        sets |= {name: number(known[name]) + 1 for name in ("signed_out", "links_ended")}
    same = "#version = :version AND #signed_out = :signed_out"
    read = {"version": known["version"], "signed_out": known["signed_out"]}
    operations: list[Operation] = [Update(key_of(known), sets, where=same, values=read)]
    if officer.email != before.email:
        new: Item = {"pk": ADDRESSES, "sk": officer.email, "officer": officer.id}
        operations += [Put(new, where=ABSENT), Delete((ADDRESSES, before.email), where=THERE)]
    return operations


def _person_key(issuer: str, subject: str) -> Key:
    """Whatever a provider calls people, and however long."""
    return f"PERSON#{hashlib.sha256(json.dumps([issuer, subject]).encode()).hexdigest()}", PERSON
