"""How an invitation and a need stand, in the words their own people read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from domain.answering import answerable
from domain.choosing import chosen_by
from domain.finishing import is_time, worries_waiting
from domain.invitations import Invitation, InvitationStatus, Reason, Share
from domain.labels import say_list
from domain.needs import NeedStatus, Outcome
from domain.officers import TaskKind, TaskStatus
from domain.safeguarding import needs_word
from domain.situations import Situation
from notifications.letters import shared_area
from web.languages import N_, _

Say = Callable[[datetime], str]  # a moment as people read it


@dataclass(frozen=True)
class State:
    """A heading and the sentences under it. `good` is news somebody hoped for."""

    heading: str
    sentences: tuple[str, ...] = ()
    good: bool = False


def say_invitation(
    situation: Situation, invitation: Invitation, say: Say, zone: ZoneInfo, now: datetime
) -> State | None:
    """How an invitation stands; `None` while it is simply waiting for its first answer. A worry comes before all."""
    state = _say_answer(situation, invitation, say, zone, now)
    if state and worries_waiting(situation, invitation):
        return State(state.heading, (*(_(sentence) for sentence in WORRIED), *state.sentences), state.good)
    return state


WORRIED = (
    N_("If somebody is in danger now, call 999."),
    N_("You told us that you are worried. An officer of the council has been told at once."),
)


def _say_answer(situation: Situation, invitation: Invitation, say: Say, zone: ZoneInfo, now: datetime) -> State | None:
    on = " " + _("on %(day)s", day=_day(invitation.answered_at, zone)) if invitation.answered_at else ""
    match invitation.status:
        case InvitationStatus.requested:
            return _say_open(invitation)
        case InvitationStatus.accepted | InvitationStatus.in_progress if invitation.confirm_by:
            return _say_changed(situation, invitation, invitation.confirm_by, say)
        case InvitationStatus.in_progress:
            promised = _amounts(situation, invitation, "pledged")
            return State(_("You are on it"), (_("You promised %(what)s. Is it done?", what=promised),), True)
        case InvitationStatus.accepted if invitation.pledged and is_time(situation, invitation, now):
            promised = _amounts(situation, invitation, "pledged")
            return State(_("Was it done?"), (_("You promised %(what)s.", what=promised),))
        case InvitationStatus.accepted:
            return _say_yes(situation, invitation, on, say, now)
        case InvitationStatus.rejected if invitation.reason is Reason.undeliverable:
            return State(
                _("Our message did not reach you"),
                (_("So we asked others. If you can help, you can still tell us."),),
            )
        case InvitationStatus.rejected if invitation.reason is Reason.withdrew:
            sorry = _("You told us%(on)s that you cannot help after all. Thank you.", on=on)
            return State(_("You took back your offer"), (sorry,))
        case InvitationStatus.rejected:
            return State(_("You said you cannot help this time"), (_("Thank you for telling us%(on)s.", on=on),))
        case InvitationStatus.cancelled:
            return _say_released(situation, invitation)
        case InvitationStatus.completed:
            return _say_done(situation, invitation)
        case InvitationStatus.failed:
            return _say_failed(situation, invitation, on)


def _say_done(situation: Situation, invitation: Invitation) -> State:
    sentences = [_("You helped with %(what)s.", what=_amounts(situation, invitation, "delivered"))]
    if not situation.need.closed and (short := _amounts(situation, invitation, "lost")):
        sentences.append(_("We look for %(what)s elsewhere, as far as it is still needed.", what=short))
    return State(_("Done. Thank you"), tuple(sentences), True)


def _say_failed(situation: Situation, invitation: Invitation, on: str) -> State:
    promised = _amounts(situation, invitation, "lost")
    match invitation.reason:
        case Reason.no_answer:
            return State(
                _("We did not hear from you"),
                (
                    _(
                        "You promised %(what)s. We no longer count on it. If it was done after all, tell us.",
                        what=promised,
                    ),
                ),
            )
        case Reason.not_received:
            return State(
                _("We were told that it did not come"),
                (_("You promised %(what)s. If it was done after all, tell us or phone us.", what=promised),),
            )
        case _:
            return State(_("It could not be done"), (_("Thank you for trying, and for telling us%(on)s.", on=on),))


def _say_open(invitation: Invitation) -> State | None:
    if invitation.reason is Reason.question:
        return State(
            _("You have asked us a question"),
            (_("Somebody at the council will answer it. You can still say whether you can help."),),
        )
    if invitation.reason is Reason.reserve_called:
        return State(
            _("You offered to stand by"),
            (_("Somebody has dropped out, so your help is needed now. Can you still help?"),),
        )
    return None


def _say_yes(situation: Situation, invitation: Invitation, on: str, say: Say, now: datetime) -> State:
    sentences = []
    if invitation.answered_by and invitation.answered_by.startswith("officer"):
        sentences.append(_("The council recorded this after speaking with you."))
    pledged, reserve = (
        _amounts(situation, invitation, "pledged"),
        _amounts(situation, invitation, "reserve"),
    )
    for share in invitation.shares:
        if share.pledged and share.ready_by:
            what = _amount(situation, share, share.pledged)
            ready = say(share.ready_by)
            sentences.append(_("You said you would be ready by %(when)s with %(what)s.", when=ready, what=what))
    if offered := _amounts(situation, invitation, "offered"):
        lines = [situation.need.line(share.line) for share in invitation.shares if share.offered]
        by = say(chosen_by(situation.need, lines, now))
        sentences.append(
            _("The council chooses by %(when)s and tells you either way. Please keep it free until then.", when=by)
        )
        if not pledged:
            heading = _("You offered %(what)s%(on)s", what=offered, on=on)
            return State(heading, (_("You are not booked yet."), *sentences), True)
        sentences.append(_("Another %(what)s you offered wait to be chosen.", what=offered))
    if needs_word(situation, invitation):
        sentences.append(_("An officer looks at whom you named first. Then we send you the name and address by email."))
    if pledged and reserve:
        sentences.append(
            _("Another %(what)s you offered are on standby: we will ask you first if more is needed.", what=reserve)
        )
    if pledged:
        heading = _("You said yes to %(what)s%(on)s", what=pledged, on=on)
        return State(heading, (*sentences, _("We are counting on you. Thank you.")), True)
    if reserve:
        late = all(s.ready_by and s.ready_by > situation.need.line(s.line).due for s in invitation.shares if s.reserve)
        then = _("An officer sees your offer if nobody else can help in time.")
        sentences += [_("Please do not set out."), then if late else _("We will ask you first if more is needed.")]
        return State(_("You are on standby for %(what)s", what=reserve), tuple(sentences), True)
    return State(_("You said yes%(on)s", on=on), tuple(sentences), True)


def _say_changed(situation: Situation, invitation: Invitation, until: datetime, say: Say) -> State:
    need = situation.need
    mine = [need.line(share.line) for share in invitation.shares if share.pledged or share.reserve]
    late = [share for share in invitation.shares if share.reserve and share.was]
    due = say_list(dict.fromkeys(say(line.due) for line in mine))
    promised = _amounts(situation, invitation, "pledged") or _amounts(situation, invitation, "reserve")
    counts = (
        _("You said you would be later than that, so we do not count on it until you say that you can be in time.")
        if late
        else _("What you promised stands. If we hear nothing, somebody from the council phones you.")
    )
    where = need.place or shared_area(need.area)
    now_is = _("You promised %(what)s. It is now needed by %(due)s, in %(where)s.", what=promised, due=due, where=where)
    tell_us = _("Tell us by %(when)s.", when=say(until))
    return State(_("It has changed: is it still all right?"), (now_is, f"{tell_us} {counts}"))


def _say_released(situation: Situation, invitation: Invitation) -> State:
    if situation.need.closed and situation.need.outcome is Outcome.withdrawn:
        return State(_("No longer needed"), (_("The request was withdrawn, so please do not set out. Thank you."),))
    if invitation.reason is Reason.moved:
        return State(
            _("You went to help somewhere else"),
            (_("Nobody expects you here any more. If we sent you a name and address for this, delete that email."),),
            True,
        )
    if invitation.reason is Reason.less and not situation.need.closed:
        less = _("Less is needed than we asked for, so please do not set out. Thank you.")
        return State(_("No longer needed"), (less,))
    if invitation.reason is Reason.not_chosen and not situation.need.closed:
        free = _("It will not be you this time, so you are free. We will gladly ask you again.")
        return State(_("Thank you for offering"), (free,))
    if invitation.reason is Reason.covered and not situation.need.closed and not situation.covered:
        if refusal := answerable(situation, invitation):
            return State(_("We have asked you anew"), (_(refusal.sentence),))
        return State(_("Somebody has dropped out"), (_("So your help is welcome again. Can you give any of this?"),))
    if invitation.reason is Reason.covered and not situation.need.closed:
        return State(
            _("Covered, thank you"),
            (_("Others have promised all that is needed. You can offer to stand by in case somebody drops out."),),
        )
    return State(_("No longer needed"), (_("This request is closed. Thank you for being there."),))


def _amounts(situation: Situation, invitation: Invitation, field: str) -> str:
    amounts = [_amount(situation, share, n) for share in invitation.shares if (n := getattr(share, field))]
    return say_list(amounts) if amounts else ""


def _amount(situation: Situation, share: Share, count: int) -> str:
    return situation.need.line(share.line).capability.amount(count)


def _day(instant: datetime, zone: ZoneInfo) -> str:
    local = instant.astimezone(zone)
    return f"{local:%A} {local.day} {local:%B}"


# --- the resident's own need --------------------------------------------------

OUTCOMES = {
    Outcome.met: State(N_("Done"), (N_("You told us that it happened. This request is closed."),), True),
    Outcome.presumed: State(
        N_("Closed"), (N_("We take it that it happened, as we heard nothing else. If it did not, tell us."),)
    ),
    Outcome.partly_met: State(N_("Closed"), (N_("Part of this happened. If you still need help, please phone us."),)),
    Outcome.not_met: State(
        N_("Closed"), (N_("We are sorry: we could not arrange this. Please phone us to talk about it."),)
    ),
    Outcome.withdrawn: State(N_("Withdrawn"), (N_("This request was withdrawn, and nobody will come."),)),
    Outcome.duplicate: State(N_("Closed"), (N_("This request was recorded twice. The other one goes on."),)),
}


TAKING_OVER = (TaskKind.hand_over, TaskKind.past_due, TaskKind.decide)


def say_need(situation: Situation, say: Say, now: datetime) -> tuple[State, str]:
    """How the resident's need stands, and what happens next."""
    need = situation.need
    if need.closed:
        ended = OUTCOMES[need.outcome or Outcome.presumed]
        said = State(_(ended.heading), tuple(_(sentence) for sentence in ended.sentences), ended.good)
        return said, _("Nothing more. If you need help again, please phone us.")
    if need.resident_said == "yes":
        return State(_("You told us that it happened"), (_("Thank you for telling us."),), True), _(
            "We close your request once the council has seen to something one of the helpers told us."
        )
    if need.resident_said in ("partly", "no"):
        partly = need.resident_said == "partly"
        heading = _("You told us that only part of it happened") if partly else _("You told us that it did not happen")
        again = (_("We are looking for what is missing."),) if situation.missing_lines else ()
        return State(heading, (_("Thank you for telling us. We are sorry."), *again)), _(
            "Somebody at the council has been told and will contact you."
        )
    if need.stage is NeedStatus.confirming or (situation.covered and need.last_due <= now):
        return State(_("Has it happened?"), (_("Help was arranged for you. Please tell us how it went."),)), _(
            "If you tell us it did not happen, somebody at the council will contact you."
        )
    if situation.covered:
        due = _("It should happen by %(when)s.", when=say(need.last_due))
        return State(_("Help is arranged"), (due,), True), _(
            "Once it should have happened, we will ask you whether it did."
        )
    if any(t.kind in TAKING_OVER and t.status is not TaskStatus.done for t in situation.tasks):
        return State(_("Somebody at the council is working on this"), (_("Not everything is arranged yet."),)), _(
            "They will contact you. You do not need to do anything."
        )
    return State(_("We are looking for help"), (_("We are asking people and organisations near you."),)), _(
        "If nobody can help, somebody at the council takes over and contacts you. You do not need to do anything."
    )
