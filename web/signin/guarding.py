"""Who may open a page of the console. Nobody, unless a route says which right it takes."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass

from anyio import to_thread
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from domain.officers import Officer
from domain.rights import Right, may
from web.forms import Form, FormBroken, read_form
from web.security import comes_from_elsewhere
from web.site import Site


@dataclass(frozen=True)
class SignedIn:
    """An officer with a session that holds. `csrf` is in every form of theirs."""

    officer: Officer
    session: str
    csrf: str

    @property
    def by(self) -> str:
        """As the story keeps who did something."""
        return f"officer:{self.officer.id}"

    def may(self, right: Right) -> bool:
        return may(self.officer.role, right)


Show = Callable[[Site, Request, SignedIn], Response]
Take = Callable[[Site, Request, SignedIn, Form], Response]


class Forbidden(Exception):
    """Signed in, and not allowed to."""

    def __init__(self, right: Right) -> None:
        super().__init__(f"needs the right to {right}")
        self.right = right


def guarded(site: Site, path: str, right: Right, show: Show, take: Take | None = None) -> Route:
    """A route that takes `right`: GET shows; POST checks where the form came from and its token, then takes it."""

    async def endpoint(request: Request) -> Response:
        who = await run_in_threadpool(who_is, site, request)
        if who is None:
            return RedirectResponse(f"{site.prefix}/console/sign-in", 303)
        if not who.may(right):
            raise Forbidden(right)
        if take is None or request.method != "POST":
            return await run_in_threadpool(show, site, request, who)
        if comes_from_elsewhere(request.headers, site.settings.base_url):
            raise FormBroken(403, "This form was sent from another website.")
        form = request.state.form = await read_form(request)
        if not hmac.compare_digest(form.get("csrf", "").encode(), who.csrf.encode()):
            raise FormBroken(403, "This page was open for too long, or for somebody else. Load it again.")
        return await to_thread.run_sync(take, site, request, who, form)

    return Route(path, endpoint, methods=["GET", "POST"] if take else ["GET"])


def who_is(site: Site, request: Request) -> SignedIn | None:
    """The officer whose session this request's cookie names; `None` if there is none that holds."""
    return None
