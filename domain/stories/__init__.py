"""The story of a need in words: what each event is called, and the sentence an officer reads. Made when read; pure."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from domain.events import Event
from domain.needs import Need
from domain.stories import (
    answering,
    asking,
    choosing,
    covering,
    following_up,
    record,
    steering,
    tasks,
    transferring,
)
from domain.stories.told import Told

CHAPTERS = (
    record.WORDS,
    asking.WORDS,
    answering.WORDS,
    choosing.WORDS,
    covering.WORDS,
    tasks.WORDS,
    following_up.WORDS,
    steering.WORDS,
    transferring.WORDS,
)
WORDS = {code: words for chapter in CHAPTERS for code, words in chapter.items()}


def label(event: Event) -> str:
    """What this event is called: `Asked`, `Said yes`."""
    return WORDS[event.code].label


def because(event: Event, names: Mapping[str, str], need: Need, zone: ZoneInfo) -> str:
    """The sentence an officer reads. `names` says what responders and officers are called, by id."""
    return WORDS[event.code].sentence(Told(event, names, need, zone))
