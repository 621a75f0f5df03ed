"""The answer to "could you go there instead?": choose, check, send. Both needs change at once, or neither."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from domain.changes import Change, Refusal
from domain.situations import Situation
from domain.transferring import GONE, STALE, Crossing, Shown, move, stay
from infra.door import Busy
from web.asked import Asked, read_again
from web.forms import Form, Wrong, wants_to_change
from web.languages import N_, _
from web.moving import ANSWERS, Question, question_of
from web.partner_pages import partner_page
from web.site import Site

LESS = N_("Less is needed there now than when you looked. Check what would move.")
NOTHING = Shown(0, 0)


def is_about_moving(form: Form) -> bool:
    """Does this form answer whether they could go elsewhere?"""
    return form.get("answer") in ANSWERS or ("moving" in form and "answer" not in form)


def send_moving(site: Site, request: Request, asked: Asked, form: Form) -> Response:
    """Choose (gives the check page), change (back to choosing), or confirm (recorded)."""
    question = question_of(site, asked.situation, asked.invitation, asked.responder)
    said, version = form.get("answer", ""), form.get("version", "")
    if wants_to_change(request, form):
        return partner_page(site, asked, {}, Wrong())
    if said not in ANSWERS:
        wrong = Wrong()
        wrong.say("moving", _("Select whether you can go there instead."))
        return partner_page(site, asked, {}, wrong, 422)
    if "confirm" in form:
        return _record(site, asked, said, version, Shown(_number(form.get("moves")), _number(form.get("edition"))))
    if version != str(asked.invitation.version) or question is None:
        return partner_page(site, asked, {}, Wrong(), 409, notice=_(STALE if question else GONE))
    return _check_page(site, asked, question, said)


def _check_page(
    site: Site,
    asked: Asked,
    question: Question,
    said: str,
    status: int = 200,
    notice: str | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    fields = {"answer": said, "version": str(asked.invitation.version)}
    fields |= {"moves": str(question.shown.count), "edition": str(question.shown.edition)}
    exercise = asked.situation.need.exercise
    return site.page(
        "moving_check.html",
        status,
        headers,
        question=question,
        moves=said == "move",
        fields=fields,
        notice=notice,
        exercise=exercise,
    )


def _number(typed: str | None) -> int:
    """A number as our own page sent it; what it never sends is one that fits nothing."""
    return int(typed) if typed and typed.isascii() and typed.isdigit() and len(typed) < 10 else -1


def _record(site: Site, asked: Asked, said: str, version: str, shown: Shown) -> Response:
    """Commit, then show how it stands, by a redirect: loading that page again sends nothing again."""
    page_version = _number(version)
    need, moving = asked.situation.need.id, asked.invitation.moving
    try:
        if said == "move" and moving:
            done = site.door.change_together((need, moving.need), partial(_move, asked, shown, page_version))
        else:
            done = site.door.change(need, partial(_stay_or_repeat, asked, said, page_version))
    except Busy:
        question = question_of(site, asked.situation, asked.invitation, asked.responder)
        if question is None:
            return partner_page(site, asked, {}, Wrong(), 409, notice=_(GONE))
        busy = _("Many people are answering at this moment, so your answer is not recorded yet. Please send it again.")
        return _check_page(site, asked, question, said, 503, busy, {"Retry-After": "5"})
    if isinstance(done, Refusal):
        return _refuse(site, read_again(site, asked), said, done)
    return RedirectResponse(f"{site.prefix}/r/{asked.link.token}", 303)


def _move(
    asked: Asked, shown: Shown, version: int, situations: tuple[Situation, ...], now: datetime
) -> Change | Refusal | None:
    here, there = situations
    return move(Crossing(here, there, asked.responder), asked.invitation.id, shown, now, version=version)


def _stay_or_repeat(asked: Asked, said: str, version: int, here: Situation, now: datetime) -> Change | Refusal | None:
    """They stay; or they have gone already, and have pressed the button twice."""
    if said == "stay":
        return stay(here, asked.invitation.id, now, version=version)
    return move(Crossing(here, here, asked.responder), asked.invitation.id, NOTHING, now, version=version)


def _refuse(site: Site, asked: Asked, said: str, refusal: Refusal) -> Response:
    """Say why not, and how it stands. What can still be taken is one press away."""
    question = question_of(site, asked.situation, asked.invitation, asked.responder)
    if refusal.code in ("less", "changed") and question:
        notice = _(LESS if refusal.code == "less" else refusal.sentence)
        return _check_page(site, asked, question, said, 409, notice)
    return partner_page(site, asked, {}, Wrong(), 409, notice=_(refusal.sentence))
