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
        return State(state.heading, (*WORRIED, *state.sentences), state.good)
    return state


WORRIED = (
    "If somebody is in danger now, call 999.",
    "You told us that you are worried. An officer of the council has been told at once.",
)


def _say_answer(situation: Situation, invitation: Invitation, say: Say, zone: ZoneInfo, now: datetime) -> State | None:
    on = f" on {_day(invitation.answered_at, zone)}" if invitation.answered_at else ""
    match invitation.status:
        case InvitationStatus.requested:
            return _say_open(invitation)
        case InvitationStatus.accepted | InvitationStatus.in_progress if invitation.confirm_by:
            return _say_changed(situation, invitation, invitation.confirm_by, say)
        case InvitationStatus.in_progress:
            return State(
                "You are on it", (f"You promised {_amounts(situation, invitation, 'pledged')}. Is it done?",), True
            )
        case InvitationStatus.accepted if invitation.pledged and is_time(situation, invitation, now):
            return State("Was it done?", (f"You promised {_amounts(situation, invitation, 'pledged')}.",))
        case InvitationStatus.accepted:
            return _say_yes(situation, invitation, on, say, now)
        case InvitationStatus.rejected if invitation.reason is Reason.undeliverable:
            return State(
                "Our message did not reach you", ("So we asked others. If you can help, you can still tell us.",)
            )
        case InvitationStatus.rejected if invitation.reason is Reason.withdrew:
            return State("You took back your offer", (f"You told us{on} that you cannot help after all. Thank you.",))
        case InvitationStatus.rejected:
            return State("You said you cannot help this time", (f"Thank you for telling us{on}.",))
        case InvitationStatus.cancelled:
            return _say_released(situation, invitation)
        case InvitationStatus.completed:
            return _say_done(situation, invitation)
        case InvitationStatus.failed:
            return _say_failed(situation, invitation, on)


def _say_done(situation: Situation, invitation: Invitation) -> State:
    sentences = [f"You helped with {_amounts(situation, invitation, 'delivered')}."]
    if not situation.need.closed and (short := _amounts(situation, invitation, "lost")):
        sentences.append(f"We look for {short} elsewhere, as far as it is still needed.")
    return State("Done. Thank you", tuple(sentences), True)


def _say_failed(situation: Situation, invitation: Invitation, on: str) -> State:
    promised = _amounts(situation, invitation, "lost")
    match invitation.reason:
        case Reason.no_answer:
            return State(
                "We did not hear from you",
                (f"You promised {promised}. We no longer count on it. If it was done after all, tell us.",),
            )
        case Reason.not_received:
            return State(
                "We were told that it did not come",
                (f"You promised {promised}. If it was done after all, tell us or phone us.",),
            )
        case _:
            return State("It could not be done", (f"Thank you for trying, and for telling us{on}.",))


def _say_open(invitation: Invitation) -> State | None:
    if invitation.reason is Reason.question:
        return State(
            "You have asked us a question",
            ("Somebody at the council will answer it. You can still say whether you can help.",),
        )
    if invitation.reason is Reason.reserve_called:
        return State(
            "You offered to stand by", ("Somebody has dropped out, so your help is needed now. Can you still help?",)
        )
    return None


def _say_yes(situation: Situation, invitation: Invitation, on: str, say: Say, now: datetime) -> State:
    sentences = []
    if invitation.answered_by and invitation.answered_by.startswith("officer"):
        sentences.append("The council recorded this after speaking with you.")
    pledged, reserve = (
        _amounts(situation, invitation, "pledged"),
        _amounts(situation, invitation, "reserve"),
    )
    for share in invitation.shares:
        if share.pledged and share.ready_by:
            sentences.append(
                f"You said you would be ready by {say(share.ready_by)} with {_amount(situation, share, share.pledged)}."
            )
    if offered := _amounts(situation, invitation, "offered"):
        lines = [situation.need.line(share.line) for share in invitation.shares if share.offered]
        by = say(chosen_by(situation.need, lines, now))
        sentences.append(f"The council chooses by {by} and tells you either way. Please keep it free until then.")
        if not pledged:
            return State(f"You offered {offered}{on}", ("You are not booked yet.", *sentences), True)
        sentences.append(f"Another {offered} you offered wait to be chosen.")
    if needs_word(situation, invitation):
        sentences.append("An officer looks at whom you named first. Then we send you the name and address by email.")
    if pledged and reserve:
        sentences.append(f"Another {reserve} you offered are on standby: we will ask you first if more is needed.")
    if pledged:
        return State(f"You said yes to {pledged}{on}", (*sentences, "We are counting on you. Thank you."), True)
    if reserve:
        late = all(s.ready_by and s.ready_by > situation.need.line(s.line).due for s in invitation.shares if s.reserve)
        then = "An officer sees your offer if nobody else can help in time."
        sentences += ["Please do not set out.", then if late else "We will ask you first if more is needed."]
        return State(f"You are on standby for {reserve}", tuple(sentences), True)
    return State(f"You said yes{on}", tuple(sentences), True)


def _say_changed(situation: Situation, invitation: Invitation, until: datetime, say: Say) -> State:
    need = situation.need
    mine = [need.line(share.line) for share in invitation.shares if share.pledged or share.reserve]
    late = [share for share in invitation.shares if share.reserve and not share.pledged]
    due = say_list(dict.fromkeys(say(line.due) for line in mine))
    promised = _amounts(situation, invitation, "pledged") or _amounts(situation, invitation, "reserve")
    counts = (
        "You said you would be later than that, so we do not count on it until you say that you can be in time."
        if late
        else "What you promised stands. If we hear nothing, somebody from the council phones you."
    )
    return State(
        "It has changed: is it still all right?",
        (
            f"You promised {promised}. It is now needed by {due}, in {need.place or shared_area(need.area)}.",
            f"Tell us by {say(until)}. {counts}",
        ),
    )


def _say_released(situation: Situation, invitation: Invitation) -> State:
    if situation.need.closed and situation.need.outcome is Outcome.withdrawn:
        return State("No longer needed", ("The request was withdrawn, so please do not set out. Thank you.",))
    if invitation.reason is Reason.moved:
        return State(
            "You went to help somewhere else",
            ("Nobody expects you here any more. If we sent you a name and address for this, delete that email.",),
            True,
        )
    if invitation.reason is Reason.less and not situation.need.closed:
        return State("No longer needed", ("Less is needed than we asked for, so please do not set out. Thank you.",))
    if invitation.reason is Reason.not_chosen and not situation.need.closed:
        free = "It will not be you this time, so you are free. We will gladly ask you again."
        return State("Thank you for offering", (free,))
    if invitation.reason is Reason.covered and not situation.need.closed and not situation.covered:
        if refusal := answerable(situation, invitation):
            return State("We have asked you anew", (refusal.sentence,))
        return State("Somebody has dropped out", ("So your help is welcome again. Can you give any of this?",))
    if invitation.reason is Reason.covered and not situation.need.closed:
        return State(
            "Covered, thank you",
            ("Others have promised all that is needed. You can offer to stand by in case somebody drops out.",),
        )
    return State("No longer needed", ("This request is closed. Thank you for being there.",))


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
    Outcome.met: State("Done", ("You told us that it happened. This request is closed.",), True),
    Outcome.presumed: State(
        "Closed", ("We take it that it happened, as we heard nothing else. If it did not, tell us.",)
    ),
    Outcome.partly_met: State("Closed", ("Part of this happened. If you still need help, please phone us.",)),
    Outcome.not_met: State("Closed", ("We are sorry: we could not arrange this. Please phone us to talk about it.",)),
    Outcome.withdrawn: State("Withdrawn", ("This request was withdrawn, and nobody will come.",)),
    Outcome.duplicate: State("Closed", ("This request was recorded twice. The other one goes on.",)),
}


TAKING_OVER = (TaskKind.hand_over, TaskKind.past_due, TaskKind.decide)


def say_need(situation: Situation, say: Say, now: datetime) -> tuple[State, str]:
    """How the resident's need stands, and what happens next."""
    need = situation.need
    if need.closed:
        return OUTCOMES[need.outcome or Outcome.presumed], "Nothing more. If you need help again, please phone us."
    if need.resident_said == "yes":
        return State("You told us that it happened", ("Thank you for telling us.",), True), (
            "We close your request once the council has seen to something one of the helpers told us."
        )
    if need.resident_said in ("partly", "no"):
        said = "only part of it happened" if need.resident_said == "partly" else "it did not happen"
        again = ("We are looking for what is missing.",) if situation.missing_lines else ()
        return State(f"You told us that {said}", ("Thank you for telling us. We are sorry.", *again)), (
            "Somebody at the council has been told and will contact you."
        )
    if need.status is NeedStatus.confirming or (situation.covered and need.last_due <= now):
        return State("Has it happened?", ("Help was arranged for you. Please tell us how it went.",)), (
            "If you tell us it did not happen, somebody at the council will contact you."
        )
    if situation.covered:
        return State("Help is arranged", (f"It should happen by {say(need.last_due)}.",), True), (
            "Once it should have happened, we will ask you whether it did."
        )
    if any(t.kind in TAKING_OVER and t.status is not TaskStatus.done for t in situation.tasks):
        return State("Somebody at the council is working on this", ("Not everything is arranged yet.",)), (
            "They will contact you. You do not need to do anything."
        )
    return State("We are looking for help", ("We are asking people and organisations near you.",)), (
        "If nobody can help, somebody at the council takes over and contacts you. You do not need to do anything."
    )
