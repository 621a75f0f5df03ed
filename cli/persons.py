"""`muster person export|erase`: what is known of one person, for them to have; and to be forgotten."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.doors import open_door, read_reference
from cli.groups import group
from cli.needs.acting import acting
from cli.printing import Refused, complain, note, print_json, say
from domain.rights import Right

if TYPE_CHECKING:
    from infra.door import Door
    from infra.persons.erasing import Erased
    from infra.persons.finding import Person

app = group("What is known of one person: give it to them, or erase it.")

Who = Annotated[str, typer.Argument(help="An e-mail address, a telephone number, or a name (with --need).")]
Named = Annotated[str | None, typer.Option("--name", help="Only records of this name, where several share an address.")]
Needs = Annotated[
    list[str] | None, typer.Option("--need", metavar="REF", help="Only in this need; give it again for more.")
]
Officer = Annotated[
    str | None, typer.Option("--officer", metavar="EMAIL", help="Who does this; it is recorded. An administrator.")
]


@app.command()
def export(
    who: Who,
    name: Named = None,
    need: Needs = None,
    file: Annotated[Path | None, typer.Option("--json", help="Write it to this file, for its owner only.")] = None,
    officer: Officer = None,
) -> None:
    """All that is known of one person, as JSON, without anybody else's details: the answer to "what do you hold on me?"

    Make sure first that whoever asks is this person. An officer adds what other people wrote about them.

    muster person export amina@example.org --json amina.json
    """
    from infra import clock
    from infra.auditing import audited_as
    from infra.persons.exporting import export_person

    with open_door() as door, _naming_arguments():
        person = _find(door, who, name, need)
        told = export_person(door, person, audited_as(acting(door, officer, Right.keep_house)), clock.now())
    if file is None:
        print_json(told)
        return
    file.touch(mode=0o600)
    file.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    say(f"{file} holds all that is known of this person. Erase it when they have it.")


@app.command()
def erase(
    who: Who,
    because: Annotated[str, typer.Option(help="asked (by them), or mistake (should never have been recorded).")],
    name: Named = None,
    need: Needs = None,
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="End their open needs, take back their promises; everybody is told.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
    officer: Officer = None,
) -> None:
    """Erase one person everywhere: needs, words, messages, directory. The story of what happened stays, without them.

    First it says what will happen, and asks. Afterwards it looks through everything for what is left. What cannot be
    erased now (a need still open, a promise to keep, a need to be kept for longer) is said, and nothing is done.

    muster person erase amina@example.org --because asked
    """
    from domain.changes import Refusal
    from infra.persons.erasing import erase_person, obstacles
    from infra.persons.foreseeing import what_will_happen

    if because not in ("asked", "mistake"):
        raise typer.BadParameter("say asked or mistake; anything else would stay on record", param_hint="--because")
    with open_door() as door, _naming_arguments():
        person = _find(door, who, name, need)
        by = acting(door, officer, Right.keep_house)
        for sentence in what_will_happen(door, person):
            say(sentence)
        if hindered := obstacles(door, person, withdraw=withdraw):
            for sentence in hindered:
                complain(sentence)
            hint = "" if withdraw else "; --withdraw ends what is open and takes promises back first"
            raise Refused(f"nothing was erased{hint}")
        if not yes and not (sys.stdin.isatty() and typer.confirm("Erase all of this? It cannot be undone.", err=True)):
            raise Refused("nothing was erased; say --yes to do it")
        erased = erase_person(door, person, by, because, withdraw=withdraw)
    if isinstance(erased, Refusal):
        raise Refused(erased.sentence)
    _say_erased(erased)


def _say_erased(erased: Erased) -> None:
    say(f"Taken out of {erased.counted}.")
    if erased.left:
        for place, count in erased.left.items():
            complain(f"Still in {place}: {count}")
        raise Refused("something of them is left where it is said above; erase it there")
    say("Nothing that names them is left under MUSTER_HOME or in the store.")
    note("Take them out of the files you import, too, and out of backups and the mail system as your rules say.")


def _find(door: Door, who: str, name: str | None, needs: list[str] | None) -> Person:
    """The one person that is meant. Raises `NeedWrong`."""
    from infra.persons.finding import find_one, read_sought

    references = tuple(read_reference(need) for need in needs or ())
    for reference in references:
        door.situation(reference)
    return find_one(door.store, read_sought(who, name, references))


@contextmanager
def _naming_arguments() -> Iterator[None]:
    from domain.opening import NeedWrong

    try:
        yield
    except NeedWrong as wrong:
        place = "--name" if wrong.place == "name" else wrong.place.upper()
        raise Refused(f"{place}: {wrong.sentence}") from None
