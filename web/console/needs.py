"""All needs: filtered, searched, those most at risk first, a page at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from domain.labels import NEED_LABELS
from domain.needs import IncidentId, NeedStatus, read_reference
from domain.opening import NeedWrong
from domain.rights import Right
from infra import clock
from infra.playbooks import load_catalogue
from infra.recording import read_incident_reference
from infra.store.lists import NeedsWanted
from web.console.layout import console_page
from web.console.listed import LONGEST, page_asked_for, page_links, show_needs
from web.signin.guarding import guarded
from web.signin.sessions import SignedIn
from web.site import Site

AT = "/console/needs"
A_PAGE = 50
NOT_CLOSED = tuple(status for status in NeedStatus if status is not NeedStatus.closed)
STANDING = {"": "All that are not closed", "at-risk": "At risk"} | {s.value: NEED_LABELS[s] for s in NeedStatus}
STANDING["every"] = "Closed ones as well"
WITH = {"": "Anybody or nobody", "me": "Tasks of mine", "officer": "With an officer", "nobody": "With no officer"}
KINDS = {"": "Both", "real": "Real ones", "exercise": "Exercises"}
FIELDS = ("search", "standing", "category", "area", "incident", "with", "kind", "needed-from", "needed-to")


def routes(site: Site) -> list[Route]:
    return [guarded(site, AT, Right.look, show)]


def show(site: Site, request: Request, who: SignedIn) -> Response:
    """The list. A whole reference leads straight to its need."""
    asked = {name: text for name in FIELDS if (text := request.query_params.get(name, "").strip()[:LONGEST])}
    asked = {name: text for name, text in asked.items() if text.isprintable()}
    if (reference := read_reference(asked.get("search", ""))) and site.store.needs_listed([reference]):
        return RedirectResponse(f"{site.prefix}{AT}/{reference}", 303)
    wrong: dict[str, str] = {}
    wanted = read_wanted(site, asked, who.officer.id, wrong)
    page = page_asked_for(request, lambda cursor: site.store.needs_page(wanted, cursor, A_PAGE))
    return console_page(
        site,
        who,
        "needs.html",
        422 if wrong else 200,
        at=AT,
        asked=asked,
        wrong=wrong,
        needs=show_needs(site, page.rows),
        links=page_links(site.prefix + AT, asked, page),
        narrowed=bool(set(asked) - {"search", "standing"}),
        choices={"standing": STANDING, "with": WITH, "kind": KINDS, "category": _categories()},
    )


def _categories() -> dict[str, str]:
    return {"": "Every category"} | load_catalogue().categories


def read_wanted(site: Site, asked: dict[str, str], officer: str, wrong: dict[str, str]) -> NeedsWanted:
    """What was asked for; what cannot be read is left out and said in `wrong`."""
    standing, with_, kind = asked.get("standing", ""), asked.get("with"), asked.get("kind")
    first, last = _read_day(asked, "needed-from", wrong), _read_day(asked, "needed-to", wrong)
    return NeedsWanted(
        statuses=tuple(_statuses(standing, searched="search" in asked)),
        category=asked.get("category"),
        area=asked.get("area"),
        incident=_read_incident(asked.get("incident"), wrong),
        exercise={"real": False, "exercise": True}.get(kind or ""),
        with_officer={"officer": True, "nobody": False}.get(with_ or ""),
        officer=officer if with_ == "me" else None,
        needed_from=_midnight(site, first) if first else None,
        needed_before=_midnight(site, last + timedelta(days=1)) if last else None,
        at_risk=clock.now() if standing == "at-risk" else None,
        search=asked.get("search", ""),
    )


def _statuses(standing: str, *, searched: bool) -> Iterator[NeedStatus]:
    """Whoever searches finds closed needs too."""
    if standing in list(NeedStatus):
        yield NeedStatus(standing)
    elif standing not in ("every", "at-risk") and not searched:
        yield from NOT_CLOSED


def _read_incident(text: str | None, wrong: dict[str, str]) -> IncidentId | None:
    if not text:
        return None
    try:
        return read_incident_reference(text)
    except NeedWrong:
        wrong["incident"] = "Enter an incident's reference, such as X-7K3QX2."
        return None


def _read_day(asked: dict[str, str], place: str, wrong: dict[str, str]) -> date | None:
    if place not in asked:
        return None
    try:
        day = date.fromisoformat(asked[place])
    except ValueError:
        day = None
    if day is None or not 2000 <= day.year <= 2999:
        wrong[place] = "Enter a day, such as 2026-12-24."
        return None
    return day


def _midnight(site: Site, day: date) -> datetime:
    return datetime.combine(day, time(), site.settings.zone).astimezone(UTC)
