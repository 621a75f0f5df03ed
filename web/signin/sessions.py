"""Sessions: kept in the store, opened by a cookie whose hash is all the store knows."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from starlette.requests import Request

from domain.links import hash_token
from domain.officers import Officer
from domain.rights import Right, may
from domain.signing_in import LONGEST, SEEN_APART, still_holds
from infra import clock
from infra.store import Store
from infra.store.signing_in import Audit, Session
from web.signin.cookies import SIGNED_IN, read_cookie
from web.site import Site


@dataclass(frozen=True)
class SignedIn:
    """An officer with a session that holds. `session` is its id, which may be shown; `csrf` is in all their forms."""

    officer: Officer
    session: str
    csrf: str

    @property
    def by(self) -> str:
        """As the story keeps who did something."""
        return f"officer:{self.officer.id}"

    def may(self, right: Right) -> bool:
        return may(self.officer.role, right)


def sign_in(store: Store, officer: Officer, how: str, network: str = "") -> str:
    """Begin a session and return what its cookie holds: always new, whatever the browser sent. `network` stands for
    where it was, if tries from there are to be let through when others lock the account."""
    secret, now = secrets.token_urlsafe(32), clock.now()
    session = Session(
        hash=hash_token(secret),
        id=secrets.token_hex(8),
        officer=officer.id,
        how=how,
        began_at=now,
        seen_at=now,
        ends_at=now + LONGEST,
    )
    store.begin_session(session, Audit(now, f"officer:{officer.id}", "signed-in", detail=how), network)
    return secret


def who_is(site: Site, request: Request) -> SignedIn | None:
    """The officer whose session this request's cookie names; `None` if there is none that holds."""
    secret = read_cookie(site.settings, request, SIGNED_IN)
    found = site.store.session(hash_token(secret)) if secret else None
    if secret is None or found is None:
        return None
    (session, officer), now = found, clock.now()
    if officer.disabled or not still_holds(session.seen_at, session.ends_at, now):
        return None
    if now >= session.seen_at + SEEN_APART:
        site.store.see_session(session.hash, now)
    return SignedIn(officer, session.id, csrf_of(secret))


def csrf_of(secret: str) -> str:
    """What forms hold besides the cookie: only who knows the cookie can know it, and it opens nothing by itself."""
    return hashlib.sha256(f"csrf|{secret}".encode()).hexdigest()
