"""What the API answers, as it is documented. Built in `infra/showing`: the same as the command line's JSON."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Amounts = Annotated[dict[str, int], Field(description="How many, by kind of help.")]


class Shape(BaseModel):
    """An answer holds exactly what is documented."""

    model_config = ConfigDict(extra="forbid")


class LineShown(Shape):
    what: str
    quantity: int
    pledged: int
    reserve: int
    offered: int
    delivered: int
    missing: int
    due: Moment


class InvitationShown(Shape):
    responder: str
    version: int
    name: str | None
    round: int
    cycle: int
    status: str
    reason: str | None
    pledged: Amounts
    reserve: Amounts
    offered: Amounts
    delivered: Amounts
    words: bool
    asked_at: Moment
    answer_by: Moment | None
    answered_at: Moment | None
    confirm_by: Moment | None
    moving_to: str | None


class TaskShown(Shape):
    task: str
    kind: str
    status: str
    officer: str | None
    attempts: int
    outcome: str | None


class EventShown(Shape):
    at: Moment
    what: str
    because: str
    code: str


class NeedShown(Shape):
    """One need: how it stands, who was asked and said what, what waits for officers, and its story."""

    need: str
    version: int
    status: str
    outcome: str | None
    with_officer: bool
    wake_at: Moment | None
    category: str
    summary: str
    area: str
    place: str | None
    incident: str | None
    exercise: bool
    held: bool
    held_until: Moment | None
    sensitive: bool
    lawful_basis: str
    like: str | None
    urgent: bool
    urgent_because: str | None
    needed_by: Moment
    opened_at: Moment
    closed_at: Moment | None
    playbook: str
    lines: list[LineShown]
    invitations: list[InvitationShown]
    tasks: list[TaskShown]
    story: list[EventShown]


class NeedBrief(Shape):
    """One need, for a key that may not look: that it is there, and where it stands."""

    need: str
    version: int
    status: str


class NeedWithPrivate(NeedShown):
    """One need, for a key that may look at what is private, and asked to."""

    resident: dict[str, Any] | None = Field(None, description="Only with `private=true`.")
    notes: dict[str, str] | None = Field(None, description="Only with `private=true`: private words, by their id.")


class NeedInList(Shape):
    need: str
    status: str
    outcome: str | None
    category: str
    area: str
    summary: str
    needed_by: Moment
    wake_at: Moment | None
    incident: str | None
    exercise: bool
    urgent: bool
    held: bool
    needed: int = Field(description="100 for each of its parts, whatever its unit.")
    covered: int = Field(description="How much of that is promised: half of one of two parts is 50 of 200.")
    with_officer: bool


class NeedsFound(Shape):
    """Needs, those most at risk first."""

    needs: list[NeedInList]
    next: str | None = Field(description="The cursor of the next page.")
    previous: str | None


class IncidentShown(Shape):
    incident: str
    name: str
    place: str
    lead: str
    exercise: bool
    status: str
    opened_at: Moment
    held_at: Moment | None
    closed_at: Moment | None


class IncidentsFound(Shape):
    """Incidents, the newest first. `all_held`: everything there is, is on hold."""

    incidents: list[IncidentShown]
    all_held: bool


class Held(Shape):
    """Is everything on hold now?"""

    all_held: bool


class ResponderShown(BaseModel):
    """A partner, without any way to reach them."""

    id: str
    name: str
    sector: str
    capabilities: list[str]
    paused_until: Moment | None


class RespondersFound(Shape):
    """Partners, by name."""

    responders: list[ResponderShown]
    next: str | None
    previous: str | None


class PlaybookShown(BaseModel):
    """How to respond to a kind of need."""

    name: str
    title: str
    rounds: list[dict[str, Any]]


class PlaybooksFound(Shape):
    playbooks: list[PlaybookShown]
