"""A town with everything in it: a need in every state, an incident, tasks of many kinds, partners, officers, a key."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from domain.incidents import Incident
from domain.needs import NeedStatus, Outcome
from domain.officers import Officer
from domain.playbooks import Playbook
from domain.rights import Right
from infra.api_keys import add_key
from infra.commands import COMMANDS
from infra.door import Done
from infra.officers import add_officer, invite, new_officer, set_disabled
from infra.playbooks import load_playbook
from infra.sweeps import PLANNED, SWEPT
from tests.town import Inbox, Town, address

DUTY, MANAGER, VIEWER, ADMIN = "Dana Duty", "Ravi Manager", "Vera Viewer", "Ada Admin"
OFFICERS = (
    (DUTY, "duty"),
    (MANAGER, "manager"),
    (VIEWER, "viewer"),
    (ADMIN, "admin"),
    ("Nia New", "officer"),
    ("Olu Former", "officer"),
)
PARTNERS: tuple[tuple[str, str, tuple[str, ...], dict[str, object]], ...] = (
    ("Norbiton Neighbours", "community", ("food-parcel",), {"capacity": 30}),
    ("Good Listeners", "voluntary", ("befriending-call",), {"checks": ["enhanced"], "capacity": 6}),
    ("Riverside Kitchen", "business", ("food-parcel", "hot-meal"), {"capacity": 40, "phone": "020 7946 0011"}),
    ("Hogsmill Food Bank", "voluntary", ("food-parcel", "baby-items"), {"capacity": 60}),
    ("Sam Carter", "volunteer", ("lift", "pet-care"), {"weekly_limit": 3, "phone": "07700 900012"}),
    ("Bob Lowe", "volunteer", ("lift", "small-repair"), {}),
    ("Dial A Ride", "voluntary", ("lift", "accessible-lift"), {"capacity": 4}),
    ("Kingsway Care", "provider", ("care-package",), {"checks": ["enhanced"], "phone": "020 7946 0018"}),
    ("Home First", "provider", ("care-package",), {"checks": ["enhanced"], "phone": "020 7946 0019"}),
    ("Norbiton Church Hall", "community", ("blanket", "bed-space", "storage"), {"capacity": 60}),
    ("Elm Street Gardeners", "voluntary", ("garden-clearance",), {}),
    ("Second Chance Furniture", "business", ("furniture",), {}),
    ("Harbour Cafe", "business", ("volunteer-hours",), {}),
)


@dataclass
class FullTown:
    """A town and what is in it: needs by how they stand, one incident, whoever there is to look at."""

    town: Town
    everyday: Playbook = field(default_factory=lambda: load_playbook("everyday"))
    needs: dict[str, str] = field(default_factory=dict)
    incident: str = ""
    set_up: str = ""
    key: str = ""

    def __post_init__(self) -> None:
        self._people()
        self._last_week()
        self._today()
        self._flood()
        self.town.settle()
        for mark in (SWEPT, PLANNED):  # as when a worker runs
            self.town.door.store.mark(mark, self.town.moment)
        self.set_up = invite(self.town.door, self._officer("Nia New"), "command").removeprefix(self.town.base_url)

    @property
    def tasks(self) -> list[str]:
        """The ids of all tasks that are not done."""
        return [row.task.id for row in self.town.door.store.tasks_for(None, 100)]

    def _people(self) -> None:
        door, store = self.town.door, self.town.door.store
        for name, role in OFFICERS:
            add_officer(door, new_officer(name, address(name), role, "07700 900010"), "command")
        set_disabled(door, self._officer("Olu Former"), True, "command")
        self.key = add_key(store, "Case system", (Right.look, Right.respond), "command")[1].id
        for name, sector, capabilities, more in PARTNERS:
            self.town.has(name, sector, *capabilities, areas=("Norbiton",), **more)  # type: ignore[arg-type]

    def _officer(self, name: str) -> Officer:
        return next(officer for officer in self.town.door.store.officers() if officer.name == name)

    # --- what happened ---

    def _last_week(self) -> None:
        """Needs that have ended, each in its own way, and one whose resident is being asked."""
        self._needs("met", "A lift to dialysis and back", "lift:1", who="Grace Adeyemi", needed_by="+5h")
        self._asked("Sam Carter", "met").and_says_yes()
        self._needs("not-met", "Somebody to clear a path for a wheelchair", "garden-clearance:1", who="Ivan Petrov")
        self._asked("Elm Street Gardeners", "not-met").and_says_no()
        self._needs("withdrawn", "A cot and a mattress", "furniture:2", who="Rosa Lind")
        self.town.time_passes("8h")
        self.town.inbox("Grace Adeyemi").expects("Did you get").and_says("yes")
        self.town.officer_closes(self.needs["not-met"], Outcome.not_met)
        self.town.officer_closes(self.needs["withdrawn"], Outcome.withdrawn)
        self.town.time_passes("3d")
        self._needs("confirming", "A lift to the eye clinic", "lift:1", who="Tom Reilly", needed_by="+3h")
        self._asked("Sam Carter", "confirming").and_says_yes()
        self.town.time_passes("16h")

    def _today(self) -> None:
        """Needs that are under way, and what waits for officers."""
        self._needs("covered", "Two lifts to a hospital visit", "accessible-lift:1", who="Mary Boyle")
        self._asked("Dial A Ride", "covered").and_says_yes()
        self._needs("open", "Food for three families until Friday", "food-parcel:20", "furniture:3", needed_by="+3d")
        self._asked("Norbiton Neighbours", "open").and_offers(12)
        self.town.time_passes("150m")
        self._asked("Second Chance Furniture", "open").and_asks("Is there a lift in the building?")
        self._needs("on-hold", "Hours of help at a street party", "volunteer-hours:6", who="Ben Okoro")
        self._does("hold", "on-hold")
        self._needs("offered", "Care at home after a fall", "care-package:1", who="Jean Marsh", needed_by="+2d")
        for name in ("Kingsway Care", "Home First"):
            self._asked(name, "offered").and_says_yes(name="Kim Park")
        self._needs("with-officer", "A Korean interpreter at the clinic", "interpreter-korean:2", who="Min Seo")
        self._needs("duplicate", "Food for a family of five", "food-parcel:5")
        self._needs("by-phone", "Company on the telephone", "befriending-call:4", who="Walter Finch", email=None,
                    phone="07700 900345")  # fmt: skip
        self._asked("Good Listeners", "by-phone").and_says_yes()
        self.town.inbox("Good Listeners").expects("you have promised").answers(
            answer="concern", note="He sounded confused."
        )
        self._needs("transferable", "Nappies and milk for twins", "baby-items:4", who="Joy Mensah", needed_by="+4d")
        self._asked("Hogsmill Food Bank", "transferable").and_says_yes()

    def _flood(self) -> None:
        """An incident that is going on, with needs of its own, and one that was closed."""
        lead = self._officer(DUTY).id
        self.incident = self._incident("X-F22D22", "Hogsmill flood", "Kings Rest Centre, Norbiton Road", lead)
        urgent = load_playbook("urgent")
        needs = [
            self.town.incident_needs(self.incident, *lines, playbook=urgent, urgent=True)
            for lines in (("blanket:40", "bed-space:20"), ("hot-meal:60",), ("sandbag:200",))
        ]
        self.needs["of-incident"] = needs[0]
        self._incident("X-PRACT2", "Spring exercise", "Norbiton Leisure Centre", lead, exercise=True)

    def _incident(self, id: str, name: str, place: str, lead: str, exercise: bool = False) -> str:
        incident = Incident(
            id=id, name=name, place=place, lead=lead, exercise=exercise, opened_at=self.town.moment - timedelta(hours=1)
        )
        assert self.town.door.store.add_incident(incident)
        return incident.id

    # --- how ---

    def _needs(self, label: str, summary: str, *lines: str, who: str = "Amina Haddad", **more: object) -> None:
        self.needs[label] = self.town.resident_needs(
            summary, *lines, playbook=self.everyday, who=who, **more  # type: ignore[arg-type]
        )  # fmt: skip

    def _asked(self, name: str, label: str) -> Inbox:
        """The inbox of somebody who was asked about this need."""
        return self.town.inbox(name).expects("Can you help", self.needs[label])

    def _does(self, command: str, label: str, **typed: object) -> None:
        """An officer gives a command."""
        by = f"officer:{self._officer(DUTY).id}"
        done = COMMANDS[command].read(**typed).carry_out(self.town.door, self.needs[label], by)
        assert isinstance(done, Done), done
        self.town.settle()

    def states(self) -> set[str]:
        """How its needs stand, in the store's words."""
        return {row.status.value for row in self.town.door.store.needs()}


EVERY_STATE = {status.value for status in NeedStatus}
