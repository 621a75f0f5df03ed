"""Incidents for programs: list, open, read, hold, go on, close; and everything at once."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path
from starlette.exceptions import HTTPException
from starlette.responses import Response

from domain.changes import Refusal
from domain.incidents import Incident
from domain.rights import Right
from infra.commands.incidents import OpenIncident, close_incident, find_incident, hold_incident, resume_incident
from infra.showing import incident_as_json
from infra.store import ALL_HELD
from web.api.mounting import PATH
from web.api.problems import PlainJson, refused
from web.api.routing import Routes, Who
from web.api.shapes import Held, IncidentsFound, IncidentShown
from web.site import Site

IncidentRef = Annotated[
    str, Path(description="The incident's reference.", examples=["X-7K3QX2"], pattern=r"^[Xx]-?[A-Za-z0-9]{6}$")
]


def routes(site: Site) -> Routes:
    found, door = Routes(tags=["incidents"]), site.door

    def names() -> dict[str, str]:
        return {officer.id: officer.name for officer in site.store.officers()}

    def show(incident: Incident) -> dict[str, Any]:
        return incident_as_json(incident, names())

    def find(ref: str) -> Incident:
        if incident := find_incident(door, ref):
            return incident
        raise HTTPException(404, f"No incident has the reference {ref[:20]!r}.")

    def list_incidents() -> Response:
        """The newest first."""
        officers = names()
        rows = [incident_as_json(incident, officers) for incident in site.store.incidents()]
        return PlainJson({"incidents": rows, "all_held": _all_held(site)})

    def open_incident(incident: OpenIncident, who: Who) -> Response:
        """Then record its needs with its reference as their `incident`."""
        opened = incident.carry_out(door, who.by)
        return PlainJson(show(opened), 201, {"Location": f"{site.prefix}{PATH}/incidents/{opened.id}"})

    def read(ref: IncidentRef) -> Response:
        """Its needs: `GET /needs?incident=REF`."""
        return PlainJson(show(find(ref)))

    def hold(ref: IncidentRef, who: Who) -> Response:
        """Send nothing more about its needs; answers are still taken. A worry, and “please do not set out”, pass."""
        held = hold_incident(door, find(ref), who.by)
        if isinstance(held, Refusal):
            return refused(held)
        return PlainJson(show(find(ref)))

    def resume(ref: IncidentRef, who: Who) -> Response:
        """Go on where it was: what waited is sent, and every deadline comes as much later as the hold has lasted."""
        resume_incident(door, find(ref), who.by)
        return PlainJson(show(find(ref)))

    def close(ref: IncidentRef, who: Who) -> Response:
        """Once all of its needs are closed. No further need can be recorded for it then."""
        if refusal := close_incident(door, find(ref), who.by):
            return refused(refusal)
        return PlainJson(show(find(ref)))

    def hold_all(who: Who) -> Response:
        """Every need there is, of an incident or not."""
        hold_incident(door, None, who.by)
        return PlainJson({"all_held": _all_held(site)})

    def resume_all(who: Who) -> Response:
        """End the hold on everything. An incident held by itself stays so."""
        resume_incident(door, None, who.by)
        return PlainJson({"all_held": _all_held(site)})

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


def _all_held(site: Site) -> bool:
    return ALL_HELD in site.store.marks()
