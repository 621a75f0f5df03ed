"""A new link for somebody who lost theirs: to the address on file, and not again within ten minutes."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain.changes import Change, Draft
from domain.events import EventCode
from domain.messages import MessageKind
from domain.situations import Situation

NOT_AGAIN_WITHIN = timedelta(minutes=10)


def send_new_link(
    situation: Situation, responder: str, contact: int, last: datetime | None, now: datetime
) -> Change | None:
    """Send `responder` the link of their latest invitation, to contact number `contact`.

    `last` is when one was last sent. `None` when there is nothing to send: never asked, the need closed, or one
    was sent a moment ago.
    """
    invitation = max(
        (i for i in situation.invitations if i.responder == responder), key=lambda i: i.cycle, default=None
    )
    if invitation is None or situation.need.closed or _sent_just_now(last, now):
        return None
    draft = Draft(situation, now)
    draft.note_event(EventCode.new_link, by="partner", responders=(responder,))
    draft.tell(MessageKind.new_link, f"responder:{responder}", contact=contact, invitation=invitation.id)
    return draft.change(wake_at=now)


def send_new_status_link(situation: Situation, last: datetime | None, now: datetime) -> Change | None:
    """Send the resident the link to their own need once more."""
    if not situation.resident_has_email or situation.need.closed or _sent_just_now(last, now):
        return None
    draft = Draft(situation, now)
    draft.note_event(EventCode.new_link, by="resident")
    draft.tell(MessageKind.new_link, "resident")
    return draft.change(wake_at=now)


def _sent_just_now(last: datetime | None, now: datetime) -> bool:
    return last is not None and now < last + NOT_AGAIN_WITHIN
