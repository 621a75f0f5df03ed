"""Paid care: a yes is an offer that holds nothing, until an officer chooses among the offers. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from domain.capabilities import Accept
from domain.changes import Change, Draft, Refusal
from domain.ending import end_promise, keep_promise
from domain.events import EventCode
from domain.invitations import Invitation, InvitationStatus, Reason
from domain.messages import MessageKind
from domain.needs import Line, Need
from domain.officers import Task, TaskKind, TaskStatus
from domain.responders import Responder
from domain.safeguarding import may_give_when_due, tell_private_details
from domain.situations import Situation
from domain.steps import PutOffers, ReleaseOffers, Step, WhyPut
from domain.timing import latest_moment


def chosen_by_officer(line: Line) -> bool:
    """Does an officer decide who gives this, and not who says yes first?"""
    return line.capability.accept is Accept.officer


def chosen_by(need: Need, lines: Iterable[Line], now: datetime) -> datetime:
    """Until when the council chooses among these offers: the last safe moment, or once that is over, when it is due."""
    return max(safe if (safe := latest_moment(need, line)) > now else line.due for line in lines)


def offers_of(situation: Situation, line: Line) -> list[Invitation]:
    """Whose offers of `line` wait to be chosen, the earliest first. One that would come too late is none."""
    found = [i for i in situation.offering if (share := i.share(line.number)) and share.waits_in_time(line.due)]
    return sorted(found, key=lambda i: (i.answered_at or i.asked_at, i.id))


# --- an officer is asked to choose --------------------------------------------


def offers_to_put(situation: Situation, now: datetime) -> Step | None:
    """Enough is offered, nobody is left to ask, or there is no time for more: an officer is to choose."""
    found: dict[WhyPut, list[int]] = {}
    for line in situation.missing_lines:
        if why := _why_put(situation, line, now):
            found.setdefault(why, []).append(line.number)
    for why, numbers in found.items():
        return PutOffers(tuple(numbers), why, BECAUSE[why])
    return None


BECAUSE: dict[WhyPut, str] = {
    "enough": "Enough has been offered, and an officer chooses who gives it.",
    "exhausted": "Everybody the playbook names has been asked, and an officer chooses among the offers there are.",
    "time": "It is due soon, and an officer must choose among the offers there are.",
}


def _why_put(situation: Situation, line: Line, now: datetime) -> WhyPut | None:
    """Once for what there is to choose from; again when it is about to be too late, or somebody has dropped out."""
    offered, safe = situation.offered(line), latest_moment(situation.need, line)
    if not offered:
        return None
    if offered >= situation.missing(line):
        why: WhyPut = "enough"
    elif line.round > len(situation.need.playbook.rounds):
        why = "exhausted"
    else:
        why = "time"
    put = [task for task in situation.tasks if task.kind is TaskKind.choose and line.number in task.lines]
    if safe <= now and all(task.created_at < safe for task in put):
        return "time" if put else why
    if why == "time":
        return None
    return why if not put or _has_changed_since(situation, line, put) else None


def _has_changed_since(situation: Situation, line: Line, put: list[Task]) -> bool:
    """Is there something to choose anew that no officer has been asked about?"""
    last = max(task.created_at for task in put)
    if any(task.status is TaskStatus.open for task in put):
        return False
    withdrew = (i.answered_at for i in situation.invitations if i.reason is Reason.withdrew and i.share(line.number))
    if any(moment and moment > last for moment in withdrew):
        return True
    ended = all(task.status is TaskStatus.done for task in put)
    return ended and any(_offered_at(i) > last for i in offers_of(situation, line))


def _offered_at(invitation: Invitation) -> datetime:
    """When they said so, or were called from standby."""
    return max(invitation.answered_at or invitation.asked_at, invitation.call_from or invitation.asked_at)


def put_offers(situation: Situation, step: PutOffers, now: datetime) -> Change:
    """An officer is asked to choose; those who offered wait until then. A task nobody has taken joins the new one."""
    draft = Draft(situation, now)
    joining = [t for t in situation.open_tasks if t.kind is TaskKind.choose]
    asked_before = {n for task in joining for n in task.lines if situation.offered(situation.need.line(n))}
    offering = {i.responder: i for n in step.lines for i in offers_of(situation, situation.need.line(n))}
    draft.note_event(
        EventCode.offers_put,
        lines=step.lines,
        responders=tuple(offering),
        count=len(offering),
        why=step.why,
        offered={str(n): situation.offered(situation.need.line(n)) for n in step.lines},
    )
    for task in joining:
        draft.put_task(task.but(status=TaskStatus.done))
    lines = tuple(sorted({*step.lines, *asked_before}))
    draft.raise_task(TaskKind.choose, lines=lines, urgent=True if step.why == "time" else None)
    return draft.change(wake_at=now)


# --- an officer chooses -------------------------------------------------------


def choose_offer(
    situation: Situation,
    responder: Responder,
    counts: Mapping[int, int],
    by: str,
    now: datetime,
    version: int | None = None,
) -> Change | Refusal | None:
    """Take what `responder` offers, or of each line in `counts` so much. Chosen already is the same answer (`None`).

    Never more than is missing. `version` names the invitation as the officer saw it.
    """
    need = situation.need
    if need.closed:
        return Refusal("closed", f"{need.id} is closed, so nobody can be chosen any more.")
    theirs = [i for i in situation.by_responder.get(responder.id, ()) if i.promised]
    invitation = max(theirs, key=lambda i: (i.offered > 0, i.cycle), default=None)
    if invitation is None or not (invitation.offered or _holds(invitation, counts)):
        return Refusal("no-offer", f"{responder.name} has offered nothing here that you could choose.")
    if not invitation.offered and _holds(invitation, counts):
        return None
    if version is not None and version != invitation.version:
        said = f"you named version {version}, and this is version {invitation.version}"
        return Refusal("stale", f"The offer of {responder.name} has changed since you looked: {said}.")
    taken = _taken(situation, invitation, counts)
    return taken if isinstance(taken, Refusal) else _choose(situation, invitation, responder, taken, by, now)


def _holds(invitation: Invitation, counts: Mapping[int, int]) -> bool:
    """Have they been chosen for this already?"""
    pledged = {share.line: share.pledged for share in invitation.shares if share.pledged}
    return bool(pledged) and all(pledged.get(number) == count for number, count in counts.items())


def _taken(situation: Situation, invitation: Invitation, counts: Mapping[int, int]) -> dict[int, int] | Refusal:
    """How much of each line is chosen; a count that is not there to choose is refused."""
    need, taken = situation.need, dict[int, int]()
    for share in invitation.shares:
        line, count = need.line(share.line), counts.get(share.line)
        late = share.offered > 0 and not share.waits_in_time(line.due)
        most = 0 if late else min(share.offered, situation.missing(line))
        if count is None:
            count = 0 if counts else most
        if late and (count or not counts):
            said = "What they offer would come too late: it is needed earlier than they said they would be ready."
            return Refusal("late", said, line.what)
        if not 0 <= count <= most or (count and not line.capability.split and count != line.quantity):
            amount, missing = line.capability.amount, situation.missing(line)
            said = f"{amount(count)} cannot be chosen: {amount(share.offered)} offered, {amount(missing)} missing."
            return Refusal("count", said, line.what)
        if count:
            taken[share.line] = count
    if stray := next((n for n in counts if invitation.share(n) is None), None):
        return Refusal("count", f"They were not asked for {need.line(stray).capability.units}.", need.line(stray).what)
    return taken or Refusal("covered", "Nothing of what they offer is missing any more.")


def _choose(
    situation: Situation, invitation: Invitation, responder: Responder, taken: dict[int, int], by: str, now: datetime
) -> Change | Refusal:
    for line in (situation.need.line(number) for number in taken):
        if not may_give_when_due(situation, responder, line, now):
            kind = line.capability.title_inside
            return Refusal("check", f"Our records do not show what is required of {responder.name} for this: {kind}.")
    if responder.id in situation.need.keep_from:
        return Refusal("apart", f"{responder.name} is not to be asked to help with {situation.need.id}.")
    draft = Draft(situation, now)
    shares = (
        s.but(pledged=s.pledged + taken.get(s.line, 0), offered=s.offered - taken.get(s.line, 0))
        for s in invitation.shares
    )
    chosen = invitation.but(version=invitation.version + 1, shares=tuple(shares))
    draft.note_event(
        EventCode.chosen,
        by=by,
        responders=(invitation.responder,),
        lines=tuple(taken),
        pledged={str(number): count for number, count in taken.items()},
    )
    draft.put(chosen)
    draft.tell_responder(MessageKind.chosen, chosen)
    tell_private_details(draft, chosen)
    if not any(offers_of(draft.so_far(), line) for line in draft.so_far().missing_lines):
        draft.finish_tasks(TaskKind.choose)
    return draft.change(wake_at=now)


# --- those not chosen ---------------------------------------------------------


def offers_to_release(situation: Situation) -> Step | None:
    """Offers of what is not missing any more: nobody is kept waiting for nothing."""
    numbers = {line.number for line in situation.need.lines if not situation.missing(line)}
    over = [i for i in situation.offering if any(s.offered and s.line in numbers for s in i.shares)]
    if over:
        return ReleaseOffers(tuple(i.id for i in over), "What they offered is covered by others.")
    return None


def release_offers(situation: Situation, step: ReleaseOffers, now: datetime) -> Change:
    """Thank them and let them go; what else they have promised stands."""
    draft = Draft(situation, now)
    over = [situation.by_id[id] for id in step.invitations]
    draft.note_event(EventCode.not_chosen, responders=tuple(i.responder for i in over), count=len(over))
    for invitation in over:
        released = _release_offer(draft, invitation)
        draft.tell_responder(MessageKind.not_chosen, released)
    return draft.change(wake_at=now)


def _release_offer(draft: Draft, invitation: Invitation) -> Invitation:
    """Without what is covered. Who then gives nothing, stands by with nothing and is asked nothing is released."""
    situation = draft.situation
    shares = tuple(s if situation.missing(situation.need.line(s.line)) else s.but(offered=0) for s in invitation.shares)
    left = invitation.but(version=invitation.version + 1, shares=shares)
    if left.promised and not (left.pledged or left.reserve or left.offered):
        return end_promise(draft, left, InvitationStatus.cancelled, Reason.not_chosen)
    keep_promise(draft, left)
    return left
