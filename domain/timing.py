"""Working backwards from when a line is due: how long each round may take, which are asked together, which left out.

The time there is ends at the last safe moment, when an officer must have it. If the rounds still to come fit before
it, each keeps its own patience. If not, all shrink alike, down to `SHORTEST` of their own; below that the next is asked
together with the one after it, and so on until all that are left are asked at once, for as long as there is. A last
resort is not asked together with others before the last safe moment, unless the need is urgent.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from domain.hours import Calendar, Hours, after, between, next_within
from domain.invitations import Invitation, Reason
from domain.needs import Line, Need
from domain.playbooks import Round

SHORTEST = 0.25  # of its own patience: with less, hardly anybody who could help would have seen the mail
HALVINGS = 24  # the share of its patience that fits is found to a few millionths
WHOLE_MINUTES = timedelta(minutes=10)  # from here on a shortened wait ends with a full minute, before that a second


@dataclass(frozen=True)
class NextRounds:
    """What a line asks next: which rounds together, from when on, until when they are waited for.

    `skipped` have no hours left before the last safe moment. `hurried`: there is less time than the playbook gives.
    """

    rounds: tuple[int, ...]
    skipped: tuple[int, ...]
    begins: datetime
    ends: datetime
    hurried: bool


def latest_moment(need: Need, line: Line) -> datetime:
    """When an officer must have it at the latest: lead and take-over before it is due, yet not in the first half."""
    began = line.wanted_anew or need.opened_at
    safe = line.due - line.capability.lead - need.playbook.officer.take_within
    return max(safe, began + (line.due - began) / 2)


def plan_next(need: Need, line: Line, now: datetime, calendar: Calendar) -> NextRounds | None:
    """Plan what follows the round `line` is in; `None` if no round is left that could be asked before it is too late.

    After the last safe moment everybody who is left is asked at once, the officer having it too.
    """
    usable = _usable(need, line, line.round, now, calendar)
    if not usable:
        return None
    safe = latest_moment(need, line)
    together = usable if need.urgent or now >= safe else _before_the_last_resort(need, usable)
    groupings = (_groups(usable[:count], usable[count:]) for count in range(1, len(together) + 1))
    fitting = (groups for groups in groupings if _ends(need, groups, SHORTEST, now, calendar)[-1] <= safe)
    rounds = next(fitting, [together])[0]
    begins = next_within(_may_begin(need, rounds), now, calendar)
    ends, hurried = time_for(need, line, rounds, begins, calendar)
    skipped = tuple(n for n in range(line.round + 1, rounds[-1]) if n not in rounds)
    return NextRounds(rounds, skipped, begins, ends, hurried)


def _before_the_last_resort(need: Need, numbers: tuple[int, ...]) -> tuple[int, ...]:
    """Those that may be asked together: up to the first last resort; or that, if it is its turn."""
    others = tuple(takewhile(lambda number: not need.playbook.round(number).last_resort, numbers))
    return others or numbers[:1]


def _usable(need: Need, line: Line, number: int, now: datetime, calendar: Calendar) -> tuple[int, ...]:
    """The rounds after `number` whose hours come before the last safe moment; then, before it is due."""
    safe = latest_moment(need, line)
    until = safe if now < safe else line.due
    left = range(number + 1, len(need.playbook.rounds) + 1)
    return tuple(n for n in left if next_within(_counts(need, (n,)), now, calendar) < until)


def time_for(
    need: Need, line: Line, rounds: tuple[int, ...], now: datetime, calendar: Calendar
) -> tuple[datetime, bool]:
    """Until when those asked now by `rounds` are waited for, so that later rounds have their turn; and: is it less
    than the playbook gives?"""
    later = _usable(need, line, rounds[-1], now, calendar)
    groups = _groups(rounds, later)
    full, short = (_ends(need, groups, share, now, calendar) for share in (1.0, SHORTEST))
    safe = latest_moment(need, line)
    if full[-1] <= safe:
        return full[0], False
    if short[-1] <= safe:
        share = _share_that_fits(need, groups, safe, now, calendar)
        return min(_round(_ends(need, groups, share, now, calendar)[0], now), safe), True
    ends = short[0] if later else full[0]  # with nobody left to ask after them, they have all the time there is
    if later and now < safe:
        ends = min(ends, safe)  # then the others, such as a last resort, are asked
    return min(ends, max(line.due, now + timedelta(seconds=1))), True


def _share_that_fits(
    need: Need, groups: list[tuple[int, ...]], safe: datetime, now: datetime, calendar: Calendar
) -> float:
    """The largest share of their patience with which all of these are over by `safe`, where `SHORTEST` is one."""
    fits, fails = SHORTEST, 1.0
    for _ in range(HALVINGS):
        middle = (fits + fails) / 2
        if _ends(need, groups, middle, now, calendar)[-1] <= safe:
            fits = middle
        else:
            fails = middle
    return fits


def _groups(together: tuple[int, ...], later: tuple[int, ...]) -> list[tuple[int, ...]]:
    return [together, *((number,) for number in later)]


def _ends(
    need: Need, groups: list[tuple[int, ...]], share: float, moment: datetime, calendar: Calendar
) -> list[datetime]:
    """When each of these would be over, asked one after another, with this share of its patience."""
    ends = []
    for numbers in groups:
        begins = next_within(_may_begin(need, numbers), moment, calendar)
        moment = after(_counts(need, numbers), begins, need.playbook.together(numbers).patience * share, calendar)
        ends.append(moment)
    return ends


def _round(moment: datetime, now: datetime) -> datetime:
    """To the nearest second, and down to the minute where it is some way off: mails read better with `by 3:07pm`."""
    if moment - now < timedelta(seconds=10):
        return moment
    moment = (moment + timedelta(milliseconds=500)).replace(microsecond=0)
    return moment.replace(second=0) if moment - now >= WHOLE_MINUTES else moment


def time_to_say(need: Need, lines: Iterable[Line], now: datetime) -> datetime:
    """Until when those who promised these lines may think over a change: their round's patience, yet at most half of
    the time that is left."""
    lines = list(lines)
    patience = need.playbook.round(min(max(lines[0].round, 1), len(need.playbook.rounds))).patience
    left = max(min(line.due for line in lines) - now, timedelta(seconds=2))
    return now + min(patience, left / 2)


# --- hours: which count, and when a round may begin ------------------------------


def _counts(need: Need, numbers: tuple[int, ...]) -> Hours:
    """The hours in which these rounds ask and wait. An urgent need waits for no hours of a playbook."""
    return Hours.any if need.urgent else need.playbook.together(numbers).hours


def _may_begin(need: Need, numbers: tuple[int, ...]) -> Hours:
    hours = _counts(need, numbers)
    sleeps = hours is Hours.any and need.playbook.waking_hours_only and not need.urgent
    return Hours.waking if sleeps else hours


def asks_from(need: Need, now: datetime, calendar: Calendar) -> datetime:
    """`now`, or when waking hours begin, if the playbook keeps to them and the need is not urgent."""
    hours = Hours.waking if need.playbook.waking_hours_only and not need.urgent else Hours.any
    return next_within(hours, now, calendar)


def asks_further_from(need: Need, line: Line, now: datetime, calendar: Calendar) -> datetime:
    """From when on somebody more may be asked in the round `line` is in: in its hours, and not before `more_at`."""
    free = max(now, line.more_at or now)
    return next_within(_may_begin(need, line.rounds), free, calendar)


# --- reminders ---------------------------------------------------------------------


def remind_at(need: Need, invitation: Invitation, calendar: Calendar) -> datetime | None:
    """When this invitation is to be reminded, if it is still to be: as far through their time as the playbook says."""
    if not invitation.awaited or invitation.reminded_at or invitation.reason is Reason.reserve_called:
        return None
    numbers = _asked_by(need, invitation)
    round = need.playbook.together(numbers) if numbers else None
    if round is None or round.remind_after is None:
        return None
    hours = _counts(need, numbers)
    asked_at = invitation.asked_at + invitation.held_for
    given = between(hours, asked_at, invitation.answer_by, calendar)
    moment = after(hours, asked_at, round.remind_after * min(1.0, given / round.patience), calendar)
    return max(moment, invitation.remind_from or moment)


def may_remind(need: Need, invitation: Invitation) -> bool:
    """Does the playbook remind whom this invitation asked?"""
    numbers = _asked_by(need, invitation)
    return bool(numbers and need.playbook.together(numbers).remind_after)


def _asked_by(need: Need, invitation: Invitation) -> tuple[int, ...]:
    """The rounds that asked them last, together; none if an officer did."""
    share = max(invitation.shares, key=lambda share: share.round)
    line = need.line(share.line)
    if not 1 <= share.round <= len(need.playbook.rounds):
        return ()
    return line.rounds if line.round == share.round else (share.round,)


def longest(need: Need, line: Line, round: Round, began: datetime, calendar: Calendar) -> datetime:
    """When a round that began then ends at the latest, however often somebody new is asked: twice its patience."""
    return after(_counts(need, line.rounds), began, 2 * round.patience, calendar)
