"""What those who have promised are told and asked when an officer changes something: changed, less, elsewhere."""

from __future__ import annotations

from domain.invitations import Invitation, InvitationStatus, Reason, Share
from notifications.changed import ChangedWords
from notifications.letters import (
    NO_INVITATION,
    PROMISED,
    Letter,
    NotSent,
    Part,
    parts_of,
    pledges_of,
    say_parts,
)
from notifications.reduced import ReducedWords
from notifications.transfer import TransferWords


def write_changed(letter: Letter) -> ChangedWords | NotSent:
    """Ask whether it is still all right; not once they have said so, or are no longer needed."""
    invitation = letter.invitation
    if invitation is None:
        return NO_INVITATION
    if letter.need.closed or invitation.status not in PROMISED or invitation.confirm_by is None:
        return NotSent("they have answered, or are no longer needed")
    pledges = pledges_of(letter, invitation)
    late = [Part(letter.need.line(s.line), s.reserve + s.offered, s) for s in invitation.shares if _is_late(letter, s)]
    offers = [Part(letter.need.line(s.line), s.offered, s) for s in invitation.shares if _waits(letter, s)]
    return ChangedWords(
        **letter.common,
        asked=say_parts(pledges or offers or late),
        promised=_bring(letter, pledges),
        offered=letter.list_parts(offers),
        late=tuple(part.said for part in late),
        when=letter.when(part.line for part in pledges or offers or late),
        where=letter.where,
        summary=letter.need.summary,
        answer_by=letter.say(invitation.confirm_by),
        answer=letter.answer_link(invitation),
    )


def write_reduced(letter: Letter) -> ReducedWords | NotSent:
    """Say what is still needed of them; not once they have answered again, or it is all over anyway."""
    invitation = letter.invitation
    if invitation is None:
        return NO_INVITATION
    if letter.need.closed and invitation.reason is not Reason.less:
        return NotSent("the need is closed")
    nothing = invitation.status is InvitationStatus.cancelled and invitation.reason is Reason.less
    if not nothing and invitation.status not in PROMISED:
        return NotSent("they have answered since")
    pledges = _given_up(letter, invitation) if nothing else pledges_of(letter, invitation)
    return ReducedWords(
        **letter.common,
        nothing=nothing,
        asked=say_parts(pledges),
        promised=letter.list_parts(pledges) if nothing else _bring(letter, pledges),
        dropped=() if nothing else tuple(part.said for part in _given_up(letter, invitation)),
        standby=tuple(part.said for part in parts_of(letter.need, ((s.line, s.reserve) for s in invitation.shares))),
        when=letter.when(part.line for part in pledges),
        where=letter.where,
        answer=letter.answer_link(invitation),
    )


def write_transfer(letter: Letter) -> TransferWords | NotSent:
    """Ask whether they could go elsewhere; not once they have said, or no longer promise anything here."""
    invitation = letter.invitation
    if invitation is None:
        return NO_INVITATION
    moving = invitation.moving
    if letter.need.closed or moving is None or invitation.status not in PROMISED:
        return NotSent("they have answered, or have nothing to move any more")
    part = Part(letter.need.line(moving.line), moving.quantity)
    return TransferWords(
        **letter.common,
        asked=part.amount,
        summary=moving.summary,
        where=moving.area,
        when=letter.say(moving.due),
        here=_bring(letter, pledges_of(letter, invitation)),
        here_where=letter.where,
        answer_by=letter.say(moving.answer_by) if moving.answer_by else None,
        answer=letter.answer_link(invitation),
    )


def _bring(letter: Letter, parts: list[Part]) -> tuple[str, ...]:
    """`5 food parcels, instead of 12`: each part, with its own time where times differ."""
    return tuple(
        said + (f", instead of {part.share.was:,}" if part.share and part.share.was > part.count else "")
        for said, part in zip(letter.list_parts(parts), parts, strict=True)
    )


def _given_up(letter: Letter, invitation: Invitation) -> list[Part]:
    return parts_of(letter.need, ((s.line, s.was) for s in invitation.shares if not (s.pledged or s.reserve)))


def _is_late(letter: Letter, share: Share) -> bool:
    """Has the change made it too late? What stood by because it would be late stands by still."""
    made_late = share.offered or (share.reserve and share.was)
    return bool(made_late and share.ready_by and share.ready_by > letter.need.line(share.line).due)


def _waits(letter: Letter, share: Share) -> bool:
    return share.waits_in_time(letter.need.line(share.line).due)
