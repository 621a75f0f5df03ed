"""A playbook in plain words: who is asked, how many at once, how long they have, who takes over, what follows."""

from __future__ import annotations

from domain.hours import Hours
from domain.labels import SECTOR_LABELS, begin_great, begin_small, say_list
from domain.playbooks import Playbook, Role, Round
from domain.times import say_length

ROLES = {
    Role.duty: "the officer on duty",
    Role.manager: "a manager",
    Role.officer: "an officer",
    Role.admin: "an administrator",
    Role.viewer: "a viewer",
}


def rounds_of(playbook: Playbook) -> list[tuple[str, list[str]]]:
    """Each round's name, and what it does in sentences."""
    return [(begin_great(round.name), _sentences(round)) for round in playbook.rounds]


def _sentences(round: Round) -> list[str]:
    who = begin_great(say_list([begin_small(SECTOR_LABELS[sector]) for sector in round.sectors]))
    said = [
        f"{who} within {round.within_km:g} km are asked." if round.within_km else f"{who} are asked, however far away.",
        f"As few as are likely to be enough, and at most {round.ask} at once.",
        f"They have {say_length(round.patience)} to answer{_hours(round)}.",
    ]
    if round.remind_after:
        said.append(f"Whoever has not answered after {say_length(round.remind_after)} is reminded, once.")
    if round.last_resort:
        said.append("This is the last resort.")
    return said


def _hours(round: Round) -> str:
    return "" if round.hours is Hours.any else f", counting {round.hours.value} hours only"


def promises_of(playbook: Playbook) -> list[str]:
    """Who takes over, and what follows."""
    after, officer = playbook.follow_up, playbook.officer
    said = [
        f"When everybody has been asked, {ROLES[officer.role]} gets it and has {say_length(officer.take_within)} to "
        "take it. Not taken, it goes to the next.",
        f"{begin_great(say_length(after.confirm_after))} after it was due the resident is asked whether it happened.",
        f"A partner who has not said how it went is asked once, {say_length(after.chase_after)} after it was due. "
        "After as long again they are counted on no more, and it is looked for again.",
        f"If nobody says anything for {say_length(after.close_after)}, it is closed as presumed met, or an officer "
        "asks, as the kind of help says.",
    ]
    if playbook.waking_hours_only:
        said.append("Nobody is asked between 9pm and 8am, unless it is urgent.")
    return said
