"""Partners: the list, and one: what they do and where, what they were asked and said, how to reach them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domain.labels import SECTOR_LABELS, label_invitation, label_need, label_responder, say_list
from domain.responders import Check, Responder
from domain.rights import Right
from infra import clock
from infra.directory.entries import is_id
from infra.looking import look_contacts
from infra.playbooks import capability_title, category_title, load_catalogue
from infra.store.lists import STALE_AFTER, Asked, ResponderListed, RespondersWanted
from web.console.layout import console_page
from web.console.listed import LONGEST, page_asked_for, page_links
from web.console.need_shown import Tag
from web.console.wording import said_yes_to
from web.signin.guarding import guarded
from web.signin.sessions import SignedIn
from web.site import Site

AT = "/console/partners"
A_PAGE, LAST_ASKS = 50, 50
AGES = 2900
FIELDS = ("search", "sector", "capability", "state")
STATES = {"": "Every one", "paused": "Passed over for now", "stale": "Not brought in for half a year"}
DONE = {
    "paused": "They are passed over for now.",
    "resumed": "They may be asked again.",
    "limit": "Their weekly limit is changed.",
}


@dataclass(frozen=True)
class PartnerInList:
    """One row of the list."""

    id: str
    name: str
    sector: str
    gives: str
    where: str
    past: str
    tags: tuple[Tag, ...]


@dataclass(frozen=True)
class AskShown:
    """One thing they were asked, and what they said."""

    need: str
    summary: str
    asked: str
    said: str
    gives: str
    when: str
    need_stands: str


def routes(site: Site) -> list[Route]:
    return [
        guarded(site, AT, Right.look, show_all),
        guarded(site, f"{AT}/{{id}}", Right.look, show),
        guarded(site, f"{AT}/{{id}}/contacts", Right.look_private, show_contacts),
    ]


def partner_path(site: Site, id: str) -> str:
    return f"{site.prefix}{AT}/{id}"


def find_partner(site: Site, request: Request) -> ResponderListed:
    """The partner an address names; raises 404."""
    id = request.path_params["id"]
    found = site.store.responder_listed(id) if is_id(id) else None
    if found is None:
        raise HTTPException(404)
    return found


# --- all of them ----------------------------------------------------------------


def show_all(site: Site, request: Request, who: SignedIn) -> Response:
    """Partners by name, those asked for."""
    asked = {name: text for name in FIELDS if (text := request.query_params.get(name, "").strip()[:LONGEST])}
    asked = {name: text for name, text in asked.items() if text.isprintable()}
    now, state = clock.now(), asked.get("state")
    wanted = RespondersWanted(
        search=asked.get("search", ""),
        sector=asked.get("sector"),
        capability=asked.get("capability"),
        paused=now if state == "paused" else None,
        stale=now if state == "stale" else None,
    )
    page = page_asked_for(request, lambda cursor: site.store.responders_page(wanted, cursor, A_PAGE))
    return console_page(
        site,
        who,
        "partners.html",
        at=AT,
        asked=asked,
        partners=[_in_list(site, row) for row in page.rows],
        links=page_links(site.prefix + AT, asked, page),
        choices={"sector": SECTORS, "capability": _capabilities(), "state": STATES},
    )


SECTORS = {"": "Every sector"} | {sector.value: label for sector, label in SECTOR_LABELS.items()}


def _capabilities() -> dict[str, str]:
    return {"": "Any help"} | {c.code: c.title for c in load_catalogue().capabilities}


def _in_list(site: Site, row: ResponderListed) -> PartnerInList:
    responder = row.responder
    return PartnerInList(
        id=responder.id,
        name=responder.name,
        sector=SECTOR_LABELS[responder.sector],
        gives=", ".join(map(capability_title, responder.capabilities)) or "Nothing known",
        where=", ".join(responder.areas) or (f"Within {responder.radius_km:g} km" if responder.radius_km else ""),
        past=_past(row),
        tags=tuple(tags_of(site, row)),
    )


def _past(row: ResponderListed) -> str:
    return said_yes_to(row) if row.asked else "Not asked yet"


def tags_of(site: Site, row: ResponderListed) -> Iterator[Tag]:
    """What is out of the ordinary, in a word each."""
    now, responder = clock.now(), row.responder
    if responder.paused_until and responder.paused_until > now:
        yield Tag("Passed over for now", "yellow")
    if not responder.contacts:
        yield Tag("No email address", "red")
    if any(not check.valid(now.astimezone(site.settings.zone).date()) for check in responder.checks):
        yield Tag("A check has ended", "orange")
    if row.put_at is None or row.put_at < now - STALE_AFTER:
        yield Tag("Old record", "grey")


# --- one of them ----------------------------------------------------------------


def show(site: Site, request: Request, who: SignedIn) -> Response:
    """One partner; nothing of how to reach them."""
    row = find_partner(site, request)
    asks = [_ask(site, asked) for asked in site.store.asks_of(row.responder.id, LAST_ASKS)]
    return console_page(
        site,
        who,
        "partner.html",
        at=AT,
        **about_partner(site, row),
        facts=list(_facts(site, row)),
        asks=asks,
        more=len(asks) == LAST_ASKS,
        past=_past(row),
        done=DONE.get(request.query_params.get("done", "")),
    )


def about_partner(site: Site, row: ResponderListed) -> dict[str, Any]:
    """What every page about one partner says at its head."""
    paused = row.responder.paused_until
    return {
        "partner": row.responder,
        "kind": label_responder(row.responder),
        "tags": list(tags_of(site, row)),
        "here": partner_path(site, row.responder.id),
        "paused": _say_pause(site, paused) if paused and paused > clock.now() else None,
    }


def _say_pause(site: Site, until: datetime) -> str:
    """Some pauses end when somebody says so: those are set to end in ages."""
    return "somebody says otherwise" if until.year >= AGES else site.say(until)


def _facts(site: Site, row: ResponderListed) -> Iterator[tuple[str, str]]:
    """What is on record, nothing private."""
    found = row.responder
    yield "Id", found.id
    yield "Sector", SECTOR_LABELS[found.sector]
    yield "Can give", ", ".join(map(capability_title, found.capabilities)) or "Nothing known"
    yield "Where", _where(found)
    yield "Capacity", "Not known" if found.capacity is None else f"{found.capacity:,} at once"
    yield "Checks held", say_list(_say_check(site, check) for check in found.checks) if found.checks else "None"
    yield "Asks a week", "No limit" if found.weekly_limit is None else f"At most {found.weekly_limit:,}"
    yield "Days off", say_list(day.value.capitalize() for day in found.days_off) if found.days_off else "None"
    yield "Quiet hours", str(found.quiet) if found.quiet else "None of their own"
    if found.opening:
        yield (
            "Open",
            ", ".join(f"{o.day.value.capitalize()} {o.opens:%H:%M} to {o.closes:%H:%M}" for o in found.opening),
        )
    yield "Exercises", "Takes part" if found.exercises else "Does not take part"
    if found.muted:
        yield "Asked nothing about", ", ".join(_categories(found.muted))
    yield "Record from", f"{found.source}, {site.say(row.put_at) if row.put_at else 'not known when'}"


def _where(found: Responder) -> str:
    around = f"within {found.radius_km:g} km" if found.radius_km else "any distance"
    place = f"from a place on record, {around}" if found.point else "place not known"
    return f"{', '.join(found.areas)}; {place}" if found.areas else place.capitalize()


def _say_check(site: Site, check: Check) -> str:
    level = check.level.value.replace("-", " ")
    if check.until is None:
        return level
    ended = not check.valid(clock.now().astimezone(site.settings.zone).date())
    return f"{level} ({'ended' if ended else 'until'} {check.until.day} {check.until:%B %Y})"


def _categories(codes: tuple[str, ...]) -> list[str]:
    return [category_title(code) for code in codes]


def _ask(site: Site, asked: Asked) -> AskShown:
    need, invitation = asked.need, asked.invitation
    amounts = {s.line: need.line(s.line).capability.amount for s in invitation.shares}
    counts = (("", "pledged"), (" on standby", "reserve"), (" offered", "offered"), (" brought", "delivered"))
    gives = [
        f"{amounts[share.line](count)}{word}"
        for share in invitation.shares
        for word, name in counts
        if (count := getattr(share, name))
    ]
    return AskShown(
        need=need.id,
        summary=need.summary,
        asked=", ".join(amounts[share.line](share.asked) for share in invitation.shares),
        said=label_invitation(invitation),
        gives=", ".join(gives),
        when=site.say(invitation.answered_at or invitation.asked_at),
        need_stands=label_need(need.status, need.outcome),
    )


def show_contacts(site: Site, request: Request, who: SignedIn) -> Response:
    """How to reach them: private, and that somebody looked is recorded."""
    row = find_partner(site, request)
    contacts = look_contacts(site.store, who.by, row.responder.id)
    return console_page(site, who, "partner_contacts.html", at=AT, **about_partner(site, row), contacts=contacts)
