"""The audit, for administrators: who signed in, looked at what is private, or changed who may do what."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domain.rights import Right
from infra.auditing import names_of_actors
from infra.directory import known_by_id
from infra.looking import stands_for
from infra.store import Store
from infra.store.signing_in import Audit
from web.console.layout import console_page
from web.signin.guarding import guarded
from web.signin.sessions import SignedIn
from web.site import Site

AT = "/console/settings"
AT_ONCE = 50
WHAT = {
    "signed-in": "Signed in",
    "signed-out": "Signed out",
    "sign-in-failed": "Could not sign in",
    "account-locked": "Account locked after wrong passwords",
    "password-set": "Set a password",
    "account-linked": "Linked a council account",
    "invited": "Made a set-up link",
    "officer-added": "Added an officer",
    "officer-disabled": "Ended an officer’s access",
    "officer-enabled": "Gave an officer access again",
    "role-changed": "Changed a role",
    "role-gone": "Lost their role at the council’s sign-in",
    "sessions-ended": "Ended sessions",
    "looked": "Looked at what is private",
    "erased-person": "Erased what was known of a person",
    "incident-opened": "Opened an incident",
    "incident-closed": "Closed an incident",
    "held": "Put on hold",
    "resumed": "Let go on",
    "paused": "Passed a partner over for a while",
    "unpaused": "Asks a partner again",
    "limit-changed": "Changed how often a partner is asked",
    "kept-apart": "Kept somebody from a resident",
    "apart-ended": "No longer keeps somebody from a resident",
    "partners-brought-in": "Brought in partners",
    "phone-changed": "Changed an officer’s phone number",
    "exported-person": "Gave out what is known of a person",
    "key-made": "Made a key of the API",
    "key-revoked": "Revoked a key of the API",
}
WHO = {"command": "A command on the server", "nobody": "Not signed in", "provider": "The council’s sign-in"}


def routes(site: Site) -> list[Route]:
    return [guarded(site, f"{AT}/audit", Right.keep_house, partial(show, Partners(site.store)))]


class Partners:
    """Whom the audit means by what stands for a partner, while they are in the directory."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._ids: dict[str, str] = {}  # an id never stands for anybody else
        self._gone: set[str] = set()

    def names(self, entries: Iterable[Audit]) -> dict[str, str]:
        """What they are called now; whoever has left, or was erased, is not among them."""
        meant = {entry.about for entry in entries if entry.about.startswith("responder:")}
        if meant - self._ids.keys() - self._gone:  # the whole directory is read once for each that is new here
            self._ids = {stands_for(id): id for id in known_by_id(self._store)}
            self._gone |= meant - self._ids.keys()
        found = {about: self._ids[about] for about in meant if about in self._ids}
        names = self._store.responder_names(found.values())
        return {about: names[id] for about, id in found.items() if id in names}


def show(partners: Partners, site: Site, request: Request, who: SignedIn) -> Response:
    """The newest entries; older ones a page further."""
    asked = request.query_params.get("before", "")
    before = int(asked[:15]) if asked.isascii() and asked.isdigit() else None
    entries = site.store.audit(AT_ONCE, before)
    names = whoever_acts(site.store) | partners.names(entry for _, entry in entries)
    rows = [
        {
            "number": number,
            "at": site.say(entry.at),
            "who": names.get(entry.who, entry.who),
            "what": WHAT.get(entry.what, entry.what.replace("-", " ")),
            "about": names.get(entry.about, entry.about),
            "detail": entry.detail,
        }
        for number, entry in entries
    ]
    older = entries[-1][0] if len(entries) == AT_ONCE else None
    return console_page(site, who, "audit.html", at=AT, rows=rows, older=older)


def whoever_acts(store: Store) -> dict[str, str]:
    """What the ids in the audit are called."""
    named = names_of_actors(store).items()
    return {actor: f"Key: {name}" if actor.startswith("key:") else name for actor, name in named} | WHO
