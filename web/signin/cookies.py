"""The two cookies of the console: one for whoever has signed in, one for whoever is about to. No other page has any."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from infra.settings import Settings
from web.security import LOCAL_NAMES

Cookie = Literal["muster", "muster-before"]
SIGNED_IN: Cookie = "muster"
SIGNING_IN: Cookie = "muster-before"


def may_keep(settings: Settings) -> bool:
    """May cookies be used under this base URL? Over plain http here only: elsewhere others could read them."""
    return _is_secure(settings) or urlsplit(settings.base_url).hostname in LOCAL_NAMES


def read_cookie(settings: Settings, request: Request, cookie: Cookie) -> str | None:
    return request.cookies.get(_name(settings, cookie)) or None


def set_cookie(settings: Settings, response: Response, cookie: Cookie, value: str) -> None:
    """A cookie that ends with the browser, is sent to this host alone, and is shown to no script."""
    secure = _is_secure(settings)
    response.set_cookie(_name(settings, cookie), value, path="/", secure=secure, httponly=True, samesite="lax")


def end_cookie(settings: Settings, response: Response, cookie: Cookie) -> None:
    response.delete_cookie(
        _name(settings, cookie), path="/", secure=_is_secure(settings), httponly=True, samesite="lax"
    )


def _is_secure(settings: Settings) -> bool:
    return settings.base_url.startswith("https:")


def _name(settings: Settings, cookie: Cookie) -> str:
    return f"__Host-{cookie}" if _is_secure(settings) else cookie
