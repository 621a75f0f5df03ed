"""Which address of the console leads to which page, and the right each takes."""

from __future__ import annotations

from starlette.routing import Route

from web.console import (
    auditing,
    bringing_in,
    commands,
    home,
    incident_holding,
    incident_new,
    incidents,
    keys,
    need,
    need_private,
    needs,
    new_need,
    officers,
    partner_wishes,
    partners,
    persons,
    playbooks,
    report,
    settings,
    tasks,
)
from web.signin import routes as signing_in
from web.site import Site


def console_routes(site: Site) -> list[Route]:
    """Every route below /console/. What is not listed here is not there."""
    return [
        *signing_in.routes(site),
        *home.routes(site),
        *new_need.routes(site),
        *needs.routes(site),
        *tasks.routes(site),
        *bringing_in.routes(site),
        *partner_wishes.routes(site),
        *partners.routes(site),
        *need.routes(site),
        *need_private.routes(site),
        *commands.routes(site),
        *incident_new.routes(site),
        *incident_holding.routes(site),
        *incidents.routes(site),
        *playbooks.routes(site),
        *report.routes(site),
        *settings.routes(site),
        *officers.routes(site),
        *keys.routes(site),
        *persons.routes(site),
        *auditing.routes(site),
        *signing_in.last(site),
    ]
