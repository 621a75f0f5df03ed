"""What guards every page: headers, the last resort, where a form may come from, and how often somebody may try."""

from __future__ import annotations

import ipaddress
import logging
import re
import secrets
import threading
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from cachetools import TTLCache
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from infra.traces import places_of

log = logging.getLogger("muster.web")

CONTENT_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = (
    (b"content-security-policy", CONTENT_POLICY.encode()),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-robots-tag", b"noindex, nofollow, noarchive"),
    (b"x-content-type-options", b"nosniff"),
)
TEMPLATES = {
    "r": "/r/{token}",
    "s": "/s/{token}",
    "t": "/t/{token}",
    "u": "/u/{token}",
    "p": "/p/{token}",
    "mailbox": "/mailbox",
    "console": "/console",
    "api": "/api/v1",
}


def route_template(path: str) -> str:
    """The path as it may be logged: never what follows the first part of it."""
    if path in ("/", "/healthz", "/readyz", "/r/new", "/privacy", "/accessibility"):
        return path
    return TEMPLATES.get(path.lstrip("/").split("/", 1)[0], "(other)")


class SafeHeaders:
    """Puts the headers on every response, and writes one line a request into the log, without the token."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name.lower() for name, _ in message["headers"]}
                own = [(name, value) for name, value in HEADERS if name not in present]
                message = {**message, "headers": [*message["headers"], *own]}
                log.info("%s %s %s", scope["method"][:10], route_template(scope["path"]), message["status"])
            await send(message)

        await self.app(scope, receive, send_safely)


class LastResort:
    """Whatever goes wrong, people get a kind page and we get the place in the code: no path, address or form value."""

    def __init__(self, app: ASGIApp, page: Callable[[str], Response]) -> None:
        self.app, self.page = app, page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = False

        async def watch(message: Message) -> None:
            nonlocal began
            began = began or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watch)
        except Exception as trouble:
            incident = secrets.token_hex(4)
            log_incident(incident, trouble, scope.get("path", ""))
            if scope["type"] == "http" and not began:
                await self.page(incident)(scope, receive, send)


def log_incident(incident: str, trouble: Exception, path: str) -> None:
    """Log where it happened. The exception's own words are left out: they may quote what somebody typed."""
    places = places_of(trouble)
    log.error("incident %s: %s at %s: %s", incident, type(trouble).__name__, route_template(path), places)


def comes_from_elsewhere(headers: Headers, base_url: str) -> bool:
    """Was this form sent by another site? No cookie gives our forms power, so this is a second guard, not the first."""
    if headers.get("sec-fetch-site", "").lower() == "cross-site":
        return True
    origin = headers.get("origin", "null").lower()
    if origin == "null":  # what browsers send from pages with `no-referrer`, ours among them
        return False
    try:
        ours, theirs = urlsplit(base_url.lower()), urlsplit(origin)
    except ValueError:  # no browser sends such an Origin
        return True
    return (theirs.scheme, theirs.netloc) != (ours.scheme, ours.netloc) and theirs.netloc != headers.get(
        "host", ""
    ).lower()


def client_address(request: Request, proxy: str) -> str:
    """Who asks: the peer, or what the one proxy we trust says about it."""
    peer = request.client.host if request.client else ""
    if proxy and peer == proxy:  # the last entry is the proxy's own; those before it are whatever was sent to it
        said = ",".join(request.headers.getlist("x-forwarded-for")).rpartition(",")[2].strip()
        return WITH_PORT.sub(r"\1\2", said) or peer
    return peer


def is_loopback(request: Request) -> bool:
    """Did this come straight from this machine, under this machine's name?"""
    try:
        near = ipaddress.ip_address(request.client.host if request.client else "").is_loopback
        name = urlsplit(f"//{request.headers.get('host', '')}").hostname
    except ValueError:
        return False
    forwarded = "x-forwarded-for" in request.headers or "forwarded" in request.headers
    return near and not forwarded and name in LOCAL_NAMES


def network_of(address: str) -> str:
    """The neighbourhood an address is counted in: /24, or /64 of IPv6."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:60]
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    return str(ipaddress.ip_network((ip, 24 if ip.version == 4 else 64), strict=False))


WITH_PORT = re.compile(r"^(?:\[([^\]]+)\](?::\d+)?|([\d.]+):\d+)$")
LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")


class Limit:
    """At most `most` times in `seconds` for each key. Remembers at most `keys` of them, so memory stays bounded."""

    def __init__(
        self, most: int, seconds: int = 60, keys: int = 10_000, timer: Callable[[], float] = time.monotonic
    ) -> None:
        self._most, self._seconds, self._timer = most, seconds, timer
        self._counts: TTLCache[str, list[float]] = TTLCache(maxsize=keys, ttl=seconds, timer=timer)
        self._lock = threading.Lock()

    def wait(self, key: str) -> int:
        """Count one more try; return 0, or after how many seconds to try again."""
        with self._lock:
            seen = self._counts.get(key)
            if seen is None:
                seen = self._counts[key] = [0.0, self._timer()]
            seen[0] += 1
            if seen[0] <= self._most:
                return 0
            return max(1, round(self._seconds - (self._timer() - seen[1])))

    def is_reached(self, key: str) -> bool:
        """Would one more be too many? Counts nothing."""
        seen = self._counts.get(key)
        return seen is not None and seen[0] >= self._most

    def __len__(self) -> int:
        return len(self._counts)


class Limits:
    """How often one may try what, a minute. They are one process's own."""

    def __init__(self) -> None:
        self.unknown_links = Limit(60)
        self.new_links = Limit(10)
        self.posts = Limit(60)
        self.api = Limit(600)
        self.api_strangers = Limit(60)
        self.sign_ins = Limit(600)  # one network may be a whole council at nine in the morning
        self.wrong_passwords = Limit(20)


class TooOften(Exception):
    """Tried too often; `wait` seconds would help."""

    def __init__(self, wait: int) -> None:
        super().__init__(f"too often; again in {wait} s")
        self.wait = wait


def hold_to(limit: Limit, key: str) -> None:
    """Count one more try; raises `TooOften`."""
    if wait := limit.wait(key):
        raise TooOften(wait)
