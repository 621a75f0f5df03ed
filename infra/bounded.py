"""Asking another server without waiting for ever, or reading more than it may send."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

LARGEST = 256 * 1024
PATIENCE = 10.0


class AnswerRefused(Exception):
    """The other server cannot be reached, or says what cannot be used. Its own words are left out."""


def ask(
    url: str, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
) -> tuple[int, dict[str, Any]]:
    """GET, or POST a form; returns the status and the JSON object that came. No redirect is followed."""
    import httpx  # here: hardly any page asks another server

    began, body = time.monotonic(), bytearray()
    plain = {"accept": "application/json", "accept-encoding": "identity"} | dict(headers or {})
    try:
        with (
            httpx.Client(timeout=PATIENCE / 2, follow_redirects=False) as client,
            client.stream("POST" if form is not None else "GET", url, data=form, headers=plain) as answer,
        ):
            for part in answer.iter_raw():
                body += part
                if len(body) > LARGEST or time.monotonic() > began + PATIENCE:
                    raise AnswerRefused("it sends too much, or too slowly")
        found = json.loads(body)
    except httpx.HTTPError as wrong:
        raise AnswerRefused(f"it cannot be reached ({type(wrong).__name__})") from None
    except (ValueError, RecursionError):
        raise AnswerRefused("it sends something other than JSON") from None
    if not isinstance(found, dict):
        raise AnswerRefused("it sends something other than a JSON object")
    return answer.status_code, found
