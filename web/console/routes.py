"""Which address of the console leads to which page, and the right each takes."""

from __future__ import annotations

from starlette.routing import Route

from web.site import Site


def console_routes(site: Site) -> list[Route]:
    """Every route below /console/. What is not listed here is not there."""
    return []
