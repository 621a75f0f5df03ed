"""Who may open a page of the console. Nobody, unless a route says which right it takes."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable

from anyio import to_thread
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from domain.labels import ROLE_LABELS
from domain.rights import Right
from infra.door import NoSuchNeed
from web.forms import Form, FormBroken, read_form
from web.security import comes_from_elsewhere
from web.signin.sessions import SignedIn, who_is
from web.site import Site
from web.writing import writers

Show = Callable[[Site, Request, SignedIn], Response]
Take = Callable[[Site, Request, SignedIn, Form], Response]
Read = Callable[[Request], Awaitable[Form]]


class Forbidden(Exception):
    """Signed in, and not allowed to."""

    def __init__(self, right: Right) -> None:
        super().__init__(f"needs the right to {right}")
        self.right = right


def guarded(site: Site, path: str, right: Right, show: Show, take: Take | None = None, read: Read = read_form) -> Route:
    """A route that takes `right`: GET shows; POST checks where the form came from and its token, then takes it."""

    async def endpoint(request: Request) -> Response:
        who = await run_in_threadpool(who_is, site, request)
        if who is None:
            return _to_sign_in(site, request)
        try:
            return await serve(request, who)
        except (Forbidden, FormBroken, NoSuchNeed, HTTPException) as trouble:
            return await run_in_threadpool(_say_trouble, site, who, trouble)

    async def serve(request: Request, who: SignedIn) -> Response:
        if not who.may(right):
            raise Forbidden(right)
        if take is None or request.method != "POST":
            return await run_in_threadpool(show, site, request, who)
        refuse_from_elsewhere(site, request)
        form = request.state.form = await read(request)
        check_token(form, who.csrf)
        return await to_thread.run_sync(take, site, request, who, form, limiter=writers())

    return Guarded(path, endpoint, right, ["GET", "POST"] if take else ["GET"])


class Guarded(Route):
    """A route of the console, with the right it takes."""

    def __init__(
        self, path: str, endpoint: Callable[[Request], Awaitable[Response]], right: Right, methods: list[str]
    ) -> None:
        super().__init__(path, endpoint, methods=methods)
        self.right = right


def refuse_from_elsewhere(site: Site, request: Request) -> None:
    """Only pages of ours may send forms here: what the browser says of where one came from decides, if it says so.

    One that says nothing (no `Sec-Fetch-Site`, and no `Origin` or `null`, as our own pages without a referrer have in
    old browsers) is let on to `check_token`: another site cannot know the token, so the form proves itself.
    """
    said = request.headers.get("sec-fetch-site", "same-origin").lower()
    if said not in ("same-origin", "none") or comes_from_elsewhere(request.headers, site.settings.base_url):
        raise FormBroken(403, "This form was sent from another website.")


def check_token(form: Form, csrf: str) -> None:
    """The token that only a page made for this browser holds."""
    if not hmac.compare_digest(form.get("csrf", "").encode(), csrf.encode()):
        raise FormBroken(403, "This page was open for too long, or for somebody else. Load it again.")


def _to_sign_in(site: Site, request: Request) -> Response:
    """The way to sign in, and back to what was asked for; never to what a form was sent to."""
    from web.signin.before import where_next

    path, whole = request.url.path, f"{request.url.path}?{request.url.query}"
    asked = max(where_next(path), where_next(whole), key=len) if request.method == "GET" else "/console/"
    back = f"?next={asked}" if asked != "/console/" else ""
    return RedirectResponse(f"{site.prefix}/console/sign-in{back}", 303)


def _say_trouble(site: Site, who: SignedIn, trouble: Exception) -> Response:
    """What went wrong, on a page of the console."""
    from web.console.layout import console_page  # here: the layout knows who is signed in from this module

    status, title, headers = 404, "We cannot find this page", None
    sentences: tuple[str, ...] = ("Check the address, or start from the list.",)
    match trouble:
        case Forbidden():
            status, title = 403, "You may not do this"
            sentences = (
                f"You are signed in as {ROLE_LABELS[who.officer.role]}; this needs another role.",
                "Ask whoever looks after Muster in your council.",
            )
        case FormBroken():
            status, title = trouble.status, "We could not read your form"
            sentences = (trouble.sentence, "Nothing has been changed.")
        case HTTPException() if trouble.status_code != 404:
            status, title, headers = trouble.status_code, "That is not possible here", dict(trouble.headers or {})
            sentences = (trouble.detail,)
    page = console_page(
        site, who, "message.html", status, at="", title=title, sentences=sentences, onward=("/console/", "Start page")
    )
    page.headers.update(headers or {})
    return page
