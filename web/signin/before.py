"""Pages for whoever has not signed in yet. Their forms are tied to the browser by a cookie that opens nothing."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web.forms import Form, FormBroken, check_size, read_form
from web.security import client_address, hold_to, network_of
from web.signin.cookies import SIGNING_IN, may_keep, read_cookie, set_cookie
from web.signin.guarding import check_token, refuse_from_elsewhere
from web.signin.sessions import csrf_of
from web.site import Site
from web.writing import signing_in

PART = r"[A-Za-z0-9_~-][A-Za-z0-9._~-]*"
OWN_PATH = re.compile(rf"/console/(?:{PART}(?:/{PART})*(?:\?partner={PART})?)?")


@dataclass(frozen=True)
class Visitor:
    """One browser in which somebody may be about to sign in."""

    secret: str

    @property
    def csrf(self) -> str:
        return csrf_of(self.secret)


Show = Callable[[Site, Request, Visitor], Response]
Take = Callable[[Site, Request, Visitor, Form], Response]


def unguarded(site: Site, path: str, show: Show, take: Take | None = None) -> Route:
    """A route for whoever has not signed in: GET shows; POST checks where the form came from, then takes it."""

    async def endpoint(request: Request) -> Response:
        if not may_keep(site.settings):
            return plain_page(
                site,
                403,
                "Nobody can sign in here yet",
                "Signing in needs an address that begins with https://, so that nobody can listen.",
                "Whoever runs Muster sets it as MUSTER_BASE_URL.",
            )
        hold_to(site.limits.sign_ins, network_of(client_address(request, site.settings.proxy)))
        kept = read_cookie(site.settings, request, SIGNING_IN)
        visitor = Visitor(kept if kept and len(kept) == 43 else secrets.token_urlsafe(32))
        if take is None or request.method != "POST":
            response = await to_thread.run_sync(show, site, request, visitor, limiter=signing_in())
        else:
            refuse_from_elsewhere(site, request)
            form = request.state.form = await read_form(request)
            check_size(form)
            check_token(form, visitor.csrf)
            response = await to_thread.run_sync(take, site, request, visitor, form, limiter=signing_in())
        if visitor.secret != kept and request.method != "POST":
            set_cookie(site.settings, response, SIGNING_IN, visitor.secret)
        return response

    async def kindly(request: Request) -> Response:
        try:
            return await endpoint(request)
        except FormBroken as broken:
            return plain_page(site, broken.status, "We could not sign you in", broken.sentence)

    return Route(path, kindly, methods=["GET", "POST"] if take else ["GET"])


def plain_page(site: Site, status: int, title: str, *sentences: str) -> Response:
    """A short page of the console for whoever has not signed in, with the way to do so."""
    return site.page(
        "console/message.html", status, who=None, csrf="", places=[], title=title, sentences=sentences,
        onward=("/console/sign-in", "Sign in"),
    )  # fmt: skip


def where_next(text: str) -> str:
    """Where to go after signing in: a page of the console, about one partner if it says so; whatever was asked for."""
    return text if OWN_PATH.fullmatch(text) and not text.startswith("/console/sign-") else "/console/"
