"""Partners for programs: list, read, pass over for a while. How to reach them is not told."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from domain.capabilities import Sector
from domain.responders import Responder
from domain.rights import Right
from domain.values import Code
from infra import clock
from infra.commands.partners import LimitPartner, PausePartner, resume_partner
from infra.showing import responder_as_json
from infra.store.lists import RespondersWanted
from web.api.mounting import PATH
from web.api.problems import PlainJson
from web.api.routing import Here, Routes, Who
from web.api.shapes import RespondersFound, ResponderShown
from web.api.typed import Cursor, Flag, Most, page_links
from web.site import Site

ResponderRef = Annotated[
    str,
    Path(description="The partner's id.", examples=["good-neighbours"], pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$"),
]


def routes() -> Routes:
    found = Routes(prefix="/responders", tags=["partners"])
    found.offer("GET", "", Right.look, list_responders, title="List partners", answer=RespondersFound)
    found.offer("GET", "/{id}", Right.look, show, title="Read a partner", answer=ResponderShown, wrong=(404,))
    for way, give, title in (
        ("pause", pause, "Pass a partner over for a while"),
        ("resume", resume, "Ask a partner again"),
        ("limit", limit, "Say how often a partner is asked"),
    ):
        right = PausePartner.right
        found.offer("POST", f"/{{id}}/{way}", right, give, title=title, answer=ResponderShown, wrong=(404,))
    return found


def list_responders(
    site: Here,
    request: Request,
    search: Annotated[str, Query(max_length=100, description="An id, or words of the name.")] = "",
    sector: Sector | None = None,
    capability: Code | None = None,
    paused: Annotated[Flag, Query(description="Only who is passed over now.")] = False,
    limit: Most = 50,
    cursor: Cursor = None,
) -> Response:
    """By name."""
    wanted = RespondersWanted(
        search=search,
        sector=sector.value if sector else None,
        capability=capability,
        paused=clock.now() if paused else None,
    )
    page = site.store.responders_page(wanted, cursor, limit)
    rows = [responder_as_json(row.responder) for row in page.rows]
    answer = {"responders": rows, "next": page.next, "previous": page.previous}
    return PlainJson(answer, headers=page_links(site.prefix + PATH + "/responders", request.query_params, page))


def show(site: Here, id: ResponderRef) -> Response:
    """What they do, where, how much, and until when they are passed over."""
    return PlainJson(responder_as_json(_find(site, id)))


def pause(site: Here, id: ResponderRef, command: PausePartner, who: Who) -> Response:
    """They are asked nothing new. What they were asked already they may answer."""
    command.carry_out(site.door, _find(site, id), who.by)
    return PlainJson(responder_as_json(_find(site, id)))


def resume(site: Here, id: ResponderRef, who: Who) -> Response:
    """They are asked again from now on."""
    resume_partner(site.door, _find(site, id), who.by)
    return PlainJson(responder_as_json(_find(site, id)))


def limit(site: Here, id: ResponderRef, command: LimitPartner, who: Who) -> Response:
    """How often they are asked in a week at most. What they were asked already stays."""
    command.carry_out(site.door, _find(site, id), who.by)
    return PlainJson(responder_as_json(_find(site, id)))


def _find(site: Site, id: str) -> Responder:
    if responder := site.store.responder(id):
        return responder
    raise HTTPException(404, f"Nobody in the directory has the id {id[:80]!r}.")
