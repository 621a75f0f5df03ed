"""Holding an incident or everything, letting it go on, closing it: a page that says what it means, then it is done."""

from __future__ import annotations

from functools import partial

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from domain.changes import Refusal
from domain.incidents import Incident
from domain.rights import Right
from infra.commands.incidents import close_incident, hold_incident, resume_incident
from web.console.incidents import AT, find_incident_named, incident_path
from web.console.layout import console_page
from web.forms import Form
from web.signin.guarding import guarded
from web.signin.sessions import SignedIn
from web.site import Site

PASSES = (
    "Answers are still taken. Two things pass every hold: a worry about somebody, to an officer, and “please do not "
    "set out”, to whoever promised."
)
GOES_ON = "What waited is sent, and every deadline comes as much later as the hold has lasted."
WHAT = {  # a title, what it does, the button
    "hold": (
        "Hold everything of this incident",
        f"Nothing is sent about its needs from within 5 seconds on. {PASSES}",
        "Put it on hold",
    ),
    "resume": ("Let this incident go on", GOES_ON, "Let it go on"),
    "close": (
        "Close this incident",
        "No further need can be recorded for it. All of its needs must be closed first.",
        "Close it",
    ),
    "hold-all": (
        "Hold everything",
        f"Nothing is sent about any need at all, of an incident or not, from within 5 seconds on. {PASSES}",
        "Hold everything",
    ),
    "resume-all": (
        "End the hold on everything",
        f"{GOES_ON} An incident that is held by itself stays so.",
        "Let everything go on",
    ),
}
DO = {"hold": hold_incident, "resume": resume_incident, "close": close_incident}


def routes(site: Site) -> list[Route]:
    """What can be done with one incident, and with everything."""
    one, everything = ("hold", "resume", "close"), ("hold-all", "resume-all")
    return [
        *(guarded(site, f"{AT}/{n}", Right.steer, partial(ask_all, n), partial(do_all, n)) for n in everything),
        *(guarded(site, f"{AT}/{{ref}}/{n}", Right.respond, partial(ask, n), partial(do, n)) for n in one),
    ]


def ask(name: str, site: Site, request: Request, who: SignedIn) -> Response:
    incident = find_incident_named(site, request)
    return _ask(site, who, name, incident, f"{incident.id}: {incident.name}")


def do(name: str, site: Site, request: Request, who: SignedIn, form: Form) -> Response:
    """Confirmed, it is done; asked for twice, it is so already."""
    incident = find_incident_named(site, request)
    if "confirm" not in form:
        return _ask(site, who, name, incident, f"{incident.id}: {incident.name}")
    done = DO[name](site.door, incident, who.by)
    if isinstance(done, Refusal):
        return _ask(site, who, name, incident, f"{incident.id}: {incident.name}", done.sentence)
    return RedirectResponse(incident_path(site, incident.id), 303)


def ask_all(name: str, site: Site, request: Request, who: SignedIn) -> Response:
    return _ask(site, who, name, None, "Every need there is")


def do_all(name: str, site: Site, request: Request, who: SignedIn, form: Form) -> Response:
    if "confirm" not in form:
        return _ask(site, who, name, None, "Every need there is")
    (hold_incident if name == "hold-all" else resume_incident)(site.door, None, who.by)
    return RedirectResponse(incident_path(site), 303)


def _ask(
    site: Site, who: SignedIn, name: str, incident: Incident | None, caption: str, notice: str | None = None
) -> Response:
    title, lead, button = WHAT[name]
    here = incident_path(site, incident.id) if incident else incident_path(site)
    action = f"{here}/{name}"
    return console_page(
        site,
        who,
        "incident_do.html",
        409 if notice else 200,
        at=AT,
        title=title,
        lead=lead,
        button=button,
        caption=caption,
        here=here,
        action=action,
        notice=notice,
        warning=name in ("hold", "hold-all", "close"),
    )
