"""A partner's answer is taken, or refused with what is true now. Pure.

Nobody is ever promised for less, or more, than they saw: when that has changed since, the answer is not taken and the
present is shown.
"""

from __future__ import annotations

from datetime import datetime

from domain.answering import Answer, AnswerKind, Settled, answerable, check_answer, delivered_of, may_report, settle
from domain.changes import Change, Draft, Refusal
from domain.ending import end_promise, keep_promise
from domain.events import EventCode
from domain.finishing import record_done, record_failed, record_started, record_worry, worries_waiting
from domain.invitations import Invitation, InvitationStatus, Reason, Share
from domain.messages import MessageKind
from domain.officers import TaskKind
from domain.reopening import look_for_others
from domain.responders import Responder
from domain.safeguarding import may_give_when_due, must_name, name_visitor, tell_private_details
from domain.situations import Situation

SAYS_YES = (AnswerKind.accept, AnswerKind.part)
COULD_NOT = (AnswerKind.reject, AnswerKind.failed)  # from who has told us already, both say the same


def take_answer(
    situation: Situation, invitation_id: str, answer: Answer, responder: Responder, now: datetime
) -> Change | Refusal | None:
    """Record an answer, or refuse it with what is true now. The same answer sent twice is the same answer (`None`)."""
    invitation = situation.by_id[invitation_id]
    if _is_same_answer(situation, invitation, answer, now):
        return None
    if refusal := _why_not(situation, invitation, answer):
        return refusal
    draft = Draft(situation, now)
    match answer.kind:
        case AnswerKind.reject if not invitation.has_promised or invitation.promised:
            return _record_no(draft, invitation, answer)
        case AnswerKind.question:
            return _record_question(draft, invitation, answer)
        case AnswerKind.accept | AnswerKind.part:
            return _record_yes(draft, invitation, answer, responder)
        case _:
            return _record_how_it_goes(draft, invitation, answer)


def _why_not(situation: Situation, invitation: Invitation, answer: Answer) -> Refusal | None:
    """A worry is taken from a page however old, and of a need that is closed: somebody may be in danger."""
    if answer.kind is AnswerKind.concern and answer.kind in may_report(invitation):
        return check_answer(situation, invitation, answer)
    if refusal := answerable(situation, invitation) or check_answer(situation, invitation, answer):
        return refusal
    if answer.page_version not in (None, invitation.version):
        return Refusal("stale", "Something has changed since you opened this page. This is how it stands now.")
    return None


def _is_same_answer(situation: Situation, invitation: Invitation, answer: Answer, now: datetime) -> bool:
    """Sent twice from one page; or the same again from a fresh page, as long as it comes to what it came to."""
    if answer.kind is AnswerKind.concern:
        return _is_same_worry(situation, invitation, answer)
    if answer.kind in COULD_NOT and invitation.reason is Reason.could_not and not answer.note:
        return True  # they have told us, whatever the reason they now give
    released = invitation.status is InvitationStatus.cancelled
    if invitation.fingerprint != answer.fingerprint or released or situation.need.closed:
        return False
    if invitation.confirm_by and answer.page_version == invitation.version:
        return False  # the same as before the change is a new answer: it is still all right
    if answer.page_version not in (None, invitation.version) or answer.kind not in SAYS_YES:
        return True
    comes_to = {s.line.number: (s.pledged, s.reserve, s.waits) for s in settle(situation, invitation, answer, now)}
    return all((s.pledged, s.reserve, s.offered) == comes_to.get(s.line, (0, 0, 0)) for s in invitation.shares)


def _is_same_worry(situation: Situation, invitation: Invitation, answer: Answer) -> bool:
    """In the same words, and either sent twice from one page or not seen to yet."""
    from_a_fresh_page = answer.page_version == invitation.version
    seen_to = not worries_waiting(situation, invitation)
    return invitation.fingerprint == answer.fingerprint and not (from_a_fresh_page and seen_to)


# --- yes ----------------------------------------------------------------------


def _record_yes(draft: Draft, invitation: Invitation, answer: Answer, responder: Responder) -> Change | Refusal:
    settled = settle(draft.situation, invitation, answer, draft.now)
    if refusal := _may_not(draft, responder, settled) or _not_as_shown(draft.situation, answer, settled):
        return refusal
    note = draft.keep_note(answer.words) if answer.words else None
    accepted = _accepted(draft, invitation, answer, settled, note)
    _note_yes(draft, invitation, answer, settled, note)
    keep_promise(draft, accepted)
    look_for_others(draft, invitation, accepted)
    if note and answer.note and answer.by == "partner":
        _pass_words_on(draft, invitation, note)
    draft.tell_responder(MessageKind.receipt, accepted)
    unheard = invitation.confirm_by or invitation.fingerprint is None  # of a change since: the address may be another
    if accepted.pledged and (not invitation.pledged or unheard):
        tell_private_details(draft, accepted)
    return draft.change(wake_at=draft.now)


def _may_not(draft: Draft, responder: Responder, settled: tuple[Settled, ...]) -> Refusal | None:
    """They are kept apart from this resident, or their check does not hold on the day."""
    situation = draft.situation
    if responder.id in situation.need.keep_from:
        return Refusal("apart", "This cannot be settled online. Please phone us before you do anything about it.")
    if lost := next((s.line for s in settled if not may_give_when_due(situation, responder, s.line, draft.now)), None):
        return Refusal(
            "check",
            f"Our records no longer show what is required for this: {lost.capability.title_inside}. Please phone us.",
        )
    return None


def _accepted(
    draft: Draft, invitation: Invitation, answer: Answer, settled: tuple[Settled, ...], note: str | None
) -> Invitation:
    """Their promise as it stands from now on. A word about a change, or a move, is given by it."""
    by_line = {s.line.number: s for s in settled}
    accepted = _heard(draft, invitation, answer, note).but(
        status=InvitationStatus.accepted,
        reason=None,
        shares=tuple(_filled(share, by_line.get(share.line)) for share in invitation.shares),
        chased_at=None,
        confirm_by=None,
        moving=None,
    )
    return name_visitor(draft, accepted, answer.name) if must_name(draft.situation, invitation) else accepted


def _heard(draft: Draft, invitation: Invitation, answer: Answer, note: str | None) -> Invitation:
    """Who answered, when, and in which words."""
    return invitation.but(
        version=invitation.version + 1,
        answered_at=draft.now,
        answered_by=answer.by,
        fingerprint=answer.fingerprint,
        note=note or invitation.note,
    )


def _note_yes(
    draft: Draft, invitation: Invitation, answer: Answer, settled: tuple[Settled, ...], note: str | None
) -> None:
    draft.note_event(
        EventCode.said_yes,
        by=answer.by,
        responders=(invitation.responder,),
        lines=tuple(s.line.number for s in settled),
        note=note,
        pledged={str(s.line.number): s.pledged for s in settled if s.pledged},
        reserve={str(s.line.number): s.reserve for s in settled if s.reserve},
        offered={str(s.line.number): s.waits for s in settled if s.waits},
        late=any(s.why == "late" for s in settled),
        changed=invitation.answered_at is not None,
        still=invitation.confirm_by is not None and answer.kind is AnswerKind.accept,
    )


def _filled(share: Share, settled: Settled | None) -> Share:
    if settled is None:
        return share.but(pledged=0, reserve=0, offered=0, delivered=0, lost=0, was=0, ready_by=None)
    return share.but(
        pledged=settled.pledged,
        reserve=settled.reserve,
        offered=settled.waits,
        delivered=0,
        lost=0,
        was=0,
        ready_by=settled.ready_by,
    )


def _not_as_shown(situation: Situation, answer: Answer, settled: tuple[Settled, ...]) -> Refusal | None:
    """Without a check page an answer is taken only if all of it counts; with one, if it still comes to the same."""
    comes_to = {s.line.number: (s.pledged, s.reserve) for s in settled}
    shown = answer.agreed
    if shown is None:
        shown = {s.line.number: (s.offered - s.waits, 0) for s in settled}
    if comes_to == shown:
        return None
    if not any(pledged for pledged, _ in comes_to.values()):
        return Refusal(
            "filled",
            "Thank you. Others have covered this in the meantime, so it is no longer needed. "
            "You can stand by in case somebody drops out.",
        )
    if any(comes_to.get(n, (0, 0))[0] > pledged for n, (pledged, _) in shown.items()):
        return Refusal("stale", "Something has changed since you opened this page. This is how it stands now.")
    return Refusal(
        "less",
        "Thank you. Others have answered in the meantime, so less is needed now. Check what your answer comes to.",
    )


# --- no, and how it goes --------------------------------------------------------


def _record_no(draft: Draft, invitation: Invitation, answer: Answer) -> Change:
    """A no after a yes is a withdrawal: what was promised is missing again."""
    withdraws = invitation.promised
    note = draft.keep_note(answer.words) if answer.words else None
    draft.note_event(
        EventCode.withdrew if withdraws else EventCode.said_no,
        by=answer.by,
        responders=(invitation.responder,),
        note=note,
        reason=answer.reason.value if answer.reason else None,
        lost={str(s.line): s.pledged for s in invitation.shares if s.pledged},
    )
    reason = Reason.withdrew if withdraws else answer.reason
    heard = _heard(draft, invitation, answer, note)
    rejected = end_promise(draft, heard, InvitationStatus.rejected, reason)
    look_for_others(draft, invitation, rejected)
    draft.tell_responder(MessageKind.receipt, rejected)
    return draft.change(wake_at=draft.now)


def _record_how_it_goes(draft: Draft, invitation: Invitation, answer: Answer) -> Change:
    """Begun, done, could not be done (or a no to what was said to be done), or a worry."""
    note = draft.keep_note(answer.words) if answer.words else None
    heard = _heard(draft, invitation, answer, note)
    match answer.kind:
        case AnswerKind.started:
            return record_started(draft, heard, by=answer.by)
        case AnswerKind.done:
            return record_done(draft, heard, delivered_of(invitation, answer), by=answer.by)
        case AnswerKind.concern:
            unsettled = invitation.but(version=heard.version, fingerprint=heard.fingerprint)
            return record_worry(draft, unsettled, note or "", by=answer.by)
        case _:
            return record_failed(draft, heard, by=answer.by)


# --- a question, and words ---------------------------------------------------------


def _record_question(draft: Draft, invitation: Invitation, answer: Answer) -> Change:
    """A question holds nothing: an officer answers it, and who was asked counts as unable for now.

    A promise made stays; so does a no, and that somebody was released.
    """
    note = draft.keep_note(answer.words or "")
    draft.note_event(EventCode.asked_question, by=answer.by, responders=(invitation.responder,), note=note)
    asked = invitation.but(version=invitation.version + 1, fingerprint=answer.fingerprint, note=note)
    if asked.chased_at:
        asked = asked.but(chased_at=draft.now)  # a question is not silence
    if asked.open:
        asked = asked.but(reason=Reason.question)
    draft.put(asked)
    _pass_words_on(draft, invitation, note)
    draft.tell_responder(MessageKind.receipt, asked)
    return draft.change(wake_at=draft.now)


def _pass_words_on(draft: Draft, invitation: Invitation, note: str) -> None:
    """A person reads a question, and what somebody wrote with their yes. One task for one asker: words that come before
    anybody has taken it join it."""
    for task in draft.situation.open_tasks:
        if task.kind is TaskKind.question and task.invitation == invitation.id:
            draft.put_task(task.but(note=note))
            return
    draft.raise_task(TaskKind.question, invitation=invitation.id, note=note)
