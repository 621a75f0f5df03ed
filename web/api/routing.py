"""A route of the API: it says which right it takes, or it is not there, and documents every answer it can give."""

from __future__ import annotations

from collections.abc import Callable
from inspect import Parameter, signature
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Security
from fastapi.security import HTTPBearer

from domain.opening import NeedWrong
from domain.rights import Right
from infra.door import Door, NoSuchNeed
from infra.faults import say_unknown_key
from infra.recording import read_reference
from web.api.gate import holder_of
from web.api.problems import PlainJson, problems
from web.signin.guarding import Forbidden
from web.signin.keys import KeyHolder
from web.site import Site

BEARER = HTTPBearer(auto_error=False, description="A key of the API, as `muster key add` makes it.")
ANY_ROUTE = (400, 401, 403, 405, 422, 429, 500, 503)
WITH_BODY = (408, 413, 415)


async def site_of(request: Request) -> Site:
    """The council's site that is asked. It needs no thread, unlike what FastAPI finds by a plain function."""
    site = request.app.state.site
    assert isinstance(site, Site)  # noqa: S101 - the API was made with it
    return site


Here = Annotated[Site, Depends(site_of)]
Who = Annotated[KeyHolder, Depends(holder_of)]
NeedRef = Annotated[str, Path(description="The need's reference.", examples=["N-7K3QX2"], max_length=40)]
Model = dict[str, Any]


class Routes(APIRouter):
    """Routes that begin alike."""

    def offer(
        self,
        method: str,
        path: str,
        right: Right,
        give: Callable[..., Any],
        *,
        title: str,
        answer: Any,
        status: int = 200,
        more: dict[int | str, Model] | None = None,
        wrong: tuple[int, ...] = (),
    ) -> None:
        """`give` answers whoever has this `right`. `answer` is the model of its answer, `more` are other good ones."""
        bad = (*ANY_ROUTE, *(WITH_BODY if method == "POST" else ()), *wrong)
        self.add_api_route(
            path,
            give,
            methods=[method],
            status_code=status,
            summary=title,
            dependencies=[
                Security(BEARER),
                Depends(_holding(right)),
                Depends(_asking_only(_filters(give) if method == "GET" else ())),
            ],
            response_class=PlainJson,
            response_model=None,
            responses={status: {"model": answer}, **(more or {}), **problems(*sorted(set(bad)))},
            openapi_extra={"x-right": right.value},
        )


def _holding(right: Right) -> Callable[[Request], None]:
    def check(request: Request) -> None:
        if not holder_of(request).may(right):
            raise Forbidden(right)

    return check


def _filters(give: Callable[..., Any]) -> tuple[str, ...]:
    """What its address may ask for: all that may be left out."""
    return tuple(name for name, one in signature(give).parameters.items() if one.default is not Parameter.empty)


def _asking_only(known: tuple[str, ...]) -> Callable[[Request], None]:
    """A filter spelt wrong is refused: taken as left out, it would show everything."""

    def check(request: Request) -> None:
        for name in request.query_params:
            if name not in known:
                raise NeedWrong(name[:60] or "query", say_unknown_key(name, known))

    return check


def find_need(door: Door, ref: str) -> str:
    """The reference as it is written, of a need that is there. Raises `NoSuchNeed`."""
    reference = read_reference(ref)
    if door.find(reference) is None:
        raise NoSuchNeed(f"no need has the reference {ref[:20]!r}")
    return reference
