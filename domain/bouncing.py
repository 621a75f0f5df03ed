"""A mail does not arrive, or is not wanted: the next contact, the next responder, or an officer who phones. Pure."""

from __future__ import annotations

from datetime import datetime

from domain.changes import Change, Draft
from domain.ending import end_promise
from domain.events import EventCode
from domain.handing_over import raise_task
from domain.invitations import Invitation, InvitationStatus, Reason
from domain.messages import ASKS, Message, MessageKind
from domain.officers import TaskKind
from domain.safeguarding import tell_private_details
from domain.situations import Situation

MUST_HEAR = (MessageKind.call_off, MessageKind.reduced)  # who promised, and is not to set out
STILL_ASKED = (MessageKind.chase, MessageKind.changed, MessageKind.transfer)  # a question that nobody has read yet

CONTENT_REFUSED = "content-refused"  # the note of a task to phone a partner whose mail server takes none of ours


def record_undeliverable(situation: Situation, now: datetime, *, message: Message, contacts: int) -> Change | None:
    """A dead address is a no: the next of the responder's `contacts` is asked; after the last, the next responder.

    Whoever has promised, or must hear not to set out, is phoned by an officer instead.
    """
    invitation = situation.by_id.get(message.invitation or "")
    if invitation is None or invitation.contact != message.contact:
        return None
    must_hear = invitation.promised or message.kind in MUST_HEAR
    if situation.need.closed and not must_hear:
        return None
    if message.contact + 1 < contacts:
        return _try_next_contact(Draft(situation, now), invitation, message)
    if must_hear:
        return raise_task(situation, now, kind=TaskKind.call_partner, invitation=invitation.id)
    if not invitation.open:
        return None
    draft = Draft(situation, now)
    draft.note_event(EventCode.undeliverable, responders=(invitation.responder,))
    end_promise(draft, invitation.but(answered_at=now), InvitationStatus.rejected, Reason.undeliverable)
    return draft.change(wake_at=now)


def record_delayed(situation: Situation, now: datetime, *, message: Message, contacts: int) -> Change | None:
    """An urgent ask is held up on its way: the next of the `contacts` has it. Should both come, they hold one link."""
    invitation = situation.by_id.get(message.invitation or "")
    if invitation is None or invitation.contact != message.contact or message.contact + 1 >= contacts:
        return None
    if not (message.urgent and message.kind in ASKS and invitation.awaited) or situation.need.closed:
        return None
    return _try_next_contact(Draft(situation, now), invitation, message, delayed=True)


def record_complaint(situation: Situation, now: datetime, *, message: Message) -> Change | None:
    """They marked our mail as unwanted: an ask still open counts as a no, and an officer phones. What they promised
    stands, and they hear about it as before. Whoever records this stops further asks of its category."""
    invitation = situation.by_id.get(message.invitation or "")
    if invitation is None or _complained(situation, invitation):
        return None
    draft = Draft(situation, now)
    draft.note_event(EventCode.complained, responders=(invitation.responder,))
    if invitation.open and not situation.need.closed:
        end_promise(draft, invitation.but(answered_at=now), InvitationStatus.rejected, Reason.complained)
    draft.raise_task(TaskKind.call_partner, invitation=invitation.id, note=EventCode.complained.value, urgent=False)
    return draft.change(wake_at=now)


def _complained(situation: Situation, invitation: Invitation) -> bool:
    """Has an officer been asked to phone them about it already?"""
    return any(t.invitation == invitation.id and t.note == EventCode.complained for t in situation.tasks)


def _try_next_contact(draft: Draft, invitation: Invitation, message: Message, *, delayed: bool = False) -> Change:
    """They get what the first never read: what was asked of them, or what their promise is and who it is for."""
    again = invitation.but(contact=message.contact + 1)
    draft.note_event(EventCode.next_contact, responders=(invitation.responder,), contact=again.contact, delayed=delayed)
    draft.put(again)
    if invitation.open:
        draft.tell_responder(MessageKind.invitation, again)
    elif invitation.promised and message.kind in STILL_ASKED:
        draft.tell_responder(message.kind, again)
    elif invitation.promised:
        draft.tell_responder(MessageKind.chosen if message.kind is MessageKind.chosen else MessageKind.receipt, again)
        if invitation.pledged:
            tell_private_details(draft, again)
    elif message.kind in MUST_HEAR:
        draft.tell_responder(message.kind, again, urgent=True)
    return draft.change(wake_at=draft.now)
