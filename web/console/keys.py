"""Keys of the API, for administrators: make one, shown once, and revoke it."""

from __future__ import annotations

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from domain.labels import RIGHT_LABELS
from domain.rights import Right
from infra.api_keys import add_key, revoke_key
from infra.store.signing_in import ApiKey
from web.console.auditing import whoever_acts
from web.console.layout import console_page
from web.forms import Form, check_size
from web.signin.guarding import guarded
from web.signin.sessions import SignedIn
from web.site import Site

AT = "/console/settings"
LIST = f"{AT}/keys"


def routes(site: Site) -> list[Route]:
    return [
        guarded(site, LIST, Right.keep_house, show_all, make),
        guarded(site, f"{LIST}/{{id}}/revoke", Right.keep_house, show_one, revoke),
    ]


def show_all(site: Site, request: Request, who: SignedIn) -> Response:
    """All keys, and the form for a new one."""
    return _page(site, who)


def make(site: Site, request: Request, who: SignedIn, form: Form) -> Response:
    """Make a key. It is on this page and nowhere else: only its hash is kept."""
    check_size(form)
    rights = tuple(right for right in Right if form.get(f"may-{right}") == "yes")
    wrong = {}
    if not rights:
        wrong["rights"] = "Choose at least one thing the key may do"
    try:
        text, key = add_key(site.store, form.get("name", ""), rights, who.by)
    except ValueError as what:
        wrong = wrong or {"name": str(what)[:1].upper() + str(what)[1:]}
        return _page(site, who, 422, wrong=wrong, typed=form)
    return _page(site, who, made=text, key=key)


def show_one(site: Site, request: Request, who: SignedIn) -> Response:
    """Check before a key is revoked."""
    return console_page(site, who, "key_revoke.html", at=AT, key=_found(site, request))


def revoke(site: Site, request: Request, who: SignedIn, form: Form) -> Response:
    """End a key at once."""
    check_size(form)
    revoke_key(site.store, _found(site, request).id, who.by)
    return RedirectResponse(site.prefix + LIST, 303)


def _found(site: Site, request: Request) -> ApiKey:
    found = next((key for key in site.store.api_keys() if key.id == request.path_params["id"]), None)
    if found is None:
        raise HTTPException(404)
    return found


def _page(site: Site, who: SignedIn, status: int = 200, **given: Any) -> Response:
    values = {"wrong": {}, "typed": {}, "made": "", "key": None} | given
    names = whoever_acts(site.store)
    rows = [
        {
            "key": key,
            "rights": [RIGHT_LABELS[right] for right in key.rights],
            "made": site.say(key.made_at),
            "by": names.get(key.made_by, key.made_by),
            "used": site.say(key.used_at) if key.used_at else "Never",
            "revoked": site.say(key.revoked_at) if key.revoked_at else "",
        }
        for key in site.store.api_keys()
    ]
    choices = [{"name": f"may-{right}", "text": label} for right, label in RIGHT_LABELS.items()]
    return console_page(site, who, "keys.html", status, at=AT, rows=rows, choices=choices, **values)
