"""The last page before a need is recorded: what was said, what partners will see, and what an officer should notice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from starlette.responses import Response

from domain.incidents import Incident
from domain.labels import BASIS_LABELS, begin_great, say_list
from domain.needs import Need, Resident
from domain.opening import NeedRequest
from domain.situations import Situation
from domain.values import plural
from infra import clock
from infra.commands.opening import RecordNeed
from infra.noticing import (
    BY_VOICE,
    LOOK_AT,
    NO_ADDRESS,
    NOBODY_ON_DUTY,
    odd_times,
    private_words,
    somebody_could,
    unknown_area,
    who_could,
)
from infra.trying import TryingDoor
from notifications.previewing import preview
from web.console.layout import console_page
from web.signin.sessions import SignedIn
from web.site import Site

WAYS = {"email": "By email", "phone": "By phone", "post": "By post", "person": "Through somebody who speaks for them"}


@dataclass(frozen=True)
class Part:
    """One of the pages, as it was filled in."""

    step: str
    title: str
    rows: list[tuple[str, str]]


def checked(site: Site, who: SignedIn, typed: Mapping[str, str], command: RecordNeed, trying: TryingDoor) -> Response:
    """Nothing is recorded yet."""
    need = trying.tried[0].need
    request = command.request(site.door)
    incident = site.store.incident(need.incident) if need.incident else None
    officers, zone = site.store.officers(), site.settings.zone
    situation = site.door.fitted(Situation(need, (), (), officers, zone, site.door.kid, incident=incident))
    mail = preview(situation, site.settings, clock.now())
    return console_page(
        site,
        who,
        "new_need_check.html",
        at="/console/needs",
        typed=typed,
        parts_said=_parts(site, need, incident, request.resident, typed),
        mail=[text.replace(need.id, "N-…") for text in (mail.subject, mail.text)] if mail else None,
        warnings=list(_warnings(site, request, need)),
        notes=list(_notes(site, situation, request.resident)),
        likely=list(_who_could_be_asked(site, situation)),
        like=need.like,
    )


def _parts(
    site: Site, need: Need, incident: Incident | None, resident: Resident, typed: Mapping[str, str]
) -> list[Part]:
    lines = [f"{line.capability.title}: {line.amount}, by {site.say(line.due)}" for line in need.lines]
    urgent = f"Yes: {need.urgent_because}" if need.urgent_because else "Yes" if need.urgent else "No"
    when = [
        ("Needed by", site.say(need.needed_by)),
        ("Where", need.place or need.area),
        ("Urgent", urgent),
        ("Playbook", need.playbook.title),
        *([("Incident", f"{incident.name} ({incident.id})")] if incident else []),
    ]
    by = WAYS.get(resident.reached_by.value, "") if resident.reached_by else "Nobody to tell"
    names = site.store.responder_names(need.keep_from)
    who = [
        ("Name", resident.name),
        ("Email", resident.email),
        ("Phone", typed.get("resident_phone", "").strip() and resident.phone),
        ("Address", resident.address),
        ("How they are told", by),
        ("Who speaks for them", _joined(resident.referrer_name, resident.referrer_email, resident.referrer_phone)),
        ("Notes", resident.notes),
        ("Sensitive", "Yes" if need.sensitive else None),
        ("Why the council may keep this", BASIS_LABELS[need.lawful_basis]),
        ("Never to be asked", "\n".join(f"{names.get(id, id)} ({id})" for id in need.keep_from)),
    ]
    return [
        Part("what", "What is needed", [("Summary", need.summary), ("Parts", "\n".join(lines))]),
        Part("when", "When and where", when),
        Part("who", "Who it is for (private)", [(key, str(value)) for key, value in who if value]),
    ]


def _joined(*words: str | None) -> str:
    return ", ".join(word for word in words if word)


def _warnings(site: Site, request: NeedRequest, need: Need) -> Iterator[str]:
    """What should be mended before anybody reads it."""
    yield from private_words(request)
    yield from unknown_area(request, site.store)
    yield from odd_times(request, need, site.settings.zone)


def _notes(site: Site, situation: Situation, resident: Resident) -> Iterator[str]:
    """What an officer should know."""
    if resident.write_to is None:
        yield BY_VOICE[resident.reached_by]
    if not (resident.address or situation.need.place):
        yield f"{NO_ADDRESS} You can add it later."
    if not situation.on_duty(clock.now()):
        yield NOBODY_ON_DUTY


def _who_could_be_asked(site: Site, situation: Situation) -> Iterator[str]:
    """How many each round could ask; and what nobody could give."""
    need = situation.need
    for round in need.playbook.rounds:
        count = len(who_could(site.store, situation, round, need.lines))
        many = f"{LOOK_AT} or more" if count >= LOOK_AT else plural(count, "partner", "partners")
        yield f"{begin_great(round.name)}: {many} who could be asked"
    if nobody := [line.amount for line in need.lines if not somebody_could(site.store, situation, line)]:
        yield f"Nobody in the directory could give {say_list(nobody)} here, so this goes to an officer at once."
