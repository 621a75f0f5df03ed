"""What partners may choose about being asked: pauses, days off, how often, and about what. Twice is the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from domain.hours import Weekday
from domain.labels import begin_small, say_list
from domain.responders import Responder
from infra import clock
from infra.pausing import pause
from infra.playbooks import category_title
from web.forms import Form, Wrong
from web.languages import N_, _, ngettext
from web.site import Site

UNTIL_THEY_SAY = datetime(9998, 1, 1, tzinfo=UTC)
PAUSES = {
    "pause-week": (N_("Pass me over for a week"), timedelta(days=7)),
    "pause-fortnight": (N_("Pass me over for two weeks"), timedelta(days=14)),
    "pause-month": (N_("Pass me over for a month"), timedelta(days=30)),
    "pause": (N_("Pass me over until I say so"), None),
}
RESUME, DAYS_OFF, LIMIT, MUTE, UNMUTE = "resume", "days-off", "limit", "mute-", "unmute-"
MOST_A_WEEK = 50
DAYS = {
    Weekday.monday: N_("Monday"),
    Weekday.tuesday: N_("Tuesday"),
    Weekday.wednesday: N_("Wednesday"),
    Weekday.thursday: N_("Thursday"),
    Weekday.friday: N_("Friday"),
    Weekday.saturday: N_("Saturday"),
    Weekday.sunday: N_("Sunday"),
}


@dataclass(frozen=True)
class Wish:
    """One thing they may choose: its value in the form, its label, what it comes to, and what they typed for it."""

    value: str
    label: str
    means: str = ""
    typed: dict[str, str] = field(default_factory=dict)


def list_wishes(site: Site, responder: Responder, asked: Iterable[str]) -> list[Wish]:
    """What may be chosen now: what is so already is not offered. `asked`: categories they may be asked about."""
    now = clock.now()
    again = Wish(RESUME, _("Ask me again"), _("We ask you again from now on."))
    wishes = [again] if paused_until(responder) else []
    for value, (label, length) in PAUSES.items():
        until = (
            _("You will get no new requests until %(when)s.", when=site.say(now + length))
            if length
            else _("You will get no new requests until you tell us otherwise, on this page or by phone.")
        )
        wishes.append(Wish(value, _(label), until))
    wishes.append(Wish(DAYS_OFF, _("Change my days off")))
    wishes.append(Wish(LIMIT, _("Change how often you ask me")))
    for category in dict.fromkeys([*responder.muted, *asked]):
        title = begin_small(category_title(category))
        if category in responder.muted:
            label, means = (
                _("Ask me about %(what)s again", what=title),
                _("We ask you about %(what)s again.", what=title),
            )
            wishes.append(Wish(UNMUTE + category, label, means))
        else:
            label = _("No more requests about %(what)s", what=title)
            wishes.append(Wish(MUTE + category, label, _("You will get no new requests about %(what)s.", what=title)))
    return wishes


def read_wish(form: Form, wishes: list[Wish], wrong: Wrong) -> Wish | None:
    """The wish they have chosen, with what they typed for it, or what is wrong with that."""
    wish = next((wish for wish in wishes if wish.value == form.get("answer")), None)
    if wish is None:
        wrong.say("answer", _("Select what you would like us to do."))
    elif wish.value == DAYS_OFF:
        return _read_days(form, wish, wrong)
    elif wish.value == LIMIT:
        return _read_limit(form, wish, wrong)
    return wish


def _read_days(form: Form, wish: Wish, wrong: Wrong) -> Wish | None:
    days = _days_in(form)
    if len(days) == len(DAYS):
        wrong.say("off", _("Leave at least one day on which we may ask you, or select “Pass me over until I say so”."))
        return None
    off = _("We ask you nothing on %(days)s.", days=say_days(days)) if days else _("We may ask you on any day.")
    return Wish(wish.value, wish.label, off, {f"off-{day}": "yes" for day in days})


def _days_in(form: Form) -> tuple[Weekday, ...]:
    return tuple(day for day in Weekday if form.get(f"off-{day}") == "yes")


def say_days(days: Iterable[Weekday]) -> str:
    """`Saturday and Sunday`."""
    return say_list(_(DAYS[day]) for day in days)


def _read_limit(form: Form, wish: Wish, wrong: Wrong) -> Wish | None:
    typed = form.get("limit", "").strip()
    if not (typed.isascii() and typed.isdigit() and len(typed) < 4 and 1 <= int(typed) <= MOST_A_WEEK):
        wrong.say("limit", _("Enter a whole number from 1 to %(most)s.", most=MOST_A_WEEK))
        return None
    return Wish(wish.value, wish.label, say_limit(int(typed)), {"limit": str(int(typed))})


def say_limit(limit: int) -> str:
    """How often they are asked at most."""
    often = ngettext("We ask you at most once a week.", "We ask you at most %(count)s times a week.", limit)
    return often % {"count": limit}


def grant(site: Site, responder: str, wish: Wish) -> None:
    """Do as they wish, at once."""
    now, what = clock.now(), wish.value
    if what in PAUSES:
        length = PAUSES[what][1]
        pause(site.door, responder, now + length if length else UNTIL_THEY_SAY, "partner")
    elif what == RESUME:
        pause(site.door, responder, None, "partner")
    elif what == DAYS_OFF:
        site.store.revise(responder, lambda known: known.by_their_own_word(days_off=_days_in(wish.typed)), now)
        site.door.ring()
    elif what == LIMIT:
        limit = int(wish.typed["limit"])
        site.store.revise(responder, lambda known: known.by_their_own_word(weekly_limit=limit), now)
        site.door.ring()
    elif what.startswith(MUTE):
        site.store.mute(responder, what.removeprefix(MUTE), now)
    else:
        site.store.unmute(responder, what.removeprefix(UNMUTE))


def is_so_already(responder: Responder, wish: str) -> bool:
    """Has what they ask for been granted before? A pause is offered again, and is the same."""
    if wish == RESUME:
        return paused_until(responder) is None
    if wish.startswith(UNMUTE):
        return wish.removeprefix(UNMUTE) not in responder.muted
    return wish.startswith(MUTE) and wish.removeprefix(MUTE) in responder.muted


def paused_until(responder: Responder) -> datetime | None:
    """Until when we pass them over, if we do."""
    until = responder.paused_until
    return until if until and until > clock.now() else None
