"""Events as AWS sends them: a request through an HTTP API, records of a queue, a tick of the scheduler."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import urlencode

TICK: dict[str, Any] = {"source": "muster.clock"}


def request(
    path: str,
    method: str = "GET",
    form: dict[str, str] | None = None,
    source: str = "203.0.113.7",
    query: str = "",
    cookies: tuple[str, ...] = (),
    **headers: str,
) -> dict[str, Any]:
    """One request, payload format 2.0. A form's body comes in base64, as API Gateway sends it."""
    own = {"host": "muster.example.org", "x-forwarded-proto": "https", "x-forwarded-port": "443"}
    own |= {"x-forwarded-for": source} | {name.replace("_", "-"): value for name, value in headers.items()}
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": own,
        "requestContext": {
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": source, "userAgent": "test"},
            "stage": "$default",
        },
        "isBase64Encoded": False,
    }
    if cookies:
        event["cookies"] = list(cookies)
    if form is not None:
        own["content-type"] = "application/x-www-form-urlencoded"
        event |= {"body": base64.b64encode(urlencode(form).encode()).decode(), "isBase64Encoded": True}
    return event


def records(*bodies: str) -> dict[str, Any]:
    """Messages of a queue, together."""
    return {"Records": [{"messageId": f"message-{n}", "body": body} for n, body in enumerate(bodies)]}
