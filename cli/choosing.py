"""`muster need choose`: choose among the offers of those who said yes to what an officer decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.doors import open_door, read_reference
from cli.needs.acting import OfficerOption, Reference, VersionOption, acting, done, naming_options
from cli.printing import Refused, print_table, say

if TYPE_CHECKING:
    from infra.door import Door


def choose(
    ref: Reference,
    responder: Annotated[
        str | None, typer.Argument(metavar="[RESPONDER]", help="Whose offer; left out, the offers are shown.")
    ] = None,
    what: Annotated[
        list[str] | None,
        typer.Argument(metavar="[WHAT:QUANTITY]...", help="So much of it (unless said: all that is missing)."),
    ] = None,
    officer: OfficerOption = None,
    version: VersionOption = None,
) -> None:
    """Choose who gives paid care. Whoever is chosen is booked and told; once it is covered, the others are thanked.

    What is there to choose from?

    muster need choose N-7K3QX2

    muster need choose N-7K3QX2 kingsway-care care-package:1 --officer dana@example.org
    """
    from infra.commands.choosing import Choose

    reference = read_reference(ref)
    with open_door() as door, naming_options(lines="WHAT:QUANTITY"):
        if responder is None:
            _show_offers(door, reference)
            return
        by, who = acting(door, officer), door.store.responder(responder)
        if who is None:
            offers = f"`muster need choose {reference}` shows the offers"
            raise Refused(f"nobody in the directory has the id {responder[:80]!r}; {offers}")
        command = Choose.read(responder=who.id, lines=tuple(what or ()), version=version)
        made = done(command.carry_out(door, reference, by), door, reference)
        _say_chosen(door, reference, who.id, who.name, already=made.change is None)


def _show_offers(door: Door, reference: str) -> None:
    from domain.choosing import offers_of
    from domain.times import say_clock

    situation = door.situation(reference)
    zone = situation.zone
    found = [(line, i) for line in situation.missing_lines for i in offers_of(situation, line)]
    if not found:
        say(f"Nothing waits to be chosen for {reference}.")
        return
    names = door.store.responder_names(i.responder for _, i in found)
    rows = []
    for line, invitation in found:
        share = invitation.asked_share(line.number)
        ready = say_clock(share.ready_by, zone) if share.ready_by else "in time"
        name = names.get(invitation.responder, invitation.responder)
        offer, missing = line.capability.amount(share.offered), situation.missing(line)
        rows.append((invitation.responder, name, offer, missing, ready, invitation.version))
    print_table(("Choose", "Who", "Offers", "Missing", "Ready", "Version"), rows)
    say(f"Choose one: muster need choose {reference} {found[0][1].responder}")
    if any(invitation.note for _, invitation in found):
        say(f"What they wrote: muster need show {reference} --private")


def _say_chosen(door: Door, reference: str, responder: str, name: str, *, already: bool) -> None:
    situation = door.situation(reference)
    pledged = {s.line: s.pledged for i in situation.by_responder[responder] for s in i.shares if s.pledged}
    amounts = ", ".join(situation.need.line(n).capability.amount(count) for n, count in pledged.items())
    missing = ", ".join(line.capability.amount(situation.missing(line)) for line in situation.missing_lines)
    say(f"{name} is chosen{' already' if already else ''}: {amounts} ({reference}).")
    say(f"Still missing: {missing}." if missing else "It is covered; whoever else offered is thanked.")
