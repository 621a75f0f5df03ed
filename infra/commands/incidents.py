"""Open an incident, hold its needs or every need, let them go on, close it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar, Self

from pydantic import Field

from domain.changes import Refusal
from domain.holding import cannot_hold
from domain.incidents import Incident, new_incident_reference
from domain.opening import NeedWrong
from domain.rights import Right, may
from domain.values import Value
from infra import clock
from infra.auditing import audit
from infra.commands.command import Typed
from infra.door import Door
from infra.faults import read_typed
from infra.officers import find_officer
from infra.recording import read_incident_reference
from infra.store import ALL_HELD, Store

EVERYTHING = "everything"  # as the audit names it


class OpenIncident(Value):
    """Put an incident on record: many needs with one cause, one officer who leads, one public place."""

    right: ClassVar[Right] = Right.respond

    name: Annotated[Typed, Field(description="What officers call it.", examples=["Flood at Kingsmead"])]
    place: Annotated[Typed, Field(description="A public place; everybody asked reads it in full. Nobody's home.")]
    lead: Annotated[Typed, Field(description="The e-mail address of the officer who leads.")]
    exercise: Annotated[
        bool, Field(strict=True, description="Practice: every message says so, and only who agreed to it is asked.")
    ] = False

    @classmethod
    def read(cls, **typed: object) -> Self:
        """The incident, from what was typed. Raises `NeedWrong`, naming the field."""
        return read_typed(cls, typed, "incident")

    def draft(self, door: Door) -> Incident:
        """It as it would be on record, for a page to check it on. Raises `NeedWrong`."""
        given = {"name": self.name, "place": self.place, "lead": _find_lead(door, self.lead), "exercise": self.exercise}
        named = {"id": new_incident_reference(), "opened_at": clock.now()}
        return read_typed(Incident, named | given, "incident")

    def carry_out(self, door: Door, by: str) -> Incident:
        """Put it on record under a fresh reference. Raises `NeedWrong`."""
        while not door.store.add_incident(incident := self.draft(door)):
            pass  # until the reference is fresh
        audit(door.store, by, "incident-opened", incident.id)
        return incident


def find_incident(door: Door, text: str) -> Incident | None:
    """The incident of this reference, however it is written. Raises `NeedWrong` for what is none."""
    return door.store.incident(read_incident_reference(text))


def right_to_hold(incident: Incident | None) -> Right:
    """What it takes to hold it and to let it go on: everything (`None`) takes the right to steer."""
    return Right.respond if incident else Right.steer


def all_held_since(store: Store) -> datetime | None:
    """Since when everything there is has been on hold; `None` if it is not."""
    return store.marks().get(ALL_HELD)


def hold_incident(door: Door, incident: Incident | None, by: str) -> bool | Refusal:
    """Send nothing more about its needs (`None`: about any need), but a worry and “please do not set out”; `False` if
    it is so already."""
    if incident and (refusal := cannot_hold(incident)):
        return refusal
    held = door.store.hold(incident.id if incident else None, clock.now())
    if held:
        door.ring()
        audit(door.store, by, "held", incident.id if incident else EVERYTHING)
    return held


def resume_incident(door: Door, incident: Incident | None, by: str) -> bool:
    """Go on where it was; `False` if it was not on hold."""
    resumed = door.store.resume(incident.id if incident else None, clock.now())
    if resumed:
        door.ring()
        audit(door.store, by, "resumed", incident.id if incident else EVERYTHING)
    return resumed


def close_incident(door: Door, incident: Incident, by: str) -> Refusal | None:
    """Close it once all of its needs are closed. No further need can be recorded for it then."""
    if incident.held:
        return Refusal("held", f"{incident.id} is on hold, and messages wait; let it go on first.")
    if left := door.store.close_incident(incident.id, clock.now()):
        needs = f"{left} need{'s' if left > 1 else ''} that {'are' if left > 1 else 'is'} not closed"
        return Refusal("open-needs", f"{incident.id} has {needs}. Close or withdraw each, then close the incident.")
    if not incident.closed:
        audit(door.store, by, "incident-closed", incident.id)
    return None


def _find_lead(door: Door, email: str) -> str:
    found = find_officer(door.store, email)
    if found is None:
        raise NeedWrong("lead", f"nobody here has the address {email[:80]!r}")
    if not may(found.role, OpenIncident.right):
        raise NeedWrong("lead", f"{found.name} is a viewer, who gets no tasks; name another officer")
    return found.id
