"""Who may sign in, who has, and keys of the API."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.officers import Officer
from domain.rights import Right


@dataclass(frozen=True)
class Account:
    """A local account: how an officer signs in here, without another provider. `password` is a hash of it."""

    officer: str
    password: str | None = None
    failures: int = 0
    locked_until: datetime | None = None


@dataclass(frozen=True)
class Session:
    """An officer who has signed in, from one browser. `hash` stands for what its cookie holds; `id` may be shown."""

    hash: str
    id: str
    officer: str
    how: str
    began_at: datetime
    seen_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Attempt:
    """A sign-in that has gone to the provider and is to come back, to the browser that began it, once."""

    hash: str
    state: str
    nonce: str
    verifier: str
    until: datetime
    next: str = ""
    link: str | None = None
    """The hash of the set-up link it began with: whoever comes back is its officer from then on."""


@dataclass(frozen=True)
class ApiKey:
    """A key of the API: what it may do, and until when. `hash` stands for the key itself."""

    id: str
    hash: str
    name: str
    rights: tuple[Right, ...]
    made_by: str
    made_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None


LOOKED = "looked"  # at what is private: the code of such an entry


@dataclass(frozen=True)
class Audit:
    """One thing somebody did that must stay known: ids and codes only, never what a person is called or wrote.

    `who` is `officer:ID`, `key:ID`, `command` (somebody at this machine) or `nobody`; `what` a code such as
    `signed-in`; `about` what it was done to, as `officer:ID`, `key:ID` or a need's reference; `detail` more codes.
    """

    at: datetime
    who: str
    what: str
    about: str = ""
    detail: str = ""


class SigningInStore(Protocol):
    """Part of the store's contract (`Store`): every method is one transaction, and may raise `StoreError`.

    What changes who may do what is committed together with its entry in the audit.
    """

    def change_officer(self, id: str, change: Callable[[Officer], tuple[Officer, Audit] | None]) -> bool:
        """Replace what is known of an officer by what `change` makes of it as it is now: it is asked again if somebody
        else has written meanwhile. One who is disabled, or let in again, is signed out. `False`: nobody has this id,
        or `change` says so. Raises `AddressTaken`.
        """

    # --- local accounts ---
    def account(self, officer: str) -> Account | None:
        """An officer's account; locked if tries from anywhere have locked it there."""

    def offer_set_up(self, officer: str, link: str, until: datetime, audit: Audit) -> None:
        """Let whoever has the link with this hash set the officer's password, once; earlier links end."""

    def set_up_for(self, link: str, now: datetime) -> str | None:
        """The officer whose set-up link has this hash and holds."""

    def set_password(self, link: str, password: str, now: datetime, audit: Audit) -> str | None:
        """Spend a set-up link: its officer has this password (a hash) now, and no session. `None`: it does not hold."""

    def rehash_password(self, officer: str, before: str, after: str) -> None:
        """Keep a stronger hash of the same password."""

    def begin_try(self, officer: str, now: datetime, network: str = "") -> Account | None:
        """Count one more try before its password is looked at, so that many at once are all counted; a session begun
        forgets them. Tries from a network that the officer has signed in from are counted by themselves: whoever
        guesses elsewhere locks nobody out there. `None`: there is no such account with a password, or it is locked.
        """

    # --- signing in at the council's provider ---
    def begin_attempt(self, attempt: Attempt) -> None: ...

    def take_attempt(self, hash: str, now: datetime) -> Attempt | None:
        """The attempt of this browser, once; `None` if there is none that holds."""

    def known_person(self, issuer: str, subject: str) -> str | None:
        """The officer whom the provider knows by this subject."""

    def link_person(self, issuer: str, subject: str, officer: Officer, link: str | None, audit: Audit) -> bool:
        """This subject is this officer from now on, who is added if new. A set-up `link` is spent,
        and whoever the officer was before is not any more.

        `False`: the address belongs to another officer, the subject is another officer's, or the link does not hold.
        """

    # --- sessions ---
    def begin_session(self, session: Session, audit: Audit, network: str = "") -> None:
        """Somebody has signed in: their failures are forgotten, and sessions that are over. What stands for the
        `network` they did it from is known as theirs for `NETWORK_KNOWN`."""

    def session(self, hash: str) -> tuple[Session, Officer] | None:
        """A session and whose it is; whether it still holds is judged by whoever asks."""

    def see_session(self, hash: str, now: datetime) -> None:
        """It has been used now."""

    def sessions(self, officer: str) -> list[Session]:
        """The sessions of an officer, the last used first."""

    def end_session(self, id: str, audit: Audit) -> bool: ...

    def end_sessions(self, officer: str, audit: Audit, but: str = "") -> int:
        """End all sessions of an officer, except the one of this id; returns how many."""

    # --- keys of the API ---
    def add_key(self, key: ApiKey, audit: Audit) -> None: ...

    def api_keys(self) -> list[ApiKey]:
        """All keys, the newest first; those revoked too."""

    def find_key(self, hash: str) -> ApiKey | None: ...

    def see_key(self, id: str, now: datetime) -> None:
        """It has been used now."""

    def revoke_key(self, id: str, now: datetime, audit: Audit) -> bool:
        """`False`: there is none of this id, or it is revoked already."""

    # --- audit ---
    def record_audit(self, *entries: Audit) -> None:
        """Add to the audit, which only grows: each row holds the hash of the one before."""

    def audit(self, limit: int = 100, before: int | None = None) -> Sequence[tuple[int, Audit]]:
        """The newest entries with their numbers; `before` a number: those older than it."""

    def verify_audit(self) -> str | None:
        """`None` if nothing in the audit was edited or deleted; else a sentence that names the row."""
