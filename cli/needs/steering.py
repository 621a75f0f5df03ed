"""`muster need amend|hold|extend|ask`: change a need while its response runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.doors import open_door, read_reference
from cli.hints import soon
from cli.needs.acting import (
    Lines,
    OfficerOption,
    Reference,
    VersionOption,
    acting,
    done,
    find_responder,
    naming_options,
    option_of,
    refuse_empty,
)
from cli.printing import note, say

if TYPE_CHECKING:
    from infra.commands import Command
    from infra.commands.changing import Amend
    from infra.door import Door

TIME = "2026-11-22T09:00, 2026-11-22, 09:00 or +2h"
AmendedLines = Annotated[
    list[str] | None,
    typer.Option(
        "--line",
        metavar="WHAT:QUANTITY[@TIME]",
        help="How many are needed in all, from now on; 0: none. A new WHAT is added. Again for each part.",
    ),
]
Place = Annotated[str | None, typer.Option(help="The new ward or outward postcode; an incident's public place.")]
At = Annotated[str | None, typer.Option(metavar="LAT,LON", help="Where that is, to ask the nearest first.")]
NewAddress = Annotated[
    str | None,
    typer.Option(metavar="ADDRESS", help="Where to bring it; private. Whoever has promised is sent the new one."),
]
UrgentBecause = Annotated[
    str | None, typer.Option(metavar="WHY", help="Why it cannot wait: from now on it is urgent; no names.")
]
NewSummary = Annotated[str | None, typer.Option(help="What partners will read from now on: no names, no addresses.")]


def amend(
    ref: Reference,
    line: AmendedLines = None,
    needed_by: Annotated[str | None, typer.Option(metavar="TIME", help=TIME)] = None,
    place: Place = None,
    at: At = None,
    address: NewAddress = None,
    summary: NewSummary = None,
    urgent_because: UrgentBecause = None,
    officer: OfficerOption = None,
    version: VersionOption = None,
) -> None:
    """Change what is needed, when or where, while people are asked and have promised.

    More is looked for. Less releases who was asked, then who stands by, then the latest promises; all are told.
    Earlier or elsewhere: who promised is asked whether it is still all right, and their promise stands meanwhile.

    muster need amend N-7K3QX2 --line food-parcel:12 --line blanket:40@04:00

    muster need amend N-7K3QX2 --needed-by 14:00 --place Surbiton
    """
    from infra.commands.changing import Amend

    said = {"needed_by": needed_by, "place": place, "address": address, "summary": summary}
    said["urgent_because"] = urgent_because
    for field, value in said.items():
        refuse_empty(option_of(field), value)
    if not (line or any(said.values())):
        raise typer.BadParameter(
            "say what changes: --line, --needed-by, --place, --address, --summary or --urgent-because"
        )
    if at and not place:
        raise typer.BadParameter("--at goes with --place")
    reference = read_reference(ref)
    with open_door() as door, naming_options():
        by = acting(door, officer)
        command = Amend.read(lines=tuple(line or ()), at=at, version=version, **said)
        if done(command.carry_out(door, reference, by), door, reference).change is None:
            say(f"{reference} is so already; nothing was changed.")
            return
        _say_amended(door, reference)
        _note_what_looks_wrong(door, reference, command)


def _note_what_looks_wrong(door: Door, reference: str, amended: Amend) -> None:
    from infra.noticing import seen_by_partners

    resident = door.store.resident(reference)
    for sentence in seen_by_partners(amended.summary, resident) if amended.summary else ():
        note(sentence)
    if amended.place and resident.address and not amended.address:
        note("The address on file stays as it was; say --address if it has changed too.")


def _say_amended(door: Door, reference: str) -> None:
    from domain.labels import say_list
    from domain.times import say_when

    need = door.situation(reference).need
    amounts = say_list(line.amount for line in need.lines if line.quantity)
    say(f"{reference} is now for {amounts}, by {say_when(need.needed_by, door.settings.zone)}. Version {need.edition}.")


def hold(
    ref: Reference,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="2026-11-22T09:00, 09:00 or +2h")] = None,
    end: Annotated[bool, typer.Option("--end", help="End it: go on now.")] = False,
    officer: OfficerOption = None,
    version: VersionOption = None,
) -> None:
    """Send nothing about a need for a while; answers are still taken. Then it goes on where it was.

    Nobody loses time: who had an hour to answer when it was put on hold has an hour when it goes on. Without --until an
    officer is asked each day when it goes on.

    muster need hold N-7K3QX2 --until 09:00

    muster need hold N-7K3QX2 --end
    """
    from infra.commands.holding import Hold, Resume

    refuse_empty("--until", until)
    if until and end:
        raise typer.BadParameter("say --until or --end, not both")
    reference = read_reference(ref)
    with open_door() as door, naming_options():
        by = acting(door, officer)
        command: Command = Resume.read(version=version) if end else Hold.read(until=until, version=version)
        changed = done(command.carry_out(door, reference, by), door, reference).change is not None
        if end:
            say(f"{reference} goes on." if changed else f"{reference} was not on hold.")
        else:
            _say_held(door, reference)


def _say_held(door: Door, reference: str) -> None:
    from domain.times import say_when

    need = door.situation(reference).need
    until = need.held_until
    said = f"until {say_when(until, door.settings.zone)}" if until else "until you end it (--end)"
    say(f"{reference} is on hold {said}. Answers are still taken. Version {need.edition}.")
    if until and until > need.needed_by:
        note("That is after it is needed; until then nobody is asked and nobody is told.")


def extend(
    ref: Reference,
    needed_by: Annotated[str, typer.Option(metavar="TIME", help=TIME)],
    officer: OfficerOption = None,
    version: VersionOption = None,
) -> None:
    """Give a need more time. What everybody was asked for in vain is looked for anew.

    Who said no is not asked again; who never answered may be.
    """
    from infra.commands.changing import Extend

    reference = read_reference(ref)
    with open_door() as door, naming_options():
        by = acting(door, officer)
        command = Extend.read(needed_by=needed_by, version=version)
        done(command.carry_out(door, reference, by), door, reference)
        _say_amended(door, reference)


def ask(
    ref: Reference,
    responder: Annotated[str | None, typer.Argument(metavar="[RESPONDER]", help="Who is asked, by their id.")] = None,
    line: Lines = None,
    next_round: Annotated[
        bool, typer.Option("--next-round", help="Do not wait: ask the next round now for what is missing.")
    ] = False,
    officer: OfficerOption = None,
    version: VersionOption = None,
) -> None:
    """Ask somebody by name now, or the next round. The rules hold all the same: checks, pauses, weekly limits.

    muster need ask N-7K3QX2 good-neighbours --line food-parcel:5

    muster need ask N-7K3QX2 --next-round
    """
    from infra.commands.asking import Ask, NextRound

    if (responder is None) is not next_round:
        raise typer.BadParameter("say whom to ask, or --next-round")
    reference = read_reference(ref)
    with open_door() as door, naming_options():
        by = acting(door, officer)
        name = find_responder(door, responder).name if responder else "The next round"
        command: Command = (
            Ask.read(responder=responder, lines=tuple(line or ()), version=version)
            if responder
            else NextRound.read(version=version)
        )
        done(command.carry_out(door, reference, by), door, reference)
        edition = door.situation(reference).need.edition
        say(f"{name} is asked, {soon()}. Version {edition}.")
