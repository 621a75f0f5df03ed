"""Standing by is over: whoever kept something free is told so when nothing can be missing any more. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from domain.changes import Change, Draft
from domain.ending import end_promise, keep_promise
from domain.events import EventCode
from domain.invitations import Invitation, InvitationStatus, Reason
from domain.messages import MessageKind
from domain.needs import Line
from domain.situations import Situation
from domain.steps import ReleaseReserve


def reserve_to_release(situation: Situation, now: datetime) -> ReleaseReserve | None:
    """Who stands by for what was due, and nobody is left who could still drop out of it."""
    over = {line.number for line in situation.need.lines if line.due <= now and _is_settled(situation, line)}
    free = tuple(i.id for i in situation.accepted if any(s.reserve and s.line in over for s in i.shares))
    return ReleaseReserve(free, "The time they stood by for is over, and it was not needed.") if free else None


def _is_settled(situation: Situation, line: Line) -> bool:
    """Covered, and everybody who gives it has said how it went. Until then those who stand by come first."""
    still_to_come = (i for i in situation.accepted if (share := i.share(line.number)) and share.pledged)
    return not situation.missing(line) and not any(still_to_come)


def release_reserve(situation: Situation, step: ReleaseReserve, now: datetime) -> Change:
    """Let them go. Who has promised something besides keeps that, and is not written to: they knew until when."""
    draft = Draft(situation, now)
    over = {line.number for line in situation.need.lines if line.due <= now and _is_settled(situation, line)}
    free = [_let_go(draft, situation.by_id[id], over) for id in step.invitations]
    draft.note_event(EventCode.reserve_released, responders=tuple(i.responder for i in free), count=len(free))
    for invitation in free:
        if not invitation.promised:
            draft.tell_responder(MessageKind.stand_down, invitation)
    return draft.change(wake_at=now)


def _let_go(draft: Draft, invitation: Invitation, over: set[int]) -> Invitation:
    shares = tuple(share.but(reserve=0) if share.line in over else share for share in invitation.shares)
    left = invitation.but(version=invitation.version + 1, shares=shares)
    if not (left.pledged or left.reserve or left.offered):
        return end_promise(draft, left, InvitationStatus.cancelled, Reason.covered)
    keep_promise(draft, left)
    return left


def moments(situation: Situation) -> Iterator[datetime]:
    """When the time somebody stands by for is over."""
    for invitation in situation.accepted:
        for share in invitation.shares:
            if share.reserve:
                yield situation.need.line(share.line).due
