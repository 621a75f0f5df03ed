"""Putting a need on record from what somebody typed: the same for a command, a CSV row and a form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from domain.capabilities import Catalogue
from domain.changes import Change
from domain.opening import NeedRequest, NeedWrong, open_need, read_need
from domain.playbooks import Playbook
from domain.values import Point
from infra.door import Door
from infra.faults import say_fault

RESIDENT = {
    "resident_name": "name",
    "resident_email": "email",
    "resident_phone": "phone",
    "address": "address",
    "notes": "notes",
}
YES, NO = ("yes", "y", "true", "1", "x"), ("no", "n", "false", "0", "")


@dataclass(frozen=True)
class Recorded:
    """The need's reference; not `new` when a need with this key was on record already."""

    need: str
    new: bool


def read_request(said: Mapping[str, Any], catalogue: Catalogue) -> NeedRequest:
    """Read what was typed (names as the CSV's columns, `lines` a sequence). Raises `NeedWrong`, naming the place."""
    lines = tuple(text.strip() for text in said.get("lines", ()) if text.strip())
    if not lines:
        raise NeedWrong("lines", "say at least one thing that is needed, such as food-parcel:2")
    for place in ("summary", "area"):
        if not str(said.get(place) or "").strip():
            raise NeedWrong(place, "must not be empty")
    fields = {
        "category": said.get("category") or _category_of(lines[0], catalogue),
        "summary": said["summary"],
        "lines": lines,
        "area": said["area"],
        "needed_by": said.get("needed_by") or None,
        "urgent": said.get("urgent", False),
        "point": said.get("point"),
        "resident": {own: said[name] for name, own in RESIDENT.items() if said.get(name)},
        "key": said.get("key") or None,
    }
    try:
        return NeedRequest.model_validate(fields)
    except ValidationError as wrong:
        error = wrong.errors()[0]
        raise NeedWrong(_place(error["loc"]), say_fault(error)) from None


def record_need(door: Door, catalogue: Catalogue, playbook: Playbook, request: NeedRequest) -> Recorded:
    """Put the need on record, once for each key. Raises `NeedWrong`; then nothing was written."""
    if request.key and (known := door.store.need_with_key(request.key)):
        return Recorded(known, False)
    zone = door.settings.zone
    fresh: set[str] = set()

    def make(reference: str, now: datetime) -> Change:
        fresh.add(reference)
        need = read_need(request, reference, catalogue, playbook, now, zone)
        return open_need(need, door.store.officers(), door.kid, zone, request.resident, now)

    reference = door.open(make, request.resident, request.key)
    return Recorded(reference, reference in fresh)


def read_urgent(text: str) -> bool:
    """`yes`, `no` or nothing. Raises `NeedWrong`."""
    word = text.strip().casefold()
    if word not in YES + NO:
        raise NeedWrong("urgent", f"{text[:20]!r} is neither yes nor no")
    return word in YES


def read_place(text: str) -> Point:
    """`51.41,-0.30`. Raises `NeedWrong`."""
    numbers = re.fullmatch(r"\s*(-?\d{1,3}(?:\.\d+)?)\s*,\s*(-?\d{1,3}(?:\.\d+)?)\s*", text)
    try:
        if numbers:
            return Point(lat=float(numbers[1]), lon=float(numbers[2]))
    except ValidationError:
        raise NeedWrong("at", f"there is no place at {text[:40]!r}; latitude is from -90 to 90") from None
    raise NeedWrong("at", f"{text[:40]!r} is not a place; write latitude,longitude such as 51.41,-0.30")


def _category_of(line: str, catalogue: Catalogue) -> str:
    try:
        return catalogue.find(line.partition(":")[0].strip()).category
    except LookupError as wrong:
        raise NeedWrong("line 1", str(wrong.args[0])) from None


def _place(place: tuple[int | str, ...]) -> str:
    """Where an error is, in the words of the CSV's columns."""
    if place[0] == "resident" and len(place) > 1:
        return next(name for name, own in RESIDENT.items() if own == place[1])
    if place[0] == "lines" and len(place) > 1:
        return f"line {int(place[1]) + 1}"
    return str(place[0]) if place else "need"
