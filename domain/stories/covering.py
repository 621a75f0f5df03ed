"""Whether all of it is promised, and those who stand by."""

from __future__ import annotations

from datetime import datetime

from domain.events import EventCode
from domain.labels import say_moment
from domain.stories.told import Told, Words
from domain.values import plural


def _covered(told: Told) -> str:
    helpers = told.number("helpers")
    released = told.number("released")
    by = f" by {told.who}" if helpers else ""
    told_so = f" We told {plural(released, 'other', 'others')} that no more is needed." if released else ""
    return f"Everything is promised{by}.{told_so}"


def _reopened(told: Told) -> str:
    missing = told.amounts("missing") or told.lines
    if told.event.facts.get("resident"):
        return f"Not all of it happened, so we look again for {missing}."
    return f"Not all that was promised can be counted on, so we look again for {missing}."


def _reserve_called(told: Told) -> str:
    return f"Something is missing again, so we called on those who stand by: {told.who}."


def _reserve_waits(told: Told) -> str:
    wait = "Something is missing again, and those who stand by want to be left alone for now, so we call on them later"
    return f"{wait}: {told.who}, from {told.moment('until')}."


def _reserve_released(told: Told) -> str:
    return f"The time they stood by for is over, and it was not needed, so we let them go: {told.who}."


def _new_due(told: Told) -> str:
    due = told.code("due")
    by = f", by {say_moment(datetime.fromisoformat(due), told.event.at, told.zone)}" if due else ""
    return f"The time for {told.lines} has passed, so what is missing is wanted as soon as can be{by}."


WORDS = {
    EventCode.covered: Words("Covered", _covered),
    EventCode.reopened: Words("Looking again", _reopened),
    EventCode.reserve_called: Words("Standby called", _reserve_called),
    EventCode.reserve_waits: Words("Standby to be called later", _reserve_waits),
    EventCode.reserve_released: Words("Standby over", _reserve_released),
    EventCode.new_due: Words("Wanted as soon as can be", _new_due),
}
