"""A need and its lines."""

from __future__ import annotations

import secrets
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from domain.addresses import EmailAddress, Phone
from domain.capabilities import Capability
from domain.playbooks import Playbook
from domain.responders import ResponderId
from domain.values import Code, Name, Note, Point, Summary, Value

LETTERS = "23456789CFGHJKMPQRVWX"  # no vowels, nothing that reads like something else
Address = Annotated[Name, Field(max_length=300)]
NeedId = Annotated[str, StringConstraints(pattern=r"^N-[2-9A-Z]{6}$")]
IncidentId = Annotated[str, StringConstraints(pattern=r"^X-[2-9A-Z]{6}$")]


def new_reference() -> str:
    """Return a fresh need reference that people can read out, such as `N-7K3QX2`."""
    return "N-" + "".join(secrets.choice(LETTERS) for _ in range(6))


def letters_of(text: str) -> str:
    """The letters of a reference, or of its beginning, as people type it: `7K3` of `n 7k3`."""
    return "".join(text[:40].upper().split()).replace("-", "").removeprefix("N")


def read_reference(text: str) -> str | None:
    """`n 7k3qx2` as people type it; `None` if it cannot be one."""
    letters = letters_of(text)
    return f"N-{letters}" if len(letters) == 6 and all(letter in LETTERS for letter in letters) else None


class NeedStatus(StrEnum):
    """Where a need is on its way."""

    open = "open"
    covered = "covered"
    confirming = "confirming"
    on_hold = "on-hold"
    closed = "closed"


class Outcome(StrEnum):
    """How a need ended."""

    met = "met"
    presumed = "presumed"
    partly_met = "partly-met"
    not_met = "not-met"
    withdrawn = "withdrawn"
    duplicate = "duplicate"


class LawfulBasis(StrEnum):
    """Why the council may keep and use what it knows of a resident (UK GDPR, article 6)."""

    public_task = "public-task"
    vital_interests = "vital-interests"
    consent = "consent"
    legal_obligation = "legal-obligation"


class Line(Value):
    """One part of a need, and where it is in the playbook.

    `round` is the last round begun (0: none yet), `merged` earlier ones asked together with it. `dry` says that the
    round has nobody further to ask; `more_at`, that somebody further may be asked from then on. A quantity of 0 is no
    longer needed. `own_time`: its time is its own, not the need's (`None`: recorded before that was kept).
    `wanted_anew`: since when it has been looked for again after its time, in a time that we gave it.
    """

    number: Annotated[int, Field(ge=1, le=50)]
    capability: Capability
    quantity: Annotated[int, Field(ge=0, le=100_000)]
    due: datetime
    own_time: bool | None = None
    round: int = 0
    merged: tuple[int, ...] = ()
    round_began: datetime | None = None
    round_ends: datetime | None = None
    dry: bool = False
    more_at: datetime | None = None
    wanted_anew: datetime | None = None
    handed_over: bool = False

    @property
    def what(self) -> str:
        return self.capability.code

    @property
    def rounds(self) -> tuple[int, ...]:
        """The round it is in, with those asked together with it."""
        return (*self.merged, self.round)

    @property
    def amount(self) -> str:
        """`20 food parcels`."""
        return self.capability.amount(self.quantity)


class Need(Value):
    """What a resident needs. Everything in here may be shared; who it is for is a private record.

    `cycle` grows when a covered need reopens; `events` counts its story; `kid` is the key of the resident's link.
    `edition` moves with every change an officer makes: it is what their commands name, so that no two overwrite each
    other unseen. `place` is an incident's public place, shown in full. `keep_from` are never asked. `like` is a need
    this one may be a duplicate of. `before_hold` is the status it had when it was put on hold. `kept_since`: since when
    nothing of it may be erased, whatever its time; `lawful_basis` is for officers, not for partners.
    """

    id: NeedId
    version: int = 0
    status: NeedStatus = NeedStatus.open
    outcome: Outcome | None = None
    category: Code
    lines: Annotated[tuple[Line, ...], Field(min_length=1, max_length=50)]
    area: Name
    point: Point | None = None
    needed_by: datetime
    urgent: bool = False
    summary: Summary
    opened_at: datetime
    playbook: Playbook
    cycle: int = 1
    events: int = 0
    kid: str = ""
    wake_at: datetime | None = None
    resident_told: bool = False
    delay_told: bool = False
    resident_asked_at: datetime | None = None
    resident_said: str | None = None
    past_due_at: datetime | None = None
    closed_at: datetime | None = None
    edition: int = 1
    urgent_because: Summary | None = None
    held_at: datetime | None = None
    held_until: datetime | None = None
    before_hold: NeedStatus | None = None
    incident: IncidentId | None = None
    place: Name | None = None
    exercise: bool = False
    sensitive: bool = False
    keep_from: tuple[ResponderId, ...] = ()
    like: NeedId | None = None
    lawful_basis: LawfulBasis = LawfulBasis.public_task
    kept_since: datetime | None = None

    @property
    def closed(self) -> bool:
        return self.status is NeedStatus.closed

    @property
    def stage(self) -> NeedStatus:
        """Where it is on its way, on hold or not."""
        return self.before_hold or self.status

    @property
    def pressing(self) -> bool:
        """Urgent, with the reason on record: quiet hours give way to it."""
        return self.urgent and self.urgent_because is not None

    @property
    def last_due(self) -> datetime:
        """When the last of its lines is due; those no longer needed are left out."""
        return max(line.due for line in self.lines if line.quantity)

    def line(self, number: int) -> Line:
        """Return line `number`, counted from 1."""
        return self.lines[number - 1]


class ContactBy(StrEnum):
    """How a resident is told: by e-mail, or an officer phones, writes or speaks to another person."""

    email = "email"
    phone = "phone"
    post = "post"
    person = "person"


class Resident(Value):
    """Whose need it is. Private: never in events, logs, flow parameters or run names.

    The referrer is another person who speaks for them: a son, a nurse, a neighbour.
    """

    name: Name | None = None
    email: EmailAddress | None = None
    phone: Phone | None = None
    address: Address | None = None
    notes: Note | None = None
    contact_by: ContactBy | None = None
    referrer_name: Name | None = None
    referrer_email: EmailAddress | None = None
    referrer_phone: Phone | None = None

    @property
    def reached_by(self) -> ContactBy | None:
        """How they are told: as was said, else by what there is; `None` when there is no way."""
        ways = {
            ContactBy.email: self.email,
            ContactBy.phone: self.phone,
            ContactBy.person: self.referrer_email or self.referrer_phone,
            ContactBy.post: self.address,
        }
        if self.contact_by:
            return self.contact_by if ways[self.contact_by] else None
        return next((way for way, there in ways.items() if there), None)

    @property
    def write_to(self) -> EmailAddress | None:
        """The address that messages for them go to: their own or the referrer's; `None` when somebody must speak."""
        match self.reached_by:
            case ContactBy.email:
                return self.email
            case ContactBy.person:
                return self.referrer_email
            case _:
                return None
