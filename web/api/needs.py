"""Needs for programs: list, record, read, and every command."""

from __future__ import annotations

from inspect import Parameter, Signature
from typing import Annotated, Any

from fastapi import Body, Header, Query, Request
from starlette.responses import Response

from domain.changes import Refusal
from domain.needs import NeedStatus
from domain.opening import NeedWrong
from domain.rights import Right
from infra import clock
from infra.commands import COMMANDS, Command
from infra.commands.opening import RecordNeed
from infra.looking import look_private
from infra.recording import read_incident_reference
from infra.showing import listed_as_json, need_as_json
from infra.store.lists import NeedsWanted
from web.api.mounting import PATH
from web.api.problems import PlainJson, refused
from web.api.routing import Here, NeedRef, Routes, Who, find_need
from web.api.shapes import NeedBrief, NeedsFound, NeedShown, NeedWithPrivate
from web.api.typed import Cursor, Flag, Instant, Most, page_links
from web.signin.guarding import Forbidden
from web.signin.keys import KeyHolder
from web.site import Site

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=100,
        pattern=r"^[\x21-\x7e]+$",
        description="Your own reference. The same key again answers the same need, with 200; with other content, "
        "422 and the code `idempotency-key-reused`.",
    ),
]
Word = Annotated[str | None, Query(max_length=100)]


def routes() -> Routes:
    """List, record, read, and one route for each command."""
    found = Routes(prefix="/needs", tags=["needs"])
    found.offer("GET", "", Right.look, list_needs, title="List needs", answer=NeedsFound)
    found.offer(
        "POST",
        "",
        Right.respond,
        record,
        title="Record a need",
        answer=NeedShown | NeedBrief,
        status=201,
        more={200: {"model": NeedShown | NeedBrief, "description": "It was on record already, under this key."}},
    )
    found.offer("GET", "/{ref}", Right.look, show, title="Read a need", answer=NeedWithPrivate, wrong=(404,))
    for command in COMMANDS.values():
        found.offer(
            "POST",
            f"/{{ref}}/{command.name}",
            command.right,
            _carrying_out(command),
            title=command.title,
            answer=NeedShown | NeedBrief,
            wrong=(404, 409),
        )
    return found


def list_needs(
    site: Here,
    request: Request,
    status: Annotated[list[NeedStatus], Query(max_length=5)] = [],  # noqa: B006 - FastAPI copies it
    category: Word = None,
    area: Word = None,
    incident: Word = None,
    exercise: Flag | None = None,
    with_officer: Annotated[Flag | None, Query(description="Does something of it wait for an officer?")] = None,
    at_risk: Annotated[Flag, Query(description="Only needs that are at risk now.")] = False,
    needed_from: Instant | None = None,
    needed_before: Instant | None = None,
    search: Annotated[str, Query(max_length=100, description="A reference, a key, or part of an area.")] = "",
    limit: Most = 50,
    cursor: Cursor = None,
) -> Response:
    """Those most at risk first: not covered and due soonest; then promised without a word; closed ones last."""
    wanted = NeedsWanted(
        statuses=tuple(status),
        category=category,
        area=area,
        incident=read_incident_reference(incident) if incident else None,
        exercise=exercise,
        with_officer=with_officer,
        at_risk=clock.now() if at_risk else None,
        needed_from=needed_from,
        needed_before=needed_before,
        search=search,
    )
    page = site.store.needs_page(wanted, cursor, limit)
    rows = {"needs": [listed_as_json(row) for row in page.rows], "next": page.next, "previous": page.previous}
    return PlainJson(rows, headers=page_links(site.prefix + PATH + "/needs", request.query_params, page))


def record(site: Here, need: RecordNeed, who: Who, key: Key = None) -> Response:
    """Muster looks for help at once. Sent again with the same `Idempotency-Key`, it is the same need."""
    if key and need.key not in (None, key):
        raise NeedWrong("key", "is not the Idempotency-Key; send one of them")
    recorded = need.but(key=key or need.key).carry_out(site.door, who.by)
    where = {"Location": f"{site.prefix}{PATH}/needs/{recorded.need}"}
    return PlainJson(_now(site, recorded.need, who), 201 if recorded.new else 200, where)


def show(
    site: Here,
    ref: NeedRef,
    who: Who,
    private: Annotated[Flag, Query(description="Also whose it is and what people wrote: a look is recorded.")] = False,
) -> Response:
    """How it stands, who was asked and said what, and its story. Nothing private, unless you ask for it and may."""
    reference = find_need(site.door, ref)
    shown = _now(site, reference, who)
    if private:
        if not who.may(Right.look_private):
            raise Forbidden(Right.look_private)
        seen = look_private(site.store, who.by, reference, "api")
        shown |= {"resident": seen.resident.model_dump(mode="json"), "notes": seen.notes}
    return PlainJson(shown)


def _carrying_out(model: type[Command]) -> Any:
    """What carries out one command; FastAPI reads from its signature what the body holds."""

    def carry_out(site: Site, ref: str, command: Command, who: KeyHolder) -> Response:
        reference = find_need(site.door, ref)
        done = command.carry_out(site.door, reference, who.by)
        if isinstance(done, Refusal):
            return refused(done, _now(site, reference, who) if done.code == "stale" else None)
        return PlainJson(_now(site, reference, who))

    required = any(field.is_required() for field in model.model_fields.values())
    body = Parameter("command", Parameter.KEYWORD_ONLY, annotation=model)
    carry_out.__signature__ = Signature(  # type: ignore[attr-defined]
        [
            Parameter("site", Parameter.KEYWORD_ONLY, annotation=Here),
            Parameter("ref", Parameter.KEYWORD_ONLY, annotation=NeedRef),
            body if required else body.replace(default=model(), annotation=Annotated[model, Body()]),
            Parameter("who", Parameter.KEYWORD_ONLY, annotation=Who),
        ]
    )
    carry_out.__name__ = model.name.replace("-", "_")
    carry_out.__doc__ = model.__doc__
    return carry_out


def _now(site: Site, reference: str, who: KeyHolder) -> dict[str, Any]:
    """The need as it is; for whoever may not look, no more than what goes on."""
    situation = site.door.situation(reference)
    if who.may(Right.look):
        return need_as_json(site.store, situation)
    need = situation.need
    return {"need": need.id, "version": need.edition, "status": need.status.value}
