"""`muster key …`: keys of the API, for the council's other programs."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from cli.doors import open_door
from cli.groups import group
from cli.printing import AsJson, Refused, print_json, print_table, say

app = group("Keys of the API, for the council's other programs: add, list, revoke.")
BY = "command"  # as the audit keeps what somebody at this machine did


class RightOption(StrEnum):
    """What a key may do."""

    look = "look"
    look_private = "look-private"
    respond = "respond"
    steer = "steer"
    keep_house = "keep-house"


@app.command()
def add(
    name: Annotated[str, typer.Option(help="What it is for, such as the housing case system.")],
    right: Annotated[list[RightOption], typer.Option(help="What it may do; give it for each.")],
    as_json: AsJson = False,
) -> None:
    """Make a key and print it, once: only a hash of it is kept.

    muster key add --name "Case system" --right look --right respond
    """
    from domain.rights import Right
    from infra.api_keys import add_key

    with open_door() as door:
        try:
            text, key = add_key(door.store, name, tuple(Right(one.value) for one in right), BY)
        except ValueError as wrong:
            raise Refused(f"--name: {wrong}") from None
    if as_json:
        print_json({"id": key.id, "key": text, "rights": list(key.rights)})
        return
    say(f"Key {key.id} for {key.name}. It is shown this once; send it as `Authorization: Bearer KEY`:")
    say(text)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List keys, the newest first: what each may do, who made it, when it was last used, whether it is revoked."""
    from infra.auditing import names_of_actors
    from infra.showing import say_instant

    with open_door() as door:
        keys, names = door.store.api_keys(), names_of_actors(door.store)
    rows = [
        {
            "id": key.id,
            "name": key.name,
            "rights": list(key.rights),
            "made_at": say_instant(key.made_at),
            "made_by": key.made_by,
            "used_at": say_instant(key.used_at),
            "revoked_at": say_instant(key.revoked_at),
        }
        for key in keys
    ]
    if as_json:
        print_json(rows)
    elif not rows:
        say("There are no keys yet; `muster key add` makes one.")
    else:
        print_table(
            ("Key", "For", "May", "Made", "By", "Last used", "Revoked"),
            [
                [*(row | {"rights": ", ".join(key.rights), "made_by": names.get(key.made_by, key.made_by)}).values()]
                for row, key in zip(rows, keys, strict=True)
            ],
        )


@app.command()
def revoke(id: Annotated[str, typer.Argument(help="The key's id, as `muster key list` shows it.")]) -> None:
    """End a key: whoever shows it is refused at once.

    muster key revoke 3f9c01ab
    """
    from infra.api_keys import revoke_key

    with open_door() as door:
        known = next((key for key in door.store.api_keys() if key.id == id.strip()), None)
        if known is None:
            raise Refused(f"there is no key {id}; `muster key list` shows those there are")
        revoked = revoke_key(door.store, known.id, BY)
    say(f"The key for {known.name} is revoked." if revoked else f"The key for {known.name} was revoked already.")
