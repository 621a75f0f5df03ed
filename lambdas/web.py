"""`muster-NAME-web`: every page and the API, behind an HTTP API of API Gateway (payload 2.0)."""

from __future__ import annotations

import logging
import time
from functools import lru_cache
from typing import Any
from urllib.parse import unquote, urlsplit

from mangum import Mangum
from mangum.adapter import DEFAULT_TEXT_MIME_TYPES

from infra.process import the_door
from lambdas.logs import Event, invocation
from lambdas.starting import on_lambda
from web.app import create_app

TEXT = [*DEFAULT_TEXT_MIME_TYPES, "application/problem+json", "image/svg+xml"]  # all else goes in base64
NOT_READ = {"statusCode": 400, "headers": {"content-type": "text/plain"}, "body": "This request could not be read."}

EVEN = 2.0  # seconds

log = logging.getLogger("muster.web")


@lru_cache(maxsize=1)
def _site() -> Mangum:
    """The site of this process. Who asks is who API Gateway says: no header is believed (`MUSTER_PROXY` stays empty).

    Below an address of its own (`https://example.gov.uk/muster`) requests come with that path before theirs.
    """
    door = the_door()
    base = urlsplit(door.settings.base_url).path
    return Mangum(create_app(door), lifespan="off", api_gateway_base_path=base or "/", text_mime_types=TEXT)


@invocation
def answer(event: Event, context: Any) -> Any:
    """Answer one request. What no browser sends through API Gateway is refused."""
    began = time.monotonic()
    try:
        answered = _site()(event, context)
    except (ValueError, KeyError, AttributeError) as broken:  # the event's: what a page raises never comes this far
        log.warning("A request could not be read (%s).", type(broken).__name__)
        return NOT_READ
    if _looks_afterwards(event):
        time.sleep(max(0.0, began + EVEN - time.monotonic()))
    return answered


def _looks_afterwards(event: Event) -> bool:
    """Whoever asks for a new link is answered before anybody looks whether their address is known. A function answers
    last of all, so how long it took would tell: it always takes as long."""
    asked = event["requestContext"]["http"]
    return bool(asked["method"] == "POST" and unquote(asked["path"]).endswith("/r/new"))


if on_lambda():
    _site()  # while Lambda gives a whole processor for it
