"""Incidents for programs: list, open, read, hold, go on, close; and everything at once."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path
from starlette.exceptions import HTTPException
from starlette.responses import Response

from domain.changes import Refusal
from domain.incidents import Incident
from domain.officers import names_of
from domain.rights import Right
from infra.commands.incidents import (
    OpenIncident,
    all_held_since,
    close_incident,
    find_incident,
    hold_incident,
    resume_incident,
)
from infra.showing import incident_as_json
from web.api.mounting import PATH
from web.api.problems import PlainJson, refused
from web.api.routing import Here, Routes, Who
from web.api.shapes import Held, IncidentsFound, IncidentShown
from web.site import Site

IncidentRef = Annotated[
    str, Path(description="The incident's reference.", examples=["X-7K3QX2"], pattern=r"^[Xx]-?[A-Za-z0-9]{6}$")
]


def routes() -> Routes:
    """Each incident by itself, and everything at once."""
    found = Routes(tags=["incidents"])
    found.offer("GET", "/incidents", Right.look, list_incidents, title="List incidents", answer=IncidentsFound)
    found.offer(
        "POST",
        "/incidents",
        Right.respond,
        open_incident,
        title="Open an incident",
        answer=IncidentShown,
        status=201,
    )
    one = "/incidents/{ref}"
    found.offer("GET", one, Right.look, read, title="Read an incident", answer=IncidentShown, wrong=(404,))
    for way, right, give, title, wrong in (
        ("hold", Right.respond, hold, "Put an incident on hold", (404, 409)),
        ("resume", Right.respond, resume, "Let an incident go on", (404,)),
        ("close", Right.respond, close, "Close an incident", (404, 409)),
    ):
        found.offer("POST", f"{one}/{way}", right, give, title=title, answer=IncidentShown, wrong=wrong)
    found.offer("POST", "/hold", Right.steer, hold_all, title="Put everything on hold", answer=Held)
    found.offer("POST", "/resume", Right.steer, resume_all, title="Let everything go on", answer=Held)
    return found


def list_incidents(site: Here) -> Response:
    """The newest first."""
    names = names_of(site.store.officers())
    rows = [incident_as_json(incident, names) for incident in site.store.incidents()]
    return PlainJson({"incidents": rows, "all_held": _all_held(site)})


def open_incident(site: Here, incident: OpenIncident, who: Who) -> Response:
    """Then record its needs with its reference as their `incident`."""
    opened = incident.carry_out(site.door, who.by)
    return PlainJson(_show(site, opened), 201, {"Location": f"{site.prefix}{PATH}/incidents/{opened.id}"})


def read(site: Here, ref: IncidentRef) -> Response:
    """Its needs: `GET /needs?incident=REF`."""
    return PlainJson(_show(site, _find(site, ref)))


def hold(site: Here, ref: IncidentRef, who: Who) -> Response:
    """Send nothing more about its needs; answers are still taken. A worry, and “please do not set out”, pass."""
    held = hold_incident(site.door, _find(site, ref), who.by)
    if isinstance(held, Refusal):
        return refused(held)
    return PlainJson(_show(site, _find(site, ref)))


def resume(site: Here, ref: IncidentRef, who: Who) -> Response:
    """Go on where it was: what waited is sent, and every deadline comes as much later as the hold has lasted."""
    resume_incident(site.door, _find(site, ref), who.by)
    return PlainJson(_show(site, _find(site, ref)))


def close(site: Here, ref: IncidentRef, who: Who) -> Response:
    """Once all of its needs are closed. No further need can be recorded for it then."""
    if refusal := close_incident(site.door, _find(site, ref), who.by):
        return refused(refusal)
    return PlainJson(_show(site, _find(site, ref)))


def hold_all(site: Here, who: Who) -> Response:
    """Every need there is, of an incident or not."""
    hold_incident(site.door, None, who.by)
    return PlainJson({"all_held": _all_held(site)})


def resume_all(site: Here, who: Who) -> Response:
    """End the hold on everything. An incident held by itself stays so."""
    resume_incident(site.door, None, who.by)
    return PlainJson({"all_held": _all_held(site)})


def _find(site: Site, ref: str) -> Incident:
    if incident := find_incident(site.door, ref):
        return incident
    raise HTTPException(404, f"No incident has the reference {ref[:20]!r}.")


def _show(site: Site, incident: Incident) -> dict[str, Any]:
    return incident_as_json(incident, names_of(site.store.officers()))


def _all_held(site: Site) -> bool:
    return all_held_since(site.store) is not None
