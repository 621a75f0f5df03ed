"""`muster need answer|transfer`: record what a partner said on the telephone, ask one to go elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.doors import open_door, read_reference
from cli.needs.acting import (
    Lines,
    OfficerOption,
    Partner,
    Reference,
    VersionOption,
    acting,
    done,
    find_responder,
    naming_options,
    refuse_empty,
)
from cli.printing import say
from domain.choices import Said

if TYPE_CHECKING:
    from domain.responders import Responder
    from domain.situations import Situation
    from infra.door import Door


def answer(
    ref: Reference,
    responder: Partner,
    said: Annotated[Said, typer.Argument(metavar="SAID", help="yes, part, no, standby, done, failed, move or stay.")],
    line: Lines = None,
    ready_by: Annotated[
        str | None, typer.Option(metavar="TIME", help="When they can be there, if not in time.")
    ] = None,
    words: Annotated[str | None, typer.Option("--note", help="What else they said; private.")] = None,
    name: Annotated[str | None, typer.Option(help="Who comes, where the help is sensitive; private.")] = None,
    officer: OfficerOption = None,
    version: VersionOption = None,
) -> None:
    """Record what a partner said on the telephone. They get a receipt that says so, with the way to undo it.

    muster need answer N-7K3QX2 good-neighbours part --line food-parcel:5

    muster need answer N-7K3QX2 sam no --note "His car is broken"
    """
    from infra.commands.answering import RecordAnswer

    reference = read_reference(ref)
    refuse_empty("--ready-by", ready_by)
    if said is Said.part and not line:
        raise typer.BadParameter("part of what? say --line WHAT:QUANTITY")
    with open_door() as door, naming_options():
        by, who = acting(door, officer), find_responder(door, responder)
        command = RecordAnswer.read(
            responder=who.id,
            said=said,
            lines=tuple(line or ()),
            ready_by=ready_by,
            note=words,
            visitor=name,
            version=version,
        )
        recorded = done(command.carry_out(door, reference, by), door, reference)
        if said in (Said.move, Said.stay):
            _say_where(recorded.before, who, said)
        else:
            _say_recorded(door, reference, who)


def _say_where(before: Situation, who: Responder, said: Said) -> None:
    from domain.transferring import promise_of

    asked = promise_of(before, who.id)
    target = asked.moving.need if asked and asked.moving else "the other need"
    say(f"{who.name} goes to {target} instead." if said is Said.move else f"{who.name} stays with {before.need.id}.")


def _say_recorded(door: Door, reference: str, who: Responder) -> None:
    from domain.changes import Refusal
    from domain.labels import label_invitation, say_list
    from infra.steering import latest_of

    situation = door.situation(reference)
    invitation = latest_of(situation, who.id)
    if isinstance(invitation, Refusal):
        return
    need = situation.need
    gives = [need.line(s.line).capability.amount(s.pledged) for s in invitation.shares if s.pledged]
    gives += [f"offers {need.line(s.line).capability.amount(s.offered)}" for s in invitation.shares if s.offered]
    gives += [f"standby {need.line(s.line).capability.amount(s.reserve)}" for s in invitation.shares if s.reserve]
    amounts = f", {say_list(gives)}" if gives else ""
    say(f"{who.name}: {label_invitation(invitation).lower()}{amounts} ({reference}). Version {invitation.version}.")


def transfer(
    source: Annotated[str, typer.Argument(metavar="FROM", help="The need they have promised to help with.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="The need they are asked to go to instead.")],
    responder: Partner,
    what: Annotated[str, typer.Argument(metavar="WHAT:QUANTITY", help="What they would take there.")],
    officer: OfficerOption = None,
    version: VersionOption = None,
) -> None:
    """Ask somebody who has promised whether they could go to another need instead.

    Their promise stays until they say yes; then both needs change at once, and FROM calls who stands by.

    muster need transfer N-7K3QX2 N-8CFGHJ good-neighbours food-parcel:5
    """
    from infra.commands.answering import Transfer

    here, there = read_reference(source), read_reference(target)
    with open_door() as door, naming_options(lines="WHAT:QUANTITY", to="TO"):
        by, who = acting(door, officer), find_responder(door, responder)
        command = Transfer.read(responder=who.id, to=there, lines=(what,), version=version)
        done(command.carry_out(door, here, by), door, here)
        say(f"{who.name} is asked to go to {there} instead; until they say yes, they are expected at {here}.")
