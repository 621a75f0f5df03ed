"""Whether what was promised happened, as helpers and the resident say it."""

from __future__ import annotations

from domain.events import EventCode
from domain.labels import begin_great
from domain.stories.told import Told, Words

SAID = {"yes": "it happened", "partly": "it happened in part", "no": "it did not happen"}


def _started(told: Told) -> str:
    return f"{told.one} said that they are on it.{told.by_phone}"


def _said_done(told: Told) -> str:
    delivered = told.amounts("delivered")
    return f"{told.one} said that it is done: {delivered}.{told.missing_again}{told.by_phone}"


def _could_not(told: Told) -> str:
    return f"{told.one} said that it could not be done.{told.missing_again}{told.by_phone}"


def _worried(told: Told) -> str:
    return (
        f"{told.one} is worried about somebody, so an officer was told at once. Only officers read why.{told.by_phone}"
    )


def _chased(told: Told) -> str:
    return f"It should have been done by now and we had not heard, so we asked {told.who} whether it was."


def _no_show(told: Told) -> str:
    again = told.missing_again
    return f"We asked {told.one} whether it was done and heard nothing, so we no longer count on it.{again}"


def _resident_asked(told: Told) -> str:
    return "It should have happened by now, so we asked the resident whether it did."


def _resident_said(told: Told) -> str:
    said, received, lost = told.code("said"), told.amounts("received"), told.amounts("lost")
    got = f": they got {received}" if received else ""
    if said == "yes":
        then = ""
    elif lost:
        then = f" So {lost} did not come, and we look again."
        then += " An officer was asked to act." if told.event.by == "resident" else ""
    else:
        then = " An officer was asked to act."
    if told.event.facts.get("lead"):
        return f"{begin_great(told.officer)} says that {SAID.get(said, 'something else')}{got}.{then}"
    return f"The resident says that {SAID.get(said, 'something else')}{got}.{then}{told.by_phone}"


WORDS = {
    EventCode.started: Words("Under way", _started),
    EventCode.said_done: Words("Said it is done", _said_done),
    EventCode.could_not: Words("Could not do it", _could_not),
    EventCode.worried: Words("Worried about somebody", _worried),
    EventCode.chased: Words("Asked whether it was done", _chased),
    EventCode.no_show: Words("Nothing heard", _no_show),
    EventCode.resident_asked: Words("Resident asked", _resident_asked),
    EventCode.resident_said: Words("Resident answered", _resident_said),
}
