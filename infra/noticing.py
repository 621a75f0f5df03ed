"""What an officer should notice about a need just recorded: what partners will see, who cannot be asked or told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from zoneinfo import ZoneInfo

from domain.askable import could_ever
from domain.changes import week_of
from domain.needs import ContactBy, Line, Need, Resident
from domain.opening import NeedRequest
from domain.places import ADDRESS, POSTCODE, says_where, shared_area
from domain.playbooks import Round
from domain.responders import Responder
from domain.situations import Situation
from domain.times import CLOCK, read_when, say_when
from infra import clock
from infra.store import Store

PHONE = re.compile(r"(?<![\d.])(?:\+44|\(?0)(?:[ ()-]?\d){9,10}(?!\d)")
TITLED = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Rev|Revd|Prof|Sir|Lady)\.? +[A-Z][\w'’-]+")
EMAIL = re.compile(r"[^\s@,;<>]+@[^\s@,;<>]+\.[A-Za-z]{2,}")
LOOK_AT = 200
NO_ADDRESS = "There is no address, so whoever says yes is not told where to come."
NOBODY_ON_DUTY = "There is no duty officer to hand over to."
BY_VOICE = {
    ContactBy.phone: "There is no e-mail address for the resident, so an officer will be asked to phone with news.",
    ContactBy.post: "There is only an address for the resident, so an officer will be asked to write with news.",
    ContactBy.person: "An officer will be asked to phone the person who speaks for the resident with news.",
    None: "There is no resident to tell, so the incident's lead officer will be asked whether it happened.",
}


def notices(store: Store, situation: Situation, resident: Resident) -> Iterator[str]:
    """Sentences for the officer who recorded it; none when all is well."""
    if resident.write_to is None:
        yield BY_VOICE[resident.reached_by]
    if not (resident.address or situation.need.place):
        yield NO_ADDRESS
    if not situation.on_duty(clock.now()):
        yield NOBODY_ON_DUTY
    for line in situation.need.lines:
        if not somebody_could(store, situation, line):
            yield f"Nobody in the directory could give {line.amount} here, so this goes to an officer at once."


def odd_times(request: NeedRequest, need: Need, zone: ZoneInfo) -> Iterator[str]:
    """Times of day that are over for today, and so mean tomorrow; a part that is due after the whole."""
    today = need.opened_at.astimezone(zone).date()
    stated = read_when(request.needed_by, need.opened_at, zone) if request.needed_by else need.needed_by
    if stated < need.needed_by:
        late, whole = say_when(need.needed_by, zone), say_when(stated, zone)
        yield (
            f"A part is due at {late}, after the need itself ({whole}), so the need counts as needed by then. "
            f"Parts without a time of their own stay due by {whole}."
        )
    times = [(request.needed_by or "", stated)]
    times += [(text.partition("@")[2], line.due) for text, line in zip(request.lines, need.lines, strict=True)]
    for text, moment in dict.fromkeys(times):
        if CLOCK.fullmatch(text.strip()) and moment.astimezone(zone).date() != today:
            yield f"It is past {text.strip()} today, so this is taken as {say_when(moment, zone)}."


def unknown_area(request: NeedRequest, store: Store) -> Iterator[str]:
    """An area that nobody and nothing on record names may be a slip; with near matches. Nothing to compare: nothing."""
    known = store.areas()
    parts = [part.strip() for part in request.area.split(",")]
    heard_of = {name.casefold() for name in known}
    if not known or any(part.casefold() in heard_of for part in (*parts, request.area.split(" ")[0])):
        return
    if store.has_outward(request.area.split(" ")[0]):
        return
    near = get_close_matches(request.area, sorted(known), n=3, cutoff=0.6)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    yield f"Nobody in the directory, no earlier need and no list of places names the area {request.area!r}.{hint}"


def private_words(request: NeedRequest) -> Iterator[str]:
    """What partners would read of a request that says who or where the resident is; none when all is well."""
    yield from seen_by_partners(f"{request.summary} {request.urgent_because or ''}", request.resident)
    if POSTCODE.search(request.area):
        yield "The area holds a full postcode; partners see its first half only, which is enough (such as KT1)."
    if says_where(request.area):
        yield (
            f"The area seems to hold a street address, and partners will see {shared_area(request.area)!r} of it; "
            "the ward, or the first half of the postcode, is enough."
        )


def seen_by_partners(summary: str, resident: Resident) -> Iterator[str]:
    """What in the summary says who or where the resident is."""
    found: dict[str, object] = {
        "a telephone number": PHONE.search(summary),
        "a full postcode": POSTCODE.search(summary),
        "an e-mail address": EMAIL.search(summary),
        "a street address": ADDRESS.search(summary),
        "the resident's name": _names(summary, resident.name or ""),
        "the name of who speaks for them": _names(summary, resident.referrer_name or ""),
    }
    titled = TITLED.search(summary)
    if titled and not found["the resident's name"]:
        found[f"a person's name ({titled[0]})"] = True
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
    return any(who_could(store, situation, round, [line]) for round in situation.need.playbook.rounds)


def who_could(store: Store, situation: Situation, round: Round, lines: Sequence[Line]) -> list[Responder]:
    """Whom a round could ever ask for any of these lines, of the first `LOOK_AT` in order."""
    need = situation.need
    sectors = [sector.value for sector in round.sectors]
    week = week_of(clock.now(), situation)
    found = store.candidates([line.what for line in lines], sectors, need.point, round.within_km, week, LOOK_AT)
    return [c.responder for c in found if any(could_ever(c.responder, situation, round, line) for line in lines)]
