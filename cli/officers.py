"""`muster officer …`: the council workers whom Muster hands over to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from cli.doors import open_door
from cli.groups import group
from cli.printing import AsJson, Refused, note, print_json, print_table, say

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from domain.officers import Officer
    from domain.rota import Rota
    from infra.door import Door

app = group("The council workers whom Muster hands over to, and who may sign in.")


MOST_TURNS = 8
BY = "command"  # as the audit keeps what somebody at this machine did


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

    Prints a set-up link with which they choose how they sign in: give it to them and nobody else. It works once, for
    24 hours; `muster officer invite` makes another.

    muster officer add --name "Dana Duty" --email dana@example.org --role duty
    """
    from pydantic import ValidationError

    from infra.faults import say_fault
    from infra.officers import add_officer, invite, new_officer

    try:
        officer = new_officer(name, email, role.value, phone)
    except ValidationError as wrong:
        error = wrong.errors()[0]
        raise Refused(f"--{error['loc'][0]}: {say_fault(error)}") from None
    with open_door() as door:
        added = add_officer(door, officer, BY)
        known = next(o for o in door.store.officers() if o.email == officer.email or o.id == officer.id)
        if not added and known != officer:
            raise Refused(f"--email: {officer.email} is on the list already, as {known.name} ({known.role.value})")
        link = invite(door, known, BY) if added else None
    if as_json:
        print_json(known.model_dump(mode="json") | {"set_up": link})
        return
    say(f"{known.name} is {'on the list' if added else 'on the list already'} ({known.role.value}).")
    if link:
        _say_link(known, link)


def _say_link(officer: Officer, link: str) -> None:
    say(f"Give this link to {officer.name}, and to nobody else. It works once, for 24 hours:")
    say(link)


@contextmanager
def _officer(email: str) -> Iterator[tuple[Door, Officer]]:
    """The door, and the officer with this address."""
    from infra.officers import find_officer

    with open_door() as door:
        found = find_officer(door.store, email, disabled=True)
        if found is None:
            raise Refused(f"nobody on the list has the address {email}; `muster officer list` shows who is")
        yield door, found


Email = Annotated[str, typer.Argument(help="The officer's e-mail address.")]


@app.command("invite")
def invite_(email: Email, as_json: AsJson = False) -> None:
    """Make a new set-up link: they choose a new password with it, and a lock after wrong passwords ends.

    muster officer invite dana@example.org
    """
    from infra.officers import invite

    with _officer(email) as (door, officer):
        if officer.disabled:
            raise Refused(f"{officer.name} has no access; `muster officer enable {officer.email}` gives it again")
        link = invite(door, officer, BY)
    if as_json:
        print_json({"officer": officer.id, "set_up": link})
    else:
        _say_link(officer, link)


@app.command()
def role(email: Email, role: Annotated[RoleOption, typer.Argument(help="What they may do from now on.")]) -> None:
    """Give an officer another role. It holds at once, in sessions that are open too.

    muster officer role dana@example.org manager
    """
    from domain.playbooks import Role
    from infra.officers import give_role

    with _officer(email) as (door, officer):
        changed = give_role(door, officer, Role(role.value), BY)
    say(f"{officer.name} is {role.value} now." if changed else f"{officer.name} is {role.value} already.")


@app.command()
def phone(
    email: Email,
    number: Annotated[str, typer.Argument(help='A mobile gets urgent tasks by text message; "" for none.')],
) -> None:
    """Give an officer a phone number, or another one. It holds at once.

    muster officer phone dana@example.org "07700 900123"
    """
    from pydantic import ValidationError

    from infra.faults import say_fault
    from infra.officers import set_phone

    with _officer(email) as (door, officer):
        try:
            changed = set_phone(door, officer, number, BY)
        except ValidationError as wrong:
            raise Refused(f"NUMBER: {say_fault(wrong.errors()[0])}") from None
    has = "has this number now" if number.strip() else "has no number now"
    say(f"{officer.name} {has}." if changed else f"{officer.name} {has.replace(' now', '')} already.")


@app.command()
def disable(email: Email) -> None:
    """End an officer's access: signed out at once, no more tasks. Their name stays in the stories of needs.

    muster officer disable dana@example.org
    """
    from infra.officers import set_disabled

    with _officer(email) as (door, officer):
        changed = set_disabled(door, officer, True, BY)
    say(f"{officer.name} has no access any more." if changed else f"{officer.name} has no access already.")


@app.command()
def enable(email: Email) -> None:
    """Give an officer access again.

    muster officer enable dana@example.org
    """
    from infra.officers import set_disabled

    with _officer(email) as (door, officer):
        changed = set_disabled(door, officer, False, BY)
    say(f"{officer.name} has access again." if changed else f"{officer.name} has access already.")


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
        rows = [(o.name, "no access" if o.disabled else o.role.value, o.email, o.phone) for o in officers]
        print_table(("Name", "Role", "E-mail", "Phone"), rows)


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
