"""Who may sign in, who has, and keys of the API."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from datetime import datetime
from typing import Any

from domain.officers import Officer
from domain.rights import Right
from domain.signing_in import NETWORK_KNOWN, lock_for
from infra.store import AddressTaken
from infra.store.moments import instant, maybe_instant, maybe_micros, micros
from infra.store.signing_in import Account, ApiKey, Attempt, Audit, Session
from infra.store.sqlite.auditing import AuditTables, append_audit
from infra.store.sqlite.connection import Abandon

SESSION = "s.hash, s.id, s.officer, s.how, s.began_at, s.seen_at, s.ends_at"
KEY = "id, hash, name, rights, made_by, made_at, used_at, revoked_at"


class SigningInTables(AuditTables):
    """Keeps accounts, sessions and keys: what opens one is kept as a hash only."""

    def change_officer(self, id: str, change: Callable[[Officer], tuple[Officer, Audit] | None]) -> bool:
        with self._writing() as db:
            row = db.execute("SELECT doc FROM officers WHERE id = ?", (id,)).fetchone()
            before = Officer.model_validate_json(row[0]) if row else None
            changed = change(before) if before else None
            if before is None or changed is None:
                return False
            officer, audit = changed
            taken = db.execute("SELECT 1 FROM officers WHERE email = ? AND id <> ?", (officer.email, id)).fetchone()
            if taken:
                raise AddressTaken(officer.id)
            db.execute(
                "UPDATE officers SET email = ?, doc = ? WHERE id = ?", (officer.email, officer.model_dump_json(), id)
            )
            if officer.disabled or before.disabled:
                db.execute("DELETE FROM sessions WHERE officer = ?", (officer.id,))
                db.execute("UPDATE accounts SET link = NULL WHERE officer = ?", (officer.id,))
            wake_tasks(db, officer.id, audit.at)
            append_audit(db, audit)
        return True

    # --- local accounts ---

    def account(self, officer: str) -> Account | None:
        with self._reading() as db:
            row = db.execute(
                "SELECT officer, password, failures, (SELECT max(until) FROM (SELECT a.locked_until AS until UNION ALL"
                " SELECT n.locked_until FROM networks n WHERE n.officer = a.officer)) FROM accounts a"
                " WHERE officer = ?",
                (officer,),
            ).fetchone()
        return Account(row[0], row[1], row[2], maybe_instant(row[3])) if row else None

    def offer_set_up(self, officer: str, link: str, until: datetime, audit: Audit) -> None:
        with self._writing() as db:
            db.execute(
                "INSERT INTO accounts (officer, link, link_until) VALUES (?, ?, ?)"
                " ON CONFLICT (officer) DO UPDATE SET link = excluded.link, link_until = excluded.link_until",
                (officer, link, micros(until)),
            )
            append_audit(db, audit)

    def set_up_for(self, link: str, now: datetime) -> str | None:
        with self._reading() as db:
            return _with_link(db, link, now)

    def set_password(self, link: str, password: str, now: datetime, audit: Audit) -> str | None:
        with self._writing() as db:
            officer = _with_link(db, link, now)
            if officer is None:
                return None
            db.execute(
                "UPDATE accounts SET password = ?, link = NULL, failures = 0, locked_until = NULL WHERE officer = ?",
                (password, officer),
            )
            db.execute("DELETE FROM networks WHERE officer = ?", (officer,))
            db.execute("DELETE FROM sessions WHERE officer = ?", (officer,))
            append_audit(db, audit)
        return officer

    def rehash_password(self, officer: str, before: str, after: str) -> None:
        with self._writing() as db:
            db.execute("UPDATE accounts SET password = ? WHERE officer = ? AND password = ?", (after, officer, before))

    def begin_try(self, officer: str, now: datetime, network: str = "") -> Account | None:
        with self._writing() as db:
            account = db.execute("SELECT password FROM accounts WHERE officer = ?", (officer,)).fetchone()
            if account is None or account[0] is None:
                return None
            own = db.execute(
                "SELECT 1 FROM networks WHERE officer = ? AND network = ? AND seen_at > ?",
                (officer, network, micros(now - NETWORK_KNOWN)),
            ).fetchone()
            counted, where = ("networks", "officer = ? AND network = ?") if own else ("accounts", "officer = ?")
            whose = (officer, network) if own else (officer,)
            row = db.execute(
                f"UPDATE {counted} SET failures = failures + 1 WHERE {where}"  # noqa: S608 - our own words
                " AND (locked_until IS NULL OR locked_until <= ?) RETURNING failures",
                (*whose, micros(now)),
            ).fetchone()
            if row is None:
                return None
            lock = lock_for(row[0])
            until = now + lock if lock else None
            lock_it = f"UPDATE {counted} SET locked_until = ? WHERE {where}"  # noqa: S608 - our own words
            db.execute(lock_it, (maybe_micros(until), *whose))
        return Account(officer, account[0], row[0], until)

    # --- signing in at the council's provider ---

    def begin_attempt(self, attempt: Attempt) -> None:
        with self._writing() as db:
            db.execute(
                "INSERT OR REPLACE INTO attempts VALUES (?, ?, ?, ?, ?, ?, ?)",
                (attempt.hash, attempt.state, attempt.nonce, attempt.verifier, micros(attempt.until), attempt.next,
                 attempt.link),
            )  # fmt: skip

    def take_attempt(self, hash: str, now: datetime) -> Attempt | None:
        with self._writing() as db:
            row = db.execute("DELETE FROM attempts WHERE hash = ? RETURNING *", (hash,)).fetchone()
            db.execute("DELETE FROM attempts WHERE until <= ?", (micros(now),))
        if row is None:
            return None
        attempt = Attempt(row[0], row[1], row[2], row[3], instant(row[4]), row[5], row[6])
        return attempt if attempt.until > now else None

    def known_person(self, issuer: str, subject: str) -> str | None:
        with self._reading() as db:
            row = db.execute(
                "SELECT officer FROM identities WHERE issuer = ? AND subject = ?", (issuer, subject)
            ).fetchone()
        return str(row[0]) if row else None

    def link_person(self, issuer: str, subject: str, officer: Officer, link: str | None, audit: Audit) -> bool:
        try:
            with self._writing() as db:
                if link is None:
                    if not add_officer(db, officer, audit.at):
                        return False
                elif _with_link(db, link, audit.at) == officer.id:
                    db.execute("DELETE FROM identities WHERE officer = ?", (officer.id,))
                else:
                    return False
                db.execute("UPDATE accounts SET link = NULL WHERE officer = ?", (officer.id,))
                linked = db.execute(
                    "INSERT OR IGNORE INTO identities VALUES (?, ?, ?, ?)",
                    (issuer, subject, officer.id, micros(audit.at)),
                )
                if not linked.rowcount:
                    raise Abandon(False)
                append_audit(db, audit)
        except Abandon:
            return False
        return True

    # --- sessions ---

    def begin_session(self, session: Session, audit: Audit, network: str = "") -> None:
        now = micros(session.began_at)
        with self._writing() as db:
            db.execute("DELETE FROM sessions WHERE ends_at <= ?", (now,))
            db.execute(
                "INSERT INTO sessions (hash, id, officer, how, began_at, seen_at, ends_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (session.hash, session.id, session.officer, session.how, now, now, micros(session.ends_at)),
            )
            db.execute("UPDATE accounts SET failures = 0, locked_until = NULL WHERE officer = ?", (session.officer,))
            db.execute("DELETE FROM networks WHERE seen_at <= ?", (micros(session.began_at - NETWORK_KNOWN),))
            if network:
                db.execute(
                    "INSERT OR REPLACE INTO networks (officer, network, seen_at) VALUES (?, ?, ?)",
                    (session.officer, network, now),
                )
            append_audit(db, audit)

    def session(self, hash: str) -> tuple[Session, Officer] | None:
        with self._reading() as db:
            row = db.execute(
                f"SELECT {SESSION}, o.doc FROM sessions s JOIN officers o ON o.id = s.officer WHERE s.hash = ?",  # noqa: S608
                (hash,),
            ).fetchone()
        return (_session(row), Officer.model_validate_json(row[7])) if row else None

    def see_session(self, hash: str, now: datetime) -> None:
        with self._writing() as db:
            db.execute("UPDATE sessions SET seen_at = max(seen_at, ?) WHERE hash = ?", (micros(now), hash))

    def sessions(self, officer: str) -> list[Session]:
        with self._reading() as db:
            rows = db.execute(
                f"SELECT {SESSION} FROM sessions s WHERE officer = ? ORDER BY seen_at DESC, id",  # noqa: S608
                (officer,),
            ).fetchall()
        return [_session(row) for row in rows]

    def end_session(self, id: str, audit: Audit) -> bool:
        with self._writing() as db:
            ended = db.execute("DELETE FROM sessions WHERE id = ?", (id,)).rowcount == 1
            if ended:
                append_audit(db, audit)
        return ended

    def end_sessions(self, officer: str, audit: Audit, but: str = "") -> int:
        with self._writing() as db:
            ended = db.execute("DELETE FROM sessions WHERE officer = ? AND id <> ?", (officer, but)).rowcount
            append_audit(db, audit)
        return ended

    # --- keys of the API ---

    def add_key(self, key: ApiKey, audit: Audit) -> None:
        with self._writing() as db:
            db.execute(
                f"INSERT INTO api_keys ({KEY}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
                (key.id, key.hash, key.name, json.dumps(key.rights), key.made_by, micros(key.made_at),
                 maybe_micros(key.used_at), maybe_micros(key.revoked_at)),
            )  # fmt: skip
            append_audit(db, audit)

    def api_keys(self) -> list[ApiKey]:
        with self._reading() as db:
            rows = db.execute(f"SELECT {KEY} FROM api_keys ORDER BY made_at DESC, id").fetchall()  # noqa: S608
        return [_key(row) for row in rows]

    def find_key(self, hash: str) -> ApiKey | None:
        with self._reading() as db:
            row = db.execute(f"SELECT {KEY} FROM api_keys WHERE hash = ?", (hash,)).fetchone()  # noqa: S608
        return _key(row) if row else None

    def see_key(self, id: str, now: datetime) -> None:
        with self._writing() as db:
            db.execute("UPDATE api_keys SET used_at = ? WHERE id = ?", (micros(now), id))

    def revoke_key(self, id: str, now: datetime, audit: Audit) -> bool:
        with self._writing() as db:
            revoked = db.execute(
                "UPDATE api_keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", (micros(now), id)
            ).rowcount
            if revoked:
                append_audit(db, audit)
        return revoked == 1


def add_officer(db: sqlite3.Connection, officer: Officer, now: datetime) -> bool:
    """Add an officer at the end of the list, and wake what waits for one; `False` if the id or address is known."""
    added = db.execute(
        "INSERT OR IGNORE INTO officers (id, email, doc) VALUES (?, ?, ?)",
        (officer.id, officer.email, officer.model_dump_json()),
    )
    wake_tasks(db, None, now)
    return added.rowcount > 0


def wake_tasks(db: sqlite3.Connection, officer: str | None, now: datetime) -> None:
    """Look now at the needs with a task that this officer has (`None`: nobody)."""
    db.execute(
        "UPDATE needs SET wake_at = ?, version = version + 1"
        " WHERE id IN (SELECT need FROM tasks WHERE officer IS ? AND status <> 'done')",
        (micros(now), officer),
    )


def _with_link(db: sqlite3.Connection, link: str, now: datetime) -> str | None:
    row = db.execute("SELECT officer FROM accounts WHERE link = ? AND link_until > ?", (link, micros(now))).fetchone()
    return str(row[0]) if row else None


def _session(row: tuple[Any, ...]) -> Session:
    return Session(row[0], row[1], row[2], row[3], instant(row[4]), instant(row[5]), instant(row[6]))


def _key(row: tuple[Any, ...]) -> ApiKey:
    rights = tuple(Right(right) for right in json.loads(row[3]))
    moments = (instant(row[5]), maybe_instant(row[6]), maybe_instant(row[7]))
    return ApiKey(row[0], row[1], row[2], rights, row[4], *moments)
