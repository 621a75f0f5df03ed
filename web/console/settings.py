"""Settings of one's own: who I am here, and where I am signed in."""

from __future__ import annotations

from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from domain.labels import RIGHT_LABELS, ROLE_LABELS
from domain.rights import Right
from domain.signing_in import still_holds
from infra import clock
from infra.store.signing_in import Audit
from web.console.layout import console_page
from web.console.officers import change_phone
from web.forms import Form, check_size
from web.signin.guarding import guarded
from web.signin.sessions import SignedIn
from web.site import Site

AT = "/console/settings"
DONE = {"ended": "You are signed out everywhere else.", "phone": "Your phone number is as you typed it."}
HOW = {"password": "Password", "provider": "Council account"}


def routes(site: Site) -> list[Route]:
    return [guarded(site, AT, Right.look, show, send)]


def show(site: Site, request: Request, who: SignedIn) -> Response:
    """Who I am, what I may do, and the browsers I am signed in with."""
    return _page(site, who, done=DONE.get(request.query_params.get("done", ""), ""))


def _page(site: Site, who: SignedIn, status: int = 200, **given: Any) -> Response:
    now = clock.now()
    sessions = [
        {
            "how": HOW.get(session.how, session.how),
            "began": site.say(session.began_at),
            "seen": site.say(session.seen_at),
            "this": session.id == who.session,
        }
        for session in site.store.sessions(who.officer.id)
        if still_holds(session.seen_at, session.ends_at, now)
    ]
    may = [RIGHT_LABELS[right] for right in Right if who.may(right)]
    role = ROLE_LABELS[who.officer.role]
    values = {"done": "", "wrong": {}, "typed": {"phone": who.officer.phone or ""}} | given
    return console_page(site, who, "settings.html", status, at=AT, sessions=sessions, rights=may, role=role, **values)


def send(site: Site, request: Request, who: SignedIn, form: Form) -> Response:
    """Take my phone number down, or sign me out everywhere else."""
    check_size(form)
    if form.get("do") == "phone":
        return change_phone(site, who, who.officer, form, partial(_page, site, who), AT)
    audit = Audit(clock.now(), who.by, "sessions-ended", who.by)
    site.store.end_sessions(who.officer.id, audit, but=who.session)
    return RedirectResponse(f"{site.prefix}{AT}?done=ended", 303)
