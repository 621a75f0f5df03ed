"""How an invitation and a need stand, in the words their own people read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from domain.answering import answerable
from domain.invitations import Invitation, InvitationStatus, Reason, Share
from domain.labels import say_list
from domain.needs import NeedStatus, Outcome
from domain.officers import TaskKind, TaskStatus
from domain.situations import Situation

Say = Callable[[datetime], str]  # a moment as people read it


@dataclass(frozen=True)
class State:
    """A heading and the sentences under it. `good` is news somebody hoped for."""

    heading: str
    sentences: tuple[str, ...] = ()
    good: bool = False


def say_invitation(situation: Situation, invitation: Invitation, say: Say, zone: ZoneInfo) -> State | None:
    """How an invitation stands; `None` while it is simply waiting for its first answer."""
    on = f" on {_day(invitation.answered_at, zone)}" if invitation.answered_at else ""
    match invitation.status:
        case InvitationStatus.requested:
            return _say_open(invitation)
        case InvitationStatus.accepted | InvitationStatus.in_progress:
            return _say_yes(situation, invitation, on, say)
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
            return State("Done. Thank you", (f"You helped with {_amounts(situation, invitation, 'delivered')}.",), True)
        case InvitationStatus.failed:
            return State("It could not be done", ("Thank you for trying, and for telling us.",))


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


def _say_yes(situation: Situation, invitation: Invitation, on: str, say: Say) -> State:
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
    if pledged and reserve:
        sentences.append(f"Another {reserve} you offered are on standby: we will ask you first if somebody drops out.")
    if pledged:
        return State(f"You said yes to {pledged}{on}", (*sentences, "We are counting on you. Thank you."), True)
    if reserve:
        sentences.append("Please do not set out. We will ask you first if somebody drops out.")
        return State(f"You are on standby for {reserve}", tuple(sentences), True)
    return State(f"You said yes{on}", tuple(sentences), True)


def _say_released(situation: Situation, invitation: Invitation) -> State:
    if situation.need.closed and situation.need.outcome is Outcome.withdrawn:
        return State("No longer needed", ("The request was withdrawn, so please do not set out. Thank you.",))
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
    if need.closed and need.resident_said not in ("partly", "no"):
        return OUTCOMES[need.outcome or Outcome.presumed], "Nothing more. If you need help again, please phone us."
    if need.resident_said in ("partly", "no"):
        said = "only part of it happened" if need.resident_said == "partly" else "it did not happen"
        return State(f"You told us that {said}", ("Thank you for telling us. We are sorry.",)), (
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
