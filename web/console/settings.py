"""Settings of one's own: who I am here, and where I am signed in."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from domain.labels import RIGHT_LABELS, ROLE_LABELS
from domain.rights import Right
from domain.signing_in import still_holds
from infra import clock
from infra.store.signing_in import Audit
from web.console.layout import console_page
from web.forms import Form, check_size
from web.signin.guarding import SignedIn, guarded
from web.site import Site

AT = "/console/settings"
HOW = {"password": "Password", "provider": "Council account"}


def routes(site: Site) -> list[Route]:
    return [guarded(site, AT, Right.look, show, end_others)]


def show(site: Site, request: Request, who: SignedIn) -> Response:
    """Who I am, what I may do, and the browsers I am signed in with."""
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
    ended = "ended" in request.query_params
    role = ROLE_LABELS[who.officer.role]
    return console_page(site, who, "settings.html", at=AT, sessions=sessions, rights=may, role=role, ended=ended)


def end_others(site: Site, request: Request, who: SignedIn, form: Form) -> Response:
    """Sign me out everywhere else."""
    check_size(form)
    audit = Audit(clock.now(), who.by, "sessions-ended", who.by)
    site.store.end_sessions(who.officer.id, audit, but=who.session)
    return RedirectResponse(f"{site.prefix}{AT}?ended=yes", 303)
