"""Where the API is found; it is made when first asked for, so that pages need not wait for FastAPI."""

from __future__ import annotations

import threading

from starlette.concurrency import run_in_threadpool
from starlette.routing import Mount, compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

from web.convertors import Anything as Anything
from web.site import Site

PATH = "/api/v1"


class Api:
    """The API of one site, made at the first request."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._app: ASGIApp | None = None
        self._lock = threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._app
        if app is None:
            app = await run_in_threadpool(self._make)
        await app(scope, receive, send)

    def _make(self) -> ASGIApp:
        from web.api.app import create_api

        with self._lock:
            if self._app is None:
                self._app = create_api(self._site)
            return self._app


class Whole(Mount):
    """All that begins with a path, line breaks and all."""

    def __init__(self, path: str, app: ASGIApp) -> None:
        super().__init__(path, app)
        self.path_regex, self.path_format, self.param_convertors = compile_path(f"{self.path}/{{path:anything}}")


def mount_api(site: Site) -> Mount:
    """The route that leads to the API."""
    return Whole(PATH, Api(site))
