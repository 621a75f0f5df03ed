"""Somebody is passed over for a while: what they have not answered is not waited for. Pure."""

from __future__ import annotations

from datetime import datetime

from domain.changes import Change, Draft
from domain.events import EventCode
from domain.invitations import Invitation, Reason
from domain.situations import Situation


def stop_waiting(situation: Situation, now: datetime, *, responder: str, by: str) -> Change | None:
    """They cannot for now, so others are asked at once where that is needed. Their link stays answerable; what they
    have promised stands. Not awaited: nothing changes (`None`)."""
    awaited = [i for i in _of(situation, responder) if i.awaited]
    return _put(situation, now, EventCode.paused, responder, by, [i.but(reason=Reason.away) for i in awaited])


def wait_again(situation: Situation, now: datetime, *, responder: str, by: str) -> Change | None:
    """They may be asked again, so what is left of their time to answer counts; who stands by may be called again."""
    back = [wait_for(i) for i in _of(situation, responder) if i.open and i.reason is Reason.away]
    free = [i.but(call_from=None) for i in situation.accepted if i.responder == responder and i.call_from]
    return _put(situation, now, EventCode.back if back else None, responder, by, [*back, *free])


def wait_for(invitation: Invitation) -> Invitation:
    """An answer is to be expected of them again: to what they were asked, or called from standby for."""
    return invitation.but(reason=Reason.reserve_called if invitation.reserve else None)


def _of(situation: Situation, responder: str) -> list[Invitation]:
    return [] if situation.need.closed else [i for i in situation.current if i.responder == responder]


def _put(
    situation: Situation, now: datetime, code: EventCode | None, responder: str, by: str, changed: list[Invitation]
) -> Change | None:
    if not changed:
        return None
    draft = Draft(situation, now)
    if code:
        draft.note_event(code, by=by, responders=(responder,))
    for invitation in changed:
        draft.put(invitation)
    return draft.change(wake_at=now)
