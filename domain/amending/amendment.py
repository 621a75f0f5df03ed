"""What an officer may change of a need."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from domain.capabilities import Capability
from domain.needs import Address
from domain.values import Name, Point, Summary, Value


class Wanted(Value):
    """So much of one kind of help, as an officer now says; `due` if it has a time of its own."""

    capability: Capability
    quantity: Annotated[int, Field(ge=0, le=100_000)]
    due: datetime | None = None


class Amendment(Value):
    """What an officer changes; what is `None` stays. `address` is the resident's, private;
    `urgent_because` makes it urgent, or gives another reason for it."""

    wanted: tuple[Wanted, ...] = ()
    needed_by: datetime | None = None
    place: Name | None = None
    point: Point | None = None
    summary: Annotated[Summary, Field(min_length=1)] | None = None
    address: Address | None = None
    urgent_because: Annotated[Summary, Field(min_length=1)] | None = None
