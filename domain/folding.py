"""Fewer mails: what may wait a little, to leave in one message with others to the same contact."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from domain.invitations import Invitation
from domain.messages import ASKS, Channel, Message, MessageKind
from domain.needs import Need

TOGETHER = timedelta(minutes=10)  # after an ask, those that follow it wait for each other
THEIR_TIME = 10  # yet no ask waits longer than a tenth of the time its reader has to answer
SHORTEST = timedelta(seconds=5)  # a shorter wait gathers nothing
EVENING = time(18)


class Gathering(Enum):
    """What is gathered into one message: asks, or news that somebody is no longer needed."""

    asks = frozenset({MessageKind.invitation, MessageKind.reminder})
    endings = frozenset({MessageKind.stand_down})

    @property
    def counted(self) -> frozenset[MessageKind]:
        """After which kinds of message another one waits."""
        return ASKS if self is Gathering.asks else self.value


def gathering_of(message: Message, need: Need, invitation: Invitation | None) -> Gathering | None:
    """What this message may be gathered with; `None` if it leaves by itself, at once.

    Urgent messages never wait, nor do exercises mix with what is real, nor does anybody stand by longer than needed.
    """
    found = next((g for g in Gathering if message.kind in g.value), None)
    if found is None or invitation is None or message.urgent or need.exercise or message.channel is not Channel.email:
        return None
    if found is Gathering.asks:
        return found if _longest_wait(message, invitation) >= SHORTEST else None
    return found if invitation.answered_at is None else None


def ask_waits_until(message: Message, invitation: Invitation, last: datetime | None, now: datetime) -> datetime | None:
    """Until when an ask waits for company, `last` being when this contact was last sent one; `None`: it leaves now."""
    if last is None:
        return None
    until = min(last + TOGETHER, message.created_at + _longest_wait(message, invitation))
    return until if until > now else None


def _longest_wait(message: Message, invitation: Invitation) -> timedelta:
    return (invitation.answer_by - message.created_at) / THEIR_TIME


def ending_waits_until(need: Need, last: datetime | None, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Until when a stand-down waits for the evening; `None`: it is the day's first, or the evening comes too late."""
    today = now.astimezone(zone).date()
    evening = datetime.combine(today, EVENING, zone).astimezone(UTC)
    first = last is None or last.astimezone(zone).date() != today
    return None if first or now >= evening or need.last_due <= evening else evening
