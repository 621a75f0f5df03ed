"""What a directory file says about one responder: who it would be, what is doubtful, or why it is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from domain.capabilities import Catalogue, CheckLevel, Sector
from domain.hours import QuietHours, Weekday, read_quiet
from domain.responders import Check, Contact, Responder, ResponderId
from domain.values import Point
from infra.faults import say_fault, say_unknown_word

Model = TypeVar("Model", bound=BaseModel)
MOST_KINDS = 50  # kinds of help one cell may name
LETTERS_OF_A_DAY = 3  # tue, and no fewer
YES, NO = ("yes", "y", "true", "1", "x"), ("no", "n", "false", "0", "")
MOST_HINTS = 5  # of the unknown ones so many get near matches, which take time to find


class RowRefused(Exception):
    """A row cannot be taken, for every reason given."""


@dataclass
class Entry:
    """One row or record. `unsaid` are the fields its source does not speak of: what is on record about them stays."""

    place: str
    id: str
    responder: Responder | None = None
    contacts: tuple[Contact, ...] = ()
    unsaid: frozenset[str] = frozenset()
    open: bool = True
    warnings: list[str] = field(default_factory=list)
    refused: str | None = None


def build(model: type[Model], fields: dict[str, Any]) -> Model:
    """Make `model` of what was read; raises `RowRefused` with every reason, each naming its column."""
    try:
        return model.model_validate(fields)
    except ValidationError as wrong:
        raise RowRefused(
            "; ".join(f"{_column(error['loc'])}: {say_fault(error)}" for error in wrong.errors())
        ) from None


def _column(place: tuple[int | str, ...]) -> str:
    return str(place[0]) if place else "row"


def gather(**readers: Callable[[], Any]) -> dict[str, Any]:
    """Read every field, so that a row says everything that is wrong with it at once."""
    found: dict[str, Any] = {}
    wrong: list[str] = []
    for name, read in readers.items():
        try:
            found[name] = read()
        except RowRefused as why:
            wrong.append(str(why))
    if wrong:
        raise RowRefused("; ".join(wrong))
    return found


def is_id(text: object) -> bool:
    """Can this be the id of a responder?"""
    try:
        TypeAdapter(ResponderId).validate_python(text)
    except ValidationError:
        return False
    return True


def sound(text: str) -> str:
    """The text with every half character (a lone surrogate, which JSON can hold and nobody can print) replaced."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


# --- cells --------------------------------------------------------------------


def split_list(cell: str) -> list[str]:
    """`a; b;;c` as [a, b, c]."""
    return list(dict.fromkeys(part for text in cell.split(";") if (part := text.strip())))


def read_sector(cell: str) -> Sector:
    word = cell.strip().casefold()
    if word not in list(Sector):
        raise RowRefused(f"sector: {say_unknown_word(cell, [s.value for s in Sector])}")
    return Sector(word)


def read_checks(cell: str) -> tuple[Check, ...]:
    """`basic; enhanced:2027-03-31`: each level held, and the last day it is valid where there is one."""
    return tuple(_read_check(part) for part in split_list(cell))


def _read_check(part: str) -> Check:
    level, colon, day = (text.strip() for text in part.partition(":"))
    word = level.casefold().replace(" ", "-")
    if word not in list(CheckLevel):
        raise RowRefused(f"checks: {say_unknown_word(word, [c.value for c in CheckLevel])}")
    if not colon:
        return Check(level=CheckLevel(word))
    try:
        return Check(level=CheckLevel(word), until=date.fromisoformat(day))
    except ValueError:
        raise RowRefused(f"checks: {day[:40]!r} is not a day; write {word}:2027-03-31") from None


def say_lapsed(checks: tuple[Check, ...], today: date) -> list[str]:
    """Checks that are over already, as warnings."""
    return [f"the {c.level.value} check ended on {c.until}" for c in checks if c.until and not c.valid(today)]


def read_days(cell: str) -> tuple[Weekday, ...]:
    """`tuesday; sun` as the days they are not to be asked on."""
    return tuple(dict.fromkeys(_read_day(part) for part in split_list(cell)))


def _read_day(word: str) -> Weekday:
    short = word.casefold().removesuffix("s") if len(word) > LETTERS_OF_A_DAY else word.casefold()
    for day in Weekday:
        if len(short) >= LETTERS_OF_A_DAY and day.value.startswith(short):
            return day
    raise RowRefused(f"days_off: {say_unknown_word(word, [day.value for day in Weekday])}")


def read_quiet_hours(cell: str) -> QuietHours | None:
    try:
        return read_quiet(cell) if cell else None
    except ValueError as wrong:
        raise RowRefused(f"quiet: {wrong}") from None


def read_yes(column: str, cell: str) -> bool:
    word = cell.strip().casefold()
    if word not in YES + NO:
        raise RowRefused(f"{column}: {cell[:40]!r} is neither yes nor no")
    return word in YES


def read_whole(column: str, cell: str) -> int | None:
    if not cell:
        return None
    if not (cell.isascii() and cell.isdigit() and len(cell) <= 9):
        raise RowRefused(f"{column}: {cell[:40]!r} is not a whole number")
    return int(cell)


def read_number(column: str, cell: str) -> float | None:
    if not cell:
        return None
    try:
        return float(cell)
    except ValueError:
        raise RowRefused(f"{column}: {cell[:40]!r} is not a number") from None


def read_capabilities(cell: str, catalogue: Catalogue, warnings: list[str]) -> tuple[str, ...]:
    """The kinds of help named, by code or title. Unknown ones are left out and said; only unknown ones is refused."""
    found: list[str] = []
    unknown: list[str] = []
    titles = {c.title.casefold(): c.code for c in catalogue.capabilities}
    codes = {c.code for c in catalogue.capabilities}
    words = split_list(cell)
    if len(words) > MOST_KINDS:
        raise RowRefused(f"capabilities: names {len(words):,} kinds of help; at most {MOST_KINDS}")
    for word in words:
        code = word.casefold().replace(" ", "-").replace("_", "-")
        code = titles.get(word.casefold(), code)
        if code in codes:
            found.append(code)
        else:
            near = get_close_matches(code[:60], codes, n=2, cutoff=0.5) if len(unknown) < MOST_HINTS else []
            hint = f" (did you mean {' or '.join(near)}?)" if near else ""
            unknown.append(f"no kind of help is called {word[:60]!r}{hint}")
    if unknown and not found:
        raise RowRefused(f"capabilities: {'; '.join(unknown)}")
    warnings.extend(f"capabilities: {sentence}; left out" for sentence in unknown)
    return tuple(dict.fromkeys(found))


def read_point(lat: object, lon: object, warnings: list[str]) -> Point | None:
    """The place, if there can be such a place: else the record is kept, without it, and that is said."""
    if lat in ("", None) and lon in ("", None):
        return None
    try:
        point = Point(lat=float(str(lat)), lon=float(str(lon)))
    except (ValidationError, ValueError):
        where = sound(f"latitude {str(lat)[:20]}, longitude {str(lon)[:20]}")
        warnings.append(f"there is no place at {where}; taken without a place")
        return None
    if point.lat == 0 and point.lon == 0:
        warnings.append("latitude 0, longitude 0 is in the sea; taken without a place")
        return None
    return point


FindPlace = Callable[[str], Point | None]


def read_place(cells: dict[str, str], find_postcode: FindPlace, warnings: list[str]) -> Point | None:
    """`lat` and `lon`; where they are silent, the place of the `postcode`."""
    point = read_point(cells["lat"], cells["lon"], warnings)
    postcode = cells["postcode"]
    if point or not postcode:
        return point
    point = find_postcode(postcode)
    if point is None:
        warnings.append(f"the postcode {postcode[:12]!r} is not among those we know; taken without a place")
    return point


def read_contacts(cells: dict[str, str]) -> tuple[Contact, ...]:
    """`email`, `phone`, then `email2`, `phone2`: contacts in the order they are tried."""
    contacts = []
    for number in ("", "2"):
        said = {k: cells.get(k + number, "") for k in ("email", "phone")}
        fields = {name: text for name, text in said.items() if text}
        try:
            if fields:
                contacts.append(build(Contact, fields))
        except RowRefused as wrong:
            raise RowRefused(
                str(wrong).replace("email:", f"email{number}:").replace("phone:", f"phone{number}:")
            ) from None
    return tuple(contacts)


# --- names that are not what they seem ------------------------------------------


def doubts_about_name(name: str) -> list[str]:
    """Reasons to look twice: letters of another alphabet that look like ours, or text read in a wrong encoding."""
    if name.isascii():
        return []

    found = []
    if _is_mixed(name) or any(_is_disguised(word) for word in name.split()):
        found.append(f"the name {name[:60]!r} mixes alphabets with letters that look alike; is it who you think?")
    if any(pair in name for pair in ("Ã", "â€", "Â", "\ufffd")) and name != _repaired(name):
        found.append(f"the name {name[:60]!r} looks garbled; check the file's encoding")
    return found


def _is_mixed(name: str) -> bool:
    """Do Latin letters stand beside others that look like Latin ones? (Hangul beside Latin does not.)"""
    from confusable_homoglyphs import confusables

    return bool(
        confusables.is_mixed_script(name) and confusables.is_confusable(name, preferred_aliases=["latin"], greedy=False)
    )


def _is_disguised(word: str) -> bool:
    """Is every letter of another alphabet, and has a Latin double?"""
    from confusable_homoglyphs import categories, confusables

    letters = [char for char in word if char.isalpha()]
    return len(letters) > 1 and all(
        categories.alias(char) not in ("LATIN", "COMMON")
        and confusables.is_confusable(char, preferred_aliases=["latin"])
        for char in letters
    )


def _repaired(name: str) -> str:
    try:
        return name.encode("cp1252").decode()
    except (UnicodeEncodeError, UnicodeDecodeError):
        return "" if "\ufffd" in name else name
