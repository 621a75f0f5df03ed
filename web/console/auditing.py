"""The audit, for administrators: who signed in, looked at what is private, or changed who may do what."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domain.rights import Right
from infra.store import Store
from web.console.layout import console_page
from web.signin.guarding import SignedIn, guarded
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
    return [guarded(site, f"{AT}/audit", Right.keep_house, show)]


def show(site: Site, request: Request, who: SignedIn) -> Response:
    """The newest entries; older ones a page further."""
    asked = request.query_params.get("before", "")
    before = int(asked[:15]) if asked.isascii() and asked.isdigit() else None
    names = _names(site.store)
    entries = site.store.audit(AT_ONCE, before)
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


def _names(store: Store) -> dict[str, str]:
    """What the ids in the audit are called."""
    officers = {f"officer:{officer.id}": officer.name for officer in store.officers()}
    return officers | {f"key:{key.id}": f"Key: {key.name}" for key in store.api_keys()} | WHO
