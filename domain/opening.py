"""A need is recorded: what was asked for is checked, and becomes the first change of its story."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field, StringConstraints

from domain.capabilities import Catalogue
from domain.changes import Change, Draft
from domain.duplicates import Whose
from domain.events import EventCode
from domain.incidents import Incident
from domain.messages import MessageKind
from domain.needs import ContactBy, IncidentId, LawfulBasis, Line, Need, NeedId, Resident
from domain.officers import Officer, TaskKind
from domain.playbooks import Playbook
from domain.responders import ResponderId
from domain.situations import Situation
from domain.times import read_when
from domain.values import Name, Point, Summary, Value

UNLESS_SAID = timedelta(days=7)
UNLESS_SAID_URGENT = timedelta(days=1)
MOST_LINES = 50
MOST_KEPT_FROM = 50
WAYS = {
    ContactBy.email: ("resident_email", "give the e-mail address they are to be told at"),
    ContactBy.phone: ("resident_phone", "give the number an officer is to phone"),
    ContactBy.post: ("address", "give the address an officer is to write to"),
    ContactBy.person: ("referrer_email", "give the e-mail address (or the telephone number) of who speaks for them"),
}


class NeedWrong(ValueError):
    """A need cannot be recorded as it stands. `place` names the field or line; `code` is for whoever can say more."""

    def __init__(self, place: str, sentence: str, code: str = "") -> None:
        super().__init__(f"{place}: {sentence}")
        self.place, self.sentence, self.code = place, sentence, code


class NeedRequest(Value):
    """What an officer, a CSV row or a program says a resident needs, in their own form."""

    category: str
    summary: Summary
    lines: Annotated[tuple[str, ...], Field(min_length=1, max_length=MOST_LINES)]
    area: Name
    needed_by: str | None = None
    urgent: bool = False
    urgent_because: Summary | None = None
    sensitive: bool = False
    lawful_basis: LawfulBasis = LawfulBasis.public_task
    point: Point | None = None
    resident: Resident = Resident()
    keep_from: Annotated[tuple[ResponderId, ...], Field(max_length=MOST_KEPT_FROM)] = ()
    incident: IncidentId | None = None
    key: Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,100}$")] | None = None


def read_need(
    request: NeedRequest, reference: NeedId, catalogue: Catalogue, playbook: Playbook, now: datetime, zone: ZoneInfo
) -> Need:
    """Return the need `request` describes. Whatever is wrong with it raises `NeedWrong`, naming the place."""
    if request.urgent_because and not request.urgent:
        raise NeedWrong("urgent_because", "gives a reason, but the need is not said to be urgent")
    try:
        category = catalogue.check_category(request.category)
    except LookupError as wrong:
        raise NeedWrong("category", str(wrong.args[0])) from None
    needed_by = _needed_by(request, now, zone)
    lines = tuple(
        _read_line(number, text, needed_by, catalogue, now, zone) for number, text in enumerate(request.lines, start=1)
    )
    seen: set[str] = set()
    for line in lines:
        if line.what in seen:
            raise NeedWrong(f"line {line.number}", f"{line.what!r} is there twice; add the quantities together")
        seen.add(line.what)
    return Need(
        id=reference,
        category=category,
        lines=lines,
        area=request.area,
        point=request.point,
        needed_by=max(line.due for line in lines) if not request.needed_by else max(needed_by, *(x.due for x in lines)),
        urgent=request.urgent,
        urgent_because=request.urgent_because or None,
        sensitive=request.sensitive,
        lawful_basis=request.lawful_basis,
        keep_from=request.keep_from,
        summary=request.summary,
        opened_at=now,
        playbook=playbook,
    )


def _needed_by(request: NeedRequest, now: datetime, zone: ZoneInfo) -> datetime:
    if not request.needed_by:  # a whole minute reads better in every mail
        minute = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
        return minute + (UNLESS_SAID_URGENT if request.urgent else UNLESS_SAID)
    return read_moment("needed_by", request.needed_by, now, zone)


def read_moment(place: str, text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """A moment still to come, within a year. Raises `NeedWrong`."""
    try:
        moment = read_when(text, now, zone)
    except ValueError as wrong:
        raise NeedWrong(place, str(wrong)) from None
    if moment <= now:
        raise NeedWrong(place, f"{text[:40]!r} is in the past")
    if moment > now + timedelta(days=366):
        raise NeedWrong(place, f"{text[:40]!r} is more than a year away")
    return moment


def _read_line(
    number: int, text: str, needed_by: datetime, catalogue: Catalogue, now: datetime, zone: ZoneInfo
) -> Line:
    """`food-parcel:20` or `blanket:40@04:00`."""
    place = f"line {number}"
    what, _, rest = text.strip().partition(":")
    amount, at, when = rest.partition("@")
    try:
        capability = catalogue.find(what.strip())
    except LookupError as wrong:
        raise NeedWrong(place, str(wrong.args[0])) from None
    digits = amount.strip().lstrip("0")
    if not digits.isascii() or not digits.isdigit() or not 1 <= int(digits[:7]) <= 100_000:
        raise NeedWrong(
            place,
            f"{amount.strip()[:20]!r} is not a quantity; write a whole number from 1 to 100,000, "
            f"such as {capability.code}:2",
        )
    if at and not when.strip():
        raise NeedWrong(place, "after the @ comes the time it is due, such as 04:00")
    due = read_moment(place, when, now, zone) if at else needed_by
    return Line(number=number, capability=capability, quantity=int(digits), due=due, own_time=bool(at))


def check_contact(resident: Resident) -> None:
    """Somebody must be able to tell the resident how it goes. Raises `NeedWrong`, which says what to give."""
    if resident.reached_by:
        return
    if resident.contact_by:
        place, give = WAYS[resident.contact_by]
        raise NeedWrong(place, f"the resident is to be told by {resident.contact_by}: {give}")
    raise NeedWrong(
        "resident",
        "there is no way to tell the resident how it goes; give an e-mail address, a telephone number or an address to "
        "write to, or the e-mail address or telephone number of somebody who speaks for them",
    )


def join_incident(need: Need, incident: Incident) -> Need:
    """The need as one of this incident's. Raises `NeedWrong` if the incident is over."""
    if incident.closed:
        raise NeedWrong("incident", f"{incident.id} ({incident.name}) is closed")
    return need.but(incident=incident.id, place=incident.place, exercise=incident.exercise)


def open_need(
    need: Need,
    officers: tuple[Officer, ...],
    kid: str,
    zone: ZoneInfo,
    resident: Resident,
    now: datetime,
    by: str = "officer",
    *,
    incident: Incident | None = None,
    whose: Whose | None = None,
) -> Change:
    """The first change of a need: it is on record, the resident is told so, and it wants looking at now.

    If it is like another of the same resident's (`need.like`), an officer is asked whether it is a duplicate.
    """
    written_to = resident.write_to is not None
    situation = Situation(need, (), (), officers, zone, kid, resident_has_email=written_to, incident=incident)
    draft = Draft(situation, now)
    draft.set_need(kid=kid)
    draft.note_event(
        EventCode.opened, by=by, urgent=need.urgent, quantities={line.what: line.quantity for line in need.lines}
    )
    if written_to:
        draft.tell(MessageKind.resident_received, "resident")
    if need.like:
        draft.note_event(EventCode.may_be_duplicate, like=need.like)
        draft.raise_task(TaskKind.duplicate, urgent=False)
    return replace(draft.change(wake_at=now), whose=whose)
