"""What the partner's pages show: the invitation as it stands, and what an answer comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import Response

from domain.answering import (
    Answer,
    AnswerKind,
    Settled,
    answerable,
    asked_lines,
    room_for,
    settle,
)
from domain.invitations import Invitation, InvitationStatus, Reason
from domain.labels import label_code
from domain.needs import Line
from domain.responders import Responder
from domain.situations import Situation
from infra import clock
from notifications.letters import shared_area
from web.answers import as_fields
from web.forms import Wrong
from web.site import Link, Site
from web.states import State, say_invitation

REASONS = {
    Reason.at_capacity: "We have no capacity",
    Reason.not_available: "We are not available then",
    Reason.out_of_area: "It is too far away",
    Reason.not_suitable: "It is not something we can do",
    Reason.other: "Something else",
}


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


def partner_page(
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


def check_page(
    site: Site,
    asked: Asked,
    shown: Answer,
    status: int = 200,
    *,
    notice: str | None = None,
    busy: bool = False,
    headers: dict[str, str] | None = None,
) -> Response:
    settled = settle(asked.situation, asked.invitation, shown, clock.now())
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
        fields=as_fields(shown, settled),
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


def _say_others(situation: Situation, invitation: Invitation) -> str | None:
    """How many others there are, and no more than that."""
    others = [i for i in situation.current if i.responder != invitation.responder]
    if not others:
        return None
    helping = sum(1 for i in others if i.pledged)
    asked = f"{len(others):,} {'other has' if len(others) == 1 else 'others have'} been asked"
    return f"{asked}; {helping:,} {'has' if helping == 1 else 'have'} said yes." if helping else f"{asked}."
