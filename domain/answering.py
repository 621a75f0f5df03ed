"""What a partner's answer comes to: promised, standby, refused, a question. Pure.

An answer says what somebody offers; what of it counts depends on what is still missing. Nobody is ever promised for
less, or more, than they saw: when that has changed since, the answer is not taken and the present is shown (`Shown`).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from domain.changes import Change, Draft, Refusal
from domain.events import EventCode
from domain.handing_over import raise_task
from domain.invitations import Invitation, InvitationStatus, Reason, Share
from domain.messages import Message, MessageKind
from domain.needs import Line
from domain.officers import TaskKind
from domain.responders import Responder
from domain.situations import Situation

MOST_CHANGES = 12  # of one invitation: each may stir many others, so after that people are asked to phone


class AnswerKind(StrEnum):
    """What a partner may say."""

    accept = "accept"
    part = "part"
    reject = "reject"
    question = "question"


@dataclass(frozen=True)
class Answer:
    """One answer. `offers`: line to quantity. `agreed`: what the check page showed, line to (counts, standby)."""

    kind: AnswerKind
    offers: dict[int, int] = field(default_factory=dict)
    ready_by: dict[int, datetime] = field(default_factory=dict)
    reason: Reason | None = None
    note: str | None = None
    name: str | None = None
    agreed: dict[int, tuple[int, int]] | None = None
    page_version: int | None = None
    by: str = "partner"

    @property
    def words(self) -> str | None:
        """What they wrote, with who wrote it: private."""
        return "\n".join(part for part in (f"{self.name}:" if self.name else "", self.note or "") if part) or None

    @property
    def fingerprint(self) -> str:
        """The same for the same click twice."""
        said = (
            self.kind,
            sorted(self.offers.items()),
            sorted(self.ready_by.items()),
            self.reason,
            self.note,
            self.name,
        )
        return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Settled:
    """What one line's offer comes to now. `why` says why some of it stands by: late, filled or whole."""

    line: Line
    offered: int
    pledged: int
    reserve: int
    why: str | None


def answerable(situation: Situation, invitation: Invitation) -> Refusal | None:
    """Why this invitation cannot be answered any more, if it cannot."""
    if situation.need.closed:
        return Refusal("closed", "This request is closed, so there is nothing left to answer. Thank you.")
    if invitation.version > MOST_CHANGES:
        return Refusal("often", "Your answer has been changed many times. Please phone us to change it again.")
    newer = any(i.responder == invitation.responder and i.cycle > invitation.cycle for i in situation.invitations)
    if newer:
        return Refusal("newer", "We have sent you a newer message about this request. Use the link in that one.")
    return None


def room_for(situation: Situation, invitation: Invitation, line: Line) -> int:
    """How much of `line` is still missing if what this responder has promised so far is left out."""
    own = invitation.share(line.number)
    return situation.missing(line) + (own.pledged if own else 0)


def asked_lines(situation: Situation, invitation: Invitation) -> list[Line]:
    return [situation.need.line(share.line) for share in invitation.shares]


def settle(situation: Situation, invitation: Invitation, answer: Answer, now: datetime) -> tuple[Settled, ...]:
    """What the answer's offers come to at this moment, line by line."""
    settled = []
    for line in asked_lines(situation, invitation):
        offered = _offer(situation, invitation, line, answer)
        if offered == 0:
            continue
        room = room_for(situation, invitation, line)
        own = invitation.share(line.number)
        ready = answer.ready_by.get(line.number, line.due if own and own.pledged else now)
        why: str | None = None
        if ready > line.due:
            pledged, why = 0, "late"
        elif not line.capability.split and room < line.quantity:
            pledged, why = 0, "filled"
        else:
            pledged = min(offered, room)
            why = "filled" if pledged < offered else None
        settled.append(Settled(line, offered, pledged, offered - pledged, why))
    return tuple(settled)


def _offer(situation: Situation, invitation: Invitation, line: Line, answer: Answer) -> int:
    """`accept` offers what was asked, as far as it is still missing; when nothing is, to stand by with all of it."""
    if answer.kind is not AnswerKind.accept or line.number in answer.offers:
        return answer.offers.get(line.number, 0)
    lines = asked_lines(situation, invitation)
    share = invitation.share(line.number)
    asked = line.quantity if share is None or not line.capability.split else share.asked
    if not any(room_for(situation, invitation, other) for other in lines):
        return asked
    room = room_for(situation, invitation, line)
    return min(asked, room) if line.capability.split or room == line.quantity else 0


def check_answer(situation: Situation, invitation: Invitation, answer: Answer) -> Refusal | None:
    """What is wrong with the answer itself, with the form's field as the place."""
    lines = {line.number: line for line in asked_lines(situation, invitation)}
    if stray := next((n for n in answer.offers if n not in lines), None):
        return Refusal("invalid", "You were not asked about this.", f"quantity-{stray}")
    for number, offered in answer.offers.items():
        line = lines[number]
        if offered < 0 or offered > 100_000:
            return Refusal("invalid", "Enter a whole number from 0 to 100,000.", f"quantity-{number}")
        if offered and not line.capability.split and offered != line.quantity:
            return Refusal(
                "invalid", f"This cannot be shared out: offer all of it ({line.amount}) or 0.", f"quantity-{number}"
            )
    gives = answer.kind is AnswerKind.accept and any(n not in answer.offers for n in lines)
    if answer.kind in (AnswerKind.accept, AnswerKind.part) and not gives and not any(answer.offers.values()):
        first = next(iter(lines))
        return Refusal("invalid", "Enter how many you can give, in at least one place.", f"quantity-{first}")
    if answer.kind is AnswerKind.question and not answer.note:
        return Refusal("invalid", "Enter your question.", "note")
    return None


def take_answer(
    situation: Situation, invitation_id: str, answer: Answer, responder: Responder, now: datetime
) -> Change | Refusal | None:
    """Record an answer, or refuse it with what is true now. The same answer sent twice is the same answer (`None`)."""
    invitation = situation.by_id[invitation_id]
    if _is_same_answer(situation, invitation, answer, now):
        return None
    if refusal := answerable(situation, invitation) or check_answer(situation, invitation, answer):
        return refusal
    if answer.page_version is not None and answer.page_version != invitation.version:
        return Refusal("stale", "Something has changed since you opened this page. This is how it stands now.")
    draft = Draft(situation, now)
    match answer.kind:
        case AnswerKind.reject:
            return _record_no(draft, invitation, answer)
        case AnswerKind.question:
            return _record_question(draft, invitation, answer)
        case _:
            return _record_yes(draft, invitation, answer, responder)


def _is_same_answer(situation: Situation, invitation: Invitation, answer: Answer, now: datetime) -> bool:
    """Sent twice from one page; or the same again from a fresh page, as long as it comes to what it came to."""
    released = invitation.status is InvitationStatus.cancelled
    if invitation.fingerprint != answer.fingerprint or situation.need.closed or released:
        return False
    if answer.page_version not in (None, invitation.version) or answer.kind not in (AnswerKind.accept, AnswerKind.part):
        return True
    comes_to = {s.line.number: (s.pledged, s.reserve) for s in settle(situation, invitation, answer, now)}
    return all((s.pledged, s.reserve) == comes_to.get(s.line, (0, 0)) for s in invitation.shares)


def _record_yes(draft: Draft, invitation: Invitation, answer: Answer, responder: Responder) -> Change | Refusal:
    situation = draft.situation
    settled = settle(situation, invitation, answer, draft.now)
    if lost := next(
        (s.line for s in settled if not responder.may_give(s.line.capability, situation.local_day(draft.now))), None
    ):
        return Refusal(
            "check",
            f"Our records no longer show what is required for this: {lost.capability.title.lower()}. Please phone us.",
        )
    if refusal := _not_as_shown(situation, answer, settled):
        return refusal
    note = draft.keep_note(answer.words) if answer.words else None
    by_line = {s.line.number: s for s in settled}
    shares = tuple(_filled(share, by_line.get(share.line), answer) for share in invitation.shares)
    accepted = invitation.but(
        status=InvitationStatus.accepted,
        reason=None,
        version=invitation.version + 1,
        shares=shares,
        answered_at=draft.now,
        answered_by=answer.by,
        fingerprint=answer.fingerprint,
        note=note or invitation.note,
    )
    draft.note_event(
        EventCode.said_yes,
        by=answer.by,
        responders=(invitation.responder,),
        lines=tuple(by_line),
        note=note,
        pledged={str(n): s.pledged for n, s in by_line.items() if s.pledged},
        reserve={str(n): s.reserve for n, s in by_line.items() if s.reserve},
        late=any(s.why == "late" for s in settled),
        changed=invitation.answered_at is not None,
    )
    draft.put(accepted)
    _look_for_others(draft, invitation, accepted)
    draft.tell_responder(MessageKind.receipt, accepted)
    if accepted.pledged and not invitation.pledged:
        draft.tell_responder(MessageKind.private_details, accepted)
    return draft.change(wake_at=draft.now)


def _look_for_others(draft: Draft, before: Invitation, after: Invitation) -> None:
    """A line that loses a promise is handed over anew when nobody is left to ask, unless its task still waits."""
    waiting = {n for task in draft.situation.open_tasks if task.kind is TaskKind.hand_over for n in task.lines}
    lost = {s.line for s, t in zip(before.shares, after.shares, strict=True) if t.pledged < s.pledged}
    draft.set_lines(tuple(lost - waiting), handed_over=False)


def _filled(share: Share, settled: Settled | None, answer: Answer) -> Share:
    if settled is None:
        return share.but(pledged=0, reserve=0, ready_by=None)
    return share.but(pledged=settled.pledged, reserve=settled.reserve, ready_by=answer.ready_by.get(share.line))


def _not_as_shown(situation: Situation, answer: Answer, settled: tuple[Settled, ...]) -> Refusal | None:
    """Without a check page an answer is taken only if all of it counts; with one, if it still comes to the same."""
    comes_to = {s.line.number: (s.pledged, s.reserve) for s in settled}
    shown = answer.agreed
    if shown is None:
        shown = {s.line.number: (s.offered, 0) for s in settled}
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


def _record_no(draft: Draft, invitation: Invitation, answer: Answer) -> Change:
    """A no after a yes is a withdrawal: what was promised is missing again."""
    withdraws = invitation.status is InvitationStatus.accepted
    note = draft.keep_note(answer.words) if answer.words else None
    shares = tuple(share.but(pledged=0, reserve=0, ready_by=None) for share in invitation.shares)
    code = EventCode.withdrew if withdraws else EventCode.said_no
    draft.note_event(
        code,
        by=answer.by,
        responders=(invitation.responder,),
        note=note,
        reason=answer.reason.value if answer.reason else None,
        lost={str(s.line): s.pledged for s in invitation.shares if s.pledged},
    )
    rejected = invitation.but(
        status=InvitationStatus.rejected,
        reason=Reason.withdrew if withdraws else answer.reason,
        shares=shares,
        version=invitation.version + 1,
        answered_at=draft.now,
        answered_by=answer.by,
        fingerprint=answer.fingerprint,
        note=note or invitation.note,
    )
    draft.put(rejected)
    _look_for_others(draft, invitation, rejected)
    draft.tell_responder(MessageKind.receipt, rejected)
    return draft.change(wake_at=draft.now)


def _record_question(draft: Draft, invitation: Invitation, answer: Answer) -> Change:
    """A question holds nothing: an officer answers it, and who was asked counts as unable for now.

    A promise made stays; so does a no, and that somebody was released.
    """
    note = draft.keep_note(answer.words or "")
    draft.note_event(EventCode.asked_question, by=answer.by, responders=(invitation.responder,), note=note)
    asked = invitation.but(version=invitation.version + 1, fingerprint=answer.fingerprint, note=note)
    if asked.open:
        asked = asked.but(reason=Reason.question)
    draft.put(asked)
    _pass_question_on(draft, invitation, note)
    draft.tell_responder(MessageKind.receipt, asked)
    return draft.change(wake_at=draft.now)


def _pass_question_on(draft: Draft, invitation: Invitation, note: str) -> None:
    """One task for one asker: a second question before anybody has taken the first joins it."""
    for task in draft.situation.open_tasks:
        if task.kind is TaskKind.question and task.invitation == invitation.id:
            draft.put_task(task.but(note=note))
            return
    draft.raise_task(TaskKind.question, invitation=invitation.id, note=note)


def record_undeliverable(situation: Situation, now: datetime, *, message: Message, contacts: int) -> Change | None:
    """A dead address is a no: the next of the responder's `contacts` is asked; after the last, the next responder.

    Whoever has promised, or must hear not to set out, is phoned by an officer instead.
    """
    invitation = situation.by_id.get(message.invitation or "")
    if invitation is None or invitation.contact != message.contact:
        return None
    must_hear = invitation.status is InvitationStatus.accepted or message.kind is MessageKind.call_off
    if situation.need.closed and not must_hear:
        return None
    if message.contact + 1 < contacts:
        return _try_next_contact(Draft(situation, now), invitation, message)
    if must_hear:
        return raise_task(situation, now, kind=TaskKind.call_partner, invitation=invitation.id)
    if not invitation.open:
        return None
    draft = Draft(situation, now)
    draft.note_event(EventCode.undeliverable, responders=(invitation.responder,))
    draft.put(
        invitation.but(
            status=InvitationStatus.rejected,
            reason=Reason.undeliverable,
            shares=tuple(share.but(reserve=0) for share in invitation.shares),
            version=invitation.version + 1,
            answered_at=now,
        )
    )
    return draft.change(wake_at=now)


def _try_next_contact(draft: Draft, invitation: Invitation, message: Message) -> Change:
    again = invitation.but(contact=message.contact + 1)
    draft.note_event(EventCode.next_contact, responders=(invitation.responder,), contact=again.contact)
    draft.put(again)
    if invitation.open:
        draft.tell_responder(MessageKind.invitation, again)
    elif invitation.status is InvitationStatus.accepted:
        draft.tell_responder(MessageKind.receipt, again)
        if invitation.pledged:
            draft.tell_responder(MessageKind.private_details, again)
    elif message.kind is MessageKind.call_off:
        draft.tell_responder(MessageKind.call_off, again, urgent=True)
    return draft.change(wake_at=draft.now)
