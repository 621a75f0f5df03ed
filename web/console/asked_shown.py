"""Who was asked about a need, round by round, as its page shows it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from domain.invitations import Invitation, InvitationStatus, Reason
from domain.labels import begin_great, begin_small, label_invitation
from domain.situations import Situation
from domain.standing import asked_since, gives, said_of
from domain.values import plural
from web.site import Site

FIRST_SHOWN = 12  # of each round; the others are folded
ORDER = (
    InvitationStatus.in_progress,
    InvitationStatus.accepted,
    InvitationStatus.requested,
    InvitationStatus.failed,
    InvitationStatus.completed,
    InvitationStatus.rejected,
    InvitationStatus.cancelled,
)


@dataclass(frozen=True)
class AskedShown:
    """One who was asked, and what they said."""

    responder: str
    name: str
    said: str
    since: str
    gives: str
    when: str
    wrote: bool
    may_transfer: bool
    may_choose: bool


@dataclass(frozen=True)
class RoundShown:
    """Who was asked in one round of one cycle: the first to read, the others folded."""

    name: str
    began: str
    counts: str
    first: list[AskedShown] = field(default_factory=list)
    others: list[AskedShown] = field(default_factory=list)


def rounds_of(site: Site, situation: Situation, names: Mapping[str, str]) -> list[RoundShown]:
    """Who was asked, by cycle and round, the latest first; whoever gives something comes first in each."""
    groups: dict[tuple[int, int], list[Invitation]] = {}
    for invitation in situation.invitations:
        groups.setdefault((invitation.cycle, invitation.round), []).append(invitation)
    return [_round(site, situation, key, groups[key], names) for key in sorted(groups, reverse=True)]


def _round(
    site: Site, situation: Situation, key: tuple[int, int], asked: list[Invitation], names: Mapping[str, str]
) -> RoundShown:
    cycle, number = key
    rounds = situation.need.playbook.rounds
    name = begin_great(rounds[number - 1].name) if 1 <= number <= len(rounds) else f"Round {number}"
    again = "" if cycle == 1 else f" (looked for again, time {cycle})"
    counts = Counter(_said_yet(invitation) for invitation in asked)
    rows = [_asked(site, situation, invitation, names) for invitation in sorted(asked, key=_by_weight)]
    return RoundShown(
        name=name + again,
        began=site.say(min(invitation.asked_at for invitation in asked)),
        counts=f"{plural(len(asked), 'was', 'were')} asked: "
        + ", ".join(f"{count:,} {what}" for what, count in counts.most_common())
        + ".",
        first=rows[:FIRST_SHOWN],
        others=rows[FIRST_SHOWN:],
    )


def _said_yet(invitation: Invitation) -> str:
    """What one of those asked said, to be counted: `said yes`; nothing, where they have not."""
    silent = invitation.status is InvitationStatus.requested and invitation.reason is not Reason.question
    return "waiting for an answer" if silent else begin_small(label_invitation(invitation))


def _by_weight(invitation: Invitation) -> tuple[bool, bool, int, datetime]:
    gives_nothing = not (invitation.pledged or invitation.reserve or invitation.offered)
    return gives_nothing, invitation.awaited, ORDER.index(invitation.status), invitation.asked_at


def _asked(site: Site, situation: Situation, invitation: Invitation, names: Mapping[str, str]) -> AskedShown:
    if invitation.answered_at:
        by = ", recorded by an officer" if (invitation.answered_by or "").startswith(("officer", "key")) else ""
        when = f"{site.say(invitation.answered_at)}{by}"
    else:
        when = f"Has until {site.say(invitation.answer_by)}" if invitation.awaited else ""
    return AskedShown(
        responder=invitation.responder,
        name=names.get(invitation.responder, invitation.responder),
        said=said_of(invitation),
        since=asked_since(invitation, situation.zone),
        gives=", ".join(gives(situation.need, invitation)),
        when=when,
        wrote=invitation.note is not None,
        may_transfer=invitation.promised and invitation.pledged > 0 and not situation.need.closed,
        may_choose=invitation.promised and invitation.offered > 0 and not situation.need.closed,
    )
