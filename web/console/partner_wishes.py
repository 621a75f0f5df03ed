"""Passing a partner over for a while, asking them again, how often they are asked: a form, a check page, then done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from domain.opening import NeedWrong
from domain.responders import Responder
from domain.rights import Right
from domain.times import say_when
from domain.values import plural
from infra import clock
from infra.commands.partners import MOST_A_WEEK, LimitPartner, PausePartner, resume_partner
from web.console.layout import console_page
from web.console.partners import AT, about_partner, find_partner, partner_path
from web.forms import Form, check_size, wants_to_change
from web.signin.guarding import guarded
from web.signin.sessions import SignedIn
from web.site import Site


@dataclass(frozen=True)
class Wish:
    """What is to change: the sentence the check page says, and how it is done."""

    sentence: str
    do: Callable[[], object]
    done: str


def routes(site: Site) -> list[Route]:
    return [guarded(site, f"{AT}/{{id}}/change", Right.steer, show, send)]


def show(site: Site, request: Request, who: SignedIn) -> Response:
    """What may be changed here; the rest is changed where the record comes from."""
    return _page(site, request, who, {})


def send(site: Site, request: Request, who: SignedIn, form: Form) -> Response:
    """Check it; confirmed, do it."""
    check_size(form)
    row = find_partner(site, request)
    if wants_to_change(request, form):
        return _page(site, request, who, form)
    try:
        wanted = _read(site, who, row.responder, form)
    except NeedWrong as wrong:
        sentence = f"{wrong.sentence[:1].upper()}{wrong.sentence[1:]}."
        return _page(site, request, who, form, {wrong.place: sentence}, 422)
    if "confirm" in form:
        wanted.do()
        return RedirectResponse(f"{partner_path(site, row.responder.id)}?done={wanted.done}", 303)
    kept = {name: form[name] for name in ("what", "until", "limit") if name in form}
    return console_page(
        site, who, "partner_check.html", at=AT, **about_partner(site, row), sentence=wanted.sentence, kept=kept
    )


def _page(
    site: Site,
    request: Request,
    who: SignedIn,
    typed: Form,
    wrong: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    row = find_partner(site, request)
    about = about_partner(site, row)
    return console_page(site, who, "partner_change.html", status, at=AT, **about, typed=typed, wrong=wrong or {})


def _read(site: Site, who: SignedIn, responder: Responder, form: Form) -> Wish:
    """Raises `NeedWrong`, naming the field."""
    match form.get("what"):
        case "pause":
            return _pause(site, who, responder, form.get("until", "").strip())
        case "resume":
            again = f"{responder.name} may be asked again from now on."
            return Wish(again, lambda: resume_partner(site.door, responder, who.by), "resumed")
        case "limit":
            return _limit(site, who, responder, form.get("limit", "").strip())
        case _:
            raise NeedWrong("what", "select what is to change")


def _pause(site: Site, who: SignedIn, responder: Responder, until: str) -> Wish:
    pause = PausePartner(until=until[:100] or None)
    moment = pause.moment(clock.now(), site.door)
    said = (
        f"{responder.name} is asked nothing new until {say_when(moment, site.settings.zone)}. "
        "What they have promised stays. Where we wait for their answer, we go on without waiting."
    )
    return Wish(said, lambda: pause.carry_out(site.door, responder, who.by), "paused")


def _limit(site: Site, who: SignedIn, responder: Responder, typed: str) -> Wish:
    if typed and not (typed.isascii() and typed.isdigit() and len(typed) < 5 and int(typed) <= MOST_A_WEEK):
        raise NeedWrong("limit", f"enter a whole number from 0 to {MOST_A_WEEK:,}, or leave it empty for no limit")
    command = LimitPartner(limit=int(typed) if typed else None)
    command.check(responder)
    limit = command.limit
    often = "as often as it takes" if limit is None else f"at most {plural(limit, 'time', 'times')} a week"
    said = f"{responder.name} is asked {often}."
    return Wish(said, lambda: command.carry_out(site.door, responder, who.by), "limit")
