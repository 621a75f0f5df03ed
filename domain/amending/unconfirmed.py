"""No word about a change, from somebody who had promised before it."""

from __future__ import annotations

from datetime import datetime

from domain.changes import Change, Draft
from domain.ending import end_promise
from domain.events import EventCode
from domain.finishing import promised_of
from domain.invitations import InvitationStatus, Reason
from domain.messages import MessageKind
from domain.officers import Task, TaskKind
from domain.reopening import look_for_others
from domain.situations import Situation
from domain.steps import PhoneAboutChange


def phone_about_change(situation: Situation, step: PhoneAboutChange, now: datetime) -> Change:
    """Their promise stands; an officer phones and asks whether it is still all right."""
    draft = Draft(situation, now)
    invitation = situation.by_id[step.invitation]
    draft.note_event(EventCode.unconfirmed, responders=(invitation.responder,))
    draft.put(invitation.but(confirm_by=None, fingerprint=None))  # the same answer as before the change is a new one
    draft.raise_task(TaskKind.call_partner, invitation=invitation.id, note=EventCode.amended.value)
    return draft.change(wake_at=now)


def give_up_unconfirmed(situation: Situation, task: Task, by: str, now: datetime) -> Change | None:
    """Not reached by phone either: they may go where, or when, it is not needed any more. What they promised counts no
    more and others are asked; they are asked not to set out, and can still say that it is all right."""
    invitation = situation.by_id.get(task.invitation or "")
    if situation.need.closed or invitation is None or not (invitation.promised and invitation.pledged):
        return None
    if invitation.answered_at and invitation.answered_at > task.created_at:
        return None  # they have said so since
    draft = Draft(situation, now)
    shares = [share.but(pledged=0, lost=promised_of(share), was=share.pledged) for share in invitation.shares]
    given_up = end_promise(draft, invitation, InvitationStatus.failed, Reason.no_answer, shares)
    draft.note_event(
        EventCode.given_up,
        by=by,
        responders=(invitation.responder,),
        lost={str(share.line): share.pledged for share in invitation.shares if share.pledged},
    )
    draft.tell_responder(MessageKind.call_off, given_up, urgent=True)
    look_for_others(draft, invitation, given_up)
    return draft.change(wake_at=now)
