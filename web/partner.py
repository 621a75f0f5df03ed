"""The partner's page: see what is asked, choose, check, send. Opening it changes nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from domain.answering import (
    Answer,
    AnswerKind,
    Settled,
    answerable,
    asked_lines,
    room_for,
    settle,
    take_answer,
)
from domain.changes import Change, Refusal
from domain.invitations import PARTNER_REASONS, Invitation, InvitationStatus, Reason
from domain.labels import label_code
from domain.links import Purpose
from domain.needs import Line
from domain.responders import Responder
from domain.situations import Situation
from domain.times import read_when
from infra import clock
from infra.door import Busy
from notifications.letters import shared_area
from web.forms import MOST_FIELDS, Form, Wrong, check_size, read_name, read_note, wants_to_change
from web.security import hold_to
from web.site import Link, Site, UnknownLink
from web.states import State, say_invitation

READABLE_AFTER_CLOSING = timedelta(days=7)
REASONS = {
    Reason.at_capacity: "We have no capacity",
    Reason.not_available: "We are not available then",
    Reason.out_of_area: "It is too far away",
    Reason.not_suitable: "It is not something we can do",
    Reason.other: "Something else",
}
SAYS_YES = (AnswerKind.accept, AnswerKind.part)
AGREED = re.compile(r"(\d{1,6}),(\d{1,6})")
MORE_NOW = "Thank you. More is needed now than when you looked. Check what your answer comes to."
LATEST_READY = timedelta(days=366)


@dataclass(frozen=True)
class Asked:
    """An invitation as its page reads it, all at one moment."""

    link: Link
    situation: Situation
    invitation: Invitation
    responder: Responder


@dataclass(frozen=True)
class LineShown:
    """One line as the page shows it: amounts in words, and what the fields need."""

    number: int
    title: str
    asked: str
    missing: str
    covered: bool
    promised: str | None
    more: str | None
    all_of_it: str
    due: str
    split: bool
    quantity: int
    units: str


def open_page(site: Site, request: Request) -> Response:
    """Show the invitation as it stands now."""
    asked = _read(site, request)
    return _partner_page(site, asked, {}, Wrong())


def send(site: Site, request: Request, form: Form) -> Response:
    """Choose (gives the check page), change (back to choosing), or confirm (recorded)."""
    asked = _read(site, request)
    hold_to(site.limits.posts, asked.link.row.hash)
    check_size(form, max(MOST_FIELDS, 20 + 3 * len(asked.invitation.shares)))
    if wants_to_change(request, form):
        return _partner_page(site, asked, _as_typed(form), Wrong())
    answer, wrong = read_answer(form, asked.situation, asked.invitation, clock.now(), site)
    if answer is None:
        return _partner_page(site, asked, _without_check(form), wrong, 422)
    if "confirm" in form:
        return _record(site, asked, form, answer)
    return _check(site, asked, form, answer)


def _read(site: Site, request: Request) -> Asked:
    link = site.open_link(request.path_params["token"], Purpose.invite)
    situation = site.store.situation(link.row.need or "", site.settings.zone, site.door.kid)
    invitation = situation.by_id.get(link.target) if situation else None
    responder = site.store.responder(invitation.responder) if invitation else None
    if situation is None or invitation is None or responder is None or _expired(situation, clock.now()):
        raise UnknownLink
    return Asked(link, situation, invitation, responder)


def _expired(situation: Situation, now: datetime) -> bool:
    closed_at = situation.need.closed_at
    return closed_at is not None and now >= closed_at + READABLE_AFTER_CLOSING


# --- reading an answer --------------------------------------------------------


def read_answer(
    form: Form, situation: Situation, invitation: Invitation, now: datetime, site: Site
) -> tuple[Answer | None, Wrong]:
    """Return what the form says, or what is wrong with it; the rules of answering are the domain's."""
    wrong = Wrong()
    said = form.get("answer", "")
    if said not in list(AnswerKind):
        wrong.say("answer", "Select whether you can help.")
        return None, wrong
    kind, yes = AnswerKind(said), AnswerKind(said) in SAYS_YES
    lines = asked_lines(situation, invitation)
    answer = Answer(
        kind=kind,
        offers=_read_offers(form, lines, wrong) if yes else {},
        ready_by=_read_ready_by(form, lines, now, site, wrong) if yes else {},
        reason=_read_reason(form) if kind is AnswerKind.reject else None,
        note=read_note(form, wrong),
        name=read_name(form, wrong),
        agreed=_read_agreed(form, lines),
        page_version=_read_version(form),
    )
    return (None if wrong else answer), wrong


def _read_offers(form: Form, lines: list[Line], wrong: Wrong) -> dict[int, int]:
    offers: dict[int, int] = {}
    for line in lines:
        typed = form.get(f"quantity-{line.number}", "").strip().replace(",", "")
        if not typed:
            continue
        if typed.isascii() and typed.isdigit() and len(typed) <= 9:
            offers[line.number] = int(typed)
        else:
            wrong.say(f"quantity-{line.number}", "Enter a whole number, such as 5.")
    return offers


def _read_ready_by(form: Form, lines: list[Line], now: datetime, site: Site, wrong: Wrong) -> dict[int, datetime]:
    ready: dict[int, datetime] = {}
    for line in lines:
        place = f"ready-by-{line.number}"
        if typed := form.get(place, "").strip():
            try:
                moment = read_when(typed, now, site.settings.zone)
            except (ValueError, OverflowError):
                wrong.say(place, "Enter a time, such as 14:30, or a day and time, such as 2026-11-22T14:30.")
                continue
            if not now - timedelta(hours=1) <= moment <= now + LATEST_READY:
                wrong.say(place, "Enter a time that is still to come, within a year.")
            ready[line.number] = moment
    return ready


def _read_reason(form: Form) -> Reason | None:
    return next((reason for reason in PARTNER_REASONS if reason.value == form.get("reason")), None)


def _read_version(form: Form) -> int | None:
    typed = form.get("version", "")
    if not typed:
        return None
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else -1


def _read_agreed(form: Form, lines: list[Line]) -> dict[int, tuple[int, int]] | None:
    """What the check page showed them, where they have seen one."""
    if not any(name.startswith("agreed-") for name in form):
        return None
    found = {line.number: AGREED.fullmatch(form.get(f"agreed-{line.number}", "")) for line in lines}
    return {number: (int(match[1]), int(match[2])) for number, match in found.items() if match}


def _without_check(form: Form) -> dict[str, str]:
    """The fields as they were typed, without what the check page has worked out."""
    return {name: value for name, value in form.items() if not name.startswith("agreed-")}


def _as_typed(form: Form) -> dict[str, str]:
    """The fields of a check page as they were typed: who says yes to all of it has typed no amounts."""
    fields = _without_check(form)
    if form.get("answer") == AnswerKind.accept:
        return {name: value for name, value in fields.items() if not name.startswith("quantity-")}
    return fields


# --- checking, recording ------------------------------------------------------


def _check(site: Site, asked: Asked, form: Form, answer: Answer) -> Response:
    """Show what the answer comes to now. Nothing is written."""
    shown = _as_shown(answer, asked)
    tried = replace(shown, page_version=answer.page_version)
    decided = take_answer(asked.situation, asked.invitation.id, tried, asked.responder, clock.now())
    if isinstance(decided, Refusal):
        return _refuse(site, asked, form, answer, decided)
    return _check_page(site, asked, shown)


def _as_shown(answer: Answer, asked: Asked) -> Answer:
    """The answer with its amounts spelt out, agreed to as they stand: what one press will send."""
    settled = settle(asked.situation, asked.invitation, answer)
    offers = {**answer.offers, **{s.line.number: s.offered for s in settled}}
    agreed = {s.line.number: (s.pledged, s.reserve) for s in settled}
    return replace(answer, offers=offers, agreed=agreed, page_version=asked.invitation.version)


def _record(site: Site, asked: Asked, form: Form, answer: Answer) -> Response:
    """Commit, then show how it stands, by a redirect: loading that page again sends nothing again."""
    decide = partial(_decide, asked, answer)
    try:
        done = site.door.change(asked.situation.need.id, decide)
    except Busy:
        return _check_page(site, asked, _as_shown(answer, asked), 503, busy=True, headers={"Retry-After": "5"})
    if isinstance(done, Refusal):
        return _refuse(site, _again(site, asked), form, answer, done)
    return RedirectResponse(f"{site.prefix}/r/{asked.link.token}", 303)


def _decide(asked: Asked, answer: Answer, situation: Situation, now: datetime) -> Change | Refusal | None:
    return take_answer(situation, asked.invitation.id, answer, asked.responder, now)


def _again(site: Site, asked: Asked) -> Asked:
    """Read the need once more: it has changed since."""
    situation = site.door.situation(asked.situation.need.id)
    return replace(asked, situation=situation, invitation=situation.by_id[asked.invitation.id])


def _refuse(site: Site, asked: Asked, form: Form, answer: Answer, refusal: Refusal) -> Response:
    """Say why not, and how it stands. What can still be taken is one press away."""
    if refusal.code == "invalid":
        wrong = Wrong()
        wrong.say(refusal.place or "answer", refusal.sentence)
        return _partner_page(site, asked, _without_check(form), wrong, 422)
    if refusal.code in ("filled", "less"):
        return _check_page(site, asked, _as_shown(answer, asked), 409, notice=refusal.sentence)
    if refusal.code == "stale" and answer.page_version in (None, asked.invitation.version):
        return _check_page(site, asked, _as_shown(answer, asked), 409, notice=MORE_NOW)
    return _partner_page(site, asked, _without_check(form), Wrong(), 409, notice=refusal.sentence)


# --- pages --------------------------------------------------------------------


def _partner_page(
    site: Site,
    asked: Asked,
    typed: Mapping[str, str],
    wrong: Wrong,
    status: int = 200,
    notice: str | None = None,
) -> Response:
    situation, invitation = asked.situation, asked.invitation
    need, now = situation.need, clock.now()
    lines = [_show_line(situation, invitation, line, site) for line in asked_lines(situation, invitation)]
    refusal = answerable(situation, invitation)
    state = say_invitation(situation, invitation, site.say, site.settings.zone)
    return site.page(
        "partner.html",
        status,
        need=need,
        area=shared_area(need.area),
        category=label_code(need.category),
        when=site.say(need.needed_by),
        who=None if asked.responder.is_person() else asked.responder.name,
        lines=lines,
        terms=list(dict.fromkeys(line.capability.terms for line in asked_lines(situation, invitation))),
        others=_say_others(situation, invitation),
        state=state or (State("We have stopped asking", (refusal.sentence,)) if refusal else None),
        answerable=refusal is None,
        refusal=refusal.sentence if refusal else None,
        answer_by=site.say(invitation.answer_by) if invitation.awaited and invitation.answer_by > now else None,
        may_share=len(lines) > 1 or lines[0].split,
        nothing_missing=all(line.covered for line in lines),
        reasons=REASONS,
        version=invitation.version,
        typed=typed,
        wrong=wrong.sentences,
        notice=notice,
        answered=invitation.answered_at is not None,
        late_typed=any(name.startswith("ready-by-") and value for name, value in typed.items()),
    )


def _show_line(situation: Situation, invitation: Invitation, line: Line, site: Site) -> LineShown:
    share, room = invitation.share(line.number), room_for(situation, invitation, line)
    asked = share.asked if share else line.quantity
    capability = line.capability
    whole = capability.split or room >= line.quantity
    missing = room if whole else 0
    promised, more = (share.pledged if share else 0), situation.missing(line)
    return LineShown(
        number=line.number,
        title=capability.title,
        asked=capability.amount(asked),
        missing=capability.amount(missing),
        covered=missing == 0,
        promised=capability.amount(promised) if promised else None,
        more=capability.amount(more) if more else None,
        all_of_it=capability.amount(missing or (asked if capability.split else line.quantity)),
        due=site.say(line.due),
        split=capability.split,
        quantity=line.quantity,
        units=capability.units,
    )


def _check_page(
    site: Site,
    asked: Asked,
    shown: Answer,
    status: int = 200,
    *,
    notice: str | None = None,
    busy: bool = False,
    headers: dict[str, str] | None = None,
) -> Response:
    settled = settle(asked.situation, asked.invitation, shown)
    return site.page(
        "check.html",
        status,
        headers,
        kind=shown.kind,
        withdraws=shown.kind is AnswerKind.reject and asked.invitation.status is InvitationStatus.accepted,
        keeps=shown.kind is AnswerKind.question and asked.invitation.status is InvitationStatus.accepted,
        comes_to=[_say_settled(s, shown, site) for s in settled],
        ready={s.line.number: site.say(t) for s in settled if (t := shown.ready_by.get(s.line.number))},
        reason=REASONS[shown.reason] if shown.reason else None,
        note=shown.note,
        name=shown.name,
        fields=_fields(shown, settled),
        notice=notice,
        busy=busy,
    )


@dataclass(frozen=True)
class ComesTo:
    """What one line of an answer comes to, in words."""

    number: int
    title: str
    counts: str | None
    stands_by: str | None
    why: str | None
    due: str


def _say_settled(settled: Settled, answer: Answer, site: Site) -> ComesTo:
    line = settled.line
    why = None
    if settled.why == "late":
        ready = site.say(answer.ready_by[line.number])
        why = f"It is needed by {site.say(line.due)} and you can be ready by {ready}."
    elif settled.why == "filled":
        why = "Others have promised the rest." if settled.pledged else "Others have promised all that is needed."
    return ComesTo(
        number=line.number,
        title=line.capability.title,
        counts=line.capability.amount(settled.pledged) if settled.pledged else None,
        stands_by=line.capability.amount(settled.reserve) if settled.reserve else None,
        why=why,
        due=site.say(line.due),
    )


def _fields(shown: Answer, settled: tuple[Settled, ...]) -> dict[str, str]:
    """The answer as hidden fields, every time an instant and every amount spelt out."""
    fields = {"answer": shown.kind.value, "version": str(shown.page_version)}
    if shown.kind in SAYS_YES:
        fields |= {f"quantity-{number}": str(offered) for number, offered in shown.offers.items()}
        fields |= {f"ready-by-{number}": moment.isoformat() for number, moment in shown.ready_by.items()}
        fields |= {f"agreed-{s.line.number}": f"{s.pledged},{s.reserve}" for s in settled}
    given = {"reason": shown.reason.value if shown.reason else None, "note": shown.note, "name": shown.name}
    return fields | {name: value for name, value in given.items() if value}


def _say_others(situation: Situation, invitation: Invitation) -> str | None:
    """How many others there are, and no more than that."""
    others = [i for i in situation.current if i.responder != invitation.responder]
    if not others:
        return None
    helping = sum(1 for i in others if i.pledged)
    asked = f"{len(others):,} {'other has' if len(others) == 1 else 'others have'} been asked"
    return f"{asked}; {helping:,} {'has' if helping == 1 else 'have'} said yes." if helping else f"{asked}."
