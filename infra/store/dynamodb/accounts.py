"""Local accounts: a password each, tries that are all counted, and links that are good once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.signing_in import NETWORK_KNOWN, lock_for
from infra.store import StoreError
from infra.store.dynamodb.auditing import AuditItems
from infra.store.dynamodb.connection import BUSY, attempts
from infra.store.dynamodb.ending import ends
from infra.store.dynamodb.officers import OfficerItems
from infra.store.dynamodb.operations import THERE, Check, Delete, Operation, Put, Update
from infra.store.dynamodb.table import Item, Key, Value, key_of, maybe_number, number
from infra.store.moments import maybe_instant, maybe_micros, micros
from infra.store.signing_in import Account, Audit

ACCOUNT, NETWORK, SET_UP = "account", "network#", "set-up"


@dataclass(frozen=True)
class Opened:
    """What a set-up link opens: whose account, and their item among the officers."""

    officer: str
    known: Item


class AccountItems(AuditItems, OfficerItems):
    """Keeps hashes: of passwords, of links. `S#<officer>` holds what an officer signs in with."""

    def account(self, officer: str) -> Account | None:
        items = list(self._query(f"S#{officer}"))
        account = next((item for item in items if item["sk"] == ACCOUNT), None)
        if account is None:
            return None
        counted = (account, *(item for item in items if str(item["sk"]).startswith(NETWORK)))
        locks = [until for item in counted if (until := maybe_number(item.get("locked_until"))) is not None]
        return _as_account(officer, account, max(locks, default=None))

    def offer_set_up(self, officer: str, link: str, until: datetime, audit: Audit) -> None:
        known = self._officer(officer)
        ended = number(known["links_ended"]) if known else 0
        item: Item = {"pk": f"L#{link}", "sk": SET_UP, "officer": officer, "links_ended": ended}
        offered = item | {"until": micros(until)} | ends(until, link)
        self._audited([Update(account_key(officer), {"link": link}), Put(offered)], audit)

    def set_up_for(self, link: str, now: datetime) -> str | None:
        opened = self._offered(link, now)
        return opened.officer if opened else None

    def set_password(self, link: str, password: str, now: datetime, audit: Audit) -> str | None:
        for _ in attempts():
            opened = self._offered(link, now)
            if opened is None:
                return None
            networks = [key_of(item) for item in self._query(f"S#{opened.officer}", begins=NETWORK)]
            spent = self._spending(link, opened.officer, {"password": password, "failures": 0, "locked_until": None})
            if not self._audited([*spent, signing_out(opened.known)], audit):
                self._write_many(map(Delete, networks))  # not done: guesses from there are counted by themselves
                return opened.officer
        raise StoreError(BUSY)

    def rehash_password(self, officer: str, before: str, after: str) -> None:
        same = "#password = :before"
        self._write(Update(account_key(officer), {"password": after}, where=same, values={"before": before}))

    def begin_try(self, officer: str, now: datetime, network: str = "") -> Account | None:
        for _ in attempts():
            account = self._get(*account_key(officer))
            if account is None or "password" not in account:
                return None
            own = self._get(*network_key(officer, network)) if network else None
            counted = own if own and number(own["seen_at"]) > micros(now - NETWORK_KNOWN) else account
            locked = maybe_number(counted.get("locked_until"))
            if locked is not None and locked > micros(now):
                return None
            failures = number(counted.get("failures", 0)) + 1
            lock = lock_for(failures)
            until = now + lock if lock else None
            if self._write(_counting(counted, failures, until)):
                return Account(officer, str(account["password"]), failures, until)
        raise StoreError("the store is busy: others have been trying for too long")

    def _offered(self, link: str, now: datetime) -> Opened | None:
        """Does this link hold: the last that was offered, not spent, in time, and its officer has lost no access?"""
        offered = self._get(f"L#{link}", SET_UP)
        if offered is None or number(offered["until"]) <= micros(now):
            return None
        officer = str(offered["officer"])
        account, known = self._get(*account_key(officer)), self._officer(officer)
        if known is None or account is None or account.get("link") != link:
            return None
        return Opened(officer, known) if offered["links_ended"] == known["links_ended"] else None

    def _spending(self, link: str, officer: str, sets: Mapping[str, Value | None]) -> Iterator[Operation]:
        """What makes a link good no more, if it still is."""
        same = {"link": link}
        yield Update(account_key(officer), {"link": None, **sets}, where="#link = :link", values=same)
        yield Delete((f"L#{link}", SET_UP), where=THERE)


def account_key(officer: str) -> Key:
    return f"S#{officer}", ACCOUNT


def network_key(officer: str, network: str) -> Key:
    return f"S#{officer}", f"{NETWORK}{network}"


def not_signed_out(known: Item) -> Check:
    """Holds if nobody was signed out as this officer since they were read."""
    return Check(key_of(known), "#signed_out = :read", {"read": known["signed_out"]})


def signing_out(known: Item, also: Mapping[str, Value] | None = None) -> Update:
    """End all sessions of an officer, if nobody has since they were read."""
    sets = {"signed_out": number(known["signed_out"]) + 1, **(also or {})}
    return Update(key_of(known), sets, where="#signed_out = :read", values={"read": known["signed_out"]})


def _counting(counted: Item, failures: int, until: datetime | None) -> Update:
    """One try more, and the lock it comes to, if nobody has counted one meanwhile: so many at once are all counted,
    and none slips in between the last that is free and its lock."""
    sets = {"failures": failures, "locked_until": maybe_micros(until)}
    if "failures" in counted:
        return Update(key_of(counted), sets, where="#failures = :read", values={"read": counted["failures"]})
    return Update(key_of(counted), sets, where=f"{THERE} AND attribute_not_exists(#failures)")


def _as_account(officer: str, item: Item, locked_until: int | None) -> Account:
    password = item.get("password")
    failures = number(item.get("failures", 0))
    return Account(officer, None if password is None else str(password), failures, maybe_instant(locked_until))
