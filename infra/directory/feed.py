"""Open Referral UK services, from a file or page by page from a feed. Nothing but the feed itself is ever fetched."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit, urlunsplit

from infra.directory.entries import is_id
from infra.tables import FileWrong, read_text

if TYPE_CHECKING:
    import httpx

PER_PAGE = 100
MOST_PAGES = 1000
MOST_SERVICES = 50_000
LARGEST_ANSWER = 20 * 1024 * 1024
LARGEST_FILE = 50 * 1024 * 1024
TRIES = 3
BACK_OFF = 1.0  # seconds before the second try: twice that; before the third: four times
ANSWER_SECONDS = 60.0
IMPORT_SECONDS = 30 * 60.0
MOST_FAILURES = 20  # in a row, then no further details are asked for
DETAILS_AT_ONCE = 4
Answer = tuple[int, bytes]  # status and content
DETAILS = ("service_at_locations", "service_areas", "attributes")


class FeedFailed(Exception):
    """A feed could not be read (further). What was read before is good."""


@dataclass
class Feed:
    """Services as they come, the ids read so far, what went wrong on the way, and when to stop (by `monotonic`)."""

    services: Iterator[Any]
    notes: list[str] = field(default_factory=list)
    read: set[str] = field(default_factory=set)
    failures: int = 0
    ends: float = math.inf


# --- a file -------------------------------------------------------------------


def services_in_file(path: Path, raw: bytes) -> Feed:
    """A page object, a list, `{"services": []}` or a single service. Raises `FileWrong`."""
    try:
        found = json.loads(read_text(path, raw))
    except json.JSONDecodeError as wrong:
        raise FileWrong(f"{path} is not JSON: {wrong.msg} (line {wrong.lineno})") from None
    except (RecursionError, ValueError):
        raise FileWrong(f"{path} is JSON nested or written in a way that cannot be read") from None
    services = services_of(found)
    if services is None:
        raise FileWrong(
            f"{path} holds no services: Open Referral UK 3 keeps them in a list, or under 'contents' or 'services'"
        )
    return Feed(iter(services), read={id_of(service) for service in services})


def id_of(service: object) -> str:
    return str(service.get("id", "")) if isinstance(service, dict) else ""


def services_of(found: object) -> list[Any] | None:
    if isinstance(found, list):
        return found
    if isinstance(found, dict):
        for key in ("contents", "services"):
            if isinstance(found.get(key), list):
                return list(found[key])
        if "id" in found and "name" in found:
            return [found]
    return None


# --- a feed -------------------------------------------------------------------


def services_at(url: str) -> Feed:
    """Every service of a feed, in order, each once. `url` is the feed's base or its `/services`. Raises `FileWrong`."""
    import httpx

    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and httpx.URL(url).host
    except (ValueError, httpx.InvalidURL):
        good = False
    if not good:
        raise FileWrong(f"{url[:200]} is not a feed's address; it begins with https://")
    path = parts.path.rstrip("/")
    path = path if path.endswith("/services") else f"{path}/services"
    feed = Feed(iter(()))
    feed.services = _walk(urlunsplit((parts.scheme, parts.netloc, path, parts.query, "")), feed)
    return feed


def _walk(url: str, feed: Feed) -> Iterator[Any]:
    import httpx

    from infra.prefect_api import is_loopback

    seen = feed.read
    feed.ends = time.monotonic() + IMPORT_SECONDS
    limits = httpx.Timeout(30, connect=10)
    with httpx.Client(timeout=limits, follow_redirects=False, trust_env=not is_loopback(url)) as http:
        for number in range(1, MOST_PAGES + 1):
            try:
                page = _get(http, url, {"page": number, "per_page": PER_PAGE}, feed.ends)
            except FeedFailed as why:
                kept = f"page {number} could not be read: {why}; the {len(seen):,} services before it were"
                feed.notes.append(kept if number > 1 else f"nothing could be read: {why}")
                return
            services = services_of(page)
            if services is None:
                feed.notes.append(f"page {number} holds no 'contents'; is this an Open Referral UK 3 feed?")
                return
            fresh = [service for service in services if id_of(service) not in seen]
            seen.update(id_of(service) for service in fresh)
            try:
                yield from _with_details(http, url, fresh, feed)
            except FeedFailed as why:
                feed.notes.append(f"{why}; the feed was read no further")
                return
            if not fresh or (isinstance(page, dict) and page.get("last_page") is True) or not isinstance(page, dict):
                return
            if len(seen) >= MOST_SERVICES:
                break
    feed.notes.append(f"the feed goes on; only the first {len(seen):,} services were read")


def _with_details(http: httpx.Client, url: str, services: list[Any], feed: Feed) -> Iterator[Any]:
    """List rows are often shallow: where none of the details is there, the service itself is read.

    Raises `FeedFailed` when that fails again and again.
    """
    with ThreadPoolExecutor(DETAILS_AT_ONCE) as pool:

        def full(service: Any) -> Any:
            if not isinstance(service, dict) or any(key in service for key in DETAILS) or not is_id(id_of(service)):
                return service
            if feed.failures >= MOST_FAILURES:
                raise FeedFailed(f"the details of {MOST_FAILURES} services in a row could not be read")
            try:
                found = _get(http, f"{url.split('?')[0]}/{quote(id_of(service), safe='')}", {}, feed.ends)
            except FeedFailed as why:
                feed.failures += 1
                feed.notes.append(f"the details of service {id_of(service)} could not be read: {why}")
                return service
            feed.failures = 0
            return service | found if isinstance(found, dict) and found.get("id") == service["id"] else service

        yield from pool.map(full, services)


def _get(http: httpx.Client, url: str, asked: dict[str, int], ends: float) -> Any:
    """What the feed answers, in a few tries. Raises `FeedFailed`, also when it is past `ends`."""
    import httpx

    why = ""
    for attempt in range(TRIES):
        if attempt:
            time.sleep(BACK_OFF * 2**attempt)
        left = ends - time.monotonic()
        if left <= 0:
            raise FeedFailed(f"the import has taken longer than {IMPORT_SECONDS / 60:g} minutes")
        try:
            status, content = _in_time(partial(_ask, http, url, asked), min(left, ANSWER_SECONDS))
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as failed:
            why = f"the feed cannot be reached ({type(failed).__name__})"
            continue
        if status == 429 or status >= 500:
            why = f"the feed answered {status}"
            continue
        if status != 200:
            raise FeedFailed(f"the feed answered {status}")
        try:
            return json.loads(content)
        except (ValueError, RecursionError):
            raise FeedFailed("the answer is not JSON") from None
    raise FeedFailed(why)


def _in_time(ask: Callable[[], Answer], seconds: float) -> Answer:
    """What `ask` answers, if it does so in time. (httpx gives each read its time: a feed that drips never runs out.)"""
    answer: Future[Answer] = Future()

    def work() -> None:
        try:
            answer.set_result(ask())
        except Exception as wrong:
            answer.set_exception(wrong)

    Thread(target=work, daemon=True).start()  # one that is given up ends when the client closes
    try:
        return answer.result(seconds)
    except TimeoutError:
        raise FeedFailed(f"an answer took longer than {seconds:.3g} seconds") from None


def _ask(http: httpx.Client, url: str, asked: dict[str, int]) -> Answer:
    import httpx

    with http.stream("GET", httpx.URL(url).copy_merge_params(asked)) as answer:
        if answer.is_redirect:
            raise FeedFailed(f"it has moved to {answer.headers.get('location', '?')[:200]}; give that address instead")
        return answer.status_code, _bounded(answer) if answer.status_code == 200 else b""


def _bounded(answer: httpx.Response) -> bytes:
    content = bytearray()
    for chunk in answer.iter_bytes():
        content += chunk
        if len(content) > LARGEST_ANSWER:
            raise FeedFailed(f"an answer is larger than {LARGEST_ANSWER // 1024 // 1024} MB")
    return bytes(content)
