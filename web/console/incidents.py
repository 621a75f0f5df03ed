"""Incidents: many needs with one cause. List them, see how all needs of one stand."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domain.incidents import Incident
from domain.labels import NEED_LABELS
from domain.opening import NeedWrong
from domain.rights import Right
from domain.values import plural
from infra import clock
from infra.commands.incidents import find_incident
from infra.door import NoSuchNeed
from infra.store import ALL_HELD
from infra.store.lists import CursorWrong, NeedListed, NeedsWanted
from web.console.layout import console_page
from web.console.need_shown import COLOURS, Tag
from web.forms import FormBroken
from web.signin.guarding import SignedIn, guarded
from web.site import Site

AT = "/console/incidents"
A_PAGE = 100


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
    names = {officer.id: officer.name for officer in site.store.officers()}
    incidents = [
        {
            "id": i.id,
            "name": i.name,
            "place": i.place,
            "lead": names.get(i.lead, "Nobody"),
            "opened": site.say(i.opened_at),
            "tags": _tags(i),
        }
        for i in site.store.incidents()
    ]
    held = site.store.marks().get(ALL_HELD)
    return console_page(
        site, who, "incidents.html", at=AT, incidents=incidents, all_held=site.say(held) if held else None
    )


def show(site: Site, request: Request, who: SignedIn) -> Response:
    """One incident: figures over all its needs, and each of them with how much is covered, most at risk first."""
    incident = find_incident_named(site, request)
    try:
        cursor = request.query_params.get("page") or None
        page = site.store.needs_page(NeedsWanted(incident=incident.id), cursor, A_PAGE)
    except CursorWrong:
        raise FormBroken(400, "This address does not lead to a page of the list.") from None
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
        needs=[_row(site, row) for row in page.rows],
        following=page.next,
        previous=page.previous,
        figures=_figures(site, incident),
        all_held=ALL_HELD in site.store.marks(),
        here=incident_path(site, incident.id),
    )


def _row(site: Site, row: NeedListed) -> dict[str, Any]:
    tags = [Tag(NEED_LABELS[row.status], COLOURS[row.status])]
    if row.at_risk(clock.now()):
        tags.append(Tag("At risk", "red"))
    if row.with_officer:
        tags.append(Tag("With an officer", "purple"))
    return {
        "id": row.need,
        "summary": row.summary,
        "covered": row.covered,
        "needed": row.needed,
        "said": f"{row.covered:,} of {row.needed:,} covered",
        "by": site.say(row.needed_by),
        "tags": tags,
    }


def _figures(site: Site, incident: Incident) -> list[str]:
    """How many needs, by how they stand."""
    rows = site.store.needs(incident=incident.id, limit=10_000)
    counts: dict[str, int] = {}
    for row in rows:
        counts[NEED_LABELS[row.status]] = counts.get(NEED_LABELS[row.status], 0) + 1
    return [plural(len(rows), "need", "needs"), *(f"{count:,} {label.lower()}" for label, count in counts.items())]


def lead_name(site: Site, id: str) -> str:
    return next((o.name for o in site.store.officers() if o.id == id), "Nobody")
