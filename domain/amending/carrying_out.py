"""What follows from a change: who is told, who is released, who is asked anew."""

from __future__ import annotations

from datetime import datetime

from domain.amending.lines import rescheduled
from domain.amending.looking_anew import start_anew
from domain.amending.trimming import trim
from domain.changes import Draft
from domain.ending import end_promise, keep_promise
from domain.invitations import Invitation, InvitationStatus, Reason
from domain.messages import MessageKind
from domain.needs import Need
from domain.safeguarding import needs_word, tell_private_details, tell_resident_who_helps
from domain.situations import Situation
from domain.timing import time_to_say


def carry_out(draft: Draft, *, moved: bool = False, corrected: bool = False) -> None:
    """Every live invitation as the change leaves it, each with a new version; whoever it concerns is told."""
    before, now = draft.situation, draft.now
    earlier, later = rescheduled(before.need, draft.need)
    trimmed = trim(before, draft.need)
    for invitation in trimmed.values():
        draft.put(invitation)
    after = draft.so_far()
    anew = start_anew(draft, after, later | ({line.number for line in draft.need.lines} if moved else set()))
    for id, invitation in trimmed.items():
        old = before.by_id[id]
        told = invitation.but(version=old.version + 1)
        if anew and _is_still_asked(told, now, before.need.cycle):
            told = told.but(cycle=draft.need.cycle)
        if told.status is InvitationStatus.completed:
            draft.put(invitation)
        elif old.promised:
            _tell_promiser(draft, old, told, asks=moved or _is_wanted_sooner(old, earlier), corrected=corrected)
        elif old.open and _is_released(old, before, after):
            ended = end_promise(draft, told, InvitationStatus.cancelled, Reason.less)
            draft.tell_responder(MessageKind.stand_down, ended)
        else:
            draft.put(told.but(answer_by=min(told.answer_by, max(_due(draft.need, told), now))))
    if any(needs_word(before, i) for i in before.giving):
        tell_resident_who_helps(draft)


def _tell_promiser(draft: Draft, old: Invitation, told: Invitation, *, asks: bool, corrected: bool) -> None:
    """What has changed for them: nothing is needed any more; or is it still all right; or less, or at this address."""
    if not (told.pledged or told.reserve or told.offered):
        ended = end_promise(draft, told, InvitationStatus.cancelled, Reason.less, told.shares)
        draft.tell_responder(MessageKind.reduced if old.pledged else MessageKind.stand_down, ended, urgent=True)
        return
    if asks and (old.pledged or old.offered):
        lines = [draft.need.line(share.line) for share in told.shares if draft.need.line(share.line).quantity]
        told = told.but(confirm_by=time_to_say(draft.need, lines, draft.now))
        keep_promise(draft, told)
        draft.tell_responder(MessageKind.changed, told)  # the address goes with their yes
        return
    keep_promise(draft, told)
    if (told.pledged, told.reserve) != (old.pledged, old.reserve):
        draft.tell_responder(MessageKind.reduced, told)
    if told.pledged and (corrected or needs_word(draft.situation, old)):  # perhaps nothing sensitive is left
        tell_private_details(draft, told)


def _is_wanted_sooner(invitation: Invitation, earlier: set[int]) -> bool:
    """Is something that they promise, or offer, due earlier now?"""
    return any((share.pledged or share.offered) and share.line in earlier for share in invitation.shares)


def _due(need: Need, invitation: Invitation) -> datetime:
    return max(need.line(share.line).due for share in invitation.shares)


def _is_released(invitation: Invitation, before: Situation, after: Situation) -> bool:
    """Was something of what they were asked still missing, and is nothing of it now?"""
    lines = [share.line for share in invitation.shares]
    wanted = any(before.missing(before.need.line(n)) for n in lines)
    return wanted and not any(after.missing(after.need.line(n)) for n in lines)


def _is_still_asked(invitation: Invitation, now: datetime, cycle: int) -> bool:
    """Asked in this cycle, and either within their time or waiting for an answer of ours."""
    return (
        invitation.open
        and invitation.cycle == cycle
        and (invitation.answer_by > now or invitation.reason is Reason.question)
    )
