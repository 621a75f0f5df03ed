"""The resident's page: how their own need stands, and, when it is time, whether it happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from domain.changes import Change, Refusal
from domain.closing import hear_resident
from domain.labels import label_code
from domain.links import Purpose
from domain.needs import Need, NeedStatus, Outcome
from domain.situations import Situation
from infra import clock
from web.forms import Form, Wrong, check_size, read_note, wants_to_change
from web.security import hold_to
from web.site import Link, Site, UnknownLink
from web.states import say_need

READABLE_AFTER_CLOSING = timedelta(days=30)
ANSWERS = {"yes": "Yes, it happened", "partly": "Only part of it happened", "no": "No, it did not happen"}


@dataclass(frozen=True)
class Theirs:
    """A resident's need as their page reads it."""

    link: Link
    situation: Situation

    @property
    def need(self) -> Need:
        return self.situation.need


def open_page(site: Site, request: Request) -> Response:
    """Show how it stands."""
    return _page(site, _read(site, request), {}, Wrong())


def send(site: Site, request: Request, form: Form) -> Response:
    """Choose (gives the check page), change, or confirm (recorded)."""
    theirs = _read(site, request)
    hold_to(site.limits.posts, theirs.link.row.hash)
    check_size(form)
    if wants_to_change(request, form):
        return _page(site, theirs, form, Wrong())
    wrong = Wrong()
    said, note = form.get("answer", ""), read_note(form, wrong)
    if said not in ANSWERS:
        wrong.say("answer", "Select whether it happened.")
    if wrong:
        return _page(site, theirs, form, wrong, 422)
    decide = partial(_decide, said, note)
    if "confirm" not in form:
        decided = decide(theirs.situation, clock.now())
        if isinstance(decided, Refusal):
            return _page(site, theirs, form, wrong, 409, decided.sentence)
        fields = {"answer": said} | ({"note": note} if note else {})
        return site.page("resident_check.html", said=said, answer=ANSWERS[said], note=note, fields=fields)
    done = site.door.change(theirs.need.id, decide)
    if isinstance(done, Refusal):
        return _page(site, _read(site, request), form, wrong, 409, done.sentence)
    return RedirectResponse(f"{site.prefix}/s/{theirs.link.token}", 303)


def _decide(said: str, note: str | None, situation: Situation, now: datetime) -> Change | Refusal | None:
    return hear_resident(situation, said, now, note)


def _read(site: Site, request: Request) -> Theirs:
    link = site.open_link(request.path_params["token"], Purpose.status)
    situation = site.door.find(link.target)
    if situation is None:
        raise UnknownLink
    closed_at = situation.need.closed_at
    if closed_at is not None and clock.now() >= closed_at + READABLE_AFTER_CLOSING:
        raise UnknownLink
    return Theirs(link, situation)


def may_answer(situation: Situation, now: datetime) -> bool:
    """Is it time to say whether it happened?"""
    need = situation.need
    if need.closed:
        return need.outcome in (Outcome.presumed, Outcome.met) and need.resident_said not in ("partly", "no")
    if need.status is NeedStatus.open:
        return False
    return need.status is NeedStatus.confirming or (situation.covered and need.last_due <= now)


def _page(
    site: Site, theirs: Theirs, typed: Form, wrong: Wrong, status: int = 200, notice: str | None = None
) -> Response:
    situation, now = theirs.situation, clock.now()
    state, next_ = say_need(situation, site.say, now)
    return site.page(
        "resident.html",
        status,
        need=theirs.need,
        category=label_code(theirs.need.category),
        state=state,
        what_next=next_,
        lines=[_say_line(situation, number, site) for number in range(1, len(theirs.need.lines) + 1)],
        helpers=_say_helpers(site, situation),
        may_answer=may_answer(situation, now),
        answers=ANSWERS,
        typed=typed,
        wrong=wrong.sentences,
        notice=notice,
    )


def _say_line(situation: Situation, number: int, site: Site) -> dict[str, str]:
    line = situation.need.line(number)
    left = situation.missing(line)
    found = "Arranged" if not left else f"{min(situation.pledged(line), line.quantity):,} of {line.quantity:,} arranged"
    return {"amount": line.amount, "due": site.say(line.due), "found": found}


def _say_helpers(site: Site, situation: Situation) -> list[str]:
    """Organisations by name; people, whose names are theirs, by number."""
    ids = [i.responder for i in situation.accepted if i.pledged]
    found = [r for r in (site.store.responder(id) for id in ids[:20]) if r]
    names = sorted({r.name for r in found if not r.is_person()})
    people = sum(1 for r in found if r.is_person())
    return [*names, *([f"{people} volunteer{'s' if people > 1 else ''}"] if people else [])]
