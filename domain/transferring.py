"""A partner is asked to go to another need instead. Their promise stays until they say yes; then it moves, once. Pure.

Two needs change together or not at all: who has left one need and not arrived at the other would be missing twice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from domain.changes import Change, Draft, Refusal
from domain.ending import end_promise, keep_promise
from domain.events import EventCode
from domain.invitations import Invitation, InvitationStatus, Moving, Reason, Share, invitation_id
from domain.messages import MessageKind
from domain.needs import Line
from domain.officers import Task, TaskKind
from domain.places import shared_area
from domain.reopening import look_for_others
from domain.responders import Responder
from domain.safeguarding import tell_private_details
from domain.situations import Situation
from domain.steps import PhoneAboutTransfer
from domain.timing import time_to_say

SAID_NO = (InvitationStatus.rejected, InvitationStatus.failed)
GONE = "It is no longer needed there, so nothing has changed: what you promised here still stands. Thank you."
LEFT = "You have said already that you go to the other request. Please phone us if you cannot."
STALE = "Something has changed since you opened this page. This is how it stands now."


@dataclass(frozen=True)
class Crossing:
    """Somebody between two needs: what they have promised `here` could go `there`."""

    here: Situation
    there: Situation
    responder: Responder

    def wanted(self, line: Line) -> Line | None:
        """The line of the other need that wants what `line` gives."""
        return next((ln for ln in self.there.need.lines if ln.what == line.what and ln.quantity), None)


@dataclass(frozen=True)
class Shown:
    """What they saw before they said that they go: how many would move, and which edition of the other need."""

    count: int
    edition: int


# --- they are asked -------------------------------------------------------------


def ask_to_move(
    crossing: Crossing, what: str, quantity: int, by: str, now: datetime, version: int | None = None
) -> Change | Refusal | None:
    """Ask whether they could take so much to the other need instead. Asked already: nothing changes (`None`)."""
    found = _promised(crossing, what, quantity, version)
    if isinstance(found, Refusal):
        return found
    invitation, line = found
    wanted = wanted_there(crossing, line, quantity, now)
    if isinstance(wanted, Refusal):
        return wanted
    here, other = crossing.here, crossing.there.need
    moving = Moving(
        need=other.id,
        line=line.number,
        quantity=quantity,
        asked_at=now,
        answer_by=min(time_to_say(here.need, [line], now), time_to_say(other, [wanted], now)),
        summary=other.summary,
        area=other.place or shared_area(other.area),
        due=wanted.due,
    )
    if invitation.moving and moving.is_like(invitation.moving):
        return None
    draft = Draft(here, now)
    draft.note_event(
        EventCode.transfer_asked,
        by=by,
        responders=(invitation.responder,),
        lines=(line.number,),
        moving={str(line.number): quantity},
        other=other.id,
    )
    asked = invitation.but(moving=moving, version=invitation.version + 1)
    draft.put(asked)
    draft.tell_responder(MessageKind.transfer, asked)
    return draft.change(wake_at=now)


def _promised(crossing: Crossing, what: str, quantity: int, version: int | None) -> tuple[Invitation, Line] | Refusal:
    """By which invitation they promise so much of `what` here."""
    need, name = crossing.here.need, crossing.responder.name
    invitation = promise_of(crossing.here, crossing.responder.id)
    if need.closed:
        return Refusal("closed", f"{need.id} is closed, so nobody can be moved from it.")
    if invitation is None:
        return Refusal("no-promise", f"{name} has promised nothing for {need.id} that counts.")
    if version is not None and version != invitation.version:
        return Refusal(
            "stale",
            f"What {name} said has changed since you looked: you named version {version}, "
            f"and this is version {invitation.version}.",
        )
    line = next((line for line in need.lines if line.what == what), None)
    share = invitation.share(line.number) if line else None
    if line and share and 1 <= quantity <= share.pledged:
        return invitation, line
    promised = line.capability.amount(share.pledged) if line and share else f"no {what}"
    return Refusal("too-many", f"{name} has promised {promised} for {need.id}, so {quantity} cannot be moved.", "lines")


def wanted_there(crossing: Crossing, line: Line, quantity: int, now: datetime) -> Line | Refusal:
    """The line of the other need that it would go to; or why not: it wants none of it, is past its time, or they may
    not serve it."""
    there, target = crossing.there, crossing.there.need.id
    wanted = crossing.wanted(line)
    if target == crossing.here.need.id:
        return Refusal("same", "That is the same need; name another one to go to.")
    if there.need.closed or wanted is None or not there.missing(wanted) or wanted.due <= now:
        return Refusal("gone", f"{target} does not need {line.capability.units} now, so nobody can be moved to it.")
    if not line.capability.split and (quantity != wanted.quantity or there.missing(wanted) < quantity):
        return Refusal("whole", f"It cannot be shared out: {target} needs all of {wanted.amount} from one partner.")
    return _may_not_serve(crossing, wanted) or wanted


def _may_not_serve(crossing: Crossing, wanted: Line) -> Refusal | None:
    there, responder = crossing.there, crossing.responder
    name, target = responder.name, there.need.id
    if responder.id in there.need.keep_from or there.need.exercise != crossing.here.need.exercise:
        return Refusal("against", f"{name} may not be asked to help with {target}.")
    if there.need.sensitive or wanted.capability.sensitive:
        return Refusal("must-name", f"{target} needs the name of whoever comes, so ask {name} about it by name.")
    if not responder.may_give(wanted.capability, there.local_day(wanted.due)):
        return Refusal(
            "against", f"{name} may not give this to {target}: our records do not show what it requires on that day."
        )
    latest = _latest(there, responder.id)
    if latest and (latest.status in SAID_NO or latest.status is InvitationStatus.completed):
        return Refusal("against", f"{name} has already answered about {target} and cannot be moved to it.")
    return None


def phone_about_transfer(situation: Situation, step: PhoneAboutTransfer, now: datetime) -> Change:
    """They have not said: their promise stands where it is, and an officer phones. They may still answer."""
    draft = Draft(situation, now)
    invitation = situation.by_id[step.invitation]
    if invitation.moving:
        draft.note_event(
            EventCode.transfer_unanswered, responders=(invitation.responder,), other=invitation.moving.need
        )
        draft.put(invitation.but(moving=invitation.moving.but(answer_by=None)))
        draft.raise_task(TaskKind.call_partner, invitation=invitation.id, note=EventCode.transfer_asked.value)
    return draft.change(wake_at=now)


def give_up_moving(situation: Situation, task: Task, by: str, now: datetime) -> Change | None:
    """Not reached by phone either: the question ends, and what they promised stays where it is."""
    invitation = situation.by_id.get(task.invitation or "")
    if situation.need.closed or invitation is None or invitation.moving is None:
        return None
    if invitation.moving.asked_at > task.created_at:
        return None  # they have been asked anew since
    draft = Draft(situation, now)
    draft.note_event(
        EventCode.transfer_given_up, by=by, responders=(invitation.responder,), other=invitation.moving.need
    )
    _stay(draft, invitation.but(fingerprint=None))
    return draft.change(wake_at=now)


def _stay(draft: Draft, invitation: Invitation) -> None:
    """Their promise stands as it was, and they are told so."""
    stays = invitation.but(moving=None, version=invitation.version + 1)
    draft.put(stays)
    draft.tell_responder(MessageKind.receipt, stays)


# --- they answer ------------------------------------------------------------------


@dataclass(frozen=True)
class Way:
    """What would go if they said yes now: so many of what they were asked to move, to this line of the other need."""

    moving: Moving
    wanted: Line
    count: int


def can_move(crossing: Crossing, invitation: Invitation, now: datetime) -> Shown | Refusal:
    """How much of what they were asked to move can be moved now, as they are to be shown it."""
    way = _find_way(crossing, invitation, now)
    return way if isinstance(way, Refusal) else Shown(way.count, crossing.there.need.edition)


def _find_way(crossing: Crossing, invitation: Invitation, now: datetime) -> Way | Refusal:
    """Never more than is missing there, nor than they promise here."""
    moving = invitation.moving
    share = invitation.share(moving.line) if moving else None
    if moving is None or share is None or not invitation.promised or crossing.here.need.closed:
        return Refusal("gone", GONE)
    wanted = wanted_there(crossing, crossing.here.need.line(moving.line), moving.quantity, now)
    if isinstance(wanted, Refusal):
        return Refusal("gone", GONE)
    count = min(moving.quantity, share.pledged, crossing.there.missing(wanted))
    return Way(moving, wanted, count) if count else Refusal("gone", GONE)


def move(
    crossing: Crossing,
    invitation_id: str,
    shown: Shown,
    now: datetime,
    *,
    by: str = "partner",
    version: int | None = None,
) -> Change | Refusal | None:
    """They go: one change of both needs. `shown` is what they saw; anything else is shown first."""
    invitation = crossing.here.by_id[invitation_id]
    if invitation.fingerprint == _click("move", version):
        return None
    if version is not None and version != invitation.version:
        return Refusal("stale", STALE)
    way = _find_way(crossing, invitation, now)
    if isinstance(way, Refusal):
        return way
    if way.count != shown.count:
        return Refusal("less", "Less is needed there now. Check what would move.")
    if crossing.there.need.edition != shown.edition:
        return Refusal("changed", "What is needed there has changed since you looked. Check whether you can still go.")
    arrived = _arrive(crossing, way, by, now)
    leaving = invitation.but(fingerprint=_click("move", version))
    return replace(_leave(crossing.here, leaving, way, by, now), also=(arrived,))


def stay(
    here: Situation, invitation_id: str, now: datetime, *, by: str = "partner", version: int | None = None
) -> Change | Refusal | None:
    """They would rather not: their promise stands as it was."""
    invitation = here.by_id[invitation_id]
    if (invitation.fingerprint or "").startswith("move|"):
        return Refusal("gone", LEFT)
    if invitation.moving is None or invitation.fingerprint == _click("stay", version):
        return None
    if version is not None and version != invitation.version:
        return Refusal("stale", STALE)
    draft = Draft(here, now)
    draft.note_event(EventCode.stayed, by=by, responders=(invitation.responder,), other=invitation.moving.need)
    _stay(draft, invitation.but(fingerprint=_click("stay", version)))
    return draft.change(wake_at=now)


def _click(answer: str, version: int | None) -> str:
    """The same for the same click twice, from one page."""
    return f"{answer}|{version}"


def promise_of(situation: Situation, responder: str) -> Invitation | None:
    """The latest invitation of this responder by which they promise something that counts."""
    promises = [i for i in situation.accepted if i.responder == responder and i.pledged]
    return max(promises, key=lambda i: i.cycle, default=None)


def _latest(situation: Situation, responder: str) -> Invitation | None:
    return max((i for i in situation.invitations if i.responder == responder), key=lambda i: i.cycle, default=None)


def _leave(here: Situation, invitation: Invitation, way: Way, by: str, now: datetime) -> Change:
    """What they leave is missing here: those standing by are asked first, as after any withdrawal."""
    draft, line = Draft(here, now), way.moving.line
    draft.note_event(
        EventCode.transferred,
        by=by,
        responders=(invitation.responder,),
        lines=(line,),
        moving={str(line): way.count},
        other=way.moving.need,
    )
    shares = tuple(s.but(pledged=s.pledged - way.count) if s.line == line else s for s in invitation.shares)
    left = invitation.but(shares=shares, moving=None, version=invitation.version + 1)
    if not (left.pledged or left.reserve or left.offered):
        left = end_promise(draft, left, InvitationStatus.cancelled, Reason.moved, left.shares)
    keep_promise(draft, left)
    look_for_others(draft, invitation, left)
    return draft.change(wake_at=now)


def _arrive(crossing: Crossing, way: Way, by: str, now: datetime) -> Change:
    """They are on the list of the other need as if they had said yes to it: receipt, then private details."""
    there, responder, wanted = crossing.there, crossing.responder, way.wanted
    draft = Draft(there, now)
    draft.note_event(
        EventCode.joined,
        by=by,
        responders=(responder.id,),
        lines=(wanted.number,),
        pledged={str(wanted.number): way.count},
        other=crossing.here.need.id,
    )
    before = _latest(there, responder.id)
    fits = before is not None and (before.promised or before.cycle == there.need.cycle)
    arrived = _joined(before, wanted, way.count) if before and fits else _new(there, responder, wanted, way.count, now)
    arrived = arrived.but(
        status=before.status if before and before.promised else InvitationStatus.accepted,
        reason=None,
        answered_at=now,
        answered_by=by,
        fingerprint=None,
    )
    draft.put(arrived)
    draft.tell_responder(MessageKind.receipt, arrived)
    tell_private_details(draft, arrived)
    return draft.change(wake_at=now)


def _joined(before: Invitation, wanted: Line, quantity: int) -> Invitation:
    """They have been asked about the other need already: what they bring comes on top of what they promise there."""
    share = before.share(wanted.number) or Share(line=wanted.number, round=before.round, asked=quantity, expected=0.0)
    more = share.but(pledged=share.pledged + quantity, ready_by=None)
    shares = tuple(s for s in before.shares if s.line != wanted.number)
    kept = shares if before.promised else tuple(s.but(reserve=0) for s in shares)
    return before.but(shares=tuple(sorted((*kept, more), key=lambda s: s.line)), version=before.version + 1)


def _new(there: Situation, responder: Responder, wanted: Line, quantity: int, now: datetime) -> Invitation:
    need = there.need
    round = min(max(wanted.round, 1), len(need.playbook.rounds))
    return Invitation(
        id=invitation_id(need.id, need.cycle, responder.id),
        need=need.id,
        responder=responder.id,
        cycle=need.cycle,
        kid=there.kid,
        asked_at=now,
        answer_by=now,
        shares=(Share(line=wanted.number, round=round, asked=quantity, expected=0.0, pledged=quantity),),
    )
