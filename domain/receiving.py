"""What the resident got, as they say: promises are taken back to it, or given back. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from domain.changes import Draft
from domain.ending import end_promise, keep_promise
from domain.finishing import agreed_at, promised_of
from domain.invitations import Invitation, InvitationStatus, Reason, Share
from domain.messages import MessageKind
from domain.needs import Line
from domain.situations import Situation

HEARD_NOTHING = (Reason.not_received, Reason.no_answer)


def take_back(draft: Draft, said: str, received: Mapping[int, int] | None) -> dict[str, int]:
    """Not all of it came: what did not, counts no more. Return how much, by line.

    Of a line they give a number for, the latest promises go first, those not said to be done before those that are.
    Without numbers, what no partner has said was done did not come; if all have, nothing is taken back by guess. What
    is for later, and they give no number for, is still to come.
    """
    situation, lost = draft.situation, dict[str, int]()
    taken: dict[str, dict[int, int]] = {}
    for line in situation.need.lines:
        short = situation.pledged(line) - _got(situation, line, said, received, draft.now)
        for invitation in _last_first(situation, line):
            if short <= 0:
                break
            pledged = _pledged(invitation, line)
            take = min(short, pledged) if line.capability.split else pledged
            taken.setdefault(invitation.id, {})[line.number] = take
            lost[str(line.number)] = lost.get(str(line.number), 0) + take
            short -= take
    for invitation in situation.giving:
        if invitation.id in taken:
            _keep_less(draft, invitation, taken[invitation.id], received or {})
        elif received and invitation.promised and all(s.line in received for s in invitation.shares if s.pledged):
            shares = tuple(share.but(delivered=share.pledged) for share in invitation.shares)
            end_promise(draft, invitation.but(fingerprint=None), InvitationStatus.completed, None, shares)
    return lost


def _got(situation: Situation, line: Line, said: str, received: Mapping[int, int] | None, now: datetime) -> int:
    """How much of this line came. Half of what cannot be shared out is none of it. To a "no" that is not the first,
    what somebody has promised since, for later, is still to come."""
    if said == "no":
        since = situation.giving if situation.need.resident_said in ("partly", "no") else ()
        return sum(_pledged(i, line) for i in since if _is_for_later(situation, i, line, now))
    if received:
        got = received.get(line.number, situation.pledged(line))
        return got if line.capability.split or got >= line.quantity else 0
    return sum(_pledged(i, line) for i in situation.giving if i.reported or _is_for_later(situation, i, line, now))


def _is_for_later(situation: Situation, invitation: Invitation, line: Line, now: datetime) -> bool:
    """Have they promised it for a time that has not come, and not begun?"""
    share = invitation.share(line.number)
    waits = share is not None and share.pledged > 0 and (share.ready_by or line.due) > now
    return waits and invitation.status is InvitationStatus.accepted


def _last_first(situation: Situation, line: Line) -> list[Invitation]:
    givers = [i for i in situation.giving if _pledged(i, line)]
    return sorted(givers, key=lambda i: (not i.reported, i.answered_at or i.asked_at, i.id), reverse=True)


def _pledged(invitation: Invitation, line: Line) -> int:
    share = invitation.share(line.number)
    return share.pledged if share else 0


def _keep_less(draft: Draft, invitation: Invitation, taken: Mapping[int, int], received: Mapping[int, int]) -> None:
    """What is left of theirs has come, and their promise has ended; unless something of it is for later."""
    need, later = draft.need, set[int]()
    for share in invitation.shares:
        if not (taken.get(share.line) or share.line in received):
            line = need.line(share.line)
            later |= {share.line} if _is_for_later(draft.situation, invitation, line, draft.now) else set()
    shares = [s if s.line in later else _taken_from(s, taken.get(s.line, 0)) for s in invitation.shares]
    less = invitation.but(fingerprint=None)
    if later:
        version = invitation.version + 1
        keep_promise(draft, less.but(reason=Reason.not_received, shares=tuple(shares), version=version))
        return
    status = InvitationStatus.completed if any(share.pledged for share in shares) else InvitationStatus.failed
    end_promise(draft, less, status, Reason.not_received, shares)


def _taken_from(share: Share, count: int) -> Share:
    left = share.pledged - count
    return share.but(pledged=left, lost=share.lost + count, delivered=left, reserve=0)


def give_back(draft: Draft) -> None:
    """It happened after all: what was taken for lost counts again, as far as it is missing. Whoever has been found
    for it since and has not set out is called off first."""
    situation = draft.situation
    room = {line.number: situation.missing(line) for line in situation.need.lines}
    lost = {line.number: _lost(situation, line) for line in situation.need.lines}
    for invitation in situation.giving:
        in_place = any(share.pledged and lost[share.line] > room[share.line] for share in invitation.shares)
        if in_place and invitation.reason not in HEARD_NOTHING and _still_to_come(situation, invitation, draft.now):
            for share in invitation.shares:
                room[share.line] += share.pledged
            _call_off(draft, invitation)
    for invitation in situation.invitations:
        if invitation.reason in HEARD_NOTHING and any(_back(situation, s, room) for s in invitation.shares):
            _give_back_to(draft, invitation, room)


def _lost(situation: Situation, line: Line) -> int:
    """How much of this line was promised and then taken for lost."""
    shares = (i.share(line.number) for i in situation.invitations if i.reason in HEARD_NOTHING)
    return sum(share.lost for share in shares if share)


def _back(situation: Situation, share: Share, room: Mapping[int, int]) -> int:
    """How much of what was lost counts again. What cannot be shared out counts whole, or not at all."""
    line, more = situation.need.line(share.line), min(share.lost, room[share.line])
    return more if line.capability.split or share.pledged + more == line.quantity else 0


def _call_off(draft: Draft, invitation: Invitation) -> None:
    off = end_promise(draft, invitation, InvitationStatus.cancelled, Reason.closed)
    draft.tell_responder(MessageKind.call_off, off, urgent=True)


def _still_to_come(situation: Situation, invitation: Invitation, now: datetime) -> bool:
    agreed = agreed_at(situation, invitation)
    return invitation.status is InvitationStatus.accepted and agreed is not None and agreed > now


def _give_back_to(draft: Draft, invitation: Invitation, room: dict[int, int]) -> None:
    """It counts as brought. What else they have promised, for later, is still to come."""
    shares = []
    for share in invitation.shares:
        more = _back(draft.situation, share, room)
        room[share.line] -= more
        counts = share.pledged + more
        brought = counts if more or not invitation.promised else share.delivered
        shares.append(share.but(pledged=counts, delivered=brought, lost=promised_of(share) - counts))
    heard = invitation.but(fingerprint=None)
    if _still_to_come(draft.situation, invitation, draft.now):
        keep_promise(draft, heard.but(reason=None, shares=tuple(shares), version=invitation.version + 1))
    else:
        end_promise(draft, heard, InvitationStatus.completed, None, shares)
