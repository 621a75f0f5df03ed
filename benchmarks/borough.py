"""A made-up borough: responders by the thousand, and needs put on record as an officer's command does."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import count

from domain.capabilities import Sector
from domain.needs import Resident
from domain.officers import Officer
from domain.opening import NeedRequest
from domain.playbooks import Playbook, Role, Round
from domain.responders import Contact, Responder
from domain.values import Point
from infra import clock
from infra.door import Door
from infra.playbooks import load_catalogue
from infra.recording import record_need

CENTRE = Point(lat=51.41, lon=-0.30)
EVERYBODY = tuple(Sector)
WHAT = "food-parcel"  # may be split, needs no check
AT_ONCE = 2000


def responders(
    count: int, *, capacity: int | None = None, around_km: float = 2.5, sector: Sector = Sector.community
) -> Iterator[Responder]:
    """Community groups within some kilometres of the centre, `g-00001` and so on: no weekly limit, one address each.

    Those of another sector are called by its first letter.
    """
    place = random.Random(7)  # noqa: S311  (the same borough every time)
    span = around_km / 111.2
    for number in range(1, count + 1):
        yield Responder(
            id=f"{'g' if sector is Sector.community else sector[0]}-{number:05}",
            name=f"Group {number}",
            sector=sector,
            capabilities=(WHAT, "blanket"),
            capacity=capacity,
            point=Point(
                lat=CENTRE.lat + place.uniform(-span, span) / 1.5, lon=CENTRE.lon + place.uniform(-span, span) / 1.5
            ),
        )


def fill(
    door: Door, count: int, *, capacity: int | None = None, sectors: tuple[Sector, ...] = (Sector.community,)
) -> None:
    """Put so many responders of each sector into the directory, and the officer on duty."""
    dana = Officer(id="O-dana", name="Dana Duty", email="dana@example.org", role=Role.duty)
    door.store.add_officer(dana, clock.now())
    found = (r for sector in sectors for r in responders(count, capacity=capacity, sector=sector))
    rows = [(r, [Contact(email=f"{r.id}@example.org")]) for r in found]
    for start in range(0, len(rows), AT_ONCE):
        door.store.put_responders(rows[start : start + AT_ONCE], clock.now())


RESIDENTS = count(700_900_000)  # each need is somebody else's


def asking(most: int, sectors: tuple[Sector, ...] = EVERYBODY) -> Playbook:
    """One round that asks at most so many, of everybody or some sectors, and waits two hours."""
    return Playbook(
        name="bench",
        title="Ask once",
        rounds=(Round(name="all", sectors=sectors, ask=most, patience=timedelta(hours=2)),),
    )


def record(door: Door, playbook: Playbook, quantity: int = 4, incident: str | None = None) -> tuple[str, float]:
    """Put a need on record. Returns its reference, and the Unix time just before it was."""
    request = NeedRequest(
        category="food",
        summary="Groceries for a family of five",
        lines=(f"{WHAT}:{quantity}",),
        area="Norbiton",
        point=CENTRE,
        needed_by="+2d",
        incident=incident,
        resident=Resident(name="Amina Example", phone=f"07{next(RESIDENTS):09}"),
    )
    catalogue = load_catalogue()
    at = time.time()
    return record_need(door, catalogue, playbook, request).need, at
