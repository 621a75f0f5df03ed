"""Covered, released, asked, closed: how a response ends, and how the resident's word starts it again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from domain.changes import Change, Draft, Refusal
from domain.ending import end_promise
from domain.events import EventCode, by_council
from domain.finishing import worries_waiting
from domain.invitations import Invitation, InvitationStatus, Reason
from domain.messages import MessageKind
from domain.needs import NeedStatus, Outcome
from domain.officers import Task, TaskKind, TaskStatus
from domain.receiving import HEARD_NOTHING, give_back, take_back
from domain.safeguarding import tell_resident_who_helps
from domain.situations import Situation

OVER_WHEN_COVERED = (TaskKind.hand_over, TaskKind.past_due)


def stand_down(situation: Situation, now: datetime) -> Change:
    """Everything is covered: everyone still open is released, once; the resident is told who will help."""
    draft = Draft(situation, now)
    released = [i for i in situation.invitations if i.open]
    draft.note_event(
        EventCode.covered,
        responders=tuple(i.responder for i in situation.giving),
        helpers=len(situation.giving),
        released=len(released),
    )
    for invitation in released:
        _release(draft, invitation, Reason.covered)
    if situation.need.status is NeedStatus.open:
        said = "yes" if situation.need.resident_said == "yes" else None  # anything else has been seen to
        draft.set_need(status=NeedStatus.covered, resident_said=said)
        tell_resident_who_helps(draft)
    for officer, task in {t.officer: t for t in situation.tasks if t.kind in OVER_WHEN_COVERED and _is_with(t)}.items():
        draft.tell(MessageKind.task_over, f"officer:{officer}", task=task.id, urgent=False)
    draft.finish_tasks(*OVER_WHEN_COVERED, TaskKind.choose)
    return draft.change(wake_at=now)


def _is_with(task: Task) -> bool:
    """Does somebody have this task, or is it on its way to them?"""
    return task.officer is not None and task.status is not TaskStatus.done


def _release(draft: Draft, invitation: Invitation, reason: Reason) -> None:
    released = end_promise(draft, invitation, InvitationStatus.cancelled, reason)
    draft.tell_responder(MessageKind.stand_down, released)


def ask_resident(situation: Situation, now: datetime) -> Change:
    """Ask the resident whether it happened."""
    draft = Draft(situation, now)
    draft.note_event(EventCode.resident_asked)
    draft.set_need(status=NeedStatus.confirming, resident_asked_at=now)
    draft.tell_resident(MessageKind.resident_asked)
    return draft.change(wake_at=now)


def call_resident(situation: Situation, now: datetime) -> Change:
    """The mail was not answered: an officer asks by voice whether it happened."""
    draft = Draft(situation, now)
    draft.note_event(EventCode.task_raised, kind=TaskKind.call_resident.value)
    draft.set_need(resident_asked_at=now)
    if situation.resident_reachable:
        draft.raise_task(TaskKind.call_resident, note=MessageKind.resident_asked.value)
    else:
        draft.tell_resident(MessageKind.resident_asked)
    return draft.change(wake_at=now)


def hear_resident(
    situation: Situation,
    said: str,
    now: datetime,
    note: str | None = None,
    *,
    by: str = "resident",
    received: Mapping[int, int] | None = None,
) -> Change | Refusal | None:
    """The resident says `yes`, `partly` or `no`, to an officer if `by` one. `received`: how many they got of each line.

    Yes closes the need as met. Otherwise what did not come is looked for again, and an officer is asked to act; they
    may still say so after it was presumed to have happened, and take back a yes.
    """
    need = situation.need
    if refusal := _too_early_or_too_late(situation):
        return refusal
    if said == need.resident_said and not received and (said == "yes" or not situation.giving):
        return None
    draft = Draft(situation, now)
    kept = draft.keep_note(note) if note else None
    if said == "yes":
        return _hear_yes(draft, by, kept)
    if need.closed:
        _open_again(draft)
    lost = take_back(draft, said, received)
    if said == need.resident_said and not lost:
        return None
    draft.note_event(
        EventCode.resident_said,
        by=by,
        said=said,
        note=kept,
        received={str(number): count for number, count in (received or {}).items()},
        lost=lost,
        lead=_no_resident(situation) or None,
    )
    draft.set_need(resident_said=said)
    if by == "resident" or not lost:
        draft.finish_tasks(TaskKind.resident_says)
        draft.raise_task(TaskKind.resident_says, note=kept, urgent=True)
    return draft.change(wake_at=now)


def _too_early_or_too_late(situation: Situation) -> Refusal | None:
    need = situation.need
    if need.closed and need.outcome not in (Outcome.presumed, Outcome.met):
        return Refusal("closed", "This request is closed. Phone us if something is still missing.")
    if not may_say(situation):
        return Refusal("not-yet", "We are still looking for help, so it is too early to say how it went.")
    return None


def may_say(situation: Situation) -> bool:
    """May the resident say how it went: it was covered, or is looked for again because it did not all happen?"""
    need = situation.need
    return need.stage is not NeedStatus.open or bool(need.resident_said) or _was_looked_for_again(situation)


def _was_looked_for_again(situation: Situation) -> bool:
    """Has something promised been given up, by the resident's word or for want of the partner's?"""
    return any(invitation.reason in HEARD_NOTHING for invitation in situation.invitations)


def _hear_yes(draft: Draft, by: str, note: str | None) -> Change:
    """It happened. While a worry waits to be seen to, or something is missing still, the need stays open."""
    need = draft.need
    draft.note_event(EventCode.resident_said, by=by, said="yes", note=note, lead=_no_resident(draft.situation) or None)
    draft.set_need(resident_said="yes")
    if need.closed:
        draft.set_need(outcome=Outcome.met)
        return draft.change(wake_at=need.wake_at)
    if _was_looked_for_again(draft.situation):
        give_back(draft)
    if not draft.so_far().covered:
        draft.finish_tasks(TaskKind.resident_says)
        draft.set_need(resident_said=None)  # it is for what was promised; the rest is looked for still
        return draft.change(wake_at=draft.now)
    if worries_waiting(draft.situation):
        return draft.change(wake_at=draft.now)
    return _close(draft, Outcome.met, by, said=True)


def _no_resident(situation: Situation) -> bool:
    """Is it the incident's lead who says how it went, for want of a resident?"""
    return not situation.resident_reachable


def _open_again(draft: Draft) -> None:
    """Closed, but only presumed, or by a yes that is taken back: open as it was before, with nothing old to ring."""
    draft.set_need(status=NeedStatus.confirming, outcome=None, closed_at=None)
    for task in draft.situation.tasks:
        if task.kind is TaskKind.call_resident and task.status is not TaskStatus.done:
            draft.put_task(task.but(status=TaskStatus.done))


def presume_met(situation: Situation, now: datetime) -> Change:
    """The resident said nothing: it is presumed to have happened, and counted apart."""
    return _close(Draft(situation, now), Outcome.presumed, "muster")


def close_as_met(situation: Situation, now: datetime) -> Change:
    """The resident has said that it happened, and nothing holds up the closing any more."""
    return _close(Draft(situation, now), Outcome.met, "resident", said=True)


def close(situation: Situation, outcome: Outcome, by: str, now: datetime) -> Change | Refusal | None:
    """Close a need. Closing it again the same way is the same answer (`None`). A worry has to be seen to first."""
    if worries_waiting(situation):
        return Refusal(
            "worry",
            f"{situation.need.id} cannot be closed yet: somebody who helped is worried about somebody, and no officer "
            "has recorded what was found. Take that task and record it first.",
        )
    may_be_met = situation.covered or situation.need.outcome not in (None, Outcome.presumed)
    if outcome in (Outcome.met, Outcome.presumed) and not may_be_met:
        return Refusal(
            "not-covered",
            f"{situation.need.id} is not covered, so it cannot be closed as {outcome}; "
            "close it as partly-met or not-met, or record who helped.",
        )
    if situation.need.closed:
        if situation.need.outcome is outcome:
            return None
        if situation.need.outcome is Outcome.presumed and outcome in (Outcome.met, Outcome.partly_met, Outcome.not_met):
            draft = Draft(situation, now)  # an officer knows better by now
            draft.note_event(EventCode.closed, by=by, outcome=outcome.value)
            draft.set_need(outcome=outcome)
            return draft.change(wake_at=now)
        return Refusal("closed", f"{situation.need.id} is closed already ({situation.need.outcome}).")
    return _close(Draft(situation, now), outcome, by)


def _close(draft: Draft, outcome: Outcome, by: str, *, said: bool = False) -> Change:
    """Everyone hears how it ended: those still to come first, so that nobody sets out for nothing."""
    giving = draft.situation.giving
    reported = bool(giving) and all(invitation.reported for invitation in giving)
    lead = (said and by_council(by) and _no_resident(draft.situation)) or None
    draft.note_event(EventCode.closed, by=by, outcome=outcome.value, said=said, reported=reported, lead=lead)
    happened = outcome in (Outcome.met, Outcome.presumed, Outcome.partly_met)
    for invitation in sorted(draft.invitations(), key=lambda i: i.pledged == 0):
        if invitation.pledged and invitation.status is InvitationStatus.completed:
            draft.tell_responder(MessageKind.thanks, invitation)
        elif invitation.pledged and invitation.promised:
            _end_pledge(draft, invitation, happened, outcome)
        elif invitation.open or invitation.promised:
            _release(draft, invitation, Reason.withdrawn if outcome is Outcome.withdrawn else Reason.closed)
    draft.finish_tasks(*(k for k in TaskKind if k is not TaskKind.call_resident))
    draft.set_need(status=NeedStatus.closed, outcome=outcome, closed_at=draft.now)
    draft.set_need(held_at=None, held_until=None, before_hold=None)
    if outcome is not Outcome.duplicate:
        draft.tell_resident(MessageKind.resident_closed)
    return draft.change(wake_at=draft.now)


def _end_pledge(draft: Draft, invitation: Invitation, happened: bool, outcome: Outcome) -> None:
    """Whoever has not said that it is done is taken to have done it, where the need ends well; otherwise called off."""
    if happened:
        shares = tuple(share.but(delivered=share.pledged) for share in invitation.shares)
        ended = end_promise(draft, invitation, InvitationStatus.completed, Reason.closed, shares)
        draft.tell_responder(MessageKind.thanks, ended)
        return
    reason = Reason.withdrawn if outcome is Outcome.withdrawn else Reason.closed
    ended = end_promise(draft, invitation, InvitationStatus.cancelled, reason, invitation.shares)
    draft.tell_responder(MessageKind.call_off, ended, urgent=True)
