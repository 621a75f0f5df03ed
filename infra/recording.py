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
from domain.duplicates import LOOK_BACK, Whose, find_like
from domain.incidents import Incident
from domain.needs import LawfulBasis, Need
from domain.opening import NeedRequest, NeedWrong, check_contact, join_incident, open_need, read_need
from domain.pairs import pair_keys
from domain.playbooks import Playbook
from domain.values import Point
from infra.door import Door
from infra.faults import say_fault
from infra.repeating import check_same, digest_of, own_key
from infra.store import Store

RESIDENT = {
    "resident_name": "name",
    "resident_email": "email",
    "resident_phone": "phone",
    "address": "address",
    "notes": "notes",
    "contact_by": "contact_by",
    "referrer_name": "referrer_name",
    "referrer_email": "referrer_email",
    "referrer_phone": "referrer_phone",
}
DECIMALS = 3  # of a degree
YES, NO = ("yes", "y", "true", "1", "x"), ("no", "n", "false", "0", "")


@dataclass(frozen=True)
class Recorded:
    """The need's reference; not `new` when a need with this key was on record already. `like` may be the same need."""

    need: str
    new: bool
    like: str | None = None


def read_request(said: Mapping[str, Any], catalogue: Catalogue) -> NeedRequest:
    """Read what was typed (names as the CSV's columns, `lines` a sequence). Raises `NeedWrong`, naming the place."""
    lines = tuple(text.strip() for text in said.get("lines", ()) if text.strip())
    if not lines:
        raise NeedWrong("lines", "say at least one thing that is needed, such as food-parcel:2")
    for name in ("summary", "area"):
        if not str(said.get(name) or "").strip():
            instead = "; give it, or a postcode" if name == "area" else ""
            raise NeedWrong(name, f"must not be empty{instead}")
    fields = {
        "category": said.get("category") or _category_of(lines[0], catalogue),
        "summary": said["summary"],
        "lines": lines,
        "area": said["area"],
        "needed_by": said.get("needed_by") or None,
        "urgent": said.get("urgent", False),
        "urgent_because": said.get("urgent_because") or None,
        "sensitive": said.get("sensitive", False),
        "lawful_basis": said.get("lawful_basis") or LawfulBasis.public_task,
        "keep_from": tuple(dict.fromkeys(id.strip() for id in said.get("keep_from", ()) if id.strip())),
        "incident": read_incident_reference(said["incident"]) if said.get("incident") else None,
        "point": said.get("point"),
        "resident": {own: said[name] for name, own in RESIDENT.items() if said.get(name)},
        "key": said.get("key") or None,
    }
    try:
        return NeedRequest.model_validate(fields)
    except ValidationError as wrong:
        error = wrong.errors()[0]
        raise NeedWrong(_place(error["loc"]), say_fault(error)) from None


def read_cells(cells: Mapping[str, str], store: Store) -> dict[str, Any]:
    """One row of a needs CSV as `read_request` takes it. Raises `NeedWrong`, naming the column."""
    said = {
        **cells,
        "lines": cells["lines"].split(";"),
        "urgent": read_urgent(cells["urgent"]),
        "sensitive": read_yes("sensitive", cells["sensitive"]),
        "keep_from": cells["keep_from"].split(";"),
    }
    return locate(said, store)


def locate(said: Mapping[str, Any], store: Store) -> dict[str, Any]:
    """What was typed, its `postcode` turned into a place and the area partners see. Raises `NeedWrong`.

    The postcode itself is not kept: the place is rounded to some hundred metres, which is enough to find who is near.
    """
    postcode = str(said.get("postcode") or "").strip()
    if not postcode:
        return dict(said)
    place = store.find_postcode(postcode)
    if place is None:
        code = "" if store.has_postcodes() else "no-postcodes"
        raise NeedWrong("postcode", f"{postcode[:12]!r} is not a postcode we know", code)
    near = Point(lat=round(place.point.lat, DECIMALS), lon=round(place.point.lon, DECIMALS))
    return {**said, "area": said.get("area") or place.area, "point": said.get("point") or near}


def record_need(
    door: Door,
    catalogue: Catalogue,
    playbook: Playbook,
    request: NeedRequest,
    by: str = "officer",
    typed: str | None = None,
) -> Recorded:
    """Put the need on record, once for each key. Raises `NeedWrong`; then nothing was written.

    `typed`: the whole request, if its key may be used for no other. Whoever may not meet the resident is kept from it.
    Like another need of theirs, it is flagged, and both go on.
    """
    key = own_key(request.key, by)
    if key and (known := door.store.need_with_key(key)):
        check_same(door, known, typed)
        return Recorded(known, False)
    incident = _check(door, request)
    keys = pair_keys(door.settings.signing_keys, request.resident)
    zone = door.settings.zone
    made: dict[str, Need] = {}

    def make(reference: str, now: datetime) -> Change:
        need = read_need(request, reference, catalogue, playbook, now, zone)
        if incident:
            need = join_incident(need, incident)
        theirs = door.store.needs_of(keys, now - LOOK_BACK)
        whose = Whose(keys, now - LOOK_BACK, frozenset(theirs))
        like = find_like(need, (door.situation(id).need for id in theirs))
        kept_from = tuple(dict.fromkeys([*need.keep_from, *door.store.kept_apart(keys)]))
        need = made[reference] = need.but(keep_from=kept_from, like=like.id if like else None)
        officers = door.store.officers()
        return open_need(need, officers, door.kid, zone, request.resident, now, by, incident=incident, whose=whose)

    reference = door.open(make, request.resident, key, digest_of(door, typed) if key and typed else None)
    if reference not in made:
        check_same(door, reference, typed)
        return Recorded(reference, False)
    return Recorded(reference, True, made[reference].like)


def _check(door: Door, request: NeedRequest) -> Incident | None:
    """What only the store can say: is there such an incident, can the resident be told, are those kept away known?"""
    incident = door.store.incident(request.incident) if request.incident else None
    if request.incident and incident is None:
        raise NeedWrong("incident", f"no incident has the reference {request.incident}", "no-incident")
    if incident is None or request.resident.contact_by:
        check_contact(request.resident)
    for id in request.keep_from:
        if door.store.responder(id) is None:
            raise NeedWrong("keep_from", f"nobody in the directory has the id {id!r}", "no-responder")
    return incident


def read_reference(text: str) -> str:
    """`n-7k3qx2`, `7K3QX2` or `N 7K3 QX2` as `N-7K3QX2`."""
    plain = "".join(char for char in text.upper() if char.isalnum())
    return f"N-{plain[1:]}" if len(plain) == 7 and plain.startswith("N") else f"N-{plain}"


def read_incident_reference(text: str) -> str:
    """`x-7k3qx2` or `7K3 QX2` as `X-7K3QX2`. Raises `NeedWrong`."""
    plain = "".join(char for char in text.upper() if char.isalnum())
    plain = plain[1:] if len(plain) == 7 and plain.startswith("X") else plain
    if len(plain) != 6 or not plain.isascii():
        raise NeedWrong("incident", f"{text[:20]!r} is not an incident's reference, such as X-7K3QX2")
    return f"X-{plain}"


def read_urgent(text: str) -> bool:
    """`yes`, `no` or nothing. Raises `NeedWrong`."""
    return read_yes("urgent", text)


def read_yes(name: str, text: str) -> bool:
    """`yes`, `no` or nothing in the column `name`. Raises `NeedWrong`."""
    word = text.strip().casefold()
    if word not in YES + NO:
        raise NeedWrong(name, f"{text[:20]!r} is neither yes nor no")
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
