"""What every model is made of: frozen values, clean text, durations, points."""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import timedelta
from typing import Annotated, Any, Self, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, StringConstraints


class Value(BaseModel):
    """A frozen value. Unknown keys are refused, so that a typing mistake is seen and not swallowed."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    def but(self, **changes: Any) -> Self:
        """Return this value with `changes`; the changes are ours and are not validated again."""
        return self.model_copy(update=changes)


# --- tables -----------------------------------------------------------------

Held = TypeVar("Held")


def _read_cells(value: Any) -> Any:
    return {(row, column): held for row, column, held in value} if isinstance(value, list) else value


def _write_cells(cells: dict[tuple[str, str], Any]) -> list[tuple[str, str, Any]]:
    return [(row, column, held) for (row, column), held in cells.items()]


Cells = Annotated[
    dict[tuple[str, str], Held], BeforeValidator(_read_cells), PlainSerializer(_write_cells, when_used="json")
]
"""What stands in each row and column; a list of triples in JSON, whose keys are words alone."""

# --- text -------------------------------------------------------------------

BIDI = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def one_line(text: str) -> str:
    """Return `text` normalised, without bidirectional marks or outer spaces. Control characters, breaks: refused."""
    for char in text:
        if unicodedata.category(char) in ("Cc", "Zl", "Zp", "Cs"):
            raise ValueError("must be one line of ordinary text, without line breaks or control characters")
    return unicodedata.normalize("NFC", text.translate(BIDI)).strip()


def many_lines(text: str) -> str:
    """Like `one_line`, for text in which people may press Enter and Tab."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    for char in plain:
        if char not in "\n\t" and unicodedata.category(char) in ("Cc", "Zl", "Zp", "Cs"):
            raise ValueError("must be ordinary text, without control characters")
    return unicodedata.normalize("NFC", plain.translate(BIDI)).strip()


Name = Annotated[str, StringConstraints(max_length=120), AfterValidator(one_line), Field(min_length=1)]
Summary = Annotated[str, StringConstraints(max_length=500), AfterValidator(one_line)]
Note = Annotated[str, StringConstraints(max_length=2000), AfterValidator(many_lines)]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]
MOST_OF_ONE = 100_000
Quantity = Annotated[int, Field(ge=1, le=MOST_OF_ONE, strict=True)]

# --- durations ---------------------------------------------------------------

DURATION = re.compile(r"(?:(\d{1,7})d)?(?:(\d{1,7})h)?(?:(\d{1,7})m)?(?:(\d{1,7})s)?")


def read_duration(text: Any) -> timedelta:
    """Read `90s`, `30m`, `2h`, `1d` or several together (`1h30m`)."""
    if isinstance(text, timedelta):
        return text
    match = DURATION.fullmatch(str(text).strip())
    if not match or not any(match.groups()):
        raise ValueError(f"{str(text)[:40]!r} is not a length of time; write it as 90s, 30m, 2h or 1d")
    days, hours, minutes, seconds = (min(int(part or 0), 10**6) for part in match.groups())
    length = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    if length > timedelta(days=366):
        raise ValueError(f"{str(text)[:40]!r} is longer than a year")
    return length


def say_duration(length: timedelta) -> str:
    """Write a length of time as `read_duration` reads it: `1h30m`."""
    left, parts = int(length.total_seconds()), []
    for unit, seconds in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        if left >= seconds:
            parts.append(f"{left // seconds}{unit}")
            left %= seconds
    return "".join(parts) or "0s"


Duration = Annotated[timedelta, BeforeValidator(read_duration), PlainSerializer(say_duration, return_type=str)]

# --- places ------------------------------------------------------------------


class Point(Value):
    """A place on earth in degrees (WGS 84)."""

    lat: Annotated[float, Field(ge=-90, le=90)]
    lon: Annotated[float, Field(ge=-180, le=180)]

    def km_to(self, other: Point) -> float:
        """Distance in kilometres along a great circle."""
        a, b = math.radians(self.lat), math.radians(other.lat)
        h = (
            math.sin((b - a) / 2) ** 2
            + math.cos(a) * math.cos(b) * math.sin(math.radians(other.lon - self.lon) / 2) ** 2
        )
        return 12742 * math.asin(math.sqrt(min(1.0, h)))


def plural(count: int, one: str, many: str) -> str:
    """`1 food parcel`, `20 food parcels`, `1,300 sandbags`."""
    return f"{count:,} {one if count == 1 else many}"
