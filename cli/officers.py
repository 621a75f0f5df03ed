"""`muster officer …`: the council workers whom Muster hands over to."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from cli.doors import open_door
from cli.printing import AsJson, Refused, print_json, print_table, say

app = typer.Typer(no_args_is_help=True, help="The council workers whom Muster hands over to: add, list.")


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
    phone: Annotated[str | None, typer.Option(help="For later: tasks by text message.")] = None,
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
