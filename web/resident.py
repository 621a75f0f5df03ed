"""The resident's page: how their own need stands, and, when it is time, whether it happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from domain.changes import Change, Refusal
from domain.closing import hear_resident, may_say
from domain.links import Purpose
from domain.needs import Need, NeedStatus, Outcome
from domain.situations import Situation
from infra import clock
from infra.playbooks import category_title
from web.forms import MOST_FIELDS, Form, Wrong, check_size, read_note, wants_to_change
from web.languages import N_, _, ngettext
from web.security import hold_to
from web.site import Link, Site, UnknownLink
from web.states import say_need

READABLE_AFTER_CLOSING = timedelta(days=30)
ANSWERS = {"yes": N_("Yes, it happened"), "partly": N_("Only part of it happened"), "no": N_("No, it did not happen")}


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
    check_size(form, MOST_FIELDS + len(theirs.need.lines))
    if wants_to_change(request, form):
        return _page(site, theirs, form, Wrong())
    wrong = Wrong()
    said, note = form.get("answer", ""), read_note(form, wrong)
    received = _read_received(form, theirs.need, wrong) if said == "partly" else {}
    if said not in ANSWERS:
        wrong.say("answer", _("Select whether it happened."))
    if wrong:
        return _page(site, theirs, form, wrong, 422)
    decide = partial(_decide, said, note, received)
    if "confirm" not in form:
        decided = decide(theirs.situation, clock.now())
        if isinstance(decided, Refusal):
            return _page(site, theirs, form, wrong, 409, _(decided.sentence))
        fields = {"answer": said} | ({"note": note} if note else {})
        fields |= {f"quantity-{number}": str(count) for number, count in received.items()}
        return site.page(
            "resident_check.html",
            need=theirs.need,
            said=said,
            answer=ANSWERS[said],
            note=note,
            got=[theirs.need.line(number).capability.amount(count) for number, count in received.items()],
            fields=fields,
        )
    done = site.door.change(theirs.need.id, decide)
    if isinstance(done, Refusal):
        return _page(site, _read(site, request), form, wrong, 409, _(done.sentence))
    return RedirectResponse(f"{site.prefix}/s/{theirs.link.token}", 303)


def _read_received(form: Form, need: Need, wrong: Wrong) -> dict[int, int]:
    """How many of each line they got, where they say so."""
    received = {}
    for line in need.lines:
        place = f"quantity-{line.number}"
        typed = form.get(place, "").strip().replace(",", "")
        if typed.isascii() and typed.isdigit() and len(typed) <= 6:
            received[line.number] = int(typed)
        elif typed:
            wrong.say(place, _("Enter a whole number, such as 5, or nothing."))
    return received


def _decide(
    said: str, note: str | None, received: dict[int, int], situation: Situation, now: datetime
) -> Change | Refusal | None:
    return hear_resident(situation, said, now, note, received=received or None)


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
        return need.outcome in (Outcome.presumed, Outcome.met)
    if need.stage is NeedStatus.open:
        return may_say(situation)
    return need.stage is NeedStatus.confirming or (situation.covered and need.last_due <= now)


def _page(
    site: Site, theirs: Theirs, typed: Form, wrong: Wrong, status: int = 200, notice: str | None = None
) -> Response:
    situation, now = theirs.situation, clock.now()
    state, next_ = say_need(situation, site.say, now)
    return site.page(
        "resident.html",
        status,
        need=theirs.need,
        category=category_title(theirs.need.category),
        state=state,
        what_next=next_,
        lines=[_say_line(situation, line.number, site) for line in theirs.need.lines if line.quantity],
        helpers=_say_helpers(site, situation),
        may_answer=may_answer(situation, now),
        answers=ANSWERS,
        typed=typed,
        wrong=wrong.sentences,
        notice=notice,
    )


def _say_line(situation: Situation, number: int, site: Site) -> dict[str, str | int]:
    line = situation.need.line(number)
    left = situation.missing(line)
    found = _("Arranged")
    if left:
        pledged, all_of_it = f"{min(situation.pledged(line), line.quantity):,}", f"{line.quantity:,}"
        found = _("%(count)s of %(all)s arranged", count=pledged, all=all_of_it)
    return {
        "number": number,
        "title": line.capability.title,
        "units": line.capability.units,
        "quantity": f"{line.quantity:,}",
        "amount": line.amount,
        "due": site.say(line.due),
        "found": found,
    }


def _say_helpers(site: Site, situation: Situation) -> list[str]:
    """Organisations by name; people, whose names are theirs, by number."""
    ids = [i.responder for i in situation.giving]
    found = [r for r in (site.store.responder(id) for id in ids[:20]) if r]
    names = sorted({r.name for r in found if not r.is_person()})
    people = sum(1 for r in found if r.is_person())
    volunteers = ngettext("%(count)s volunteer", "%(count)s volunteers", people) % {"count": people}
    return [*names, volunteers] if people else names
