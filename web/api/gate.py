"""Who may come in: a key that holds, not too often, with a body that is JSON and not too large. Nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from infra.store import StoreError
from web.api.problems import problem
from web.forms import LARGEST_BODY, PATIENCE
from web.security import client_address, network_of
from web.signin.keys import KeyHolder, key_holder
from web.signin.sessions import who_is
from web.site import Site
from web.writing import writers

HOLDER = "muster.holder"
FOR_READERS = ("/", "/openapi.json")  # what this is: shown to officers who have signed in, too
SHOW_A_KEY = {"WWW-Authenticate": 'Bearer realm="Muster"'}


class Gate:
    """Lets in whoever shows a key that holds. What each may do is for the routes to say."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self.app, self.site = app, site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        answer = await self._let_in(Request(scope, receive))
        if isinstance(answer, Response):
            await answer(scope, receive, send)
        elif scope["method"] in ("GET", "HEAD"):
            await self.app(scope, receive, send)
        else:
            async with writers():
                await self.app(scope, answer, send)

    async def _let_in(self, request: Request) -> Response | Callable[[], Awaitable[Message]]:
        try:
            holder = await run_in_threadpool(key_holder, self.site, request)
            if holder is None and not await run_in_threadpool(self._reads_about_it, request):
                return self._stranger(request)
        except StoreError:
            detail = "We cannot reach our records just now; nothing was written."
            return problem(503, detail, headers={"Retry-After": "5"})
        if holder is not None:
            request.scope[HOLDER] = holder
            if wait := self.site.limits.api.wait(holder.id):
                return problem(429, "This key has asked too often.", headers={"Retry-After": str(wait)})
        return request.receive if request.method in ("GET", "HEAD") else await read_body(request)

    def _reads_about_it(self, request: Request) -> bool:
        path = request.url.path.removeprefix(request.scope.get("root_path", ""))
        return request.method == "GET" and path in FOR_READERS and who_is(self.site, request) is not None

    def _stranger(self, request: Request) -> Response:
        network = network_of(client_address(request, self.site.settings.proxy))
        if wait := self.site.limits.api_strangers.wait(network):
            return problem(429, "Too many tries without a key that holds.", headers={"Retry-After": str(wait)})
        return problem(401, "Show a key that holds: Authorization: Bearer muster_….", headers=SHOW_A_KEY)


async def read_body(request: Request) -> Response | Callable[[], Awaitable[Message]]:
    """The body, read whole, as the app is to receive it; or what is wrong with it."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    announced = request.headers.get("content-length", "0")
    if not announced.isascii() or not announced.isdigit() or int(announced[:12]) > LARGEST_BODY:
        return problem(413, f"At most {LARGEST_BODY // 1024} KiB are read.")
    body = bytearray()
    try:
        async with asyncio.timeout(PATIENCE):
            async for chunk in request.stream():
                body += chunk
                if len(body) > LARGEST_BODY:
                    return problem(413, f"At most {LARGEST_BODY // 1024} KiB are read.")
    except TimeoutError:
        return problem(408, "The body took too long to arrive.")
    except ClientDisconnect:
        return problem(400, "The body did not arrive whole.")
    if body and (kind != "application/json" or "content-encoding" in request.headers):
        return problem(415, "Send JSON, as application/json, not compressed.")
    return _once(bytes(body))


def _once(body: bytes) -> Callable[[], Awaitable[Message]]:
    whole: Message = {"type": "http.request", "body": body, "more_body": False}
    messages = iter([whole])

    async def receive() -> Message:
        return next(messages, {"type": "http.disconnect"})

    return receive


def holder_of(request: Request) -> KeyHolder:
    """Who asks."""
    holder = request.scope[HOLDER]
    assert isinstance(holder, KeyHolder)  # noqa: S101 - the gate put it there
    return holder
