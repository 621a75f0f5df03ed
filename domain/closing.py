"""Covered, released, asked, closed: how a response ends, and how it starts again."""

from __future__ import annotations

from datetime import datetime

from domain.changes import Change, Draft, Refusal
from domain.events import EventCode
from domain.invitations import Invitation, InvitationStatus, Reason
from domain.messages import MessageKind
from domain.needs import NeedStatus, Outcome
from domain.officers import TaskKind
from domain.situations import Situation
from domain.steps import Reopen


def stand_down(situation: Situation, now: datetime) -> Change:
    """Everything is covered: everyone still open is released, once; the resident is told who will help."""
    draft = Draft(situation, now)
    released = [i for i in situation.invitations if i.open]
    draft.note_event(
        EventCode.covered,
        responders=tuple(i.responder for i in situation.accepted if i.pledged),
        helpers=sum(1 for i in situation.accepted if i.pledged),
        released=len(released),
    )
    for invitation in released:
        _release(draft, invitation, Reason.covered)
    if situation.need.status is NeedStatus.open:
        draft.set_need(status=NeedStatus.covered, resident_told=True)
        draft.tell_resident(MessageKind.resident_covered)
    draft.finish_tasks(TaskKind.hand_over, TaskKind.past_due)
    return draft.change(wake_at=now)


def _release(draft: Draft, invitation: Invitation, reason: Reason) -> None:
    released = invitation.but(
        status=InvitationStatus.cancelled,
        reason=reason,
        version=invitation.version + 1,
        shares=tuple(share.but(reserve=0) for share in invitation.shares),
    )
    draft.put(released)
    draft.tell_responder(MessageKind.stand_down, released)


def reopen(situation: Situation, step: Reopen, now: datetime) -> Change:
    """A new cycle for what is missing: reserve first, then the round it was in; those released may be asked anew."""
    draft = Draft(situation, now)
    need = situation.need
    draft.note_event(
        EventCode.reopened, lines=step.lines, missing={str(n): situation.missing(need.line(n)) for n in step.lines}
    )
    for number in step.lines:
        line = need.line(number)
        spent = line.round > len(need.playbook.rounds)
        draft.set_lines(
            (number,),
            round=0 if spent else max(line.round - 1, 0),
            round_began=None,
            round_ends=None,
            dry=False,
            handed_over=False,
        )
    draft.set_need(status=NeedStatus.open, cycle=need.cycle + 1, resident_asked_at=None, resident_said=None)
    if need.resident_told:
        draft.set_need(delay_told=True)
        draft.tell_resident(MessageKind.resident_delayed)
    return draft.change(wake_at=now)


def ask_resident(situation: Situation, now: datetime) -> Change:
    """Ask the resident whether it happened."""
    draft = Draft(situation, now)
    draft.note_event(EventCode.resident_asked)
    draft.set_need(status=NeedStatus.confirming, resident_asked_at=now)
    draft.tell_resident(MessageKind.resident_asked)
    return draft.change(wake_at=now)


def hear_resident(situation: Situation, said: str, now: datetime, note: str | None = None) -> Change | Refusal | None:
    """The resident says `yes`, `partly` or `no`. Yes closes the need as met; otherwise an officer is asked to act.

    They may still say so after it was presumed to have happened, and take back a yes.
    """
    need = situation.need
    if said == need.resident_said:
        return None
    if need.closed and need.outcome not in (Outcome.presumed, Outcome.met):
        return Refusal("closed", "This request is closed. Phone us if something is still missing.")
    if need.status is NeedStatus.open:
        return Refusal("not-yet", "We are still looking for help, so it is too early to say how it went.")
    draft = Draft(situation, now)
    kept = draft.keep_note(note) if note else None
    draft.note_event(EventCode.resident_said, by="resident", said=said, note=kept)
    draft.set_need(resident_said=said)
    if said == "yes" and need.closed:
        draft.set_need(outcome=Outcome.met)
        return draft.change(wake_at=need.wake_at)
    if said == "yes":
        return _close(draft, Outcome.met, "resident")
    draft.raise_task(TaskKind.resident_says, note=kept, urgent=True)
    return draft.change(wake_at=now)


def presume_met(situation: Situation, now: datetime) -> Change:
    """The resident said nothing: it is presumed to have happened, and counted apart."""
    return _close(Draft(situation, now), Outcome.presumed, "muster")


def close(situation: Situation, outcome: Outcome, by: str, now: datetime) -> Change | Refusal | None:
    """Close a need. Closing it again the same way is the same answer (`None`)."""
    if situation.need.closed:
        if situation.need.outcome is outcome:
            return None
        if situation.need.outcome is Outcome.presumed and outcome in (Outcome.met, Outcome.partly_met, Outcome.not_met):
            draft = Draft(situation, now)  # an officer knows better by now
            draft.note_event(EventCode.closed, by=by, outcome=outcome.value)
            draft.set_need(outcome=outcome)
            return draft.change(wake_at=now)
        return Refusal("closed", f"{situation.need.id} is closed already ({situation.need.outcome}).")
    if outcome is Outcome.met and not situation.covered:
        return Refusal(
            "not-covered",
            f"{situation.need.id} is not covered, so it cannot be closed as met; "
            "close it as partly-met or not-met, or record who helped.",
        )
    return _close(Draft(situation, now), outcome, by)


def _close(draft: Draft, outcome: Outcome, by: str) -> Change:
    """Everyone hears how it ended: those still to come first, so that nobody sets out for nothing."""
    situation = draft.situation
    draft.note_event(EventCode.closed, by=by, outcome=outcome.value)
    happened = outcome in (Outcome.met, Outcome.presumed, Outcome.partly_met)
    for invitation in sorted(situation.invitations, key=lambda i: i.pledged == 0):
        if invitation.status is InvitationStatus.accepted and invitation.pledged:
            _end_pledge(draft, invitation, happened, outcome)
        elif invitation.open or invitation.status is InvitationStatus.accepted:
            _release(draft, invitation, Reason.withdrawn if outcome is Outcome.withdrawn else Reason.closed)
    draft.finish_tasks(*(k for k in TaskKind if k is not TaskKind.call_resident))
    draft.set_need(status=NeedStatus.closed, outcome=outcome, closed_at=draft.now)
    if outcome is not Outcome.duplicate:
        draft.tell_resident(MessageKind.resident_closed)
    return draft.change(wake_at=draft.now)


def _end_pledge(draft: Draft, invitation: Invitation, happened: bool, outcome: Outcome) -> None:
    if happened:
        shares = tuple(share.but(delivered=share.pledged, reserve=0) for share in invitation.shares)
        ended = invitation.but(status=InvitationStatus.completed, shares=shares, version=invitation.version + 1)
        draft.put(ended)
        draft.tell_responder(MessageKind.thanks, ended)
        return
    reason = Reason.withdrawn if outcome is Outcome.withdrawn else Reason.closed
    ended = invitation.but(status=InvitationStatus.cancelled, reason=reason, version=invitation.version + 1)
    draft.put(ended)
    draft.tell_responder(MessageKind.call_off, ended, urgent=True)
