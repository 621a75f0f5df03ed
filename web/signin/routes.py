"""The pages on the way in and out of the console: the only ones below /console/ that take no right."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from domain.rights import Right
from web.signin import local, oidc, set_up
from web.signin.before import unguarded
from web.signin.guarding import guarded
from web.signin.sessions import SignedIn
from web.site import Site


def routes(site: Site) -> list[Route]:
    """Sign in, here or at the council's provider; set up; sign out."""
    return [
        unguarded(site, "/console/sign-in", local.open_page, local.take),
        unguarded(site, "/console/sign-in/provider", oidc.begin),
        unguarded(site, oidc.BACK, oidc.come_back),
        unguarded(site, "/console/set-up/{token}", set_up.open_page, set_up.take),
        unguarded(site, "/console/set-up/{token}/provider", oidc.begin),
        guarded(site, "/console/sign-out", Right.look, local.to_start, local.sign_out),
    ]


def last(site: Site) -> list[Route]:
    """What no other route of the console answers: whoever is not signed in learns nothing of what there is."""
    return [
        Route("/console", lambda request: RedirectResponse(f"{site.prefix}/console/", 308)),
        guarded(site, "/console/{rest:path}", Right.look, nothing_here),
    ]


def nothing_here(site: Site, request: Request, who: SignedIn) -> Response:
    raise HTTPException(404)
