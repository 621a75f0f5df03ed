"""The partner's page: see what is asked, choose, check, send. Opening it changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from domain.answering import Answer, AnswerKind, delivered_of, settle
from domain.changes import Change, Refusal
from domain.situations import Situation
from domain.taking_answers import take_answer
from infra import clock
from infra.door import Busy
from web.answers import SAYS_YES, as_typed, read_answer, without_check
from web.asked import Asked, read_again, read_asked
from web.forms import MOST_FIELDS, Form, Wrong, check_size, wants_to_change
from web.languages import N_, _
from web.moving_answers import is_about_moving, send_moving
from web.partner_pages import check_page, partner_page
from web.security import hold_to
from web.site import Site

MORE_NOW = N_("Thank you. More is needed now than when you looked. Check what your answer comes to.")


def open_page(site: Site, request: Request) -> Response:
    """Show the invitation as it stands now."""
    asked = read_asked(site, request)
    return partner_page(site, asked, {}, Wrong(), show=request.query_params.get("show"))


def send(site: Site, request: Request, form: Form) -> Response:
    """Choose (gives the check page), change (back to choosing), or confirm (recorded)."""
    asked = read_asked(site, request)
    hold_to(site.limits.posts, asked.link.row.hash)
    check_size(form, max(MOST_FIELDS, 20 + 3 * len(asked.invitation.shares)))
    if is_about_moving(form):
        return send_moving(site, request, asked, form)
    if wants_to_change(request, form):
        return partner_page(site, asked, as_typed(form), Wrong())
    answer, wrong = read_answer(form, asked.situation, asked.invitation, clock.now(), site)
    if answer is None:
        return partner_page(site, asked, without_check(form), wrong, 422)
    if "confirm" in form:
        return _record(site, asked, form, answer)
    return _check(site, asked, form, answer)


def _check(site: Site, asked: Asked, form: Form, answer: Answer) -> Response:
    """Show what the answer comes to now. Nothing is written."""
    shown = _as_shown(answer, asked)
    tried = replace(shown, page_version=answer.page_version)
    decided = take_answer(asked.situation, asked.invitation.id, tried, asked.responder, clock.now())
    if isinstance(decided, Refusal):
        return _refuse(site, asked, form, answer, decided)
    return check_page(site, asked, shown)


def _as_shown(answer: Answer, asked: Asked) -> Answer:
    """The answer with its amounts spelt out, agreed to as they stand: what one press will send."""
    if answer.kind not in SAYS_YES:
        brought = delivered_of(asked.invitation, answer) if answer.kind is AnswerKind.done else {}
        return replace(answer, offers=brought, page_version=asked.invitation.version)
    settled = settle(asked.situation, asked.invitation, answer, clock.now())
    offers = {**answer.offers, **{s.line.number: s.offered for s in settled}}
    agreed = {s.line.number: (s.pledged, s.reserve) for s in settled}
    return replace(answer, offers=offers, agreed=agreed, page_version=asked.invitation.version)


def _record(site: Site, asked: Asked, form: Form, answer: Answer) -> Response:
    """Commit, then show how it stands, by a redirect: loading that page again sends nothing again."""
    decide = partial(_decide, asked, answer)
    try:
        done = site.door.change(asked.situation.need.id, decide)
    except Busy:
        return check_page(site, asked, _as_shown(answer, asked), 503, busy=True, headers={"Retry-After": "5"})
    if isinstance(done, Refusal):
        return _refuse(site, read_again(site, asked), form, answer, done)
    return RedirectResponse(f"{site.prefix}/r/{asked.link.token}", 303)


def _decide(asked: Asked, answer: Answer, situation: Situation, now: datetime) -> Change | Refusal | None:
    return take_answer(situation, asked.invitation.id, answer, asked.responder, now)


def _refuse(site: Site, asked: Asked, form: Form, answer: Answer, refusal: Refusal) -> Response:
    """Say why not, and how it stands. What can still be taken is one press away."""
    if refusal.code == "invalid":
        wrong = Wrong()
        wrong.say(refusal.place or "answer", _(refusal.sentence))
        return partner_page(site, asked, without_check(form), wrong, 422)
    if refusal.code in ("filled", "less"):
        return check_page(site, asked, _as_shown(answer, asked), 409, notice=_(refusal.sentence))
    if refusal.code == "stale" and answer.page_version in (None, asked.invitation.version):
        return check_page(site, asked, _as_shown(answer, asked), 409, notice=_(MORE_NOW))
    return partner_page(site, asked, without_check(form), Wrong(), 409, notice=_(refusal.sentence))
