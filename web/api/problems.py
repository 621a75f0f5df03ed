"""What the API says when something is wrong: RFC 9457 problems, each of them documented."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import Field
from pydantic.json_schema import models_json_schema
from starlette.responses import JSONResponse, Response

from domain.changes import Refusal
from domain.values import Value
from infra.faults import say_fault

TYPE = "application/problem+json"
TITLES = {
    400: "The request cannot be read",
    401: "A key is missing, or does not hold",
    403: "This key may not do that",
    404: "There is no such thing",
    405: "That is not possible here",
    408: "The request took too long to arrive",
    409: "That cannot be done as things stand",
    413: "The request is too large",
    415: "The request is not JSON",
    422: "Something in the request is wrong",
    429: "Too many requests",
    500: "Something went wrong",
    503: "Try again in a moment",
}
STALE = "stale"


class FieldWrong(Value):
    """What is wrong, and where."""

    field: str
    detail: str


class Problem(Value):
    """What is wrong with a request."""

    type: str = Field(description="The address that explains this kind of problem.")
    title: str
    status: int
    detail: str
    code: str | None = Field(None, description="Why a command was refused, for programs: such as `stale`, `closed`.")
    errors: list[FieldWrong] | None = Field(None, description="By field, where fields are wrong.")
    need: dict[str, Any] | None = Field(None, description="The need as it is now, where yours was out of date.")


class PlainJson(JSONResponse):
    """JSON in plain ASCII: whatever somebody sent can be said back."""

    def render(self, content: Any) -> bytes:
        return json.dumps(content, allow_nan=False, separators=(",", ":")).encode("ascii")


def problem(
    status: int,
    detail: str,
    *,
    code: str | None = None,
    errors: Sequence[tuple[str, str]] = (),
    need: dict[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer that says so."""
    said: dict[str, Any] = {"type": f"/api/v1/#problem-{status}", "title": TITLES[status], "status": status}
    said["detail"] = detail
    if code:
        said["code"] = code
    if errors:
        said["errors"] = [{"field": field, "detail": sentence} for field, sentence in errors]
    if need:
        said["need"] = need
    return PlainJson(said, status, dict(headers or {}), media_type=TYPE)


def wrong_field(field: str, sentence: str, code: str | None = None) -> Response:
    return problem(422, f"{field}: {sentence}", code=code, errors=[(field, sentence)])


def refused(refusal: Refusal, need: dict[str, Any] | None = None) -> Response:
    """A decision not to. `need`: as it is now, for whoever looked at an older one."""
    if refusal.place:
        errors = [(refusal.place, refusal.sentence)]
        return problem(422, refusal.sentence, code=refusal.code, errors=errors)
    return problem(409, refusal.sentence, code=refusal.code, need=need)


def invalid(trouble: RequestValidationError) -> Response:
    """What pydantic found, as sentences, by field."""
    errors = trouble.errors()
    if any(error["type"] == "json_invalid" for error in errors):
        return problem(400, "The body is not JSON.")
    found = [(_field(error["loc"]), say_fault(error)) for error in errors[:20]]
    return problem(422, "; ".join(f"{field}: {sentence}" for field, sentence in found[:3]), errors=found)


def _field(place: Sequence[int | str]) -> str:
    """`body.lines.0` as `lines.0`; the body as a whole is `body`."""
    inner = [str(step) for step in place if step not in ("body", "query", "path", "header")]
    return ".".join(inner)[:80] or "body"


def problem_schemas() -> dict[str, Any]:
    """The schemas that the documentation of problems refers to."""
    _, described = models_json_schema([(Problem, "serialization")], ref_template="#/components/schemas/{model}")
    found: dict[str, Any] = described["$defs"]
    return found


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The documentation of these, for a route."""
    return {
        status: {
            "description": TITLES[status],
            "content": {TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in statuses
    }
