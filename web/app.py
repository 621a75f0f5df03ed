"""The site: which address leads to which page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from anyio import to_thread
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from infra.door import Door
from infra.settings import settings
from infra.store import open_store
from web import (
    about,
    calendar_file,
    health,
    mailbox,
    muting,
    new_link,
    officer,
    partner,
    partner_home,
    resident,
    when_wrong,
)
from web.api.mounting import mount_api
from web.console.routes import console_routes
from web.convertors import Anything as Anything
from web.forms import Form, FormBroken, read_form
from web.languages import InTheirLanguage, reviewed
from web.security import LastResort, Limits, SafeHeaders, comes_from_elsewhere
from web.site import Site
from web.writing import writers

Show = Callable[[Site, Request], Response]
Take = Callable[[Site, Request, Form], Response]
Endpoint = Callable[[Request], Awaitable[Response]]


def create_app(door: Door | None = None) -> Starlette:
    """Return the ASGI app of one council's site: the one the settings name, unless a `door` is given."""
    site = Site(door or Door(open_store(settings().store_url), settings()), Limits())
    app = Starlette(
        routes=_routes(site),
        exception_handlers=when_wrong.pages(site),
        middleware=[
            Middleware(SafeHeaders),
            *([Middleware(InTheirLanguage, languages=spoken)] if (spoken := reviewed()) else []),
            Middleware(LastResort, page=partial(when_wrong.last_resort, site)),
        ],
    )
    app.router.redirect_slashes = False
    site.templates  # noqa: B018 - compiled now, so that no visitor waits for it
    return app


def _routes(site: Site) -> list[BaseRoute]:
    def page(path: str, show: Show, take: Take | None = None) -> Route:
        return Route(path, _endpoint(site, show, take), methods=["GET", "POST"] if take else ["GET"])

    return [
        page("/", home),
        page("/r/new", new_link.open_page, new_link.send),
        page("/r/ics/{token:anything}", calendar_file.send_file),
        page("/r/{token:anything}", partner.open_page, partner.send),
        page("/s/{token:anything}", resident.open_page, resident.send),
        page("/t/{token:anything}", officer.open_page, officer.send),
        page("/u/{token:anything}", muting.open_page, muting.send),
        page("/p/{token:anything}", partner_home.open_page, partner_home.send),
        page("/privacy", about.privacy),
        page("/accessibility", about.accessibility),
        page("/healthz", health.healthz),
        page("/readyz", health.readyz),
        page("/mailbox", mailbox.show_mails),
        page("/mailbox/{name}", mailbox.show_mail),
        page("/mailbox/{name}/html", mailbox.show_html),
        page("/static/{name}", static),
        *console_routes(site),
        mount_api(site),
    ]


def _endpoint(site: Site, show: Show, take: Take | None) -> Endpoint:
    """GET and HEAD show; POST reads the form, then takes it. Store calls run in a thread."""

    async def endpoint(request: Request) -> Response:
        if take is None or request.method != "POST":
            return await run_in_threadpool(show, site, request)
        if comes_from_elsewhere(request.headers, site.settings.base_url):
            raise FormBroken(403, "This answer was sent from another website. Please use the link in our message.")
        form = request.state.form = await read_form(request)
        return await to_thread.run_sync(take, site, request, form, limiter=writers())

    return endpoint


def home(site: Site, request: Request) -> Response:
    """What this is."""
    return site.page("home.html", local=mailbox.is_shown(site, request))


def static(site: Site, request: Request) -> Response:
    """The stylesheet and the icon. Their addresses name their content, so they may be kept for a year."""
    kept = site.static.get(request.path_params["name"])
    if kept is None:
        raise HTTPException(404)
    known = request.query_params.get("v") == kept.version
    keep = "public, max-age=31536000, immutable" if known else "no-cache"
    return Response(kept.content, headers={"Cache-Control": keep, "ETag": f'"{kept.version}"'}, media_type=kept.type)
