"""What partners are told once they have answered or are released: receipt, private details, thanks, not needed."""

from __future__ import annotations

from typing import Literal

from domain.invitations import Invitation, InvitationStatus, Reason, Share
from domain.labels import REASON_LABELS
from domain.needs import Outcome
from domain.officers import TaskKind, TaskStatus
from notifications.call_off import CallOffWords
from notifications.letters import (
    NO_INVITATION,
    PROMISED,
    Letter,
    Part,
    Skip,
    has_newer,
    parts_of,
    pledges_of,
    say_parts,
    say_phone,
)
from notifications.new_link import NewLinkWords
from notifications.private_details import PrivateDetailsWords
from notifications.receipt import ReceiptWords
from notifications.stand_down import StandDownWords
from notifications.thanks import ThanksWords

# --- answers ------------------------------------------------------------------


def write_receipt(letter: Letter) -> ReceiptWords | Skip:
    """Say what the answer comes to now; not if they have been released or asked again since: that has its own mails."""
    invitation = letter.invitation
    if invitation is None:
        return NO_INVITATION
    said = _said(letter, invitation)
    if said is None:
        return Skip("what they said is overtaken by a later message")
    pledges = pledges_of(letter, invitation)
    reserves = [share for share in invitation.shares if share.reserve]
    return ReceiptWords(
        **letter.common,
        said=said,
        asked=say_parts(pledges or parts_of(letter.need, ((share.line, share.reserve) for share in reserves))),
        promised=_promises(letter, pledges),
        standby=tuple(_standby(letter, share) for share in reserves if not _is_late(letter, share)),
        late=tuple(_late(letter, share) for share in reserves if _is_late(letter, share)),
        reason=_reason(invitation),
        question=_has_question(letter, invitation),
        by_officer=(invitation.answered_by or "").startswith("officer"),
        when=letter.when(part.line for part in pledges),
        area=letter.area,
        details_follow=bool(pledges) and not isinstance(write_private_details(letter), Skip),
        answer=letter.answer_link(invitation),
    )


def _said(
    letter: Letter, invitation: Invitation
) -> Literal["yes", "standby", "late", "nothing", "no", "withdrew", "question"] | None:
    match invitation.status:
        case InvitationStatus.accepted | InvitationStatus.in_progress:
            if invitation.pledged or not invitation.reserve:
                return "yes" if invitation.pledged else "nothing"
            in_time = any(share.reserve and not _is_late(letter, share) for share in invitation.shares)
            return "standby" if in_time else "late"
        case InvitationStatus.rejected if invitation.reason is not Reason.undeliverable:
            return "withdrew" if invitation.reason is Reason.withdrew else "no"
        case InvitationStatus.requested if invitation.reason is Reason.question:
            return "question"
        case _:
            return None


def _reason(invitation: Invitation) -> str | None:
    """The reason they chose, where there is one to repeat."""
    if invitation.status is not InvitationStatus.rejected or invitation.reason in (None, Reason.withdrew, Reason.other):
        return None
    return REASON_LABELS[invitation.reason].replace("they do", "you do")


def _has_question(letter: Letter, invitation: Invitation) -> bool:
    return any(
        task.kind is TaskKind.question and task.invitation == invitation.id and task.status is not TaskStatus.done
        for task in letter.situation.tasks
    )


def _promises(letter: Letter, pledges: list[Part]) -> tuple[str, ...]:
    return tuple(
        said + (f", ready by {letter.say(part.share.ready_by)}" if part.share and part.share.ready_by else "")
        for said, part in zip(letter.list_parts(pledges), pledges, strict=True)
    )


def _is_late(letter: Letter, share: Share) -> bool:
    return share.ready_by is not None and share.ready_by > letter.need.line(share.line).due


def _standby(letter: Letter, share: Share) -> str:
    line = letter.need.line(share.line)
    return f"{Part(line, share.reserve).said}, until {letter.say(line.due)}"


def _late(letter: Letter, share: Share) -> str:
    line = letter.need.line(share.line)
    ready = letter.say(share.ready_by) if share.ready_by else "later"
    return f"{Part(line, share.reserve).said}: ready by {ready}, needed by {letter.say(line.due)}"


def write_private_details(letter: Letter) -> PrivateDetailsWords | Skip:
    """Say who and where, to a partner who has promised and holds every check that what they promised requires."""
    invitation, responder, resident = letter.invitation, letter.responder, letter.resident
    if invitation is None or responder is None:
        return NO_INVITATION
    if letter.need.closed:
        return Skip("the need is closed")
    pledges = pledges_of(letter, invitation) if invitation.status in PROMISED else []
    if not pledges:
        return Skip("they no longer promise anything")
    if not all(responder.may_give(part.line.capability, letter.situation.local_day(letter.now)) for part in pledges):
        return Skip("they no longer hold the checks that this requires", raises=TaskKind.check_lost)
    if not (resident.name or resident.address):
        return Skip("there is no name or address to tell")
    return PrivateDetailsWords(
        **letter.common,
        resident_name=resident.name,
        address=resident.address,
        resident_phone=say_phone(resident.phone),
        asked=say_parts(pledges),
        lines=_promises(letter, pledges),
        when=letter.when(part.line for part in pledges),
        answer=letter.answer_link(invitation),
    )


def write_new_link(letter: Letter) -> NewLinkWords | Skip:
    """Send a link again: to a partner theirs, to the resident the one to their own need."""
    for_resident, invitation = letter.message.to == "resident", letter.invitation
    if invitation is None and not for_resident:
        return NO_INVITATION
    numbers = [share.line for share in invitation.shares] if invitation else [line.number for line in letter.need.lines]
    return NewLinkWords(
        **letter.common,
        for_resident=for_resident,
        asked=say_parts(parts_of(letter.need, ((n, letter.need.line(n).quantity) for n in numbers))),
        area=letter.area,
        closed=letter.need.closed,
        link=letter.answer_link(invitation) if invitation else letter.status_link,
    )


# --- endings ------------------------------------------------------------------


def write_stand_down(letter: Letter) -> StandDownWords | Skip:
    """Release somebody; not if they never heard of it, or are needed again."""
    invitation = letter.invitation
    if invitation is None:
        return NO_INVITATION
    if not letter.ask_sent:
        return Skip("their ask was never sent")
    if invitation.status is not InvitationStatus.cancelled or has_newer(letter, invitation):
        return Skip("they have answered, or been asked again, since")
    whys: dict[Reason | None, Literal["covered", "withdrawn", "closed"]] = {
        Reason.covered: "covered",
        Reason.withdrawn: "withdrawn",
    }
    return StandDownWords(
        **letter.common,
        why=whys.get(invitation.reason, "closed"),
        stood_by=invitation.answered_at is not None,
        asked=say_parts(parts_of(letter.need, ((share.line, share.asked) for share in invitation.shares))),
        area=letter.area,
    )


def write_call_off(letter: Letter) -> CallOffWords | Skip:
    """Stop somebody who promised from setting out."""
    invitation = letter.invitation
    if invitation is None:
        return NO_INVITATION
    if invitation.status is not InvitationStatus.cancelled:
        return Skip("it is needed after all")
    pledges = pledges_of(letter, invitation)
    return CallOffWords(
        **letter.common,
        withdrawn=invitation.reason is Reason.withdrawn,
        asked=say_parts(pledges),
        lines=letter.list_parts(pledges),
        area=letter.area,
    )


def write_thanks(letter: Letter) -> ThanksWords | Skip:
    """Thank somebody for what they gave."""
    invitation = letter.invitation
    if invitation is None:
        return NO_INVITATION
    if invitation.status is not InvitationStatus.completed:
        return Skip("it is not finished after all")
    given = parts_of(letter.need, ((share.line, share.delivered or share.pledged) for share in invitation.shares))
    return ThanksWords(
        **letter.common,
        confirmed=letter.need.outcome is not Outcome.presumed,
        asked=say_parts(given),
        lines=tuple(part.said for part in given),
        area=letter.area,
    )
