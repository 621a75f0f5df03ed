"""What a partner's form says, read with care."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from domain.answering import Answer, AnswerKind, Settled, asked_lines
from domain.invitations import PARTNER_REASONS, Invitation, Reason
from domain.needs import Line
from domain.situations import Situation
from domain.times import read_when
from web.forms import Form, Wrong, read_name, read_note
from web.languages import _
from web.site import Site

SAYS_YES = (AnswerKind.accept, AnswerKind.part)
AGREED = re.compile(r"(\d{1,6}),(\d{1,6})")
LATEST_READY = timedelta(days=366)


def read_answer(
    form: Form, situation: Situation, invitation: Invitation, now: datetime, site: Site
) -> tuple[Answer | None, Wrong]:
    """Return what the form says, or what is wrong with it; the rules of answering are the domain's."""
    wrong = Wrong()
    said = form.get("answer", "")
    if said not in list(AnswerKind):
        wrong.say("answer", _("Select your answer.") if invitation.has_promised else _("Select whether you can help."))
        return None, wrong
    kind, yes = AnswerKind(said), AnswerKind(said) in SAYS_YES
    lines = asked_lines(situation, invitation)
    answer = Answer(
        kind=kind,
        offers=_read_offers(form, lines, wrong) if yes or kind is AnswerKind.done else {},
        ready_by=_read_ready_by(form, lines, now, site, wrong) if yes else {},
        reason=_read_reason(form, wrong) if kind is AnswerKind.reject else None,
        note=read_note(form, wrong),
        name=read_name(form, wrong),
        agreed=_read_agreed(form, lines) if yes else None,
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
            wrong.say(f"quantity-{line.number}", _("Enter a whole number, such as 5."))
    return offers


def _read_ready_by(form: Form, lines: list[Line], now: datetime, site: Site, wrong: Wrong) -> dict[int, datetime]:
    ready: dict[int, datetime] = {}
    for line in lines:
        place = f"ready-by-{line.number}"
        if typed := form.get(place, "").strip():
            try:
                moment = read_when(typed, now, site.settings.zone)
            except (ValueError, OverflowError):
                wrong.say(place, _("Enter a time, such as 14:30, or a day and time, such as 2026-11-22T14:30."))
                continue
            if not now - timedelta(hours=1) <= moment <= now + LATEST_READY:
                wrong.say(place, _("Enter a time that is still to come, within a year."))
            ready[line.number] = moment
    return ready


def _read_reason(form: Form, wrong: Wrong) -> Reason | None:
    """A reason helps us ask better next time; nobody has to give one."""
    said = form.get("reason", "")
    found = next((reason for reason in PARTNER_REASONS if reason.value == said), None)
    if said and found is None:
        wrong.say("reason", _("Select a reason from the list, or none."))
    return found


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


def without_check(form: Form) -> dict[str, str]:
    """The fields as they were typed, without what the check page has worked out."""
    return {name: value for name, value in form.items() if not name.startswith("agreed-")}


def as_typed(form: Form) -> dict[str, str]:
    """The fields of a check page as they were typed: who says yes to all of it has typed no amounts."""
    fields = without_check(form)
    if form.get("answer") == AnswerKind.accept:
        return {name: value for name, value in fields.items() if not name.startswith("quantity-")}
    return fields


def as_fields(shown: Answer, settled: tuple[Settled, ...]) -> dict[str, str]:
    """The answer as hidden fields, every time an instant and every amount spelt out."""
    fields = {"answer": shown.kind.value, "version": str(shown.page_version)}
    if shown.kind in SAYS_YES:
        fields |= {f"quantity-{number}": str(offered) for number, offered in shown.offers.items()}
        fields |= {f"ready-by-{number}": moment.isoformat() for number, moment in shown.ready_by.items()}
        fields |= {f"agreed-{s.line.number}": f"{s.pledged},{s.reserve}" for s in settled}
    if shown.kind is AnswerKind.done:
        fields |= {f"quantity-{number}": str(brought) for number, brought in shown.offers.items()}
    given = {"reason": shown.reason.value if shown.reason else None, "note": shown.note, "name": shown.name}
    return fields | {name: value for name, value in given.items() if value}
