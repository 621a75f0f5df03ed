"""What an address of the API may ask for: moments, yes or no, pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query
from pydantic import BeforeValidator, WithJsonSchema

from infra.store.lists import Page

YEARS = range(2000, 2101)


def _read_instant(text: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        raise ValueError("is not a moment; write it as 2026-11-22T09:00:00Z") from None
    if moment.tzinfo is None or moment.year not in YEARS:
        raise ValueError("is not a moment of this century with its offset; write it as 2026-11-22T09:00:00Z")
    return moment.astimezone(UTC)


def _read_flag(text: object) -> bool:
    if text not in ("true", "false"):
        raise ValueError("must be true or false")
    return text == "true"


Instant = Annotated[
    datetime,
    BeforeValidator(_read_instant),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-11-22T09:00:00Z"]}),
]
Flag = Annotated[bool, BeforeValidator(_read_flag), WithJsonSchema({"type": "boolean"})]
Most = Annotated[int, Query(ge=1, le=200, description="At most so many on one page.")]
Cursor = Annotated[str | None, Query(max_length=500, description="`next` or `previous` of another page.")]


def page_links(address: str, asked: Mapping[str, Any], page: Page[Any]) -> dict[str, str]:
    """The `Link` header that leads on and back from this address. `asked`: the query of this page."""
    ways = [("next", page.next), ("prev", page.previous)]
    links = [f'<{address}?{_query(asked, cursor)}>; rel="{way}"' for way, cursor in ways if cursor]
    return {"Link": ", ".join(links)} if links else {}


def _query(asked: Mapping[str, Any], cursor: str) -> str:
    return urlencode([(k, v) for k, v in asked.items() if k != "cursor"] + [("cursor", cursor)])
