"""What a partner may answer, and what their answer comes to: promised, standby, refused, a question, done. Pure.

An answer says what somebody offers; what of it counts depends on what is still missing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from domain.changes import Refusal
from domain.choosing import chosen_by_officer
from domain.finishing import promised_of
from domain.invitations import Invitation, InvitationStatus, Reason
from domain.needs import Line
from domain.safeguarding import must_name
from domain.situations import Situation

MOST_CHANGES = 12  # of one invitation: each may stir many others, so after that people are asked to phone


class AnswerKind(StrEnum):
    """What a partner may say."""

    accept = "accept"
    part = "part"
    reject = "reject"
    question = "question"
    started = "started"
    done = "done"
    failed = "failed"
    concern = "concern"


HOW_IT_GOES = (AnswerKind.started, AnswerKind.done, AnswerKind.failed, AnswerKind.concern)


@dataclass(frozen=True)
class Answer:
    """One answer. `offers`: line to quantity, or how many they brought, once it is done. `agreed`: what the check page
    showed, line to (counts, standby)."""

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
        return f"{self.name}:\n{self.note}" if self.name and self.note else self.name or self.note or None

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
    """What one line's offer comes to now. `why` says why some of it stands by: late, filled or whole.

    `waits`: so much holds nothing until an officer has chosen. `ready_by`: when they can be there, if they say so.
    """

    line: Line
    offered: int
    pledged: int
    reserve: int
    why: str | None
    waits: int = 0
    ready_by: datetime | None = None


def answerable(situation: Situation, invitation: Invitation) -> Refusal | None:
    """Why this invitation cannot be answered any more, if it cannot."""
    if situation.need.closed:
        return Refusal("closed", "This request is closed, so there is nothing left to answer. Thank you.")
    if not any(situation.need.line(share.line).quantity for share in invitation.shares):
        return Refusal("dropped", "What we asked you for is no longer needed, so you do not have to answer. Thank you.")
    if invitation.version > MOST_CHANGES + situation.need.edition:
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
    """What they were asked for, without what is no longer needed; all of it, if nothing is."""
    lines = [situation.need.line(share.line) for share in invitation.shares]
    return [line for line in lines if line.quantity] or lines


def settle(situation: Situation, invitation: Invitation, answer: Answer, now: datetime) -> tuple[Settled, ...]:
    """What the answer's offers come to at this moment, line by line."""
    settled = []
    for line in asked_lines(situation, invitation):
        offered = _offer(situation, invitation, line, answer)
        if offered == 0:
            continue
        room = room_for(situation, invitation, line)
        own = invitation.share(line.number)
        said = _ready_by(invitation, line, answer)
        ready = said or (line.due if own and own.pledged else now)
        why: str | None = None
        if ready > line.due:
            pledged, why = 0, "late"
        elif not line.capability.split and room < line.quantity:
            pledged, why = 0, "filled"
        elif chosen_by_officer(line) and room:
            settled.append(_wait_to_be_chosen(situation, line, offered, own.pledged if own else 0, said))
            continue
        else:
            pledged = min(offered, room)
            why = "filled" if pledged < offered else None
        settled.append(Settled(line, offered, pledged, offered - pledged, why, ready_by=said))
    return tuple(settled)


def _ready_by(invitation: Invitation, line: Line, answer: Answer) -> datetime | None:
    """When they say they can be there. "Still all right" leaves it as they had said; but what a change has made too
    late, and nothing else, they can then bring in time."""
    share = invitation.share(line.number)
    if line.number in answer.ready_by or share is None or not _still_all_right(invitation, answer):
        return answer.ready_by.get(line.number)
    made_late = share.offered or share.was
    return None if made_late and share.ready_by and share.ready_by > line.due else share.ready_by


def _still_all_right(invitation: Invitation, answer: Answer) -> bool:
    """Is it a yes to the question whether what has changed is all right with them?"""
    return answer.kind is AnswerKind.accept and invitation.confirm_by is not None and invitation.promised


def _wait_to_be_chosen(
    situation: Situation, line: Line, offered: int, chosen: int, ready_by: datetime | None
) -> Settled:
    """What they were chosen for stays; more is an offer for as long as anything is missing, and then stands by."""
    pledged = min(offered, chosen)
    more = offered - pledged
    waits = more if situation.missing(line) else 0
    return Settled(line, offered, pledged, more - waits, "filled" if more > waits else None, waits, ready_by)


def _offer(situation: Situation, invitation: Invitation, line: Line, answer: Answer) -> int:
    """`accept` offers what was asked, as far as it is still missing; when nothing is, to stand by with all of it."""
    if answer.kind is not AnswerKind.accept or line.number in answer.offers:
        return answer.offers.get(line.number, 0)
    lines = asked_lines(situation, invitation)
    share = invitation.share(line.number)
    if share and _still_all_right(invitation, answer):
        return share.pledged + share.reserve + share.offered  # still all right: what they had promised, and no more
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
        somewhere = ", in at least one place" if len(lines) > 1 else ""
        return Refusal("invalid", f"Enter how many you can give{somewhere}.", f"quantity-{first}")
    says_yes = answer.kind in (AnswerKind.accept, AnswerKind.part)
    if says_yes and not answer.name and must_name(situation, invitation):
        return Refusal("invalid", "Enter the full name of whoever comes. The council looks at it first.", "name")
    if answer.kind is AnswerKind.question and not answer.note:
        return Refusal("invalid", "Enter your question.", "note")
    return _check_how_it_goes(situation, invitation, answer) if answer.kind in HOW_IT_GOES else None


def may_report(invitation: Invitation) -> tuple[AnswerKind, ...]:
    """What they may say of how it goes: only who has said yes can. A worry counts even from who dropped out since, or
    was let go: they may have been at the door."""
    kinds = []
    if invitation.has_promised:
        kinds = [AnswerKind.done, AnswerKind.failed]
    if invitation.pledged and invitation.status in (InvitationStatus.accepted, InvitationStatus.completed):
        kinds.append(AnswerKind.started)
    if invitation.promised or invitation.has_promised or _was_counted_on(invitation):
        kinds.append(AnswerKind.concern)
    return tuple(kinds)


def _was_counted_on(invitation: Invitation) -> bool:
    """Has something counted that they promised, before they dropped out, were let go or went elsewhere?"""
    counted = any(share.pledged or share.was for share in invitation.shares)
    return counted or invitation.reason in (Reason.withdrew, Reason.moved)


def _check_how_it_goes(situation: Situation, invitation: Invitation, answer: Answer) -> Refusal | None:
    """A report needs a promise; a worry needs words; nothing brought is not "done"."""
    began_before = answer.kind is AnswerKind.started and invitation.status is InvitationStatus.in_progress
    if answer.kind not in may_report(invitation) and not began_before:
        return Refusal(
            "invalid", "You have not promised anything here that counts. Say whether you can help.", "answer"
        )
    if answer.kind is AnswerKind.concern and not answer.note:
        return Refusal("invalid", "Enter what you are worried about.", "note")
    if answer.kind is AnswerKind.done and not any(delivered_of(invitation, answer).values()):
        first = next(share.line for share in invitation.shares)
        return Refusal(
            "invalid", "Enter how many you brought, or select that you could not do it.", f"quantity-{first}"
        )
    return None


def delivered_of(invitation: Invitation, answer: Answer) -> dict[int, int]:
    """What they brought, by line: as they say, else all they had promised."""
    return {share.line: answer.offers.get(share.line, promised_of(share)) for share in invitation.shares}
