"""What an officer should notice about a need just recorded: what partners will see, who cannot be asked or told."""

from __future__ import annotations

import re
from collections.abc import Iterator

from domain.changes import week_of
from domain.matching import could_meet, is_within_reach
from domain.needs import Line, Resident
from domain.situations import Situation
from infra import clock
from infra.store import Store

PHONE = re.compile(r"(?<![\d.])(?:\+44|\(?0)(?:[ ()-]?\d){9,10}(?!\d)")
POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b", re.IGNORECASE)
EMAIL = re.compile(r"[^\s@,;<>]+@[^\s@,;<>]+\.[A-Za-z]{2,}")
LOOK_AT = 200


def notices(store: Store, situation: Situation, resident: Resident) -> Iterator[str]:
    """Sentences for the officer who recorded it; none when all is well."""
    yield from seen_by_partners(situation.need.summary, resident)
    if POSTCODE.search(situation.need.area):
        yield "The area holds a full postcode, and partners will see it; the first half (such as KT1) is enough."
    if resident.email is None:
        yield "There is no e-mail address for the resident, so an officer will be asked to phone with news."
        if resident.phone is None:
            yield "There is no telephone number for the resident either; nobody could tell them anything."
    if not situation.on_duty(clock.now()):
        yield "There is no duty officer to hand over to; add one with `muster officer add --role duty …`."
    for line in situation.need.lines:
        if not somebody_could(store, situation, line):
            yield f"Nobody in the directory could give {line.amount} here, so this goes to an officer at once."


def seen_by_partners(summary: str, resident: Resident) -> Iterator[str]:
    """What in the summary says who or where the resident is."""
    found = {
        "a telephone number": PHONE.search(summary),
        "a full postcode": POSTCODE.search(summary),
        "an e-mail address": EMAIL.search(summary),
        "the resident's name": _names(summary, resident.name or ""),
    }
    for what, there in found.items():
        if there:
            yield f"The summary seems to hold {what}, and partners will see it."


def _names(summary: str, name: str) -> bool:
    words = set(re.findall(r"\w+", summary.casefold()))
    parts = [
        part for part in re.findall(r"\w+", name.casefold()) if len(part) > 2 and part not in ("mrs", "miss", "the")
    ]
    return any(part in words for part in parts)


def somebody_could(store: Store, situation: Situation, line: Line) -> bool:
    """Is there anybody whom some round of the playbook could ask for this line?"""
    need = situation.need
    week = week_of(clock.now(), situation)
    for round in need.playbook.rounds:
        sectors = [sector.value for sector in round.sectors]
        found = store.candidates([line.what], sectors, need.point, round.within_km, week, LOOK_AT)
        today = situation.local_day(clock.now())
        if any(could_meet(c.responder, line, today) and is_within_reach(c.responder, need, round) for c in found):
            return True
    return False
