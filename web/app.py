"""The site: which address leads to which page, and what happens when something goes wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from anyio import to_thread
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from infra.door import Busy, Door, NoSuchNeed
from infra.settings import settings
from infra.store import StoreError, open_store
from web import about, calendar_file, health, mailbox, muting, new_link, officer, partner, partner_home, resident
from web.api.mounting import mount_api
from web.console.routes import console_routes
from web.convertors import Anything as Anything
from web.forms import Form, FormBroken, read_form
from web.languages import InTheirLanguage, _, reviewed
from web.security import (
    LastResort,
    Limits,
    SafeHeaders,
    TooOften,
    client_address,
    comes_from_elsewhere,
    network_of,
)
from web.site import Site, UnknownLink
from web.writing import writers

Show = Callable[[Site, Request], Response]
Take = Callable[[Site, Request, Form], Response]
Endpoint = Callable[[Request], Awaitable[Response]]


def create_app(door: Door | None = None) -> Starlette:
    """Return the ASGI app of one council's site: the one the settings name, unless a `door` is given."""
    site = Site(door or Door(open_store(settings().store_url), settings()), Limits())
    app = Starlette(
        routes=_routes(site),
        exception_handlers=_when_wrong(site),
        middleware=[
            Middleware(SafeHeaders),
            *([Middleware(InTheirLanguage, languages=spoken)] if (spoken := reviewed()) else []),
            Middleware(LastResort, page=_last_resort(site)),
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


# --- when something is wrong --------------------------------------------------


def _when_wrong(site: Site) -> dict[int | type[Exception], Callable[[Request, Exception], Awaitable[Response]]]:
    async def unknown_link(request: Request, trouble: Exception) -> Response:
        if wait := site.limits.unknown_links.wait(network_of(client_address(request, site.settings.proxy))):
            return _too_often(site, wait)
        return site.message(
            404,
            _("We cannot find this page"),
            _("The link may not be complete, or the request it belongs to may have been closed for a while."),
            offer_link=True,
        )

    async def too_often(request: Request, trouble: Exception) -> Response:
        return _too_often(site, trouble.wait if isinstance(trouble, TooOften) else 60)

    async def form_broken(request: Request, trouble: Exception) -> Response:
        status, sentence = (trouble.status, trouble.sentence) if isinstance(trouble, FormBroken) else (400, "")
        return site.message(status, _("We could not read your answer"), _(sentence), _("Nothing has been recorded."))

    async def try_again(request: Request, trouble: Exception) -> Response:
        form = getattr(request.state, "form", None)
        return site.message(
            503,
            _("Please try again in a moment"),
            _("We cannot reach our records just now, so nothing has been recorded.")
            if form is not None
            else _("We cannot reach our records just now."),
            again=dict(form) if form else None,
            headers={"Retry-After": "5"},
        )

    async def http_error(request: Request, trouble: Exception) -> Response:
        status = trouble.status_code if isinstance(trouble, HTTPException) else 500
        headers = dict(trouble.headers or {}) if isinstance(trouble, HTTPException) else None
        if status == 405:
            return site.message(
                status, _("That is not possible here"), _("Please use the link in our message."), headers=headers
            )
        return site.message(
            status,
            _("We cannot find this page"),
            _("Check the address, or use the link in our message."),
            headers=headers,
        )

    return {
        UnknownLink: unknown_link,
        NoSuchNeed: unknown_link,
        TooOften: too_often,
        FormBroken: form_broken,
        StoreError: try_again,
        Busy: try_again,
        HTTPException: http_error,
    }


def _too_often(site: Site, wait: int) -> Response:
    return site.message(
        429,
        _("Please wait a little"),
        _("Too many attempts have come from where you are. Nothing has been recorded; try again in a minute."),
        headers={"Retry-After": str(wait)},
    )


def _last_resort(site: Site) -> Callable[[str], Response]:
    def page(incident: str) -> Response:
        try:
            return site.message(
                500,
                _("Something went wrong"),
                _("We are sorry. We do not know whether your answer was recorded: open the link again to see."),
                _("If you phone us, please say incident %(number)s.", number=incident),
            )
        except Exception:  # the page itself is broken: words are better than nothing
            return PlainTextResponse(f"Something went wrong. Please phone {site.settings.phone}.", 500)

    return page
