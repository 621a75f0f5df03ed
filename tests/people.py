"""Who is who in tests: Amina needs, Sam, Bob and Jane help, Ola is on duty. All of them are made up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from domain.capabilities import Accept, Capability, Catalogue, CheckLevel, Sector
from domain.needs import Need, Resident
from domain.officers import Officer
from domain.opening import NeedRequest, read_need
from domain.playbooks import FollowUp, Playbook, Role, Round, TakeOver
from domain.responders import Contact, Responder
from domain.values import Point, read_duration

LONDON = ZoneInfo("Europe/London")
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # 9am on Monday 2 March
MARKET_SQUARE = Point(lat=51.5, lon=-0.1)
RIVER_WARD = "River Ward"

CATALOGUE = Catalogue(
    categories={"food": "Food and meals", "transport": "Getting about", "health": "Health and care at home"},
    capabilities=(
        Capability(
            code="food-parcel", title="Food parcel", unit="food parcel", units="food parcels", category="food",
            terms="Please give it free of charge.",
        ),
        Capability(
            code="hot-meal", title="Hot meal", unit="hot meal", units="hot meals", category="food",
            lead=timedelta(hours=2),
        ),
        Capability(
            code="blanket", title="Blanket", unit="blanket", units="blankets", category="health",
        ),
        Capability(
            code="lift", title="Lift in a car", unit="lift", units="lifts", category="transport", split=False,
        ),
        Capability(
            code="personal-care", title="Personal care at home", unit="care visit", units="care visits",
            category="health", sectors=(Sector.provider,), split=False, check=CheckLevel.enhanced,
        ),
        Capability(
            code="care-hours", title="Hours of care", unit="hour of care", units="hours of care", category="health",
            sectors=(Sector.provider,), check=CheckLevel.enhanced, accept=Accept.officer, lead=timedelta(hours=2),
        ),
        Capability(
            code="key-safe", title="Key safe opened", unit="key safe", units="key safes", category="health",
            split=False, at_home=True, sensitive=True,
        ),
    ),
)  # fmt: skip
CATEGORY_OF = {capability.code: capability.category for capability in CATALOGUE.capabilities}
EVERYTHING = ("food-parcel", "hot-meal", "blanket", "lift")

# --- who needs ----------------------------------------------------------------

AMINA = Resident(name="Amina Example", email="amina@example.org", phone="07700 900001", address="1 Test Street")
MRS_OKAFOR = Resident(name="Grace Okafor", phone="07700 900002")  # no e-mail: somebody phones her

# --- who helps ----------------------------------------------------------------


def place(km_north: float) -> Point:
    """A place this many kilometres north of the market square."""
    return Point(lat=MARKET_SQUARE.lat + km_north / 111.195, lon=MARKET_SQUARE.lon)


def helper(id: str, name: str = "", sector: Sector = Sector.volunteer, **more: Any) -> Responder:
    """Somebody who can do everything that needs no check, a kilometre away, with one e-mail address."""
    given = {"capabilities": EVERYTHING, "point": place(1), "contacts": 1} | more
    return Responder(id=id, name=name or id.replace("-", " ").title(), sector=sector, **given)


def helpers(count: int, **more: Any) -> list[Responder]:
    """Many alike, `helper-01` and so on, each a little farther away than the one before."""
    return [helper(f"helper-{n:02}", **({"point": place(n / 100)} | more)) for n in range(1, count + 1)]


SAM = helper("sam", "Sam Example", point=place(0.5))
BOB = helper("bob", "Bob Example", point=place(1))
JANE = helper("jane", "Jane Example", point=place(1.5))
GOOD_NEIGHBOURS = helper("good-neighbours", sector=Sector.community, capacity=10, point=place(2))
DIAL_A_RIDE = helper("dial-a-ride", "Dial A Ride", Sector.voluntary, capabilities=("lift",), capacity=4)
RIVERSIDE_KITCHEN = helper("riverside-kitchen", sector=Sector.business, capabilities=("food-parcel", "hot-meal"),
                           capacity=40)  # fmt: skip
CARING_HANDS = helper("caring-hands", sector=Sector.provider, capabilities=("personal-care",),
                      checks=(CheckLevel.enhanced,))  # fmt: skip
TOWN = (SAM, BOB, JANE, GOOD_NEIGHBOURS, DIAL_A_RIDE, RIVERSIDE_KITCHEN, CARING_HANDS)


def contact_of(responder: Responder, number: int = 0) -> Contact:
    """A way to reach them: `sam@example.org`, then `sam.2@example.org`."""
    return Contact(email=f"{responder.id}{f'.{number + 1}' if number else ''}@example.org")


# --- who watches --------------------------------------------------------------


def officer(id: str, name: str = "", role: Role = Role.duty) -> Officer:
    return Officer(id=id, name=name or id.title(), email=f"{id}@council.example.org", phone="07700 900010", role=role)


OLA = officer("ola", "Ola Example")
DUNCAN = officer("duncan", "Duncan Example")
MARGE = officer("marge", "Marge Example", Role.manager)

# --- how to respond -----------------------------------------------------------

NEIGHBOURS = (Sector.volunteer, Sector.community)
GROUPS = (Sector.voluntary, Sector.business)
SERVICES = (Sector.provider, Sector.public)


def round_of(name: str, sectors: tuple[Sector, ...] = NEIGHBOURS, patience: str = "30m", **more: Any) -> Round:
    return Round.model_validate({"name": name, "sectors": sectors, "patience": patience, **more})


def playbook(*rounds: Round, take_within: str = "1h", waking_hours_only: bool = False, **follow_up: str) -> Playbook:
    """The rounds given, or neighbours, groups and services with half an hour each."""
    return Playbook(
        name="test",
        title="For tests",
        rounds=rounds or (round_of("neighbours"), round_of("groups", GROUPS), round_of("services", SERVICES)),
        officer=TakeOver(take_within=read_duration(take_within)),
        follow_up=FollowUp.model_validate(follow_up),
        waking_hours_only=waking_hours_only,
    )


# --- what is needed -----------------------------------------------------------


def wanting(*lines: str, **more: Any) -> NeedRequest:
    """What an officer fills in: `wanting("food-parcel:20", needed_by="+6h")`."""
    what = lines[0].partition(":")[0] if lines else ""
    given = {"category": CATEGORY_OF.get(what, "food"), "summary": "A family of four has no food until Thursday",
             "area": RIVER_WARD, "point": MARKET_SQUARE, "needed_by": "+2d"}  # fmt: skip
    return NeedRequest(lines=lines, **(given | more))


def need(
    *lines: str,
    playbook: Playbook = playbook(),  # noqa: B008 - a frozen value
    now: datetime = MONDAY,
    reference: str = "N-7K3QX2",
    **more: Any,
) -> Need:
    """A need as it is recorded; due in two days unless said otherwise."""
    return read_need(wanting(*(lines or ("food-parcel:20",)), **more), reference, CATALOGUE, playbook, now, LONDON)
