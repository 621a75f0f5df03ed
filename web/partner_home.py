"""A partner's own page: what they were asked, what they promised, and asking us to pass them over for a while."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from domain.invitations import Invitation, Share
from domain.labels import label_code
from domain.links import Purpose
from domain.responders import Responder
from domain.situations import Situation
from infra import clock
from notifications.letters import shared_area
from web.forms import Form, Wrong, check_size, wants_to_change
from web.security import hold_to
from web.site import Link, Site, UnknownLink
from web.states import say_invitation

UNTIL_THEY_SAY = datetime(9998, 1, 1, tzinfo=UTC)
PAUSES = {
    "pause-week": ("Pass me over for a week", timedelta(days=7)),
    "pause-fortnight": ("Pass me over for two weeks", timedelta(days=14)),
    "pause-month": ("Pass me over for a month", timedelta(days=30)),
    "pause": ("Pass me over until I say so", None),
}
RESUME, MUTE, UNMUTE = "resume", "mute-", "unmute-"


@dataclass(frozen=True)
class Wish:
    """One thing they may choose: its value in the form, its label, and what it comes to."""

    value: str
    label: str
    means: str


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
    """A responder, and all that they were asked about needs that are not closed, the newest first."""

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
    wish = next((wish for wish in _wishes(site, own) if wish.value == form.get("answer")), None)
    if wish is None and "confirm" in form and _is_so_already(own.responder, form.get("answer", "")):
        return RedirectResponse(f"{site.prefix}/p/{own.link.token}", 303)  # sent twice
    if wish is None:
        wrong = Wrong()
        wrong.say("answer", "Select what you would like us to do.")
        return _page(site, own, form, wrong, 422)
    if "confirm" not in form:
        return site.page("partner_home_check.html", wish=wish, fields={"answer": wish.value})
    _grant(site, own.responder.id, wish.value)
    return RedirectResponse(f"{site.prefix}/p/{own.link.token}", 303)


def _grant(site: Site, responder: str, wish: str) -> None:
    now = clock.now()
    if wish in PAUSES:
        length = PAUSES[wish][1]
        site.store.pause(responder, now + length if length else UNTIL_THEY_SAY, now)
    elif wish == RESUME:
        site.store.pause(responder, None, now)
    elif wish.startswith(MUTE):
        site.store.mute(responder, wish.removeprefix(MUTE), now)
    else:
        site.store.unmute(responder, wish.removeprefix(UNMUTE))


def _read(site: Site, request: Request) -> Own:
    link = site.open_link(request.path_params["token"], Purpose.partner)
    responder = site.store.responder(link.target)
    if responder is None:
        raise UnknownLink
    found = [(site.door.find(invitation.need), invitation) for invitation in site.store.invitations_of(responder.id)]
    return Own(link, responder, [(situation, invitation) for situation, invitation in found if situation])


def _wishes(site: Site, own: Own) -> list[Wish]:
    """What may be chosen now: what is so already is not offered."""
    now, paused = clock.now(), _paused_until(own.responder)
    wishes = [Wish(RESUME, "Ask me again", "We ask you again from now on.")] if paused else []
    for value, (label, length) in PAUSES.items():
        until = f"until {site.say(now + length)}" if length else "until you tell us otherwise, on this page or by phone"
        wishes.append(Wish(value, label, f"You will get no new requests {until}."))
    asked = dict.fromkeys(situation.need.category for situation, _ in own.asked)
    for category in dict.fromkeys([*own.responder.muted, *asked]):
        title = label_code(category).lower()
        if category in own.responder.muted:
            wishes.append(Wish(UNMUTE + category, f"Ask me about {title} again", f"We ask you about {title} again."))
        else:
            said = f"You will get no new requests about {title}."
            wishes.append(Wish(MUTE + category, f"No more requests about {title}", said))
    return wishes


def _is_so_already(responder: Responder, wish: str) -> bool:
    """Has what they ask for been granted before? A pause is offered again, and is the same."""
    if wish == RESUME:
        return _paused_until(responder) is None
    if wish.startswith(UNMUTE):
        return wish.removeprefix(UNMUTE) not in responder.muted
    return wish.startswith(MUTE) and wish.removeprefix(MUTE) in responder.muted


def _paused_until(responder: Responder) -> datetime | None:
    until = responder.paused_until
    return until if until and until > clock.now() else None


def _page(site: Site, own: Own, typed: Form, wrong: Wrong, status: int = 200) -> Response:
    paused = _paused_until(own.responder)
    return site.page(
        "partner_home.html",
        status,
        who=None if own.responder.is_person() else own.responder.name,
        paused=None if paused is None else _say_until(site, paused),
        waiting=[_show(site, s, i, i.shares) for s, i in own.asked if i.open],
        promised=[_show(site, s, i, held) for s, i in own.asked if i.promised and (held := _held(i))],
        wishes=_wishes(site, own),
        typed=typed,
        wrong=wrong.sentences,
    )


def _say_until(site: Site, paused: datetime) -> str:
    return "until you tell us otherwise" if paused.year >= UNTIL_THEY_SAY.year else f"until {site.say(paused)}"


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
        return f"Answer by {site.say(invitation.answer_by)}"
    return "Still open: answer as soon as you can"
