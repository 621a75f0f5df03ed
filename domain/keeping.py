"""How long what is kept: each private field belongs to a class, and each class has its time. Pure."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer

from domain.values import Value


class Kept(StrEnum):
    """A class of what is kept, by how long and why; `docs/privacy.md` says what is in each."""

    contact = "contact"
    words = "words"
    shared_words = "shared-words"
    message_bodies = "message-bodies"
    links = "links"
    resident_keys = "resident-keys"
    ask_counts = "ask-counts"
    story = "story"
    directory = "directory"
    safety = "safety"
    council = "council"
    access = "access"
    running = "running"


# --- lengths of time -----------------------------------------------------------

LENGTH = re.compile(r"(?:(\d{1,2})y)?(?:(\d{1,5})d)?")
LAST_INSTANT = timedelta(days=1) - timedelta(microseconds=1)


class Length(Value):
    """So many calendar years and days."""

    years: Annotated[int, Field(ge=0, le=99)] = 0
    days: Annotated[int, Field(ge=0, le=36_525)] = 0

    def before(self, now: datetime) -> datetime:
        """The last moment that is at least so long ago. A year from 29 February is over on 1 March."""
        year = now.year - self.years
        try:
            moment = now.replace(year=year)
        except ValueError:  # all of 28 February is a year ago on 29 February
            moment = now.replace(year=year, day=28, hour=0, minute=0, second=0, microsecond=0) + LAST_INSTANT
        return moment - timedelta(days=self.days)

    def __str__(self) -> str:
        return (f"{self.years}y" if self.years else "") + (f"{self.days}d" if self.days or not self.years else "")


def read_length(text: Any) -> Any:
    """Read `90d`, `6y` or both together (`1y30d`)."""
    if isinstance(text, Length):
        return text
    match = LENGTH.fullmatch(str(text).strip())
    if not match or not any(match.groups()):
        raise ValueError(f"{str(text)[:40]!r} is not a length of time; write it as 90d or 6y")
    return Length(years=int(match[1] or 0), days=int(match[2] or 0))


def at_least(days: int) -> AfterValidator:
    """Refuse less: somebody still needs it for so long."""

    def check(length: Length) -> Length:
        if length.years * 365 + length.days < days:
            raise ValueError(f"must be at least {days}d: until then people still answer, ask and are written to")
        return length

    return AfterValidator(check)


_Length = Annotated[Length, BeforeValidator(read_length), PlainSerializer(str, return_type=str)]


class Periods(Value):
    """How long each class is kept: from the closing of its need; `message-bodies` from when it was sent."""

    contact: Annotated[_Length, at_least(7)] = Length(days=90)
    words: Annotated[_Length, at_least(7)] = Length(days=90)
    shared_words: Annotated[_Length, at_least(7)] = Length(years=1)
    message_bodies: Annotated[_Length, at_least(1)] = Length(days=30)
    links: Annotated[_Length, at_least(7)] = Length(days=90)
    resident_keys: Annotated[_Length, at_least(1)] = Length(days=28)
    ask_counts: Annotated[_Length, at_least(7)] = Length(days=90)
    story: Annotated[_Length, at_least(90)] = Length(years=6)

    def of(self, kept: Kept) -> Length:
        """How long this class is kept; raises `LookupError` for one that has no end of its own."""
        if kept not in TIMED:
            raise LookupError(f"{kept} is kept without an end of its own")
        length: Length = getattr(self, kept.name)
        return length


TIMED = tuple(kept for kept in Kept if kept.name in Periods.model_fields)
"""The classes that end by time."""
