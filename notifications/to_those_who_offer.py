"""What those who offered are told once the council has chosen, or has not chosen them."""

from __future__ import annotations

from domain.invitations import InvitationStatus, Reason
from domain.safeguarding import needs_word
from notifications.chosen import ChosenWords
from notifications.letters import NO_INVITATION, Letter, NotSent, has_newer, parts_of, pledges_of, say_parts
from notifications.not_chosen import NotChosenWords
from notifications.to_partners import details_of, promised_by, write_private_details


def write_chosen(letter: Letter) -> ChosenWords | NotSent:
    """Say that we count on them from now on; not if they have dropped out since."""
    invitation = letter.invitation
    if invitation is None:
        return NO_INVITATION
    pledges = promised_by(letter, invitation)
    if isinstance(pledges, NotSent):
        return pledges
    return ChosenWords(
        **letter.common,
        asked=say_parts(pledges),
        lines=letter.list_parts(pledges),
        when=letter.when(part.line for part in pledges),
        area=letter.area,
        place=letter.need.place,
        terms=tuple(dict.fromkeys(part.line.capability.terms for part in pledges if part.line.capability.terms)),
        word_first=needs_word(letter.situation, invitation),
        details_follow=not isinstance(write_private_details(letter), NotSent),
        details=details_of(letter),
        answer=letter.answer_link(invitation),
    )


def write_not_chosen(letter: Letter) -> NotChosenWords | NotSent:
    """Thank them and let them go; not if they have been chosen, have said no, or are asked again since."""
    invitation = letter.invitation
    if invitation is None:
        return NO_INVITATION
    released = invitation.status is InvitationStatus.cancelled and invitation.reason is Reason.not_chosen
    if invitation.offered or not (released or invitation.promised) or has_newer(letter, invitation):
        return NotSent("they have answered, or been asked again, since")
    still = pledges_of(letter, invitation)
    kept = {part.line.number for part in still}
    asked = ((share.line, share.asked) for share in invitation.shares if share.line not in kept)
    return NotChosenWords(
        **letter.common,
        asked=say_parts(parts_of(letter.need, asked)),
        area=letter.area,
        still=letter.list_parts(still),
    )
