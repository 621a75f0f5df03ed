"""One notification to one recipient: decided here, kept in the outbox, worded in notifications/."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from enum import StrEnum

from domain.values import Value


class MessageKind(StrEnum):
    """What a message is for. Each has a folder of this name (with _ for -) in notifications/."""

    invitation = "invitation"
    lines_added = "lines-added"
    reminder = "reminder"
    reserve_call = "reserve-call"
    receipt = "receipt"
    chase = "chase"
    new_link = "new-link"
    private_details = "private-details"
    chosen = "chosen"
    not_chosen = "not-chosen"
    stand_down = "stand-down"
    call_off = "call-off"
    changed = "changed"
    reduced = "reduced"
    transfer = "transfer"
    thanks = "thanks"
    resident_received = "resident-received"
    resident_covered = "resident-covered"
    resident_delayed = "resident-delayed"
    resident_asked = "resident-asked"
    resident_closed = "resident-closed"
    officer_task = "officer-task"
    task_passed = "task-passed"
    task_over = "task-over"
    folded = "folded"
    folded_stand_down = "folded-stand-down"


ASKS = frozenset({MessageKind.invitation, MessageKind.lines_added, MessageKind.reminder, MessageKind.reserve_call})


class Channel(StrEnum):
    """How a message travels."""

    email = "email"
    sms = "sms"


class NoWay(StrEnum):
    """Why somebody cannot be reached by a channel: kept beside the message that was not sent. No fault of a server."""

    email = "no address on file"
    phone = "no phone number on file"
    mobile = "a landline is not texted"
    texts = "no text messages are sent from here"


def ways(kind: MessageKind, *, urgent: bool) -> tuple[Channel, ...]:
    """How a message travels: what somebody must hear at once, wherever they are, by e-mail and by text message."""
    both = kind is MessageKind.call_off or (kind is MessageKind.officer_task and urgent)
    return (Channel.email, Channel.sms) if both else (Channel.email,)


HEARD_WITHIN = timedelta(minutes=15)
A_DAY = timedelta(days=1)


def ought_to_be_heard_of(now: datetime) -> tuple[datetime, datetime]:
    """A channel that tells what becomes of its messages has told by now of those it took from the first of these
    moments to the second; what it has not told of for longer, it never will."""
    return now - A_DAY, now - HEARD_WITHIN


class Message(Value):
    """One outbox row as it was decided. `to` is `responder:ID`, `resident` or `officer:ID`: never an address."""

    id: str
    need: str
    kind: MessageKind
    to: str
    seq: int
    created_at: datetime
    urgent: bool = False
    contact: int = 0
    invitation: str | None = None
    task: str | None = None
    channel: Channel = Channel.email

    @property
    def to_resident(self) -> bool:
        return self.to == "resident"

    @property
    def to_officer(self) -> str:
        """The id of the officer it goes to; empty if it goes to somebody else."""
        return self._id_of("officer")

    @property
    def to_responder(self) -> str:
        """The id of the responder it goes to; empty if it goes to somebody else."""
        return self._id_of("responder")

    def _id_of(self, kind: str) -> str:
        found, _, id = self.to.partition(":")
        return id if found == kind else ""


def message_id(
    kind: MessageKind,
    need: str,
    to: str,
    contact: int,
    about: str | None,
    seq: int,
    channel: Channel = Channel.email,
) -> str:
    """The same for the same cause, kind, contact and channel, so that a decision made twice sends once.

    It begins with the need's reference, so that whoever holds an id knows where the message is kept.
    """
    by = "" if channel is Channel.email else f"|{channel}"
    cause = hashlib.sha256(f"{kind}|{need}|{to}|{contact}|{about}|{seq}{by}".encode()).hexdigest()
    return f"{need}-{cause[:24]}"


def need_of(message_id: str) -> str:
    """The reference of the need that a message is about."""
    return message_id.rpartition("-")[0]
