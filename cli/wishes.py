"""`muster directory pause|apart`: who is not to be asked for a while, or never about one resident."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.doors import open_door
from cli.needs.acting import OfficerOption, acting
from cli.printing import Refused, note, say

if TYPE_CHECKING:
    from domain.needs import Resident
    from domain.responders import Responder
    from infra.door import Door

RESPONDER = typer.Argument(metavar="RESPONDER", help="By id; `muster directory list` shows them.")
STANDS = {
    "released": "what they were asked is taken back",
    "promised": "they have promised to help, so phone them now; the officer on duty is asked to, too",
}


def pause(
    responder: Annotated[str, RESPONDER],
    until: Annotated[
        str | None, typer.Option(metavar="WHEN", help="2026-12-24T09:00, or 2026-12-24 (5pm on that day).")
    ] = None,
    for_: Annotated[str | None, typer.Option("--for", metavar="LENGTH", help="So long from now: 3d or 1w.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Ask them again from now on.")] = False,
    officer: OfficerOption = None,
) -> None:
    """Pass somebody over for a while: they are asked nothing new. What they were asked already they may still answer.

    muster directory pause sam --for 1w

    muster directory pause sam --resume
    """
    from domain.opening import NeedWrong
    from domain.times import say_when
    from infra.commands.partners import PausePartner, resume_partner

    if sum(map(bool, (until, for_, resume))) != 1:
        raise typer.BadParameter("say one of --until WHEN, --for LENGTH and --resume", param_hint="--until")
    with open_door() as door:
        found, by = find_responder(door, responder), acting(door, officer, PausePartner.right)
        if resume:
            resume_partner(door, found, by)
            say(f"{found.name} may be asked again.")
            return
        try:
            moment = PausePartner(until=until, length=for_).carry_out(door, found, by)
        except NeedWrong as wrong:
            raise typer.BadParameter(wrong.sentence, param_hint="--until" if until else "--for") from None
        say(f"{found.name} is passed over until {say_when(moment, door.settings.zone)}.")


def limit(
    responder: Annotated[str, RESPONDER],
    most: Annotated[
        int | None, typer.Option(min=0, max=1000, help="So many times a week (unless said: as often as it takes).")
    ] = None,
    officer: OfficerOption = None,
) -> None:
    """Say how often somebody is asked in a week at most. What they were asked already stays.

    muster directory limit sam --most 2
    """
    from cli.needs.acting import naming_options
    from infra.commands.partners import LimitPartner

    with open_door() as door, naming_options(limit="--most"):
        found, by = find_responder(door, responder), acting(door, officer, LimitPartner.right)
        LimitPartner(limit=most).carry_out(door, found, by)
    often = "as often as it takes" if most is None else f"at most {most:,} times a week"
    say(f"{found.name} is asked {often}.")


def apart(
    responder: Annotated[str, RESPONDER],
    resident_email: Annotated[str | None, typer.Option(help="The resident's e-mail address.")] = None,
    resident_phone: Annotated[str | None, typer.Option(help="The resident's telephone number.")] = None,
    officer: Annotated[
        str | None, typer.Option(metavar="EMAIL", help="Who says so: it stands in the story of needs under way.")
    ] = None,
    end: Annotated[bool, typer.Option("--end", help="They may meet again. Needs under way stay as they are.")] = False,
) -> None:
    """Keep somebody from a resident: they are never asked about any need of theirs, nor told who or where they are.

    The contact itself is not kept, only a hash of it under the council's key. Give e-mail and telephone where you have
    both: a need is known by either. In needs under way, an ask they have not answered is taken back, and where they
    have promised already an officer is asked to phone them.

    muster directory apart sam --resident-email amina@example.org --resident-phone "07700 900001"
    """
    from infra.commands.partners import end_apart, keep_apart

    resident = _resident(resident_email, resident_phone)
    with open_door() as door:
        found, by = find_responder(door, responder), acting(door, officer)
        if end:
            if not end_apart(door, found, resident, by):
                raise Refused(f"{found.name} was not kept from a resident with this contact; nothing was changed")
            say(f"{found.name} may be asked again about needs this resident has from now on.")
            note(
                "A pair given by another of their contacts still holds; end it with that one. "
                "Needs under way are unchanged."
            )
            return
        under_way = keep_apart(door, found, resident, by)
    say(f"{found.name} is kept from this resident: not asked about any need of theirs from now on.")
    for one in under_way:
        note(f"{one.need} is under way: {STANDS.get(one.stands, 'they will not be asked about it')}.")


def find_responder(door: Door, id: str) -> Responder:
    """The responder of this id. Raises `Refused`."""
    from infra.directory.entries import is_id

    found = door.store.responder(id) if is_id(id) else None
    if found is None:
        raise Refused(f"nobody in the directory has the id {id[:80]!r}; `muster directory list` shows those there are")
    return found


def _resident(email: str | None, phone: str | None) -> Resident:
    from pydantic import ValidationError

    from domain.needs import Resident
    from infra.faults import say_fault

    if not (email or phone):
        raise typer.BadParameter("say who the resident is: an e-mail address, a telephone number, or both",
                                 param_hint="--resident-email")  # fmt: skip
    try:
        return Resident(email=email, phone=phone)
    except ValidationError as wrong:
        error = wrong.errors()[0]
        raise typer.BadParameter(say_fault(error), param_hint=f"--resident-{error['loc'][0]}") from None
