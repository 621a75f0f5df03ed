"""After a yes: begun, done, could not be done, nothing heard of it, and a worry about somebody. Pure.

What is recorded here starts from an invitation as the answer left it: its version moved, who answered, when.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from domain.capabilities import Accept
from domain.changes import Change, Draft
from domain.ending import end_promise, finish_tasks_about
from domain.events import EventCode
from domain.invitations import Invitation, InvitationStatus, Reason, Share
from domain.messages import MessageKind
from domain.officers import MOST_WORDS, Task, TaskKind, TaskStatus
from domain.reopening import look_for_others
from domain.risk import agreed_time
from domain.situations import Situation
from domain.steps import Chase, NoShow


def agreed_at(situation: Situation, invitation: Invitation) -> datetime | None:
    """When the last of what they promised was to be there; `None` if nothing they promise counts."""
    return agreed_time(situation.need, invitation)


def is_time(situation: Situation, invitation: Invitation, now: datetime) -> bool:
    """Is it time to say how it went: begun, over, or the agreed time has come?"""
    agreed = agreed_at(situation, invitation)
    begun = invitation.status in (InvitationStatus.in_progress, InvitationStatus.completed, InvitationStatus.failed)
    return invitation.has_promised and (begun or (agreed is not None and agreed <= now))


def worries_waiting(situation: Situation, invitation: Invitation | None = None) -> bool:
    """Is there a worry, of this invitation or of any, that no officer has recorded yet?"""
    return any(
        task.kind is TaskKind.worry
        and task.status is not TaskStatus.done
        and (invitation is None or task.invitation == invitation.id)
        for task in situation.tasks
    )


def has_worried(situation: Situation, invitation: Invitation) -> bool:
    return any(task.kind is TaskKind.worry and task.invitation == invitation.id for task in situation.tasks)


# --- what a partner says ------------------------------------------------------


def record_started(draft: Draft, invitation: Invitation, *, by: str) -> Change:
    """They are on their way, or at it."""
    shares = tuple(share.but(delivered=0) for share in invitation.shares)
    started = invitation.but(status=InvitationStatus.in_progress, reason=None, shares=shares, chased_at=None)
    draft.note_event(EventCode.started, by=by, responders=(invitation.responder,))
    draft.put(started)
    draft.tell_responder(MessageKind.receipt, started)
    return draft.change(wake_at=draft.now)


def record_done(draft: Draft, invitation: Invitation, delivered: Mapping[int, int], *, by: str) -> Change:
    """They brought `delivered` of a line, or all they had promised of it. What is less is missing again; what is more
    is kept, and counts at most as far as it is needed."""
    shares = tuple(_brought(draft.situation, share, delivered.get(share.line)) for share in invitation.shares)
    draft.note_event(
        EventCode.said_done,
        by=by,
        responders=(invitation.responder,),
        delivered={str(s.line): s.delivered for s in shares if s.delivered},
        lost=_lost(invitation.shares, shares),
    )
    done = _settle_promise(draft, invitation, InvitationStatus.completed, None, shares)
    draft.tell_responder(MessageKind.receipt, done)
    return draft.change(wake_at=draft.now)


def promised_of(share: Share) -> int:
    """All that was ever promised of it, as far as it has not been released."""
    return share.pledged + share.lost


def _brought(situation: Situation, share: Share, said: int | None) -> Share:
    """What was never promised does not count by being brought, nor does more of what only an officer chooses."""
    line = situation.need.line(share.line)
    promised, room = promised_of(share), situation.missing(line) + share.pledged
    brought = promised if said is None else said
    if not promised or line.capability.accept is Accept.officer:
        room = min(room, promised)
    whole = line.quantity if brought >= line.quantity <= room else 0
    counts = min(brought, room) if line.capability.split else whole
    return share.but(pledged=counts, delivered=brought, lost=max(promised - brought, 0))


def record_failed(draft: Draft, invitation: Invitation, *, by: str) -> Change:
    """They could not do it after all: what they promised is missing again."""
    shares = _nothing_came(invitation)
    lost = _lost(invitation.shares, shares)
    draft.note_event(EventCode.could_not, by=by, responders=(invitation.responder,), lost=lost)
    failed = _settle_promise(draft, invitation, InvitationStatus.failed, Reason.could_not, shares)
    draft.tell_responder(MessageKind.receipt, failed)
    return draft.change(wake_at=draft.now)


def record_worry(draft: Draft, invitation: Invitation, note: str, *, by: str) -> Change:
    """Somebody may not be safe: an officer hears at once, at any hour. Who worries is not chased while it waits.

    What else they write before anybody has taken it joins it.
    """
    draft.note_event(EventCode.worried, by=by, responders=(invitation.responder,), note=note)
    draft.put(invitation.but(chased_at=draft.now if invitation.chased_at else None))
    waiting = (t for t in draft.situation.open_tasks if t.kind is TaskKind.worry and t.invitation == invitation.id)
    if task := next(waiting, None):
        draft.put_task(task.but(unheard=(*task.unheard, note)[-MOST_WORDS:]))
        return draft.change(wake_at=draft.now)
    draft.raise_task(TaskKind.worry, invitation=invitation.id, note=note, urgent=True)
    if not draft.need.closed:
        draft.tell_responder(MessageKind.receipt, invitation)
    return draft.change(wake_at=draft.now)


def raise_unheard(draft: Draft, task: Task) -> None:
    """A worry is taken, or ended, while words have come that its officer has not had: they are a worry of their own."""
    if task.unheard:
        first, *more = task.unheard
        raised = draft.raise_task(TaskKind.worry, invitation=task.invitation, note=first, urgent=True)
        draft.put_task(raised.but(more=tuple(more)))


def _nothing_came(invitation: Invitation) -> tuple[Share, ...]:
    return tuple(share.but(pledged=0, delivered=0, lost=promised_of(share)) for share in invitation.shares)


def _lost(before: tuple[Share, ...], after: tuple[Share, ...]) -> dict[str, int]:
    """What counted and counts no more, by line."""
    return {str(s.line): s.pledged - t.pledged for s, t in zip(before, after, strict=True) if t.pledged < s.pledged}


def _settle_promise(
    draft: Draft, invitation: Invitation, status: InvitationStatus, reason: Reason | None, shares: tuple[Share, ...]
) -> Invitation:
    """End it, look for what it leaves missing, and spare an officer asking what has been said now."""
    ended = end_promise(draft, invitation, status, reason, shares)
    look_for_others(draft, invitation, ended)
    finish_tasks_about(draft, ended, TaskKind.no_show)
    return ended


# --- what nobody says ---------------------------------------------------------


def chase(situation: Situation, step: Chase, now: datetime) -> Change:
    """Ask once whether it was done, by the same link."""
    draft = Draft(situation, now)
    chased = [situation.by_id[id].but(chased_at=now) for id in step.invitations]
    draft.note_event(EventCode.chased, responders=tuple(i.responder for i in chased), count=len(chased))
    for invitation in chased:
        draft.put(invitation)
        draft.tell_responder(MessageKind.chase, invitation)
    return draft.change(wake_at=now)


def no_show(situation: Situation, step: NoShow, now: datetime) -> Change:
    """Chased, and still not a word: what they promised counts no more, and an officer is asked to find out."""
    draft = Draft(situation, now)
    for before in (situation.by_id[id] for id in step.invitations):
        shares = _nothing_came(before)
        draft.note_event(EventCode.no_show, responders=(before.responder,), lost=_lost(before.shares, shares))
        unheard = before.but(fingerprint=None)
        after = end_promise(draft, unheard, InvitationStatus.failed, Reason.no_answer, shares)
        draft.raise_task(
            TaskKind.no_show, invitation=before.id, lines=tuple(s.line for s in before.shares if s.pledged)
        )
        look_for_others(draft, before, after)
    return draft.change(wake_at=now)
