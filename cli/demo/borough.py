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
    """A responder of the directory. Whose `domain` is that of dead addresses gets no mail."""

    id: str
    name: str
    sector: str
    capabilities: str
    capacity: int | None = None
    checks: str = ""
    domain: str = "example.org"


@dataclass(frozen=True)
class Act:
    """One thing somebody does, `after` seconds from the mail that caused it; `then` follows by itself.

    Who answers after somebody else waits for them, however slow the machine is: `behind`.
    What they do with later mails about the same: `called` from standby, asked to `move`, `chased` whether it was done.
    """

    answer: str
    after: float = 1.5
    quantities: Mapping[int, int] = field(default_factory=dict)
    ready_by: Mapping[int, str] = field(default_factory=dict)
    words: str = ""
    name: str = ""
    twice: bool = False
    behind: str = ""
    then: Act | None = None
    called: Act | None = None
    move: Act | None = None
    chased: Act | None = None


YES = Act("accept")
NO = Act("reject")
DONE = Act("done")
SILENT = Act("silent")


@dataclass(frozen=True)
class Order:
    """What an officer does on the command line, `after` seconds from when the story first says `once`, or says it for
    the `time`-th time. Of the words, a need's label stands for its reference."""

    once: str
    words: tuple[str, ...]
    after: float = 1.0
    time: int = 1


@dataclass(frozen=True)
class Says:
    """What the resident says when asked whether it happened: `yes`, `partly` with how many of each line, or nothing."""

    answer: str
    got: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class DemoNeed:
    """A need, who does what about it, and how it must end.

    `buttons`: how the officer ends tasks on their pages, where the page offers it. `at`: the incident it belongs to.
    """

    label: str
    summary: str
    lines: tuple[str, ...]
    due: str
    acts: Mapping[str, Act]
    outcome: str
    helpers: Mapping[str, Mapping[str, int]]
    resident: str = ""
    says: tuple[Says, ...] = ()
    must_say: tuple[str, ...] = ()
    playbook: str = "demo-everyday"
    urgent: bool = False
    orders: tuple[Order, ...] = ()
    buttons: tuple[str, ...] = ()
    at_incident: bool = False


INCIDENT, PLACE = "Burst water main", "Ambleford Leisure Centre, Station Road"
DUTY, MANAGER = "dana@example.org", "ravi@example.org"
HAPPENED = (Says("yes"),)


PARTNERS = (
    # Neighbours: volunteers and community groups.
    *(
        Partner(f"neighbour-{n}", name, "volunteer", "food-parcel;sandbag", 1)
        for n, name in enumerate(
            ("Abe Turner", "Bea Wood", "Cal Reed", "Dee Marsh", "Eli Stone", "Fay Hill", "Gus Field", "Hal Brook"), 1
        )
    ),
    Partner("sam", "Sam Carter", "volunteer", "lift", 1, domain="bounce.example.org"),
    Partner("priya", "Priya Nair", "volunteer", "lift", 1),
    Partner("tom", "Tom Ellis", "volunteer", "prescription-pickup", 1),
    Partner("ken", "Ken Osei", "volunteer", "small-repair", 1),
    Partner("bella", "Bella Rossi", "volunteer", "small-repair", 1),
    Partner("mia", "Mia Lund", "volunteer", "pet-care", 1),
    Partner("nia", "Nia Cole", "volunteer", "furniture", 2),
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
    Partner("restore", "ReStore Furniture", "voluntary", "furniture", 8),
    Partner("hands", "Ambleford Hands", "voluntary", "volunteer-hours", 30),
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
    Partner("carefirst", "CareFirst at Home", "provider", "personal-care;care-package", 3, "enhanced"),
    Partner("kingsway", "Kingsway Care", "provider", "care-package", 2, "enhanced"),
    Partner("quick-care", "Quick Care", "provider", "personal-care;care-package", 3),
    Partner("linguists", "County Linguists", "provider", "interpreter-korean;interpreter-bsl", 2),
    Partner("leisure", "Ambleford Leisure Centre", "public", "bed-space", 40),
    Partner("depot", "Council Depot", "public", "sandbag;van-with-driver", 100),
    Partner("clothes-bank", "County Clothes Bank", "public", "clothing", 10),
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
        "winter clothes",
        "Coats for three children, and things for a baby",
        ("clothing:6", "baby-items:3"),
        "+48s",
        {
            "outfitters": Act("part", 1, {1: 6}),
            "swap-shop": Act("part", 1, {2: 3}),
            "clothes-bank": YES,
        },
        "met",
        {"outfitters": {"clothing": 4}, "swap-shop": {"baby-items": 3}, "clothes-bank": {"clothing": 2}},
        resident="Amina Yusuf",
        says=(Says("partly", {1: 4, 2: 3}), Says("yes")),
        must_say=("resident-said", "reopened"),
        buttons=("done",),
    ),
    DemoNeed(
        "shelter parcels",
        "Three bags of groceries for the night shelter",
        ("food-parcel:3",),
        "+98s",
        {},
        "presumed",
        {"millfield": {"food-parcel": 3}},
        resident="Joseph Adeyemi",
        must_say=("joined",),
    ),
    DemoNeed(
        "20 parcels",
        "A weekly bag of groceries for families at Millfield School",
        ("food-parcel:20",),
        "+92s",
        {
            "millfield": Act("part", 1.5, {1: 15}, move=Act("move")),
            "st-anne": Act("part", 1.5, {1: 10}, behind="millfield"),
        },
        "met",
        {"millfield": {"food-parcel": 12}, "st-anne": {"food-parcel": 8}},
        resident="Grace Obi",
        says=HAPPENED,
        must_say=("transfer-asked", "transferred", "reserve-called"),
        orders=(Order("covered", ("need", "transfer", "20 parcels", "shelter parcels", "millfield", "food-parcel:3")),),
    ),
    DemoNeed(
        "moving a bed",
        "A bed and a wardrobe to a ground floor room",
        ("furniture:2",),
        "+75s",
        {"nia": Act("accept", 1, ready_by={1: "+8s"}), "restore": Act("accept", chased=DONE)},
        "presumed",
        {"restore": {"furniture": 2}},
        resident="Walter Quick",
        must_say=("no-show", "reopened"),
        playbook="demo-follow-up",
        buttons=("not-done",),
    ),
    DemoNeed(
        "clearing up",
        "Mud and water out of the village hall",
        ("volunteer-hours:8",),
        "+85s",
        {"scouts": Act("part", 1, {1: 8}), "allotments": NO, "hands": YES},
        "met",
        {"scouts": {"volunteer-hours": 8}, "hands": {"volunteer-hours": 2}},
        resident="Maud Ferris",
        says=HAPPENED,
        must_say=("amended", "amended"),
        orders=(
            Order("covered", ("need", "amend", "clearing up", "--line", "volunteer-hours:14")),
            Order("covered", ("need", "amend", "clearing up", "--line", "volunteer-hours:10"), time=2),
        ),
    ),
    DemoNeed(
        "care package",
        "Help with washing and dressing, mornings, for one week",
        ("care-package:1",),
        "+92s",
        {
            "carefirst": Act("accept", 1.5, name="Joan Baker"),
            "kingsway": Act("accept", 1.5, name="Peter Hale"),
            "quick-care": YES,
        },
        "met",
        {"carefirst": {"care-package": 1}},
        resident="Edith Lowe",
        says=HAPPENED,
        must_say=("offers-put", "chosen", "word-given"),
        orders=(Order("offers-put", ("need", "choose", "care package", "carefirst"), after=3),),
        buttons=("yes",),
    ),
    DemoNeed(
        "a lift",
        "To the eye clinic and back, about two hours",
        ("lift:1",),
        "+72s",
        {"priya": NO, "taxis": YES},
        "presumed",
        {"taxis": {"lift": 1}},
        resident="Noor Rahman",
        must_say=("said-no", "undeliverable"),
    ),
    DemoNeed(
        "Korean",
        "Somebody who speaks Korean, for a housing appointment",
        ("interpreter-korean:1",),
        "+95s",
        {"hansel": NO},
        "not-met",
        {},
        resident="Min-ji Park",
        must_say=("handed-over", "task-passed", "task-taken"),
        orders=(Order("task-taken", ("need", "close", "Korean", "--outcome", "not-met")),),
    ),
    DemoNeed(
        "rest centre",
        "A rest centre opens after a burst water main",
        ("blanket:40@+55s", "hot-meal:60@+75s", "bed-space:12@+75s"),
        "+75s",
        {
            "church": Act("part", 2, {1: 40}, {1: "+90s"}),
            "red-cross": Act("part", 3, {1: 40}),
            "cafe": Act("part", 2, {2: 25}),
            "caterer": Act("part", 1.5, {2: 50}, behind="cafe"),
            "leisure": Act("accept", 2),
        },
        "met",
        {
            "red-cross": {"blanket": 40},
            "cafe": {"hot-meal": 25},
            "caterer": {"hot-meal": 35},
            "leisure": {"bed-space": 12},
        },
        must_say=("covered",),
        playbook="demo-everybody",
        urgent=True,
        buttons=("yes",),
        at_incident=True,
    ),
    DemoNeed(
        "discharge",
        "Home from hospital on the ward's transport list",
        ("personal-care:1", "accessible-lift:1", "hot-meal:7"),
        "+90s",
        {"carefirst": YES, "quick-care": YES, "dial-a-ride": Act("accept", 2), "lunch-club": Act("accept", 2.5)},
        "met",
        {"carefirst": {"personal-care": 1}, "dial-a-ride": {"accessible-lift": 1}, "lunch-club": {"hot-meal": 7}},
        resident="Albert Dunn",
        says=HAPPENED,
    ),
    DemoNeed(
        "prescription",
        "Collected from Riverside Chemist before it closes",
        ("prescription-pickup:1",),
        "+68s",
        {"tom": Act("accept", 1.5, twice=True, then=Act("done", 20))},
        "presumed",
        {"tom": {"prescription-pickup": 1}},
        resident="Ruth Sandler",
        must_say=("said-done",),
    ),
    DemoNeed(
        "dripping tap",
        "A kitchen tap that drips",
        ("small-repair:1",),
        "+85s",
        {"ken": Act("accept", 1.5, then=Act("reject", 12)), "bella": Act("standby", 1.5, behind="ken", called=YES)},
        "met",
        {"bella": {"small-repair": 1}},
        resident="Dorothy Pike",
        says=HAPPENED,
        must_say=("withdrew", "reserve-called"),
    ),
    DemoNeed(
        "a dog to walk",
        "A friendly spaniel, twice a day",
        ("pet-care:1",),
        "+85s",
        {"mia": YES},
        "withdrawn",
        {},
        resident="Peter Vance",
        must_say=("said-yes",),
        orders=(Order("covered", ("need", "withdraw", "a dog to walk"), after=4),),
    ),
    DemoNeed(
        "300 sandbags",
        "Doors along Water Lane",
        ("sandbag:300",),
        "+80s",
        {
            **{f"builder-{n}": Act("part", 1 + n / 2, {1: 10 * n}) for n in range(1, 8)},
            "mosque": Act("part", 2, {1: 40}),
            "scouts": Act("part", 2.5, {1: 35}),
            "residents": NO,
            "depot": Act("part", 5, {1: 100}),
        },
        "presumed",
        {},
        resident="Helen Marsh",
        playbook="demo-everybody",
        urgent=True,
    ),
    DemoNeed(
        "benefits advice",
        "Help with a form that is due this week",
        ("benefits-advice:1",),
        "+78s",
        {
            "citizens": Act("question", 2, words="Does this need somebody who can read British Sign Language?"),
            "law-centre": Act("accept", 6),
        },
        "presumed",
        {"law-centre": {"benefits-advice": 1}},
        resident="Femi Cole",
        must_say=("asked-question", "task-done"),
        buttons=("answered",),
    ),
    DemoNeed(
        "friendly calls",
        "A call on two evenings",
        ("befriending-call:2",),
        "+78s",
        {
            "olive": Act("accept", 20, {1: 1}, chased=DONE),
            "good-calls": Act("part", 1.5, {1: 1}, chased=DONE),
        },
        "presumed",
        {"olive": {"befriending-call": 1}, "good-calls": {"befriending-call": 1}},
        resident="Ivy Hart",
        must_say=("reminded", "chased"),
        playbook="demo-follow-up",
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
                    f"{partner.id}@{partner.domain}",
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
