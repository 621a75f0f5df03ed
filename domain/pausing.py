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
    """They may be asked again, so what is left of their time to answer counts."""
    away = [i for i in _of(situation, responder) if i.open and i.reason is Reason.away]
    back = [i.but(reason=Reason.reserve_called if i.reserve else None) for i in away]
    return _put(situation, now, EventCode.back, responder, by, back)


def _of(situation: Situation, responder: str) -> list[Invitation]:
    return [] if situation.need.closed else [i for i in situation.current if i.responder == responder]


def _put(
    situation: Situation, now: datetime, code: EventCode, responder: str, by: str, changed: list[Invitation]
) -> Change | None:
    if not changed:
        return None
    draft = Draft(situation, now)
    draft.note_event(code, by=by, responders=(responder,))
    for invitation in changed:
        draft.put(invitation)
    return draft.change(wake_at=now)
