"""What the partner's pages show: the invitation as it stands, and what an answer comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response

from domain.answering import (
    HOW_IT_GOES,
    Answer,
    AnswerKind,
    Settled,
    answerable,
    asked_lines,
    may_report,
    room_for,
    settle,
)
from domain.choosing import chosen_by
from domain.finishing import is_time, promised_of
from domain.invitations import Invitation, InvitationStatus, Reason
from domain.links import Purpose
from domain.needs import Line
from domain.safeguarding import must_name
from domain.situations import Situation
from infra import clock
from infra.playbooks import category_title
from notifications.letters import shared_area, terms_of
from web.answers import SAYS_YES, as_fields
from web.asked import Asked
from web.calendar_file import CALENDAR, is_for_a_calendar
from web.forms import Wrong
from web.languages import N_, _, ngettext
from web.moving import question_of
from web.site import Site
from web.states import State, say_invitation

REASONS = {
    Reason.at_capacity: N_("We have no capacity"),
    Reason.not_available: N_("We are not available then"),
    Reason.out_of_area: N_("It is too far away"),
    Reason.not_suitable: N_("It is not something we can do"),
    Reason.other: N_("Something else"),
}


@dataclass(frozen=True)
class LineShown:
    """One line as the page shows it: amounts in words, and what the fields need."""

    number: int
    title: str
    asked: str
    missing: str
    covered: bool
    promised: str | None
    offered: str | None
    brought: str | None
    units_promised: str
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
    show: str | None = None,
) -> Response:
    """How it stands, and the form for an answer: from the agreed time, how it went; or whichever `show` asks for."""
    situation, invitation = asked.situation, asked.invitation
    need, now = situation.need, clock.now()
    lines = [_show_line(situation, invitation, line, site) for line in asked_lines(situation, invitation)]
    refusal = answerable(situation, invitation)
    state = say_invitation(situation, invitation, site.say, site.settings.zone, now)
    reports = may_report(invitation)
    how = _asks_how_it_goes(asked, typed, show, now) and bool(reports) and invitation.confirm_by is None
    return site.page(
        "partner.html",
        status,
        need=need,
        area=need.place or shared_area(need.area),
        category=category_title(need.category),
        when=site.say(need.needed_by),
        who=None if asked.responder.is_person() else asked.responder.name,
        lines=lines,
        terms=terms_of(need, asked_lines(situation, invitation), now, site.say),
        must_name=must_name(situation, invitation),
        others=_say_others(situation, invitation),
        state=state or (State(_("We have stopped asking"), (_(refusal.sentence),)) if refusal else None),
        answerable=refusal is None,
        refusal=_(refusal.sentence) if refusal else None,
        answer_by=site.say(invitation.answer_by) if invitation.awaited and invitation.answer_by > now else None,
        if_nothing=_say_if_nothing(invitation),
        calendar=f"{site.prefix}{CALENDAR}{asked.link.token}" if is_for_a_calendar(invitation) else None,
        may_share=len(lines) > 1 or lines[0].split,
        nothing_missing=all(line.covered for line in lines),
        reasons=REASONS,
        version=invitation.version,
        typed=typed,
        wrong=wrong.sentences,
        notice=notice,
        answered=invitation.answered_at is not None,
        own=site.path(Purpose.partner, invitation.kid, invitation.responder),
        how=how,
        reports=[kind.value for kind in reports],
        may_change=refusal is None and bool(reports),
        leads=how and invitation.promised and not need.closed,
        shown_open=not (invitation.answered_at and not wrong and not notice and not typed and show is None)
        or invitation.confirm_by is not None,
        could_again=not invitation.promised and invitation.has_promised,
        moving=question_of(site, situation, invitation, asked.responder),
        confirms=invitation.confirm_by is not None and invitation.promised,
        late_typed=any(name.startswith("ready-by-") and value for name, value in typed.items()),
    )


def _say_if_nothing(invitation: Invitation) -> str:
    """What comes of leaving it: nobody is blamed, and nobody is asked without end."""
    if invitation.has_promised:
        return _("We ask others. You can still answer for as long as help is needed.")
    once = "" if invitation.reminded_at else _("We may remind you once.") + " "
    return once + _("After that we ask others. You can still answer for as long as help is needed.")


def _asks_how_it_goes(asked: Asked, typed: Mapping[str, str], show: str | None, now: datetime) -> bool:
    if typed.get("answer"):
        return typed["answer"] in list(HOW_IT_GOES)
    if show in ("how", "promise"):
        return show == "how"
    nothing_else = answerable(asked.situation, asked.invitation) is not None
    return nothing_else or is_time(asked.situation, asked.invitation, now)


def _show_line(situation: Situation, invitation: Invitation, line: Line, site: Site) -> LineShown:
    share, room = invitation.share(line.number), room_for(situation, invitation, line)
    asked = share.asked if share else line.quantity
    capability = line.capability
    whole = capability.split or room >= line.quantity
    missing = room if whole else 0
    agreed = share.ready_by if share and share.pledged and line.wanted_anew else None
    stands = invitation.promised or invitation.status is InvitationStatus.completed
    promised, more = (share.pledged if share and stands else 0), situation.missing(line)
    return LineShown(
        number=line.number,
        title=capability.title,
        asked=capability.amount(asked),
        missing=capability.amount(missing),
        covered=missing == 0,
        promised=capability.amount(promised) if promised else None,
        offered=capability.amount(share.offered) if share and share.offered else None,
        brought=capability.amount(share.delivered) if share and share.delivered else None,
        units_promised=f"{promised_of(share):,}" if share and promised_of(share) else "",
        more=capability.amount(more) if more else None,
        all_of_it=capability.amount(missing or (asked if capability.split else line.quantity)),
        due=site.say(agreed or line.due),
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
    yes = shown.kind in SAYS_YES
    settled = settle(asked.situation, asked.invitation, shown, clock.now()) if yes else ()
    return site.page(
        "check.html",
        status,
        headers,
        exercise=asked.situation.need.exercise,
        kind=shown.kind,
        withdraws=shown.kind is AnswerKind.reject and asked.invitation.promised and asked.invitation.pledged > 0,
        keeps=shown.kind is AnswerKind.question and asked.invitation.promised,
        brought=_say_brought(asked, shown) if shown.kind is AnswerKind.done else [],
        comes_to=[_say_settled(asked, s, shown, site) for s in settled],
        ready={s.line.number: site.say(s.ready_by) for s in settled if s.ready_by},
        reason=REASONS[shown.reason] if shown.reason else None,
        note=shown.note,
        name=shown.name,
        must_name=yes and must_name(asked.situation, asked.invitation),
        fields=as_fields(shown, settled),
        notice=notice,
        busy=busy,
    )


def _say_brought(asked: Asked, shown: Answer) -> list[dict[str, str | None]]:
    """What they brought of each line, and what is missing again by it."""
    said = []
    for line in asked_lines(asked.situation, asked.invitation):
        share, count = asked.invitation.share(line.number), shown.offers.get(line.number, 0)
        less = promised_of(share) - count if share else 0
        if count or less > 0:
            missing = line.capability.amount(less) if less > 0 else None
            said.append({"title": line.capability.title, "count": line.capability.amount(count), "missing": missing})
    return said


@dataclass(frozen=True)
class ComesTo:
    """What one line of an answer comes to, in words."""

    number: int
    title: str
    counts: str | None
    offered: str | None
    chosen_by: str
    stands_by: str | None
    why: str | None
    then: str
    due: str


def _say_settled(asked: Asked, settled: Settled, answer: Answer, site: Site) -> ComesTo:
    line, need = settled.line, asked.situation.need
    why, then = None, _("We ask you first if more is needed.")
    if settled.why == "late":
        ready = site.say(settled.ready_by or clock.now())
        why = _(
            "It is needed by %(due)s and you can be ready by %(ready)s, so we do not count on it.",
            due=site.say(line.due),
            ready=ready,
        )
        then = _("An officer sees your offer if nobody else can help in time.")
    elif settled.why == "filled" and room_for(asked.situation, asked.invitation, line) < line.quantity:
        others = settled.pledged > 0
        why = _("Others have promised the rest.") if others else _("Others have promised all that is needed.")
        then = _("We ask you first if somebody drops out.")
    elif settled.why == "filled":
        why = ngettext("No more than %(what)s is needed.", "No more than %(what)s are needed.", line.quantity)
        why %= {"what": line.amount}
    return ComesTo(
        number=line.number,
        title=line.capability.title,
        counts=line.capability.amount(settled.pledged) if settled.pledged else None,
        offered=line.capability.amount(settled.waits) if settled.waits else None,
        chosen_by=site.say(chosen_by(need, [line], clock.now())),
        stands_by=line.capability.amount(settled.reserve) if settled.reserve else None,
        why=why,
        then=then,
        due=site.say(line.due),
    )


def _say_others(situation: Situation, invitation: Invitation) -> str | None:
    """How many others there are, and no more than that."""
    others = [i for i in situation.current if i.responder != invitation.responder]
    if not others:
        return None
    helping = sum(1 for i in others if i.pledged)
    asked = ngettext("%(count)s other has been asked", "%(count)s others have been asked", len(others))
    yes = ngettext("; %(count)s has said yes", "; %(count)s have said yes", helping) if helping else ""
    return asked % {"count": f"{len(others):,}"} + yes % {"count": f"{helping:,}"} + "."
