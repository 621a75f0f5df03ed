"""`muster officer …`: the council workers whom Muster hands over to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from cli.doors import open_door
from cli.printing import AsJson, Refused, note, print_json, print_table, say

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from domain.officers import Officer
    from domain.rota import Rota

app = typer.Typer(no_args_is_help=True, help="The council workers whom Muster hands over to: add, list, rota.")


MOST_TURNS = 8


class RoleOption(StrEnum):
    """What an officer may do."""

    viewer = "viewer"
    officer = "officer"
    duty = "duty"
    manager = "manager"
    admin = "admin"


@app.command()
def add(
    name: Annotated[str, typer.Option(help="As it shall stand in the story.")],
    email: Annotated[str, typer.Option(help="Where tasks are sent.")],
    role: Annotated[RoleOption, typer.Option(help="A hand-over goes to duty, then to manager.")],
    phone: Annotated[str | None, typer.Option(help="A mobile gets urgent tasks by text message too.")] = None,
    as_json: AsJson = False,
) -> None:
    """Add an officer at the end of the list. Needs that wait for one are looked at again at once.

    muster officer add --name "Dana Duty" --email dana@example.org --role duty
    """
    import hashlib

    from pydantic import ValidationError

    from domain.officers import Officer
    from infra import clock
    from infra.faults import say_fault

    try:
        officer = Officer.model_validate({"id": "-", "name": name, "email": email, "phone": phone, "role": role.value})
    except ValidationError as wrong:
        error = wrong.errors()[0]
        raise Refused(f"--{error['loc'][0]}: {say_fault(error)}") from None
    officer = officer.but(id="O" + hashlib.sha256(officer.email.casefold().encode()).hexdigest()[:12])
    with open_door() as door:
        added = door.store.add_officer(officer, clock.now())
        known = next(o for o in door.store.officers() if o.email == officer.email or o.id == officer.id)
    if not added and known != officer:
        raise Refused(f"--email: {officer.email} is on the list already, as {known.name} ({known.role.value})")
    if as_json:
        print_json(known.model_dump(mode="json"))
    else:
        say(f"{known.name} is {'on the list' if added else 'on the list already'} ({known.role.value}).")


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List officers, in the order in which they are asked."""
    with open_door() as door:
        officers = door.store.officers()
    if as_json:
        print_json([officer.model_dump(mode="json") for officer in officers])
    elif not officers:
        say("Nobody yet; `muster officer add --role duty …` adds one.")
    else:
        print_table(("Name", "Role", "E-mail", "Phone"), [(o.name, o.role.value, o.email, o.phone) for o in officers])


@dataclass(frozen=True)
class Turn:
    """Who gets a task from this moment on: those on duty first, then the others in order."""

    begins: datetime
    on_duty: tuple[Officer, ...]
    then: tuple[Officer, ...]

    def as_json(self) -> dict[str, object]:
        from infra.showing import say_instant

        return {
            "from": say_instant(self.begins),
            "on_duty": [officer.email for officer in self.on_duty],
            "then": [officer.email for officer in self.then],
        }


def _turns(rota: Rota, officers: tuple[Officer, ...], now: datetime, zone: ZoneInfo) -> list[Turn]:
    """Now, and the next few changes within a week."""
    from datetime import timedelta

    from domain.playbooks import Role
    from domain.rota import order_of_duty

    turns: list[Turn] = []
    moment: datetime | None = now
    while moment is not None and moment < now + timedelta(days=7) and len(turns) < MOST_TURNS:
        order = order_of_duty(officers, Role.duty, rota, moment, zone)
        emails = {email.casefold() for email in rota.on_shift(moment, zone)}
        on_duty = tuple(officer for officer in order if officer.email.casefold() in emails)
        turn = Turn(moment, on_duty, tuple(officer for officer in order if officer not in on_duty))
        if not turns or (turns[-1].on_duty, turns[-1].then) != (turn.on_duty, turn.then):
            turns.append(turn)
        moment = rota.next_change(moment, zone)
    return turns


@app.command()
def rota(as_json: AsJson = False) -> None:
    """Show who gets a task now, and who is on duty next.

    The rota is MUSTER_HOME/rota.yaml; copy playbooks/rota.yaml and fill it in. Without one, officers are asked in the
    order in which they were added.
    """
    from infra import clock
    from infra.playbooks import load_yaml
    from infra.rota import rota_file

    with open_door() as door:
        officers, settings = tuple(door.store.officers()), door.settings
    from domain.rota import Rota

    file, now, zone = rota_file(settings.home), clock.now(), settings.zone
    found = load_yaml(file, Rota)
    turns = _turns(found, officers, now, zone)
    if as_json:
        print_json(
            {"rota": str(file), "turns": [turn.as_json() for turn in turns], "unknown": found.strangers(officers)}
        )
        return
    for email in found.strangers(officers):
        note(f"{email} is in the rota and nobody here who may take a task; passed over (`muster officer add`).")
    if not officers:
        say("There are no officers yet; `muster officer add --role duty …` adds one.")
        return
    from domain.times import say_clock

    say(
        f"From {file}." if found.shifts else f"There are no shifts in {file}, so officers are asked as they were added."
    )
    print_table(
        ("From", "On duty", "Then"),
        [
            (
                "now" if turn.begins == now else say_clock(turn.begins, zone),
                ", ".join(o.name for o in turn.on_duty) or ("nobody" if found.shifts else ""),
                ", ".join(o.name for o in turn.then),
            )
            for turn in turns
        ],
    )
