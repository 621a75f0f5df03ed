"""What every page of the console has: who is signed in, the way to the others, and the token of its forms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from domain.rights import Right
from web.signin.sessions import SignedIn
from web.site import Site


@dataclass(frozen=True)
class Place:
    """One entry of the console's navigation."""

    name: str
    path: str
    right: Right


PLACES = (
    Place("Waiting for you", "/console/", Right.look),
    Place("Needs", "/console/needs", Right.look),
    Place("Incidents", "/console/incidents", Right.look),
    Place("Partners", "/console/partners", Right.look),
    Place("Playbooks", "/console/playbooks", Right.look),
    Place("Report", "/console/report", Right.look),
    Place("Settings", "/console/settings", Right.look),
)


def console_page(site: Site, who: SignedIn, name: str, /, status: int = 200, *, at: str, **values: Any) -> Response:
    """Render `pages/console/NAME` for whoever is signed in; `at` is the path of the navigation's entry it is below."""
    places = [
        {"text": place.name, "href": site.prefix + place.path, "active": place.path == at}
        for place in PLACES
        if who.may(place.right)
    ]
    return site.page(f"console/{name}", status, who=who, csrf=who.csrf, places=places, may=who.may, **values)
