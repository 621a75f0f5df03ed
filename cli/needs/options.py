"""What `muster need open` may be told, option by option."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer


class ContactOption(StrEnum):
    """How a resident is told."""

    email = "email"
    phone = "phone"
    post = "post"
    person = "person"


class BasisChoice(StrEnum):
    """Why the council may keep what it knows of a resident."""

    public_task = "public-task"
    vital_interests = "vital-interests"
    consent = "consent"
    legal_obligation = "legal-obligation"


SummaryOption = Annotated[
    str, typer.Option(help="What is needed, in a sentence partners will see: no names, no addresses.")
]
LineOption = Annotated[
    list[str],
    typer.Option(
        metavar="WHAT:QUANTITY[@TIME]",
        help="One part of the need, such as food-parcel:2; again for each part (playbooks/categories.yaml has all).",
    ),
]
AreaOption = Annotated[
    str | None, typer.Option(help="The ward, or the first half of the postcode (unless --postcode says it)")
]
PostcodeOption = Annotated[
    str | None, typer.Option(help="Finds place and area, and is not kept; see `muster directory postcodes`.")
]
CategoryOption = Annotated[str | None, typer.Option(help="The kind of need (unless said: that of the first line)")]
NeededByOption = Annotated[
    str | None,
    typer.Option(
        metavar="TIME",
        help="2026-11-22T09:00, 2026-11-22 (5pm), 09:00 (the next) or +2h (unless said: in 7 days; urgent: 1 day)",
    ),
]
NameOption = Annotated[str | None, typer.Option(help="Who it is for. Kept private, like all that follows.")]
EmailOption = Annotated[str | None, typer.Option(help="Where the resident is told how it goes.")]
PhoneOption = Annotated[str | None, typer.Option(help="Where an officer can call the resident.")]
AddressOption = Annotated[str | None, typer.Option(help="Where to bring it; only who has said yes is told.")]
ContactByOption = Annotated[
    ContactOption | None, typer.Option(help="How the resident is told (unless said: e-mail, if there is one)")
]
ReferrerNameOption = Annotated[str | None, typer.Option(help="Who speaks for the resident: a son, a nurse.")]
ReferrerEmailOption = Annotated[str | None, typer.Option(help="Where they are told how it goes.")]
ReferrerPhoneOption = Annotated[str | None, typer.Option(help="Where an officer can call them.")]
NotesOption = Annotated[str | None, typer.Option(help="Anything else officers should know.")]
UrgentOption = Annotated[bool, typer.Option("--urgent", help="Within hours: ask at any hour, minutes to answer.")]
UrgentBecauseOption = Annotated[
    str | None, typer.Option(help="Why it cannot wait; then quiet and opening hours give way.")
]
SensitiveOption = Annotated[
    bool, typer.Option("--sensitive", help="An officer gives their word for whoever is told who and where it is.")
]
BasisOption = Annotated[
    BasisChoice, typer.Option("--lawful-basis", help="Why the council may keep what it knows of the resident; private.")
]
KeepFromOption = Annotated[
    list[str] | None, typer.Option(metavar="RESPONDER", help="Never ask this one; give it again for more.")
]
IncidentOption = Annotated[
    str | None, typer.Option(metavar="REF", help="The incident it belongs to; then the resident may be left out.")
]
KeyOption = Annotated[str | None, typer.Option(help="Your own reference; the same key again is the same need.")]
AtOption = Annotated[str | None, typer.Option(metavar="LAT,LON", help="Where it is, to ask the nearest first.")]
YesOption = Annotated[bool, typer.Option("--yes", help="Record it without asking, whatever there is to note.")]
