"""A partner's own page: what they were asked, what they promised, and asking us to pass them over for a while."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from domain.invitations import Invitation, Share
from domain.labels import begin_small
from domain.links import Purpose
from domain.responders import Responder
from domain.situations import Situation
from infra import clock
from infra.playbooks import capability_title, category_title, load_catalogue
from notifications.letters import shared_area
from web.forms import Form, Wrong, check_size, wants_to_change
from web.languages import _
from web.partner_wishes import (
    DAYS,
    MOST_A_WEEK,
    UNTIL_THEY_SAY,
    Wish,
    grant,
    is_so_already,
    list_wishes,
    paused_until,
    read_wish,
    say_days,
    say_limit,
)
from web.security import hold_to
from web.site import Link, Site, UnknownLink
from web.states import say_invitation


@dataclass(frozen=True)
class Item:
    """One thing they were asked for, as the page lists it."""

    need: str
    amounts: tuple[str, ...]
    area: str
    due: str
    stands: str
    link: str | None


@dataclass(frozen=True)
class Own:
    """A responder, and all that they are asked and have promised, the newest first."""

    link: Link
    responder: Responder
    asked: list[tuple[Situation, Invitation]]


def open_page(site: Site, request: Request) -> Response:
    """Show it: a GET changes nothing."""
    return _page(site, _read(site, request), {}, Wrong())


def send(site: Site, request: Request, form: Form) -> Response:
    """Choose (gives the check page), change, or confirm (recorded). The same twice is the same."""
    own = _read(site, request)
    hold_to(site.limits.posts, own.link.row.hash)
    check_size(form)
    if wants_to_change(request, form):
        return _page(site, own, form, Wrong())
    wrong, wishes = Wrong(), _wishes(site, own)
    if "confirm" in form and is_so_already(own.responder, form.get("answer", "")):
        return RedirectResponse(f"{site.prefix}/p/{own.link.token}", 303)  # sent twice
    wish = read_wish(form, wishes, wrong)
    if wish is None:
        return _page(site, own, form, wrong, 422)
    if "confirm" not in form:
        return site.page("partner_home_check.html", wish=wish, fields={"answer": wish.value} | wish.typed)
    grant(site, own.responder.id, wish)
    return RedirectResponse(f"{site.prefix}/p/{own.link.token}", 303)


def _read(site: Site, request: Request) -> Own:
    link = site.open_link(request.path_params["token"], Purpose.partner)
    responder = site.store.responder(link.target)
    if responder is None:
        raise UnknownLink
    found = [(site.door.find(invitation.need), invitation) for invitation in site.store.invitations_of(responder.id)]
    return Own(link, responder, [(situation, invitation) for situation, invitation in found if situation])


def _wishes(site: Site, own: Own) -> list[Wish]:
    asked = [situation.need.category for situation, _invitation in own.asked]
    return list_wishes(site, own.responder, [*asked, *_categories_of(own.responder)])


def _page(site: Site, own: Own, typed: Form, wrong: Wrong, status: int = 200) -> Response:
    paused, responder = paused_until(own.responder), own.responder
    return site.page(
        "partner_home.html",
        status,
        who=None if own.responder.is_person() else own.responder.name,
        paused=None if paused is None else _say_until(site, paused),
        waiting=[_show(site, s, i, i.shares) for s, i in own.asked if i.open],
        promised=[_show(site, s, i, held) for s, i in own.asked if i.promised and (held := _held(i))],
        wishes=_wishes(site, own),
        does=[capability_title(code) for code in responder.capabilities],
        days_off=say_days(responder.days_off) if responder.days_off else None,
        quiet=str(responder.quiet).replace("-", "–") if responder.quiet else None,
        limit=None if responder.weekly_limit is None else say_limit(responder.weekly_limit),
        muted=[begin_small(category_title(category)) for category in responder.muted],
        days={f"off-{day}": label for day, label in DAYS.items()},
        most=MOST_A_WEEK,
        typed=typed or _as_it_is(responder),
        wrong=wrong.sentences,
    )


def _categories_of(responder: Responder) -> list[str]:
    """What they may be asked about."""
    return [known.category for known in load_catalogue().capabilities if known.code in responder.capabilities]


def _as_it_is(responder: Responder) -> dict[str, str]:
    """What the fields show before anything is typed."""
    typed = {f"off-{day}": "yes" for day in responder.days_off}
    return typed | ({"limit": str(responder.weekly_limit)} if responder.weekly_limit else {})


def _say_until(site: Site, paused: datetime) -> str:
    if paused.year >= UNTIL_THEY_SAY.year:
        return _("You will get no new requests until you tell us otherwise.")
    return _("You will get no new requests until %(when)s.", when=site.say(paused))


def _held(invitation: Invitation) -> list[Share]:
    return [share for share in invitation.shares if share.pledged or share.reserve or share.offered]


def _show(site: Site, situation: Situation, invitation: Invitation, shares: Sequence[Share]) -> Item:
    need = situation.need
    lines = [(need.line(share.line), share) for share in shares]
    drill = "EXERCISE: " if need.exercise else ""
    return Item(
        need=need.id,
        amounts=tuple(
            drill + line.capability.amount(s.pledged or s.reserve or s.offered or s.asked) for line, s in lines
        ),
        area=need.place or shared_area(need.area),
        due=site.say(min(line.due for line, _ in lines)),
        stands=_say_standing(site, situation, invitation),
        link=site.path(Purpose.invite, invitation.kid, invitation.id),
    )


def _say_standing(site: Site, situation: Situation, invitation: Invitation) -> str:
    state = say_invitation(situation, invitation, site.say, site.settings.zone, clock.now())
    if state:
        return state.heading
    if invitation.answer_by > clock.now():
        return _("Answer by %(when)s", when=site.say(invitation.answer_by))
    return _("Still open: answer as soon as you can")
