"""`muster need keep|looks`: what of a need is not to be erased, and who looked at what is private."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.doors import open_door, read_reference
from cli.needs.acting import OfficerOption, Reference, VersionOption, acting, done, naming_options
from cli.printing import AsJson, print_json, print_table, say


def keep(
    ref: Reference,
    because: Annotated[str | None, typer.Option(help="Why it must be kept: a complaint, a claim. Private.")] = None,
    end: Annotated[bool, typer.Option("--end", help="It need not be kept any longer than others.")] = False,
    version: VersionOption = None,
    officer: OfficerOption = None,
) -> None:
    """Erase nothing of a need, whatever its time, until this is ended. What is past its time then goes the next night.

    muster need keep N-7K3QX2 --because "Her son has complained to the ombudsman"

    muster need keep N-7K3QX2 --end
    """
    from infra.commands.keeping import Keep, KeepNoLonger

    if bool(because) is end:
        raise typer.BadParameter("say why with --because, or --end", param_hint="--because")
    reference = read_reference(ref)
    with open_door() as door, naming_options():
        command = KeepNoLonger.read(version=version) if end else Keep.read(because=because, version=version)
        changed = done(command.carry_out(door, reference, acting(door, officer, command.right))).change
    already = "" if changed else " already"
    say(
        f"{reference} is kept no longer than others{already}."
        if end
        else f"Nothing of {reference} is erased from now on{already}."
    )


def looks(ref: Reference, as_json: AsJson = False) -> None:
    """Who looked at what is private about a need, the latest first. What they saw is not kept, only its kind."""
    from domain.times import say_clock
    from infra.auditing import names_of_actors
    from infra.showing import say_instant

    reference = read_reference(ref)
    with open_door() as door:
        door.situation(reference)
        found = door.store.looks(reference)
        names = names_of_actors(door.store)
        zone = door.settings.zone
    if as_json:
        print_json([{"at": say_instant(look.at), "who": look.who, "what": look.detail} for look in found])
    elif not found:
        say(f"Nobody has looked at what is private about {reference}.")
    else:
        rows = [(say_clock(look.at, zone), names.get(look.who, look.who), look.detail) for look in found]
        print_table(("When", "Who looked", "At what"), rows)
