"""One responder asked about one need in one cycle: what they were asked and what they said."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from enum import StrEnum

from domain.values import Value


class InvitationStatus(StrEnum):
    """The words of a FHIR Task."""

    requested = "requested"
    accepted = "accepted"
    rejected = "rejected"
    cancelled = "cancelled"
    in_progress = "in-progress"
    completed = "completed"
    failed = "failed"


class Reason(StrEnum):
    """Why an invitation has the status it has, where the status alone does not say."""

    at_capacity = "at-capacity"
    not_available = "not-available"
    out_of_area = "out-of-area"
    not_suitable = "not-suitable"
    other = "other"
    withdrew = "withdrew"
    could_not = "could-not"
    no_answer = "no-answer"
    not_received = "not-received"
    changed = "changed"
    not_chosen = "not-chosen"
    moved = "moved"
    less = "less"
    undeliverable = "undeliverable"
    complained = "complained"
    away = "away"
    question = "question"
    reserve_called = "reserve-called"
    covered = "covered"
    closed = "closed"
    withdrawn = "withdrawn"


PARTNER_REASONS = (Reason.at_capacity, Reason.not_available, Reason.out_of_area, Reason.not_suitable, Reason.other)


class Share(Value):
    """One line of an invitation: how much was asked for, and how much of it this responder gives.

    `pledged` counts. `reserve` stands by and does not count. `offered` waits for an officer to choose and does not
    count. `delivered` is what they said they brought. `lost` had been pledged and did not come; `was`, before it ended,
    less was needed or it was needed sooner. `expected` is what asking was worth when it was decided.
    """

    line: int
    round: int
    asked: int
    expected: float
    pledged: int = 0
    reserve: int = 0
    offered: int = 0
    delivered: int = 0
    lost: int = 0
    was: int = 0
    ready_by: datetime | None = None

    def waits_in_time(self, due: datetime) -> bool:
        """Is something offered that would be there when it is due?"""
        return self.offered > 0 and (self.ready_by is None or self.ready_by <= due)


class Ranked(Value):
    """Why this responder was chosen: their place in the fair order, asks that week, how far, how often such say yes."""

    place: int
    of: int
    asks: int
    km: float | None = None
    says_yes: float


class Moving(Value):
    """They have been asked to take so much of one line to another need instead; until they say yes nothing moves.

    `summary`, `area` and `due` are the other need's, as it stood when they were asked. Without a word by `answer_by` an
    officer phones; it is `None` once one has been asked to.
    """

    need: str
    line: int
    quantity: int
    asked_at: datetime
    answer_by: datetime | None
    summary: str
    area: str
    due: datetime

    def is_like(self, other: Moving) -> bool:
        """Is it the same question, whenever it was asked?"""
        return self.but(asked_at=other.asked_at, answer_by=other.answer_by) == other


class Invitation(Value):
    """One responder asked about one need in one cycle.

    `remind_from`: no reminder before, as they want to be left alone until then; `call_from`: no call from the reserve
    before, likewise. `held_for`: how long the need was on hold while they were asked, which does not count.
    `confirm_by`: time or place has changed, and until then they are asked whether it is still all right. `cleared`: an
    officer gave their word about the person they named, so private details may go. `visitor` is the private note with
    that name. `counted`: their answer, or their silence, has gone into how often such responders say yes.
    """

    id: str
    need: str
    responder: str
    cycle: int
    kid: str
    version: int = 1
    status: InvitationStatus = InvitationStatus.requested
    reason: Reason | None = None
    asked_at: datetime
    answer_by: datetime
    reminded_at: datetime | None = None
    remind_from: datetime | None = None
    shares: tuple[Share, ...]
    contact: int = 0
    answered_at: datetime | None = None
    answered_by: str | None = None
    fingerprint: str | None = None
    note: str | None = None
    why: Ranked | None = None
    call_from: datetime | None = None
    chased_at: datetime | None = None
    held_for: timedelta = timedelta(0)
    confirm_by: datetime | None = None
    moving: Moving | None = None
    cleared: bool = False
    visitor: str | None = None
    counted: bool = False

    @property
    def promised(self) -> bool:
        """Said yes, or is at it: they are still expected to bring what they pledged."""
        return self.status in (InvitationStatus.accepted, InvitationStatus.in_progress)

    @property
    def open(self) -> bool:
        """Asked, and neither answered nor released: still answerable, a question included."""
        return self.status is InvitationStatus.requested

    @property
    def over(self) -> bool:
        """Neither to be answered nor to be kept any more; a late yes changes that."""
        return not (self.open or self.promised)

    @property
    def awaited(self) -> bool:
        """Open, and an answer is to be expected: not of who has asked us something first, or is away for now."""
        return self.open and self.reason not in (Reason.question, Reason.away)

    @property
    def round(self) -> int:
        """The round it first came in."""
        return min(share.round for share in self.shares)

    @property
    def pledged(self) -> int:
        return sum(share.pledged for share in self.shares)

    @property
    def reported(self) -> bool:
        """Have they, or has an officer for them, said that it is done? Not if closing the need took it as done."""
        return self.status is InvitationStatus.completed and self.reason is not Reason.closed

    @property
    def has_promised(self) -> bool:
        """Have they said yes to something that counted, whatever has become of it since?"""
        after = (InvitationStatus.completed, InvitationStatus.failed)
        return (self.pledged > 0 and self.promised) or self.status in after

    @property
    def reserve(self) -> int:
        return sum(share.reserve for share in self.shares)

    @property
    def offered(self) -> int:
        return sum(share.offered for share in self.shares)

    def share(self, line: int) -> Share | None:
        """What this invitation says about line `line`, if it was asked about it."""
        return next((share for share in self.shares if share.line == line), None)

    def asked_share(self, line: int) -> Share:
        """What it says about a line it was asked about for certain; raises `LookupError`."""
        if share := self.share(line):
            return share
        raise LookupError(f"{self.id} was never asked about line {line}")


def invitation_id(need: str, cycle: int, responder: str) -> str:
    """The same for the same responder, need and cycle, so that nobody can be asked twice."""
    return "I" + hashlib.sha256(f"{need}|{cycle}|{responder}".encode()).hexdigest()[:20]
