"""How often those who are asked say yes: counted from what they said, cautious until there is enough of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.capabilities import Sector
from domain.invitations import Invitation, InvitationStatus, Reason
from domain.situations import Situation

# Before there is history of our own: cautious, so that enough are asked.
SAYS_YES = {
    Sector.provider: 0.5,
    Sector.public: 0.5,
    Sector.voluntary: 0.4,
    Sector.business: 0.3,
    Sector.community: 0.3,
    Sector.volunteer: 0.3,
}
CAUTION = 20  # a sector's history weighs as much as the figure above once so many of it have been heard
COMPANY = 5  # a responder's own history weighs as much as their sector's once they have been heard so often
SAID_YES = (InvitationStatus.accepted, InvitationStatus.in_progress, InvitationStatus.completed)


@dataclass(frozen=True)
class Heard:
    """Somebody who was asked has said yes, or has not. Counted once for each invitation."""

    responder: str
    yes: bool


@dataclass(frozen=True)
class Counted:
    """How many invitations have been heard about, and how many of them were a yes."""

    asked: int = 0
    yes: int = 0


def how_often(sector: Sector, own: Counted, sectors: Counted) -> float:
    """The share of asks that end in a yes: their own history, drawn towards their sector's, and that towards caution.

    Of 1, and never 0: whoever always says no is expected to give little, not nothing.
    """
    alike = (sectors.yes + CAUTION * SAYS_YES[sector]) / (sectors.asked + CAUTION)
    return round((own.yes + COMPANY * alike) / (own.asked + COMPANY), 4)


def newly_heard(
    situation: Situation, changed: Mapping[str, Invitation], now: datetime
) -> tuple[dict[str, Invitation], tuple[Heard, ...]]:
    """What a change tells about those who were asked, and the invitations marked as counted. Exercises tell nothing."""
    if situation.need.exercise:
        return {}, ()
    marked: dict[str, Invitation] = {}
    heard: list[Heard] = []
    for before in situation.invitations:
        after = changed.get(before.id, before)
        yes = _says(before, after, now)
        if yes is not None:
            marked[before.id] = after.but(counted=True)
            heard.append(Heard(before.responder, yes))
    return marked, tuple(heard)


def _says(before: Invitation, after: Invitation, now: datetime) -> bool | None:
    """A first answer, or silence once their time is up. A dead address, and being released early, say nothing."""
    if before.counted or not before.open:
        return None
    if after.status in SAID_YES:
        return True
    if after.status is InvitationStatus.rejected:
        return None if after.reason is Reason.undeliverable else False
    return False if before.awaited and before.answer_by <= now else None
