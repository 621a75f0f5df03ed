"""Less is needed: who stands by is let go before who promised, and the latest promises before the first."""

from __future__ import annotations

from domain.invitations import Invitation, InvitationStatus, Share
from domain.needs import Line, Need
from domain.situations import Situation

LIVE = (
    InvitationStatus.requested,
    InvitationStatus.accepted,
    InvitationStatus.in_progress,
    InvitationStatus.rejected,
    InvitationStatus.cancelled,
)


def trim(situation: Situation, need: Need) -> dict[str, Invitation]:
    """Every live invitation as the new lines leave it: nothing promised above what is needed, nothing late counted."""
    kept = {i.id: i for i in situation.invitations if i.status in LIVE or i.pledged}
    for line in need.lines:
        _trim_line(kept, line)
    return kept


def _trim_line(kept: dict[str, Invitation], line: Line) -> None:
    holders = [i for i in kept.values() if i.share(line.number)]
    for invitation in holders:
        kept[invitation.id] = _set_share(invitation, line, _in_time(invitation, line))
    pledged = sum(share.pledged for i in kept.values() if (share := i.share(line.number)))
    excess = pledged - line.quantity
    if excess < 0 or (excess == 0 and line.quantity):
        return
    for invitation in sorted((kept[i.id] for i in holders), key=_latest_promise_first):
        share = invitation.share(line.number)
        if share is None:
            continue
        less = min(excess, share.pledged)
        excess -= less
        offered = share.offered if line.quantity else 0
        was = share.pledged if less else share.was
        share = share.but(pledged=share.pledged - less, reserve=0, offered=offered, was=was)
        kept[invitation.id] = _set_share(invitation, line, share)


def _latest_promise_first(invitation: Invitation) -> tuple[bool, float, str]:
    """Those who have brought it already come last."""
    said = invitation.answered_at or invitation.asked_at
    return invitation.status is InvitationStatus.completed, -said.timestamp(), invitation.id


def _in_time(invitation: Invitation, line: Line) -> Share:
    """Their share of the line: what they can bring only after it is due now stands by."""
    share = invitation.asked_share(line.number)
    if invitation.promised and share.pledged and share.ready_by and share.ready_by > line.due:
        return share.but(pledged=0, reserve=share.reserve + share.pledged, was=share.pledged)
    return share if line.capability.split else share.but(reserve=min(share.reserve, line.quantity))


def _set_share(invitation: Invitation, line: Line, share: Share) -> Invitation:
    return invitation.but(shares=tuple(share if s.line == line.number else s for s in invitation.shares))
