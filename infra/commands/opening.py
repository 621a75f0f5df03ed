"""Record what a resident needs."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from domain.needs import ContactBy, LawfulBasis
from domain.opening import MOST_KEPT_FROM, MOST_LINES, NeedRequest, NeedWrong
from domain.playbooks import Playbook
from domain.responders import ResponderId
from domain.values import Code, Value
from infra.commands.command import Typed
from infra.door import Door
from infra.faults import read_typed
from infra.playbooks import NoSuchPlaybook, load_catalogue, load_playbook, playbook_names
from infra.recording import Recorded, locate, read_place, read_request, record_need
from infra.repeating import PROGRAM

Private = Annotated[Typed | None, Field(description="Private.")]


class RecordNeed(Value):
    """One need, as it was typed. The resident must be reachable: by e-mail, by phone, by post, or through somebody who
    speaks for them; of an incident's need they may be left out."""

    summary: Annotated[
        Typed, Field(description="What is needed, in a sentence partners will see: no names, no addresses.")
    ]
    lines: Annotated[
        tuple[Typed, ...],
        Field(
            min_length=1,
            max_length=MOST_LINES,
            description="WHAT:QUANTITY[@TIME], one for each part.",
            examples=[["food-parcel:2", "lift:1@09:00"]],
        ),
    ]
    area: Annotated[
        Typed | None, Field(description="The ward, or the first half of the postcode, unless `postcode` says it.")
    ] = None
    postcode: Annotated[Typed | None, Field(description="Finds place and area, and is not kept.")] = None
    at: Annotated[Typed | None, Field(description="LAT,LON: where it is, to ask the nearest first.")] = None
    category: Annotated[Typed | None, Field(description="Unless said: that of the first line.")] = None
    needed_by: Annotated[
        Typed | None,
        Field(description="When (unless said: in 7 days; urgent: 1 day).", examples=["2026-11-22T09:00", "+2h"]),
    ] = None
    urgent: Annotated[bool, Field(strict=True, description="Within hours: ask at any hour, minutes to answer.")] = False
    urgent_because: Annotated[
        Typed | None, Field(description="Why it cannot wait; then quiet and opening hours give way.")
    ] = None
    sensitive: Annotated[
        bool, Field(strict=True, description="An officer gives their word for whoever is told who and where it is.")
    ] = False
    lawful_basis: Annotated[
        LawfulBasis, Field(description="Why the council may keep what it knows of the resident.")
    ] = LawfulBasis.public_task
    resident_name: Private = None
    resident_email: Private = None
    resident_phone: Private = None
    address: Private = None
    notes: Private = None
    contact_by: Annotated[ContactBy | None, Field(description="How the resident is told.")] = None
    referrer_name: Private = None
    referrer_email: Private = None
    referrer_phone: Private = None
    keep_from: Annotated[
        tuple[ResponderId, ...], Field(max_length=MOST_KEPT_FROM, description="Partners never to ask, by id.")
    ] = ()
    incident: Annotated[Typed | None, Field(description="The incident it belongs to.", examples=["X-7K3QX2"])] = None
    playbook: Annotated[
        Code | None, Field(description="How to respond, by name (unless said: `everyday`, or `urgent`).")
    ] = None
    key: Annotated[Typed | None, Field(description="Your own reference; the same key again is the same need.")] = None

    @classmethod
    def read(cls, **typed: Any) -> RecordNeed:
        """The need, from what was typed. Raises `NeedWrong`, naming the field."""
        return read_typed(cls, typed, "need")

    def request(self, door: Door) -> NeedRequest:
        """What is asked for, read and placed. Raises `NeedWrong`."""
        said = self.model_dump(exclude={"at", "playbook"})
        said["contact_by"] = self.contact_by.value if self.contact_by else None
        point = read_place(self.at) if self.at else None
        return read_request(locate(said | {"point": point}, door.store), load_catalogue())

    def respond_by(self) -> Playbook:
        """The playbook named, or the usual one. Raises `NeedWrong`."""
        name = self.playbook or ("urgent" if self.urgent else "everyday")
        try:
            return load_playbook(name)
        except NoSuchPlaybook:
            known = ", ".join(playbook_names())
            raise NeedWrong("playbook", f"there is no playbook {name!r}; there are {known}") from None

    def carry_out(self, door: Door, by: str) -> Recorded:
        """Put it on record, once for each key. Raises `NeedWrong`; then nothing was written."""
        playbook = self.respond_by()
        typed = self.model_dump_json(exclude={"key"}) if by.startswith(PROGRAM) else None
        return record_need(door, load_catalogue(), playbook, self.request(door), by, typed)
