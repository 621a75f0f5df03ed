"""The largest there is to look at: a need for which hundreds were asked, an incident with many needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from benchmarks.borough import asking, record, responders
from domain.capabilities import Sector
from domain.changes import Change, Draft
from domain.events import EventCode
from domain.incidents import Incident, new_incident_reference
from domain.responders import Contact
from domain.situations import Situation
from infra import clock
from infra.door import Done, Door
from tasks.moving import move_need

ASKED, EVENTS = 300, 2_000


@dataclass(frozen=True)
class Largest:
    """What there is, and how much of it."""

    need: str
    asked: int
    events: int
    incident: str
    needs: int


def fill_largest(door: Door, needs: int) -> Largest:
    """One need that asks for so much that 300 are asked, and an incident with so many needs."""
    _add_helpers(door)
    need, _ = record(door, asking(ASKED, sectors=(Sector.volunteer,)), quantity=100_000)
    move_need(door, need)
    changed: object = door.change(need, _tell_more)
    assert isinstance(changed, Done), changed
    situation = door.situation(need)
    flood = Incident(
        id=new_incident_reference(), name="Flood", place="Norbiton Hall", lead="O-dana", opened_at=clock.now()
    )
    assert door.store.add_incident(flood)
    for _ in range(needs):
        record(door, asking(1), incident=flood.id)
    return Largest(need, len(situation.invitations), situation.need.events, flood.id, needs)


def _add_helpers(door: Door) -> None:
    """As many as are asked: the only volunteers there are, who bring one parcel each."""
    helpers = [
        helper.but(id=f"h-{number:05}", name=f"Helper {number}", sector=Sector.volunteer)
        for number, helper in enumerate(responders(ASKED, capacity=1), start=1)
    ]
    rows = [(helper, [Contact(email=f"{helper.id}@example.org")]) for helper in helpers]
    door.store.put_responders(rows, clock.now())


def _tell_more(situation: Situation, now: datetime) -> Change:
    """Fill its story."""
    draft = Draft(situation, now)
    for number in range(EVENTS - situation.need.events):
        asked = situation.invitations[number % len(situation.invitations)]
        draft.note_event(EventCode.chased, responders=(asked.responder,))
    return draft.change(wake_at=situation.need.wake_at)
