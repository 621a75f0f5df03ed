"""Ambleford, which does not exist: who lives and works there, what they need, and how each of them answers."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

COUNCIL, PHONE = "Ambleford Council", "01632 960 100"
CENTRE = (52.1, -1.1)
COLUMNS = (
    "id",
    "name",
    "sector",
    "email",
    "phone",
    "capabilities",
    "lat",
    "lon",
    "radius_km",
    "areas",
    "capacity",
    "checks",
    "weekly_limit",
)


@dataclass(frozen=True)
class Partner:
    """A responder of the directory."""

    id: str
    name: str
    sector: str
    capabilities: str
    capacity: int | None = None
    checks: str = ""


@dataclass(frozen=True)
class Act:
    """One thing somebody does, `after` seconds from the mail that caused it."""

    answer: str
    after: float = 1.5
    quantities: Mapping[int, int] = field(default_factory=dict)
    ready_by: Mapping[int, str] = field(default_factory=dict)
    words: str = ""
    twice: bool = False
    then: Act | None = None


YES = Act("accept")
NO = Act("reject")


@dataclass(frozen=True)
class DemoNeed:
    """A need, who does what about it, and how it must end."""

    label: str
    summary: str
    lines: tuple[str, ...]
    due: str
    acts: Mapping[str, Act]
    outcome: str
    helpers: Mapping[str, Mapping[str, int]]
    reserve: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    must_say: tuple[str, ...] = ()
    playbook: str = "demo-everyday"
    resident: str = "silent"
    urgent: bool = False
    withdraw_after: float | None = None
    officer_closes: str | None = None


PARTNERS = (
    # Neighbours: volunteers and community groups.
    *(
        Partner(f"neighbour-{n}", name, "volunteer", "food-parcel;sandbag", 1)
        for n, name in enumerate(
            ("Abe Turner", "Bea Wood", "Cal Reed", "Dee Marsh", "Eli Stone", "Fay Hill", "Gus Field", "Hal Brook"), 1
        )
    ),
    Partner("sam", "Sam Carter", "volunteer", "lift", 1),
    Partner("priya", "Priya Nair", "volunteer", "lift", 1),
    Partner("tom", "Tom Ellis", "volunteer", "prescription-pickup", 1),
    Partner("ken", "Ken Osei", "volunteer", "small-repair", 1),
    Partner("bella", "Bella Rossi", "volunteer", "small-repair", 1),
    Partner("mia", "Mia Lund", "volunteer", "pet-care", 1),
    Partner("olive", "Olive Grant", "volunteer", "befriending-call", 1),
    Partner("jack", "Jack Hughes", "volunteer", "befriending-call", 1),
    Partner("mosque", "Riverside Mosque", "community", "sandbag;storage", 40),
    Partner("residents", "Old Town Residents", "community", "sandbag", 30),
    Partner("allotments", "Mill Lane Allotments", "community", "sandbag;volunteer-hours", 25),
    Partner("scouts", "First Ambleford Scouts", "community", "sandbag;volunteer-hours", 35),
    # Voluntary groups and businesses.
    Partner("millfield", "Millfield Foodbank", "voluntary", "food-parcel", 15),
    Partner("st-anne", "St Anne's Pantry", "voluntary", "food-parcel", 10),
    Partner("larder", "The Community Larder", "voluntary", "food-parcel", 5),
    Partner("church", "Holy Trinity Church", "voluntary", "blanket", 40),
    Partner("red-cross", "Ambleford Red Cross", "voluntary", "blanket", 60),
    Partner("good-calls", "Good Calls", "voluntary", "befriending-call", 6),
    Partner("citizens", "Citizens' Advice Ambleford", "voluntary", "benefits-advice", 2),
    Partner("law-centre", "Millfield Law Centre", "voluntary", "benefits-advice", 2),
    Partner("swap-shop", "The Swap Shop", "voluntary", "clothing;baby-items", 3),
    Partner("hansel", "Hansel Korean Society", "voluntary", "interpreter-korean", 1),
    Partner("dial-a-ride", "Dial-a-Ride", "voluntary", "accessible-lift", 4),
    Partner("lunch-club", "Station Lunch Club", "voluntary", "hot-meal", 10),
    Partner("cafe", "Corner Café", "business", "hot-meal", 25),
    Partner("caterer", "Greenway Catering", "business", "hot-meal", 60),
    Partner("outfitters", "Bright Outfitters", "business", "clothing", 6),
    *(
        Partner(f"builder-{n}", name, "business", "sandbag", capacity)
        for n, (name, capacity) in enumerate(
            (
                ("Alder Builders", 60),
                ("Birch Paving", 50),
                ("Cedar Roofing", 40),
                ("Dogwood Fencing", 40),
                ("Elm Landscapes", 30),
                ("Fir Joinery", 30),
                ("Gorse Groundworks", 80),
                ("Hazel Homes", 20),
            ),
            1,
        )
    ),
    # Services.
    Partner("carefirst", "CareFirst at Home", "provider", "personal-care", 3, "enhanced"),
    Partner("quick-care", "Quick Care", "provider", "personal-care", 3),
    Partner("linguists", "County Linguists", "provider", "interpreter-korean;interpreter-bsl", 2),
    Partner("leisure", "Ambleford Leisure Centre", "public", "bed-space", 40),
    Partner("depot", "Council Depot", "public", "sandbag;van-with-driver", 100),
    Partner("library", "Central Library", "public", "device-loan", 10),
    # Willing, and not needed today.
    *(
        Partner(f"gardener-{n}", name, "volunteer", "garden-clearance", 1)
        for n, name in enumerate(("Ida Moss", "Jon Fern", "Kit Rose", "Lou Ivy", "Meg Sage", "Ned Thorn"), 1)
    ),
    Partner("chess", "Ambleford Chess Club", "community", "device-loan", 2),
    Partner("paws", "Paws and Claws", "business", "pet-care", 4),
    Partner("hardware", "Station Hardware", "business", "small-repair", 3),
    Partner("taxis", "Ambleford Taxis", "business", "lift", 6),
    Partner("chemist", "Riverside Chemist", "business", "prescription-pickup", 20),
)

NEEDS = (
    DemoNeed(
        "20 parcels",
        "A weekly bag of groceries for families at Millfield School",
        ("food-parcel:20",),
        "+77s",
        {"millfield": Act("part", 1.5, {1: 15}), "st-anne": Act("part", 4, {1: 10}), "larder": Act("accept", 12)},
        "met",
        {"millfield": {"food-parcel": 15}, "st-anne": {"food-parcel": 5}},
        reserve={"st-anne": {"food-parcel": 5}},
        must_say=("covered", "asked"),
        resident="yes",
    ),
    DemoNeed(
        "a lift",
        "To the eye clinic and back, about two hours",
        ("lift:1",),
        "+60s",
        {"priya": NO, "sam": Act("reject", 2.5), "taxis": YES},
        "presumed",
        {"taxis": {"lift": 1}},
        must_say=("said-no", "covered"),
    ),
    DemoNeed(
        "Korean",
        "Somebody who speaks Korean, for a housing appointment",
        ("interpreter-korean:1",),
        "+85s",
        {"hansel": NO, "linguists": Act("silent")},
        "not-met",
        {},
        must_say=("handed-over", "task-passed", "task-taken"),
        officer_closes="not-met",
    ),
    DemoNeed(
        "rest centre",
        "A rest centre opens at the Leisure Centre after a burst water main",
        ("blanket:40@+45s", "hot-meal:60@+65s", "bed-space:12@+65s"),
        "+65s",
        {
            "church": Act("part", 2, {1: 40}, {1: "+80s"}),
            "red-cross": Act("part", 3, {1: 40}),
            "cafe": Act("part", 2, {2: 25}),
            "caterer": Act("part", 4, {2: 50}),
            "leisure": Act("accept", 2),
        },
        "met",
        {
            "red-cross": {"blanket": 40},
            "cafe": {"hot-meal": 25},
            "caterer": {"hot-meal": 35},
            "leisure": {"bed-space": 12},
        },
        reserve={"church": {"blanket": 40}, "caterer": {"hot-meal": 15}},
        playbook="demo-everybody",
        urgent=True,
        resident="yes",
    ),
    DemoNeed(
        "discharge",
        "Home from hospital on the ward's transport list",
        ("personal-care:1", "accessible-lift:1", "hot-meal:7"),
        "+80s",
        {"carefirst": YES, "quick-care": YES, "dial-a-ride": Act("accept", 2), "lunch-club": Act("accept", 2.5)},
        "met",
        {"carefirst": {"personal-care": 1}, "dial-a-ride": {"accessible-lift": 1}, "lunch-club": {"hot-meal": 7}},
        resident="yes",
    ),
    DemoNeed(
        "prescription",
        "Collected from Riverside Chemist before it closes",
        ("prescription-pickup:1",),
        "+55s",
        {"tom": Act("accept", 1.5, twice=True)},
        "presumed",
        {"tom": {"prescription-pickup": 1}},
    ),
    DemoNeed(
        "dripping tap",
        "A kitchen tap that drips",
        ("small-repair:1",),
        "+75s",
        {"ken": Act("accept", 1.5, then=Act("reject", 10)), "bella": Act("standby", 5, then=YES)},
        "met",
        {"bella": {"small-repair": 1}},
        must_say=("withdrew", "reopened", "reserve-called"),
        resident="yes",
    ),
    DemoNeed(
        "a dog to walk",
        "A friendly spaniel, twice a day",
        ("pet-care:1",),
        "+75s",
        {"mia": YES},
        "withdrawn",
        {},
        withdraw_after=14,
    ),
    DemoNeed(
        "300 sandbags",
        "Doors along Water Lane",
        ("sandbag:300",),
        "+75s",
        {
            **{f"builder-{n}": Act("part", 1 + n / 2, {1: 10 * n}) for n in range(1, 8)},
            "mosque": Act("part", 2, {1: 40}),
            "scouts": Act("part", 2.5, {1: 35}),
            "residents": NO,
            "depot": Act("part", 5, {1: 100}),
        },
        "presumed",
        {},
        playbook="demo-everybody",
        urgent=True,
    ),
    DemoNeed(
        "benefits advice",
        "Help with a form that is due this week",
        ("benefits-advice:1",),
        "+70s",
        {
            "citizens": Act("question", 2, words="Does this need somebody who can read British Sign Language?"),
            "law-centre": Act("accept", 6),
        },
        "presumed",
        {"law-centre": {"benefits-advice": 1}},
        must_say=("asked-question", "covered"),
    ),
    DemoNeed(
        "friendly calls",
        "A call on two evenings",
        ("befriending-call:2",),
        "+70s",
        {"olive": Act("accept", 18, {1: 1}), "jack": Act("silent"), "good-calls": Act("part", 1.5, {1: 1})},
        "presumed",
        {"olive": {"befriending-call": 1}, "good-calls": {"befriending-call": 1}},
        must_say=("reminded",),
    ),
    DemoNeed(
        "winter clothes",
        "Coats for three children, and a pram",
        ("clothing:6", "baby-items:3"),
        "+65s",
        {"outfitters": Act("accept", 2), "swap-shop": Act("part", 3, {2: 3})},
        "partly-met",
        {"outfitters": {"clothing": 6}, "swap-shop": {"baby-items": 3}},
        resident="partly",
        officer_closes="partly-met",
    ),
)


def write_directory(path: Path) -> int:
    """Write the responders' CSV; returns how many there are."""
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        for number, partner in enumerate(PARTNERS):
            lat, lon = CENTRE[0] + (number % 8) * 0.002, CENTRE[1] + (number // 8) * 0.002
            rows.writerow(
                (
                    partner.id,
                    partner.name,
                    partner.sector,
                    f"{partner.id}@example.org",
                    "",
                    partner.capabilities,
                    f"{lat:.4f}",
                    f"{lon:.4f}",
                    "",
                    "Ambleford",
                    "" if partner.capacity is None else partner.capacity,
                    partner.checks,
                    "",
                )
            )
    return len(PARTNERS)
