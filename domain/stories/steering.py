"""What an officer changed, and what helpers have said to it."""

from __future__ import annotations

from domain.events import EventCode, by_council
from domain.labels import begin_great, say_some
from domain.needs import Need
from domain.stories.told import Told, Words


def _amended(told: Told) -> str:
    """What is so from now on, part by part; a part of which nothing is needed any more is said so."""
    counts, lines = told.counts("quantities"), told.need.lines
    dropped = [line.capability.units for line in lines if counts.get(str(line.number)) == 0]
    now = [f"{amounts} needed"] if (amounts := told.amounts("quantities")) else []
    now += [f"no {say_some(dropped)}"] if dropped else []
    now += [f"due {'earlier' if told.event.facts.get('earlier') else 'later'}"] if told.code("due") else []
    now += ["urgent"] if told.event.facts.get("urgent") else []
    now += ["in another place"] if told.event.facts.get("place") else []
    now += ["in other words"] if told.event.facts.get("summary") else []
    now += ["at the address that is on record now"] if told.event.facts.get("address") else []
    changed = f"{begin_great(told.officer)} changed this. It is now: {'; '.join(now)}."
    return f"{changed} {_goes_on_by(told.need)}" if told.event.facts.get("urgent") else changed


def _goes_on_by(need: Need) -> str:
    """What stays when a need is made urgent: how it was going to be responded to."""
    return f"It goes on by the playbook it began with, “{need.playbook.title}”, whose waits stay as they are."


def _extended(told: Told) -> str:
    return (
        f"{begin_great(told.officer)} gave it more time, until {told.moment('due')}. "
        "What everybody had been asked for is looked for anew."
    )


def _held(told: Told) -> str:
    if told.event.facts.get("with_others"):
        return "It is on hold with everything of its incident, or with everything there is: nothing is sent."
    until = f" until {told.moment('until')}" if told.code("until") else ""
    return f"{begin_great(told.officer)} put this on hold{until}: nothing is sent, and answers are still taken."


def _resumed(told: Told) -> str:
    by = f"{begin_great(told.officer)} ended the hold" if by_council(told.event.by) else "The hold is over"
    return f"{by}. It goes on where it was, and nobody has less time than they had."


def _unconfirmed(told: Told) -> str:
    return (
        f"{told.one} promised before it was changed and has not said whether it is still all right, "
        "so an officer was asked to phone them. Their promise stands until then."
    )


def _given_up(told: Told) -> str:
    return (
        f"{begin_great(told.officer)} could not reach {told.one} to ask whether the change is all right, so "
        f"{told.amounts('lost')} are looked for again, and they are asked not to set out."
    )


WORDS = {
    EventCode.amended: Words("Changed", _amended),
    EventCode.extended: Words("More time", _extended),
    EventCode.held: Words("Put on hold", _held),
    EventCode.resumed: Words("Goes on", _resumed),
    EventCode.unconfirmed: Words("No word about the change", _unconfirmed),
    EventCode.given_up: Words("Not reached about the change", _given_up),
}
