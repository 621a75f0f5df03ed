"""Who may learn who and where: checks that hold on the day, an officer's word about who comes, words for the door."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from datetime import datetime

from domain.askable import due_day
from domain.changes import Change, Draft, Refusal
from domain.doorwords import DOOR_WORDS
from domain.ending import end_promise, finish_tasks_about, is_to_be_vetted
from domain.events import EventCode
from domain.invitations import Invitation, InvitationStatus, Reason
from domain.messages import MessageKind
from domain.needs import Line, NeedStatus
from domain.officers import TOLD_APART, TaskKind, TaskStatus
from domain.reopening import look_for_others
from domain.responders import Responder
from domain.situations import Situation
from domain.steps import AskAboutCheck, AskForWord, Step


def may_give_when_due(situation: Situation, responder: Responder, line: Line, now: datetime) -> bool:
    """May they give this, and will their check still be valid on the day it is due? One that ends before is none."""
    return responder.may_give(line.capability, max(due_day(situation, line), situation.local_day(now)))


# --- a check lost after a yes ----------------------------------------------------


def promised_with_check(situation: Situation, now: datetime) -> tuple[Invitation, ...]:
    """Who is still to give what requires a check, unless an officer has been asked about theirs since they said yes."""
    if situation.need.closed or situation.held_from:
        return ()
    asked = {t.invitation: t.created_at for t in situation.tasks if t.kind is TaskKind.check_lost}
    return tuple(
        i
        for i in situation.accepted
        if _lines_with_check(situation, i, now) and not (i.id in asked and asked[i.id] >= (i.answered_at or i.asked_at))
    )


def _lines_with_check(situation: Situation, invitation: Invitation, now: datetime) -> list[Line]:
    lines = (situation.need.line(share.line) for share in invitation.shares if share.pledged)
    return [line for line in lines if line.capability.check.rank and now < line.due]


def checks_lost(situation: Situation, responders: Mapping[str, Responder], now: datetime) -> Step | None:
    """Those who promised while they held the check, and hold it no more. The promise counts until an officer has
    spoken to them; nothing further is told meanwhile."""
    lost = tuple(
        i.id
        for i in promised_with_check(situation, now)
        if (responder := responders.get(i.responder))
        and not all(may_give_when_due(situation, responder, ln, now) for ln in _lines_with_check(situation, i, now))
    )
    return AskAboutCheck(lost, "They promised help that requires a check, and hold it no longer.") if lost else None


def ask_about_check(situation: Situation, step: AskAboutCheck, now: datetime) -> Change:
    """An officer hears at once who may be about to come without the check."""
    draft = Draft(situation, now)
    draft.note_event(EventCode.task_raised, kind=TaskKind.check_lost.value)
    for invitation in (situation.by_id[id] for id in step.invitations):
        lines = tuple(line.number for line in _lines_with_check(situation, invitation, now))
        draft.raise_task(TaskKind.check_lost, invitation=invitation.id, lines=lines, urgent=True)
    return draft.change(wake_at=now)


# --- sensitive: a named person, and an officer's word about them ---------------


def must_name(situation: Situation, invitation: Invitation) -> bool:
    """Must whoever says yes here say who comes?"""
    lines = (situation.need.line(share.line) for share in invitation.shares)
    return situation.need.sensitive or any(line.capability.sensitive for line in lines if line.quantity)


def needs_word(situation: Situation, invitation: Invitation) -> bool:
    """Is an officer still to give their word about whom they named, before they learn who and where?"""
    return not invitation.cleared and is_to_be_vetted(situation.need, invitation)


def name_visitor(draft: Draft, invitation: Invitation, name: str | None) -> Invitation:
    """Keep the name of who comes as a private note. Another name than before needs a new word of an officer."""
    if not name:
        return invitation
    known = " ".join(name.casefold().split())
    note = "T" + hashlib.sha256(f"{invitation.id}|{known}".encode()).hexdigest()[:24]
    if note == invitation.visitor:
        return invitation
    draft.keep_note_as(note, name)
    finish_tasks_about(draft, invitation, TaskKind.vet)
    return invitation.but(visitor=note, cleared=False)


def tell_private_details(draft: Draft, invitation: Invitation) -> None:
    """Who and where, in a mail of its own; where it is sensitive, only after an officer's word."""
    if invitation.cleared or not is_to_be_vetted(draft.need, invitation):
        draft.tell_responder(MessageKind.private_details, invitation)


def tell_resident_who_helps(draft: Draft) -> None:
    """It is covered: the resident hears by whom, once no officer's word is waited for any more."""
    after = draft.so_far()
    if after.need.stage is NeedStatus.covered and not any(needs_word(after, i) for i in after.giving):
        draft.set_need(resident_told=True)
        draft.tell_resident(MessageKind.resident_covered)


def visitors_to_vet(situation: Situation, now: datetime) -> Step | None:
    """Those who have promised, and about whom no officer has been asked yet."""
    waiting = tuple(id for id, moment in _to_vet(situation) if moment is None or moment <= now)
    if waiting:
        return AskForWord(waiting, "It is sensitive, so an officer gives their word before anybody is told where.")
    return None


def moments(situation: Situation) -> Iterator[datetime]:
    """When an officer is asked about a name that has taken another's place."""
    return (moment for _, moment in _to_vet(situation) if moment)


def _to_vet(situation: Situation) -> Iterator[tuple[str, datetime | None]]:
    """About whose visitor an officer is still to be asked, and from when on: not at once about each name in a row."""
    for invitation in situation.accepted:
        tasks = [t for t in situation.tasks if t.kind is TaskKind.vet and t.invitation == invitation.id]
        if needs_word(situation, invitation) and all(task.status is TaskStatus.done for task in tasks):
            yield invitation.id, max((task.created_at + TOLD_APART for task in tasks), default=None)


def ask_for_word(situation: Situation, step: AskForWord, now: datetime) -> Change:
    """An officer is asked to give their word about who comes."""
    draft = Draft(situation, now)
    waiting = [situation.by_id[id] for id in step.invitations]
    draft.note_event(EventCode.word_asked, responders=tuple(i.responder for i in waiting), count=len(waiting))
    for invitation in waiting:
        lines = tuple(share.line for share in invitation.shares if share.pledged)
        draft.raise_task(TaskKind.vet, invitation=invitation.id, lines=lines, note=invitation.visitor)
    return draft.change(wake_at=now)


def clear_visitor(
    situation: Situation, invitation_id: str, officer: str, yes: bool, now: datetime
) -> Change | Refusal | None:
    """An officer gives their word about who comes, and they are told who and where; or does not, and others are asked.

    The same said twice is one answer (`None`).
    """
    invitation = situation.by_id.get(invitation_id)
    if invitation is None:
        return Refusal("unknown", "Nobody of that kind has been asked about this need.")
    if situation.need.closed:
        return Refusal("closed", f"{situation.need.id} is closed, so nobody is told anything any more.")
    if invitation.cleared if yes else invitation.reason is Reason.not_chosen:
        return None
    if not (invitation.promised and invitation.pledged):
        return Refusal("gone", "They no longer promise anything here, so there is nobody to give your word about.")
    draft = Draft(situation, now)
    lost = {str(share.line): share.pledged for share in invitation.shares if share.pledged}
    draft.note_event(
        EventCode.word_given if yes else EventCode.word_refused,
        by=f"officer:{officer}",
        responders=(invitation.responder,),
        lost={} if yes else lost,
    )
    finish_tasks_about(draft, invitation, TaskKind.vet)
    if yes:
        cleared = invitation.but(cleared=True)
        draft.put(cleared)
        draft.tell_responder(MessageKind.private_details, cleared)
        tell_resident_who_helps(draft)
    else:
        _release(draft, invitation)
    return draft.change(wake_at=now)


def _release(draft: Draft, invitation: Invitation) -> None:
    """Nobody else is to wonder why: they are thanked, not asked about this need again, and others are asked."""
    uncleared = invitation.but(cleared=False)
    released = end_promise(draft, uncleared, InvitationStatus.cancelled, Reason.not_chosen)
    draft.set_need(keep_from=tuple(dict.fromkeys([*draft.need.keep_from, invitation.responder])))
    draft.tell_responder(MessageKind.not_chosen, released)
    look_for_others(draft, invitation, released)


# --- two words at the door ------------------------------------------------------


def comes_home(situation: Situation, invitation: Invitation) -> bool:
    """Do they come to the resident's door with what they promise?"""
    lines = (situation.need.line(share.line) for share in invitation.shares if share.pledged)
    return invitation.promised and any(line.capability.at_home for line in lines)


def door_words(key: bytes, invitation: Invitation) -> str:
    """Two easy words that only the resident and this visitor know: `amber lantern`. Worked out anew, never kept.

    Whoever drops out takes their own words along and nobody else's.
    """
    mac = hmac.new(key, f"door|{invitation.need}|{invitation.cycle}|{invitation.id}".encode(), hashlib.sha256).digest()
    first = mac[0]
    second = mac[1] if mac[1] != first else (mac[1] + 1) % len(DOOR_WORDS)
    return f"{DOOR_WORDS[first]} {DOOR_WORDS[second]}"
