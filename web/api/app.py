"""The API as one application: its routes, its document, and what it says when something is wrong."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.routing import compile_path

from domain.opening import NeedWrong
from infra.door import Busy, NoSuchNeed
from infra.store import StoreError
from infra.store.lists import CursorWrong
from web.api import incidents, needs, playbooks, responders
from web.api.gate import Gate
from web.api.mounting import PATH
from web.api.problems import TITLES, invalid, problem, problem_schemas, wrong_field
from web.security import LastResort
from web.signin.guarding import Forbidden
from web.site import Site

ABOUT = """Needs, incidents, partners and playbooks for programs, by the same commands as everybody's.

Show a key with every request: `Authorization: Bearer muster_…`. A key has rights, and each route says in `x-right`
which one it takes. What is wrong is answered as `application/problem+json` (RFC 9457)."""


class Api(FastAPI):
    """It documents problems as what they are."""

    def openapi(self) -> dict[str, Any]:
        known = self.openapi_schema
        document = super().openapi()
        if known is None:
            document["components"]["schemas"] |= problem_schemas()
        return document


def create_api(site: Site) -> FastAPI:
    """The API of one council's site."""
    app = Api(
        title=f"Muster of {site.settings.council}",
        version="1",
        description=ABOUT,
        servers=[{"url": site.settings.base_url.rstrip("/") + PATH}],
        root_path_in_servers=False,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        middleware=[Middleware(LastResort, page=_last_resort), Middleware(Gate, site=site)],
        exception_handlers=_when_wrong(),
    )
    app.state.site = site
    for area in (needs, incidents, responders, playbooks):
        app.include_router(area.routes())

    def about() -> Response:
        return site.page("api.html", routes=_listed(app), problems=TITLES)

    app.add_api_route("/", about, include_in_schema=False)
    return app


def _listed(app: FastAPI) -> list[dict[str, str]]:
    """The routes, as people read them."""
    return [
        {"method": method.upper(), "path": PATH + path, "title": route["summary"], "right": route["x-right"]}
        for path, ways in app.openapi()["paths"].items()
        for method, route in ways.items()
    ]


def _last_resort(incident: str) -> Response:
    return problem(500, f"We are sorry. If you tell us about it, please say incident {incident}.")


def _when_wrong() -> dict[int | type[Exception], Callable[[Request, Any], Coroutine[Any, Any, Response]]]:
    async def not_valid(request: Request, trouble: RequestValidationError) -> Response:
        return invalid(trouble)

    async def typed_wrong(request: Request, trouble: NeedWrong) -> Response:
        return wrong_field(trouble.place, trouble.sentence, trouble.code or None)

    async def cursor_wrong(request: Request, trouble: CursorWrong) -> Response:
        return wrong_field("cursor", "does not lead to any page")

    async def no_such_need(request: Request, trouble: NoSuchNeed) -> Response:
        return problem(404, str(trouble.args[0]))

    async def forbidden(request: Request, trouble: Forbidden) -> Response:
        return problem(403, f"This takes the right to {trouble.right.value}, which this key does not have.")

    async def busy(request: Request, trouble: Busy) -> Response:
        detail = "Too many change this at once; nothing was written."
        return problem(503, detail, headers={"Retry-After": "2"})

    async def no_store(request: Request, trouble: StoreError) -> Response:
        detail = "We cannot reach our records just now."
        if request.method not in ("GET", "HEAD"):
            detail += " What you sent may have been recorded: read how things stand, or send it again, by the same key."
        return problem(503, detail, headers={"Retry-After": "5"})

    async def http_error(request: Request, trouble: HTTPException) -> Response:
        status = trouble.status_code if trouble.status_code in TITLES else 400
        headers = {"Allow": _allowed(request)} if status == 405 else None
        plain = {404: "Nothing is at this address.", 405: "This address takes other methods."}
        said = trouble.detail if trouble.detail not in ("Not Found", "Method Not Allowed") else plain[status]
        return problem(status, said, headers=headers)

    return {
        RequestValidationError: not_valid,
        NeedWrong: typed_wrong,
        CursorWrong: cursor_wrong,
        NoSuchNeed: no_such_need,
        Forbidden: forbidden,
        Busy: busy,
        StoreError: no_store,
        HTTPException: http_error,
    }


def _allowed(request: Request) -> str:
    """The methods that this address takes."""
    path = request.url.path.removeprefix(request.scope.get("root_path", ""))
    found = (ways for template, ways in request.app.openapi()["paths"].items() if compile_path(template)[0].match(path))
    return ", ".join(sorted({method.upper() for ways in found for method in ways} or {"GET"}))
