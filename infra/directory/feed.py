"""Open Referral UK services, from a file or page by page from a feed. Nothing but the feed itself is ever fetched."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit, urlunsplit

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
DETAILS_AT_ONCE = 4
DETAILS = ("service_at_locations", "service_areas", "attributes")


class FeedFailed(Exception):
    """A feed could not be read (further). What was read before is good."""


@dataclass
class Feed:
    """Services as they come, the ids read so far, and what went wrong on the way."""

    services: Iterator[Any]
    notes: list[str] = field(default_factory=list)
    read: set[str] = field(default_factory=set)


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
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
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
    limits = httpx.Timeout(30, connect=10)
    with httpx.Client(timeout=limits, follow_redirects=False, trust_env=not is_loopback(url)) as http:
        for number in range(1, MOST_PAGES + 1):
            try:
                page = _get(http, url, {"page": number, "per_page": PER_PAGE})
            except FeedFailed as why:
                feed.notes.append(f"page {number} could not be read: {why}; the {len(seen):,} services before it were")
                return
            services = services_of(page)
            if services is None:
                feed.notes.append(f"page {number} holds no 'contents'; is this an Open Referral UK 3 feed?")
                return
            fresh = [service for service in services if id_of(service) not in seen]
            seen.update(id_of(service) for service in fresh)
            yield from _with_details(http, url, fresh, feed)
            if not fresh or (isinstance(page, dict) and page.get("last_page") is True) or not isinstance(page, dict):
                return
            if len(seen) >= MOST_SERVICES:
                break
    feed.notes.append(f"the feed goes on; only the first {len(seen):,} services were read")


def _with_details(http: httpx.Client, url: str, services: list[Any], feed: Feed) -> Iterator[Any]:
    """List rows are often shallow: where none of the details is there, the service itself is read."""
    with ThreadPoolExecutor(DETAILS_AT_ONCE) as pool:

        def full(service: Any) -> Any:
            if not isinstance(service, dict) or any(key in service for key in DETAILS) or "id" not in service:
                return service
            try:
                found = _get(http, f"{url.split('?')[0]}/{quote(str(service['id']), safe='')}", {})
            except FeedFailed as why:
                feed.notes.append(f"the details of service {str(service['id'])[:80]} could not be read: {why}")
                return service
            return service | found if isinstance(found, dict) and found.get("id") == service["id"] else service

        yield from pool.map(full, services)


def _get(http: httpx.Client, url: str, asked: dict[str, int]) -> Any:
    import httpx

    why = ""
    for attempt in range(TRIES):
        if attempt:
            time.sleep(BACK_OFF * 2**attempt)
        try:
            with http.stream("GET", httpx.URL(url).copy_merge_params(asked)) as answer:
                if answer.is_redirect:
                    raise FeedFailed(
                        f"it has moved to {answer.headers.get('location', '?')[:200]}; give that address instead"
                    )
                if answer.status_code == 429 or answer.status_code >= 500:
                    why = f"the feed answered {answer.status_code}"
                    continue
                if answer.status_code != 200:
                    raise FeedFailed(f"the feed answered {answer.status_code}")
                return json.loads(_bounded(answer))
        except httpx.HTTPError as failed:
            why = f"the feed cannot be reached ({type(failed).__name__})"
        except (ValueError, RecursionError):
            raise FeedFailed("the answer is not JSON") from None
    raise FeedFailed(why)


def _bounded(answer: httpx.Response) -> bytes:
    content = bytearray()
    for chunk in answer.iter_bytes():
        content += chunk
        if len(content) > LARGEST_ANSWER:
            raise FeedFailed(f"an answer is larger than {LARGEST_ANSWER // 1024 // 1024} MB")
    return bytes(content)
