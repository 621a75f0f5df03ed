"""A playbook in plain words: who is asked, how many at once, how long they have, who takes over, what follows."""

from __future__ import annotations

from datetime import timedelta

from domain.capabilities import Sector
from domain.hours import Hours
from domain.labels import say_list
from domain.playbooks import Playbook, Role, Round
from domain.values import plural

SECTORS = {
    Sector.provider: "care providers",
    Sector.voluntary: "voluntary groups",
    Sector.business: "businesses",
    Sector.community: "community groups",
    Sector.volunteer: "volunteers",
    Sector.public: "public bodies",
}
ROLES = {
    Role.duty: "the officer on duty",
    Role.manager: "a manager",
    Role.officer: "an officer",
    Role.admin: "an administrator",
    Role.viewer: "a viewer",
}
UNITS = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))


def say_length(length: timedelta) -> str:
    """`2 hours`, `1 hour and 30 minutes`."""
    left, parts = int(length.total_seconds()), []
    for unit, seconds in UNITS:
        if left >= seconds:
            parts.append(plural(left // seconds, unit, f"{unit}s"))
            left %= seconds
    return say_list(parts) if parts else "no time"


def rounds_of(playbook: Playbook) -> list[tuple[str, list[str]]]:
    """Each round's name, and what it does in sentences."""
    return [(round.name.capitalize(), _sentences(round)) for round in playbook.rounds]


def _sentences(round: Round) -> list[str]:
    who = say_list([SECTORS[sector] for sector in round.sectors]).capitalize()
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
        f"{say_length(after.confirm_after).capitalize()} after it was due the resident is asked whether it happened.",
        f"A partner who has not said how it went is asked once, {say_length(after.chase_after)} after it was due.",
        f"If nobody says anything for {say_length(after.close_after)}, it is closed as presumed met, or an officer "
        "asks, as the kind of help says.",
    ]
    if playbook.waking_hours_only:
        said.append("Nobody is asked between 9pm and 8am, unless it is urgent.")
    return said
