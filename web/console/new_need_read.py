"""What the pages of a new need hold: as a command takes it, and on which page a mistake is mended."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from domain.opening import MOST_LINES, NeedWrong
from domain.values import MOST_OF_ONE

STEPS = ("what", "when", "who")
FIRST_ROWS = 3
USUAL = "usual"  # a choice that says nothing
WHEN = ("needed_by", "postcode", "area", "at", "urgent", "urgent_because", "playbook", "incident", "category")
WHO = (
    "resident_name",
    "resident_email",
    "resident_phone",
    "address",
    "contact_by",
    "referrer_name",
    "referrer_email",
    "referrer_phone",
    "lawful_basis",
    "notes",
    "sensitive",
    "keep_from",
)
TEXTS = (
    "summary",
    "needed_by",
    "postcode",
    "area",
    "urgent_because",
    "playbook",
    "incident",
    "key",
    *(name for name in WHO if name not in ("sensitive", "keep_from")),
)


ROW = re.compile(r"(what|count|due)-[1-9]\d?")


def page_of(name: str) -> str:
    """On which page a field is; empty for what every page carries."""
    if name == "summary" or ROW.fullmatch(name):
        return "what"
    return "when" if name in WHEN else "who" if name in WHO else ""


def is_ours(name: str) -> bool:
    """Is this a field of these pages?"""
    return bool(page_of(name)) or name in ("key", "rows")


def rows_of(typed: Mapping[str, str]) -> int:
    """How many rows for kinds of help the page has."""
    text = typed.get("rows", "")
    return min(MOST_LINES, max(FIRST_ROWS, int(text))) if text.isascii() and text.isdigit() and len(text) < 4 else 3


def read_typed(typed: Mapping[str, str]) -> dict[str, Any]:
    """The fields as the command has them; nothing else that was sent is read. Raises `NeedWrong`."""
    said: dict[str, Any] = {name: text for name in TEXTS if (text := typed.get(name, "").strip()) not in ("", USUAL)}
    said["lines"] = tuple(text for _, text in _lines(typed))
    said["urgent"], said["sensitive"] = typed.get("urgent") == "yes", typed.get("sensitive") == "yes"
    if not said["urgent"]:
        said.pop("urgent_because", None)
    if not said["lines"]:
        raise NeedWrong("lines", "select at least one kind of help")
    if not said.get("summary"):
        raise NeedWrong("summary", "say what is needed, in a sentence that partners will read")
    if not (said.get("area") or said.get("postcode")):
        raise NeedWrong("postcode", "give the postcode, or the area")
    return said


def _lines(typed: Mapping[str, str]) -> list[tuple[int, str]]:
    """Each row that says anything, as `what:quantity@time`. Raises `NeedWrong`."""
    found = []
    for row in range(1, rows_of(typed) + 1):
        what, count, due = (typed.get(f"{name}-{row}", "").strip() for name in ("what", "count", "due"))
        if not (what or count or due):
            continue
        if not what:
            raise NeedWrong(f"what-{row}", "select what it is")
        if not (count.isascii() and count.isdigit() and 0 < int(count[:7]) <= MOST_OF_ONE):
            raise NeedWrong(f"count-{row}", f"enter a whole number from 1 to {MOST_OF_ONE:,}, such as 2")
        found.append((row, f"{what}:{count}{'@' + due if due else ''}"))
    return found


def stand_ins(upto: str) -> dict[str, str]:
    """For pages still to come: what lets those before be checked already."""
    later = {"what": WHEN + WHO, "when": WHO, "who": ()}[upto]
    harmless = {"area": "Still to come", "contact_by": "post", "address": "Still to come"}
    return {name: harmless.get(name, "") for name in later}


def step_of(place: str, typed: Mapping[str, str]) -> tuple[str, str]:
    """The page and the field where this is mended."""
    word, _, number = place.partition(" ")
    if word == "line" and number.isdigit():
        rows = [row for row, _ in _lines(typed)]
        return "what", f"what-{rows[int(number) - 1]}" if int(number) <= len(rows) else "what-1"
    if place in WHEN:
        return "when", "needed_by" if place == "at" else "urgent" if place == "category" else place
    if place in WHO or place == "resident":
        return "who", "resident_email" if place == "resident" else place
    return "what", "what-1" if place == "lines" else place
