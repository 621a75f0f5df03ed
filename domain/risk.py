"""What is most at risk comes first: the order of every list of needs. Pure.

1. Something is missing: the soonest due first.
2. All of it is promised, and somebody is still to bring it: first whoever's word is wanted first. A promise is at risk
   from the moment it should have been kept, or since they were asked about it and have not said.
3. All of it has been brought, and it waits to be closed: by when it was needed.
4. Closed: the newest first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from domain.invitations import Invitation, InvitationStatus
from domain.needs import Line, Need

SOON = timedelta(days=1)  # what is missing is at risk when it is due within a day
WHOLE = 100  # what each part of a need counts for: a lift no less than two hundred blankets
NEXT_WORD = timedelta(hours=2)  # a promise to be kept within two hours is worth an officer's eye


class Band(IntEnum):
    """How far a need has come: the lower, the more is at risk."""

    missing = 0
    promised = 1
    brought = 2
    closed = 3


@dataclass(frozen=True)
class Standing:
    """How a need stands in a list: its band, and the moment that orders it there; what is wanted, `WHOLE` for each part
    whatever its unit, and how much of that is promised or brought; whose word is wanted first, and from when on."""

    band: Band
    at: datetime
    needed: int
    covered: int
    word_at: datetime | None = None
    word_from: str | None = None


def standing_of(need: Need, invitations: Iterable[Invitation]) -> Standing:
    """How it stands, with the invitations of every cycle."""
    pledged = dict.fromkeys((line.number for line in need.lines), 0)
    words: list[tuple[datetime, str]] = []
    for invitation in invitations:
        for share in invitation.shares:
            pledged[share.line] += share.pledged
        if not need.closed and (moment := word_wanted_at(need, invitation)):
            words.append((moment, invitation.responder))
    word_at, word_from = min(words, default=(None, None))
    missing = [line.due for line in need.lines if pledged[line.number] < line.quantity]
    wanted = [line for line in need.lines if line.quantity]
    needed = WHOLE * len(wanted)
    covered = sum(_covered(line, pledged[line.number]) for line in wanted)
    band, at = _place(need, missing, word_at)
    return Standing(band, at, needed, covered, word_at, word_from)


def _covered(line: Line, pledged: int) -> int:
    """Of `WHOLE`, which only all of it is; anything at all counts."""
    if pledged >= line.quantity:
        return WHOLE
    return max(1, WHOLE * pledged // line.quantity) if pledged > 0 else 0


def _place(need: Need, missing: list[datetime], word_at: datetime | None) -> tuple[Band, datetime]:
    if need.closed:
        return Band.closed, need.closed_at or need.needed_by
    if missing:
        return Band.missing, min(missing)
    return (Band.promised, word_at) if word_at else (Band.brought, need.needed_by)


def word_wanted_at(need: Need, invitation: Invitation) -> datetime | None:
    """From when on somebody who promised owes a word; `None` if nothing they promise is still to come."""
    agreed = agreed_time(need, invitation)
    if agreed is None or not invitation.promised:
        return None
    if invitation.status is InvitationStatus.in_progress:  # they have said that they are at it
        agreed += need.playbook.follow_up.chase_after
    return min(moment for moment in (agreed, invitation.chased_at, invitation.confirm_by) if moment)


def agreed_time(need: Need, invitation: Invitation) -> datetime | None:
    """When the last of what they promised was to be there; `None` if nothing they promise counts."""
    return max(_times(need, invitation), default=None)


def _times(need: Need, invitation: Invitation) -> Iterator[datetime]:
    for share in invitation.shares:
        if share.pledged:
            yield share.ready_by or need.line(share.line).due


def at_risk(band: Band, at: datetime, now: datetime) -> bool:
    """Is it at risk now: missing and due within a day, or promised and a word about it overdue?"""
    return (band is Band.missing and at <= now + SOON) or (band is Band.promised and at <= now)
