"""Incidents: many needs with one cause. List them, see how all needs of one stand."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domain.incidents import Incident
from domain.labels import NEED_LABELS
from domain.officers import names_of
from domain.opening import NeedWrong
from domain.rights import Right
from domain.values import plural
from infra.commands.incidents import all_held_since, find_incident
from infra.door import NoSuchNeed
from infra.store.lists import NeedsWanted
from web.console.layout import console_page
from web.console.listed import page_asked_for, page_links, show_needs
from web.console.need_shown import Tag
from web.signin.guarding import guarded
from web.signin.sessions import SignedIn
from web.site import Site

AT = "/console/incidents"
A_PAGE = 50
MOST = 200  # incidents on the list


def routes(site: Site) -> list[Route]:
    """The list, and one of them."""
    return [guarded(site, AT, Right.look, show_all), guarded(site, f"{AT}/{{ref}}", Right.look, show)]


def find_incident_named(site: Site, request: Request) -> Incident:
    try:
        found = find_incident(site.door, request.path_params["ref"])
    except NeedWrong:
        found = None
    if found is None:
        raise NoSuchNeed("no incident has this reference")
    return found


def incident_path(site: Site, *parts: str) -> str:
    return "/".join((site.prefix + AT, *parts))


def _tags(incident: Incident) -> list[Tag]:
    state = ("Closed", "grey") if incident.closed else ("On hold", "yellow") if incident.held else ("Open", "blue")
    return [Tag(*state), *([Tag("Exercise", "orange")] if incident.exercise else [])]


def show_all(site: Site, request: Request, who: SignedIn) -> Response:
    """Every incident, the newest first, and whether everything is held."""
    names = names_of(site.store.officers())
    incidents = [
        {
            "id": i.id,
            "name": i.name,
            "place": i.place,
            "lead": names.get(i.lead, "Nobody"),
            "opened": site.say(i.opened_at),
            "tags": _tags(i),
        }
        for i in site.store.incidents(MOST)
    ]
    held = all_held_since(site.store)
    return console_page(
        site,
        who,
        "incidents.html",
        at=AT,
        incidents=incidents,
        newest=MOST if len(incidents) >= MOST else None,
        all_held=site.say(held) if held else None,
    )


def show(site: Site, request: Request, who: SignedIn) -> Response:
    """One incident: figures over all its needs, and each of them with how much is covered, most at risk first."""
    incident = find_incident_named(site, request)
    wanted = NeedsWanted(incident=incident.id)
    page = page_asked_for(request, lambda cursor: site.store.needs_page(wanted, cursor, A_PAGE))
    return console_page(
        site,
        who,
        "incident.html",
        at=AT,
        incident=incident,
        exercise=incident.exercise,
        tags=_tags(incident),
        lead=lead_name(site, incident.lead),
        opened=site.say(incident.opened_at),
        needs=show_needs(site, page.rows),
        links=page_links(incident_path(site, incident.id), {}, page),
        figures=_figures(site, incident),
        all_held=all_held_since(site.store) is not None,
        here=incident_path(site, incident.id),
    )


def _figures(site: Site, incident: Incident) -> list[str]:
    """How many needs, by how they stand."""
    counts = site.store.counts_of(incident.id)
    by_status = (f"{count:,} {NEED_LABELS[status].lower()}" for status, count in counts.items())
    return [plural(sum(counts.values()), "need", "needs"), *by_status]


def lead_name(site: Site, id: str) -> str:
    return names_of(site.store.officers()).get(id, "Nobody")
