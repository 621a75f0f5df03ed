"""How a need stands, in words an officer reads: what happens next and when, what is out of the ordinary. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from domain.escalation import next_step
from domain.invitations import Invitation, Reason
from domain.labels import REASON_LABELS, label_invitation, say_list, say_moment
from domain.needs import Line, Need
from domain.situations import Situation
from domain.steps import Rest
from domain.times import say_when


def next_sentence(situation: Situation, now: datetime) -> str:
    """What happens next, and when."""
    need = situation.need
    if need.closed:
        return f"Closed at {say_when(need.closed_at, situation.zone)}." if need.closed_at else "Closed."
    step = next_step(situation, now)
    if not isinstance(step, Rest):
        return f"Next, as soon as Muster looks: {step.because}"
    if step.until is None:
        return f"{step.because} Nothing is planned."
    return f"{step.because} Next check at {_say_check(step.until, now, situation.zone)}."


def _say_check(until: datetime, now: datetime, zone: ZoneInfo) -> str:
    """To the minute; to the second only where it is less than one away."""
    return say_when(until, zone) if until - now < timedelta(minutes=1) else say_moment(until, now, zone)


def who_is_next(situation: Situation, now: datetime) -> Iterator[str]:
    """For each part still looked for, the round it is in, until when, and whom the playbook asks after that."""
    rounds = situation.need.playbook.rounds
    for line in situation.missing_lines if not situation.need.closed else ():
        if line.handed_over or line.round >= len(rounds):
            continue
        following = f"we ask {rounds[line.round].name}"
        if line.round == 0:
            yield f"{line.capability.title}: {following} first."
        elif line.round_ends:
            ends = _say_check(line.round_ends, now, situation.zone)
            yield f"{line.capability.title}: {where_it_is(situation, line)} until {ends}; then {following}."


def where_it_is(situation: Situation, line: Line) -> str:
    """The round a line is in, in the playbook's own words."""
    rounds = situation.need.playbook.rounds
    if not situation.missing(line) or situation.need.closed:
        return ""
    if situation.offered(line) >= situation.missing(line):
        return "offers to choose from"
    if line.handed_over:
        return "with an officer"
    if line.round == 0:
        return "not begun"
    if line.round > len(rounds):
        return "everybody was asked"
    return say_list([rounds[number - 1].name for number in line.rounds])


def particulars(situation: Situation, names: Mapping[str, str]) -> Iterator[str]:
    """What is out of the ordinary about a need."""
    need, incident = situation.need, situation.incident
    if incident:
        lead = names.get(f"officer:{incident.lead}", "an officer")
        yield f"Incident {incident.id}, {incident.name}: at {incident.place}; {lead} leads"
    if need.held_until:
        yield f"On hold until {say_when(need.held_until, situation.zone)}"
    elif situation.held:
        yield "On hold until it is ended"
    if need.urgent_because:
        yield f"Urgent because: {need.urgent_because}"
    if need.sensitive:
        yield "Sensitive: an officer gives their word for whoever is told who and where it is"
    if need.keep_from:
        yield f"Kept from: {', '.join(names.get(id, id) for id in need.keep_from)}"
    if need.like:
        yield f"May be the same as {need.like}"


def gives(need: Need, invitation: Invitation) -> list[str]:
    """What one invitation gives: `5 food parcels`, `brought 5 food parcels`, `standby 2 lifts`."""
    shares = [(share, need.line(share.line).capability.amount) for share in invitation.shares]
    said = [amount(share.pledged) for share, amount in shares if share.pledged]
    said += [f"brought {amount(share.delivered)}" for share, amount in shares if share.delivered]
    said += [f"offers {amount(share.offered)}" for share, amount in shares if share.offered]
    return said + [f"standby {amount(share.reserve)}" for share, amount in shares if share.reserve]


def said_of(invitation: Invitation) -> str:
    """How one invitation stands, and why: `Cannot help this time (not free at that time)`."""
    asks_us = invitation.open and invitation.reason is Reason.question  # the label says so
    why = f" ({REASON_LABELS[invitation.reason]})" if invitation.reason and not asks_us else ""
    return label_invitation(invitation) + why


def asked_since(invitation: Invitation, zone: ZoneInfo) -> str:
    """What they have been asked since they said yes; empty if nothing."""
    if invitation.confirm_by:
        return f"asked whether the change is all right, until {say_when(invitation.confirm_by, zone)}"
    return f"asked to go to {invitation.moving.need} instead" if invitation.moving else ""
