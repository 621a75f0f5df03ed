"""What partners and helpers answered, and who is passed over for a while."""

from __future__ import annotations

from domain.events import EventCode
from domain.invitations import Reason
from domain.labels import REASON_LABELS, begin_great
from domain.stories.told import Told, Words


def _said_yes(told: Told) -> str:
    pledged, reserve, offered = told.amounts("pledged"), told.amounts("reserve"), told.amounts("offered")
    waits = f" They offer {offered}, which holds nothing until an officer chooses." if offered else ""
    changed = "changed their answer" if told.event.facts.get("changed") else "said yes"
    if told.event.facts.get("still"):
        changed = "says that it is still all right"
    late = " That is later than it is due, so it does not count." if told.event.facts.get("late") else ""
    if pledged and reserve:
        said = f"{pledged} count, {reserve} stand by"
    elif pledged:
        said = pledged
    elif offered and not reserve:
        return f"{told.one} {changed}.{waits}{told.by_phone}"
    else:
        said = f"{reserve} stand by" if reserve else "nothing more was needed"
    return f"{told.one} {changed}: {said}.{late}{waits}{told.by_phone}"


def _said_no(told: Told) -> str:
    reason = told.code("reason")
    why = f": {REASON_LABELS[Reason(reason)]}" if reason else ""
    return f"{told.one} cannot help this time{why}.{told.by_phone}"


def _asked_question(told: Told) -> str:
    return f"{told.one} asked a question, so an officer was asked to answer it.{told.by_phone}"


def _withdrew(told: Told) -> str:
    lost = told.amounts("lost")
    again = f", so {lost} {told.is_are('lost')} missing again" if lost else ""
    return f"{told.one} said yes before and can no longer help{again}.{told.by_phone}"


def _paused(told: Told) -> str:
    passed = "asked to be passed over" if told.event.by == "partner" else "is passed over"
    return f"{told.one} {passed} for a while, so we do not wait for their answer. They can still give one."


def _back(told: Told) -> str:
    return f"{told.one} may be asked again, so we wait for their answer."


def _kept_apart(told: Told) -> str:
    then = {
        "released": " They had been asked, so we told them that they are no longer needed.",
        "promised": " They had promised to help, so an officer was asked to phone them now.",
    }.get(told.code("stands"), "")
    return f"{begin_great(told.officer)} said that {told.one} and this resident must not meet.{then}"


WORDS = {
    EventCode.said_yes: Words("Said yes", _said_yes),
    EventCode.said_no: Words("Cannot help this time", _said_no),
    EventCode.asked_question: Words("Asked a question", _asked_question),
    EventCode.withdrew: Words("Dropped out", _withdrew),
    EventCode.paused: Words("Away for now", _paused),
    EventCode.back: Words("Back again", _back),
    EventCode.kept_apart: Words("Kept apart", _kept_apart),
}
