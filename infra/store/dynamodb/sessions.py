"""Sessions, and sign-ins that are under way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from domain.officers import Officer
from domain.signing_in import NETWORK_KNOWN
from infra.store import StoreError
from infra.store.dynamodb.accounts import AccountItems, account_key, network_key, not_signed_out, signing_out
from infra.store.dynamodb.connection import attempts
from infra.store.dynamodb.ending import EndingItems, ends
from infra.store.dynamodb.officers import as_officer
from infra.store.dynamodb.operations import ABSENT, THERE, Delete, Operation, Put, Update
from infra.store.dynamodb.table import ENDS_AT, Item, Key, key_of, number, present
from infra.store.moments import instant, micros
from infra.store.signing_in import Attempt, Audit, Session

SESSION, ATTEMPT = "session", "attempt"


class SessionItems(AccountItems, EndingItems):
    """A session holds as long as nobody was signed out as its officer since it began: ending all of an officer's
    is one number in one item, however many there are and whoever begins one at that moment."""

    # --- signing in at the council's provider ---

    def begin_attempt(self, attempt: Attempt) -> None:
        said = {"state": attempt.state, "nonce": attempt.nonce, "verifier": attempt.verifier, "next": attempt.next}
        item = {"pk": f"ATTEMPT#{attempt.hash}", "sk": ATTEMPT, **said, "link": attempt.link}
        self._write(Put(present(item | {"until": micros(attempt.until)}) | ends(attempt.until, attempt.hash)))

    def take_attempt(self, hash: str, now: datetime) -> Attempt | None:
        item = self._written(Delete((f"ATTEMPT#{hash}", ATTEMPT), where=THERE))
        if item is None or number(item["until"]) <= micros(now):
            return None
        link = item.get("link")
        state, nonce, verifier, onward = (str(item[name]) for name in ("state", "nonce", "verifier", "next"))
        until = instant(number(item["until"]))
        return Attempt(hash, state, nonce, verifier, until, onward, None if link is None else str(link))

    # --- sessions ---

    def begin_session(self, session: Session, audit: Audit, network: str = "") -> None:
        for _ in attempts():
            known = self._officer(session.officer)
            signed_out = number(known["signed_out"]) if known else 0
            operations: list[Operation] = [Put(_as_item(session, signed_out), where=ABSENT)]
            operations += self._forgetting_tries(session, network)
            if known:
                operations.append(not_signed_out(known))
            failed = self._audited(operations, audit)
            if not failed:
                return
            if 0 in failed:
                raise StoreError("there is a session with this hash already")
        raise StoreError("the store is busy: others have been signing in for too long")

    def session(self, hash: str) -> tuple[Session, Officer] | None:
        item = self._get(*session_key(hash))
        known = self._officer(str(item["officer"])) if item else None
        if item is None or known is None or item["signed_out"] != known["signed_out"]:
            return None
        return _as_session(item), as_officer(known)

    def see_session(self, hash: str, now: datetime) -> None:
        later = "#seen_at < :now"
        self._write(Update(session_key(hash), {"seen_at": micros(now)}, where=later, values={"now": micros(now)}))

    def sessions(self, officer: str) -> list[Session]:
        found = map(_as_session, self._sessions_of(officer))
        return sorted(found, key=lambda session: (-micros(session.seen_at), session.id))

    def end_session(self, id: str, audit: Audit) -> bool:
        found = next(iter(self._query(f"{SESSION}#{id}", index="time", most=1)), None)
        return found is not None and not self._audited([Delete(key_of(found), where=THERE)], audit)

    def end_sessions(self, officer: str, audit: Audit, but: str = "") -> int:
        for _ in attempts():
            known = self._officer(officer)
            holding = list(self._sessions_of(officer))
            operations: list[Operation] = []
            if known:
                operations.append(signing_out(known))
                kept = next((item for item in holding if but and item["id"] == but), None)
                if kept:
                    still = {"signed_out": number(known["signed_out"]) + 1}
                    operations.append(Update(key_of(kept), still, where=THERE))
            if not self._audited(operations, audit):
                return len([item for item in holding if item["id"] != but])
        raise StoreError("the store is busy: others have been signing in for too long")

    def _sessions_of(self, officer: str) -> Iterator[Item]:
        """Those that hold and are listed; what ends them does not hang on it that all are."""
        known = self._officer(officer)
        listed = [key_of(item) for item in self._query(f"{SESSION}s#{officer}", index="list")]
        found = self._get_many(listed).values()
        return (item for item in found if known and item["signed_out"] == known["signed_out"])

    def _forgetting_tries(self, session: Session, network: str) -> Iterator[Operation]:
        """Their failures are forgotten, and where they signed in is known as theirs for a while."""
        if self._get(*account_key(session.officer)):
            yield Update(account_key(session.officer), {"failures": 0, "locked_until": None}, where=THERE)
        if network:
            pk, sk = network_key(session.officer, network)
            until = int((session.began_at + NETWORK_KNOWN).timestamp()) + 1
            yield Put({"pk": pk, "sk": sk, "failures": 0, "seen_at": micros(session.began_at), ENDS_AT: until})


def session_key(hash: str) -> Key:
    return f"SESSION#{hash}", SESSION


def _as_item(session: Session, signed_out: int) -> Item:
    """Found by its hash, by its id, and by whose it is."""
    pk, sk = session_key(session.hash)
    moments = {
        "began_at": micros(session.began_at),
        "seen_at": micros(session.began_at),
        "until": micros(session.ends_at),
    }
    found_by = {
        "time_pk": f"{SESSION}#{session.id}",
        "time_sk": session.hash,
        "list_pk": f"{SESSION}s#{session.officer}",
        "list_sk": session.id,
    }
    said: Item = {"id": session.id, "officer": session.officer, "how": session.how, "signed_out": signed_out}
    return {"pk": pk, "sk": sk} | said | moments | found_by | ends(session.ends_at, session.hash)


def _as_session(item: Item) -> Session:
    moments = [instant(number(item[name])) for name in ("began_at", "seen_at", "until")]
    hash = str(item["pk"]).partition("#")[2]
    return Session(hash, str(item["id"]), str(item["officer"]), str(item["how"]), *moments)
