"""What partners are told once they have answered or are released: receipt, private details, thanks, not needed."""

from __future__ import annotations

from typing import Literal

from domain.choosing import chosen_by
from domain.finishing import agreed_at, worries_waiting
from domain.following_up import waits_until
from domain.invitations import Invitation, InvitationStatus, Reason, Share
from domain.labels import REASON_LABELS
from domain.needs import Outcome
from domain.officers import TaskKind, TaskStatus
from domain.safeguarding import may_give_when_due, needs_word
from notifications.call_off import CallOffWords
from notifications.chase import ChaseWords
from notifications.letters import (
    NO_INVITATION,
    PROMISED,
    Letter,
    NotSent,
    Part,
    has_newer,
    may_be_shared,
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

Said = Literal[
    "yes", "offer", "standby", "late", "nothing", "no", "withdrew", "question", "started", "done", "failed", "worry"
]

# --- answers ------------------------------------------------------------------


def write_receipt(letter: Letter) -> ReceiptWords | NotSent:
    """Say what the answer comes to now; not if they have been released or asked again since: that has its own mails."""
    invitation = letter.invitation
    if invitation is None:
        return NO_INVITATION
    said = _said(letter, invitation)
    if said is None:
        return NotSent("what they said is overtaken by a later message")
    pledges = pledges_of(letter, invitation)
    reserves = [share for share in invitation.shares if share.reserve]
    return ReceiptWords(
        **letter.common,
        said=said,
        asked=say_parts(pledges or _kept_free(letter, invitation)),
        promised=_promises(letter, pledges),
        standby=tuple(_standby(letter, share) for share in reserves if not _is_late(letter, share)),
        late=tuple(_late(letter, share) for share in reserves if _is_late(letter, share)),
        reason=_reason(invitation),
        question=_has_question(letter, invitation),
        delivered=_delivered(letter, invitation) if said == "done" else (),
        again=_missing_again(letter, invitation) if said in ("done", "failed") else None,
        by_officer=(invitation.answered_by or "").startswith("officer"),
        when=letter.when(part.line for part in pledges),
        area=letter.area,
        place=letter.need.place,
        details_follow=said == "yes" and not isinstance(write_private_details(letter), NotSent),
        word_first=said == "yes" and needs_word(letter.situation, invitation),
        details=details_of(letter),
        offers=_offers(letter, invitation),
        chosen_by=_chosen_by(letter, invitation),
        answer=letter.answer_link(invitation),
    )


def details_of(letter: Letter) -> str:
    """What the mail of its own holds: there may be a name and no address yet, or the other way round."""
    held = {"name": letter.resident.name, "address": letter.resident.address}
    return " and ".join(what for what, there in held.items() if there) or "name and address"


def _said(letter: Letter, invitation: Invitation) -> Said | None:
    if _is_about_a_worry(letter, invitation):
        return "worry"
    match invitation.status:
        case InvitationStatus.in_progress:
            return "started"
        case InvitationStatus.completed if invitation.reported:
            return "done"
        case InvitationStatus.failed if invitation.reason is Reason.could_not:
            return "failed"
        case InvitationStatus.accepted:
            if invitation.offered and not invitation.pledged:
                return "offer"
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


def _is_about_a_worry(letter: Letter, invitation: Invitation) -> bool:
    """Is this the receipt of a worry? What they wrote is for officers alone."""
    return any(
        task.kind is TaskKind.worry
        and task.invitation == invitation.id
        and task.created_at == letter.message.created_at
        for task in letter.situation.tasks
    )


def _kept_free(letter: Letter, invitation: Invitation) -> list[Part]:
    """What they offer, or stand by with."""
    return parts_of(letter.need, ((share.line, share.offered or share.reserve) for share in invitation.shares))


def _offers(letter: Letter, invitation: Invitation) -> tuple[str, ...]:
    """What waits for an officer to choose."""
    offers = parts_of(letter.need, ((share.line, share.offered) for share in invitation.shares))
    return letter.list_parts(offers)


def _chosen_by(letter: Letter, invitation: Invitation) -> str | None:
    lines = [letter.need.line(share.line) for share in invitation.shares if share.offered]
    return letter.say(chosen_by(letter.need, lines, letter.now)) if lines else None


def _delivered(letter: Letter, invitation: Invitation) -> tuple[str, ...]:
    given = parts_of(letter.need, ((share.line, share.delivered) for share in invitation.shares))
    return tuple(part.said for part in given)


def _missing_again(letter: Letter, invitation: Invitation) -> str | None:
    """What they had promised and did not bring, as far as it is still missing."""
    missing = {line.number: letter.situation.missing(line) for line in letter.need.lines}
    lost = parts_of(letter.need, ((s.line, min(s.lost, missing[s.line])) for s in invitation.shares))
    return say_parts(lost) if lost else None


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


def promised_by(letter: Letter, invitation: Invitation) -> list[Part] | NotSent:
    """What they promise that counts, while the need is open; or why there is nothing more to say about it."""
    if letter.need.closed:
        return NotSent("the need is closed")
    pledges = pledges_of(letter, invitation) if invitation.status in PROMISED else []
    return pledges or NotSent("they no longer promise anything")


def write_private_details(letter: Letter) -> PrivateDetailsWords | NotSent:
    """Say who and where, to a partner who has promised and holds every check that what they promised requires."""
    invitation, responder, resident = letter.invitation, letter.responder, letter.resident
    if invitation is None or responder is None:
        return NO_INVITATION
    pledges = promised_by(letter, invitation)
    if isinstance(pledges, NotSent):
        return pledges
    if not all(may_give_when_due(letter.situation, responder, part.line, letter.now) for part in pledges):
        return NotSent("they no longer hold the checks that this requires", raises=TaskKind.check_lost)
    if responder.id in letter.need.keep_from:
        return NotSent("they must not meet this resident")
    if needs_word(letter.situation, invitation):
        return NotSent("an officer has not given their word about whoever comes")
    if not (resident.name or resident.address):
        return NotSent("there is no name or address to tell")
    return PrivateDetailsWords(
        **letter.common,
        resident_name=resident.name,
        address=resident.address,
        resident_phone=say_phone(resident.phone),
        place=letter.need.place,
        asked=say_parts(pledges),
        lines=_promises(letter, pledges),
        when=letter.when(part.line for part in pledges),
        door=letter.door_words(invitation),
        answer=letter.answer_link(invitation),
    )


def write_chase(letter: Letter) -> ChaseWords | NotSent:
    """Ask whether it was done; not once they or the resident have said, nor while a worry of theirs waits."""
    invitation = letter.invitation
    if invitation is None:
        return NO_INVITATION
    agreed = agreed_at(letter.situation, invitation)
    if letter.need.closed:
        return NotSent("the need is closed")
    if agreed is None or invitation.chased_at is None or not invitation.promised:
        return NotSent("they have told us how it went, or changed their answer")
    if letter.need.resident_said == "yes":
        return NotSent("the resident has told us that it happened")
    if worries_waiting(letter.situation, invitation):
        return NotSent("they are worried about somebody, and an officer has that first")
    return ChaseWords(
        **letter.common,
        asked=say_parts(pledges_of(letter, invitation)),
        lines=letter.list_parts(pledges_of(letter, invitation)),
        in_part=may_be_shared(pledges_of(letter, invitation)),
        agreed=letter.say(agreed),
        area=letter.area,
        until=letter.say(waits_until(letter.situation, invitation.chased_at)),
        answer=letter.answer_link(invitation),
    )


def write_new_link(letter: Letter) -> NewLinkWords | NotSent:
    """Send a link again: to a partner theirs, to the resident the one to their own need."""
    for_resident, invitation = letter.message.to_resident, letter.invitation
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


def write_stand_down(letter: Letter) -> StandDownWords | NotSent:
    """Release somebody; not if they never heard of it, or are needed again."""
    invitation = letter.invitation
    if invitation is None:
        return NO_INVITATION
    if not letter.ask_sent:
        return NotSent("their ask was never sent")
    if invitation.status is not InvitationStatus.cancelled or has_newer(letter, invitation):
        return NotSent("they have answered, or been asked again, since")
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


def write_call_off(letter: Letter) -> CallOffWords | NotSent:
    """Stop somebody who promised from setting out."""
    invitation = letter.invitation
    if invitation is None:
        return NO_INVITATION
    unheard = invitation.status is InvitationStatus.failed and invitation.reason is Reason.no_answer
    if invitation.status is not InvitationStatus.cancelled and not unheard:
        return NotSent("it is needed after all")
    pledges = pledges_of(letter, invitation) or parts_of(letter.need, ((s.line, s.was) for s in invitation.shares))
    return CallOffWords(
        **letter.common,
        withdrawn=invitation.reason is Reason.withdrawn,
        unheard=unheard,
        asked=say_parts(pledges),
        lines=letter.list_parts(pledges),
        area=letter.area,
        answer=letter.answer_link(invitation),
    )


def write_thanks(letter: Letter) -> ThanksWords | NotSent:
    """Thank somebody for what they gave."""
    invitation = letter.invitation
    if invitation is None:
        return NO_INVITATION
    if invitation.status is not InvitationStatus.completed:
        return NotSent("it is not finished after all")
    given = parts_of(letter.need, ((share.line, share.delivered or share.pledged) for share in invitation.shares))
    return ThanksWords(
        **letter.common,
        confirmed=letter.need.outcome is not Outcome.presumed,
        asked=say_parts(given),
        lines=tuple(part.said for part in given),
        area=letter.area,
    )
