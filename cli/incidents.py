"""`muster incident …`: many needs with one cause, one officer who leads, one place; everything can be put on hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.doors import open_door
from cli.groups import group
from cli.needs.acting import OfficerOption, acting, naming_options
from cli.printing import AsJson, Refused, note, print_json, print_table, say

if TYPE_CHECKING:
    from domain.incidents import Incident
    from domain.needs import NeedStatus
    from infra.door import Door
    from infra.store import NeedRow

app = group("Many needs with one cause: open, list, show, put on hold, go on, close.")

MOST_SHOWN = 10_000  # needs of one incident
HINTS = {
    "held": "`muster incident resume {incident}`",
    "open-needs": "`muster incident show {incident}` lists them",
}
Reference = Annotated[str, typer.Argument(metavar="REF", help="The incident's reference, such as X-7K3QX2.")]
ReferenceOrAll = Annotated[
    str | None, typer.Argument(metavar="[REF]", help="The incident's reference, such as X-7K3QX2.", show_default=False)
]


@app.command("open")
def open_(
    name: Annotated[str, typer.Option(help="What officers call it: Flood at Kingsmead.")],
    place: Annotated[str, typer.Option(help="A public place; everybody asked reads it in full. Nobody's home.")],
    lead: Annotated[str, typer.Option(metavar="EMAIL", help="The officer who leads: first to get its tasks.")],
    exercise: Annotated[
        bool, typer.Option("--exercise", help="Practice: every message says so, and only who agreed to it is asked.")
    ] = False,
    officer: OfficerOption = None,
    as_json: AsJson = False,
) -> None:
    """Put an incident on record. Then record its needs with `muster need open --incident REF`.

    muster incident open --name "Flood at Kingsmead" --place "Kings Rest Centre, Norbiton Road"
    --lead ada@example.org
    """
    from infra.commands.incidents import OpenIncident

    with open_door() as door, naming_options():
        by = acting(door, officer, OpenIncident.right)
        incident = OpenIncident.read(name=name, place=place, lead=lead, exercise=exercise).carry_out(door, by)
    if as_json:
        print_json({"incident": incident.id})
    else:
        say(f"{incident.id} is on record{': an exercise' if exercise else ''}. Its place is {incident.place}.")
        say(f"Next: muster need open --incident {incident.id} --summary … --line … --area …")


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List incidents, the newest first."""
    from domain.officers import names_of
    from domain.times import say_clock
    from infra.commands.incidents import all_held_since
    from infra.showing import incident_as_json

    with open_door() as door:
        incidents, zone = door.store.incidents(), door.settings.zone
        names = names_of(door.store.officers())
        held = all_held_since(door.store) is not None
    if as_json:
        print_json([incident_as_json(incident, names) for incident in incidents])
        return
    if held:
        note("everything is on hold; `muster incident resume --all` goes on")
    if not incidents:
        say("There are no incidents; `muster incident open` puts one on record.")
        return
    print_table(
        ("Incident", "Name", "Place", "Lead", "Opened", "How it stands"),
        [
            (i.id, i.name, i.place, names.get(i.lead, i.lead), say_clock(i.opened_at, zone), _standing(i))
            for i in incidents
        ],
    )


@app.command()
def show(ref: Reference, as_json: AsJson = False) -> None:
    """Show one incident and how each of its needs stands."""
    from domain.officers import names_of
    from infra.commands.incidents import all_held_since
    from infra.showing import incident_as_json, row_as_json

    with open_door() as door:
        incident = _find(door, ref)
        needs = door.store.needs(incident=incident.id, limit=MOST_SHOWN)
        counts = door.store.counts_of(incident.id)
        names, zone = names_of(door.store.officers()), door.settings.zone
        held = all_held_since(door.store) is not None
    if as_json:
        print_json(incident_as_json(incident, names) | {"needs": [row_as_json(row) for row in needs]})
        return
    from domain.times import say_when

    say(f"{incident.id}  {incident.name}: {_standing(incident)}")
    lead = names.get(incident.lead, incident.lead)
    say(f"{incident.place}; {lead} leads; since {say_when(incident.opened_at, zone)}")
    if held:
        note("everything is on hold; `muster incident resume --all` goes on")
    if needs:
        _print_needs(needs, counts)
    else:
        say(f"It has no needs yet; `muster need open --incident {incident.id} …` records one.")


@app.command()
def hold(
    ref: ReferenceOrAll = None,
    everything: Annotated[bool, typer.Option("--all", help="Every need there is, of an incident or not.")] = False,
    officer: OfficerOption = None,
) -> None:
    """Send nothing more about an incident's needs, or about any need at all, from within 5 seconds on.

    Answers are still taken, and messages wait. Two things pass every hold: a worry about somebody, to an officer, and
    “please do not set out”, to whoever promised and may be on the road. Nobody loses time: `muster incident resume`
    goes on where it was.
    """
    from domain.changes import Refusal
    from infra.commands.incidents import hold_incident, right_to_hold

    with open_door() as door:
        incident = _which(door, ref, everything)
        held = hold_incident(door, incident, acting(door, officer, right_to_hold(incident)))
    if isinstance(held, Refusal):
        raise Refused(held.sentence)
    what = f"{incident.id} ({incident.name})" if incident else "Everything"
    if held:
        say(f"{what} is on hold: nothing leaves but a worry about somebody and “please do not set out”.")
        say("Answers are taken.")
    else:
        say(f"{what} is on hold already; nothing was changed.")
    say(f"To go on: muster incident resume {incident.id if incident else '--all'}")


@app.command()
def resume(
    ref: ReferenceOrAll = None,
    everything: Annotated[bool, typer.Option("--all", help="End the hold on everything.")] = False,
    officer: OfficerOption = None,
) -> None:
    """Go on where it was: what waited is sent, and every deadline comes as much later as the hold has lasted."""
    from infra.commands.incidents import all_held_since, resume_incident, right_to_hold

    with open_door() as door:
        incident = _which(door, ref, everything)
        resumed = resume_incident(door, incident, acting(door, officer, right_to_hold(incident)))
        still = [i for i in door.store.incidents() if i.held]
        held = all_held_since(door.store) is not None
    what = f"{incident.id} ({incident.name})" if incident else "Everything"
    say(f"{what} goes on." if resumed else f"{what} was not on hold; nothing was changed.")
    if held:
        note("everything is still on hold by `muster incident hold --all`; `muster incident resume --all` ends that")
    elif still and incident is None:
        note(f"{', '.join(i.id for i in still)} is still on hold by itself")


@app.command()
def close(ref: Reference, officer: OfficerOption = None) -> None:
    """Close an incident once all of its needs are closed. No further need can be recorded for it."""
    from infra.commands.incidents import close_incident

    with open_door() as door:
        incident = _find(door, ref)
        if refusal := close_incident(door, incident, acting(door, officer)):
            hint = HINTS[refusal.code].format(incident=incident.id)
            raise Refused(f"{refusal.sentence.removesuffix('.')}; {hint}")
    say(f"{incident.id} ({incident.name}) is closed.")


def _which(door: Door, ref: str | None, everything: bool) -> Incident | None:
    """The incident named; `None` for everything."""
    if (ref is None) is not everything:
        raise typer.BadParameter("name one incident, or say --all")
    return _find(door, ref) if ref is not None else None


def _find(door: Door, text: str) -> Incident:
    from domain.opening import NeedWrong
    from infra.commands.incidents import find_incident

    try:
        found = find_incident(door, text)
    except NeedWrong as wrong:
        raise Refused(wrong.sentence) from None
    if found is None:
        raise Refused(f"no incident has the reference {text[:20]!r}; `muster incident list` shows those there are")
    return found


def _standing(incident: Incident) -> str:
    state = "closed" if incident.closed else "on hold" if incident.held else "open"
    return f"{state}, exercise" if incident.exercise else state


def _print_needs(needs: list[NeedRow], counts: dict[NeedStatus, int]) -> None:
    from domain.labels import NEED_LABELS
    from infra.playbooks import category_title

    say("Needs: " + ", ".join(f"{count:,} {NEED_LABELS[status].lower()}" for status, count in counts.items()))
    print_table(
        ("Need", "How it stands", "Category", "Area"),
        [(row.need, NEED_LABELS[row.status], category_title(row.category), row.area) for row in needs],
    )
