"""Who acts, on which need, and what they are told when it is refused: what the commands of officers share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from cli.printing import Refused
from domain.rights import Right

if TYPE_CHECKING:
    from domain.changes import Refusal
    from domain.officers import Officer
    from domain.responders import Responder
    from infra.door import Done, Door

Reference = Annotated[str, typer.Argument(metavar="REF", help="The need's reference, such as N-7K3QX2.")]
VersionOption = Annotated[
    int | None,
    typer.Option(
        "--version",
        min=1,
        metavar="N",
        help="The version you looked at, as `need show` has it; if it has changed since, you are shown how it is now.",
    ),
]
OfficerOption = Annotated[str | None, typer.Option("--officer", metavar="EMAIL", help="Who does this.")]


Partner = Annotated[str, typer.Argument(metavar="RESPONDER", help="The partner's id, as `need show` has it.")]
Lines = Annotated[
    list[str] | None,
    typer.Option("--line", metavar="WHAT:QUANTITY", help="So much of one part; again for more (unless said: all)."),
]
OPTIONS = {"lines": "--line", "visitor": "--name"}
MAY = {Right.steer: "a manager", Right.keep_house: "an administrator"}
HINTS = {  # by the code of a refusal: the command that does it instead
    "nothing-left": "muster need withdraw {need}",
    "earlier": "muster need amend {need}",
    "too-late": "muster need extend {need}",
    "held": "muster need hold {need} --end",
    "unasked": "muster need ask {need} …",
    "must-name": "muster need ask",
    "not-asked": "muster need transfer",
}


def find_officer(door: Door, email: str | None, right: Right = Right.respond) -> Officer:
    """Who does this: somebody on the list who has access, and this right. Raises `Refused`."""
    from domain.officers import chain
    from domain.playbooks import Role
    from domain.rights import may
    from infra import officers

    if email is None:
        able = chain(door.store.officers(), Role.duty)
        if len(able) == 1:
            return able[0]
        if able:
            raise Refused(f"say who takes it: --officer {' or --officer '.join(o.email for o in able[:5])}")
        raise Refused(
            "there is no duty officer; add one with `muster officer add --role duty`, or name one by --officer"
        )
    found = officers.find_officer(door.store, email)
    if found is None:
        raise Refused(
            f"--officer: nobody here has the address {email[:80]!r}; `muster officer list` shows those there are"
        )
    if found.role is Role.viewer:
        raise Refused(f"--officer: {found.name} is a viewer, who may look and change nothing; name another officer")
    if not may(found.role, right):
        raise Refused(f"--officer: {found.name} may not do this; {MAY[right]} may")
    return found


def acting(door: Door, email: str | None, right: Right = Right.respond) -> str:
    """Who does this, as the story keeps it: `officer:ID`, or `officer` where nobody is named. Raises `Refused`."""
    return f"officer:{find_officer(door, email, right).id}" if email is not None else "officer"


def option_of(field: str) -> str:
    """The option a field is typed in: `needed_by` is `--needed-by`."""
    return "--" + field.replace("_", "-")


def refuse_empty(option: str, *said: str | None) -> None:
    """An option with nothing after it is a slip, often a script's; taken as left out, it would mean something else."""
    if any(value is not None and not value.strip() for value in said):
        raise Refused(f"{option}: must not be empty; say what it is, or leave it out")


def done(result: Done | Refusal, door: Door | None = None, reference: str = "") -> Done:
    """What was done; refused, say why. Who looked at what has changed since is shown the present."""
    from domain.changes import Refusal

    if isinstance(result, Refusal):
        if result.code == "stale" and door:
            from cli.showing import show_need

            show_need(door, door.situation(reference), private=False)
        hint = HINTS.get(result.code, "").format(need=reference or "REF")
        raise Refused(f"{result.sentence.removesuffix('.')}: {hint}." if hint else result.sentence)
    return result


def find_responder(door: Door, id: str) -> Responder:
    found = door.store.responder(id)
    if found is None:
        raise Refused(f"nobody in the directory has the id {id[:80]!r}; `muster directory list` shows those there are")
    return found


@contextmanager
def naming_options(**others: str) -> Iterator[None]:
    """What was typed wrong is refused with the option it was typed in; `others`: arguments by the field they are."""
    from cli.hints import say_wrong
    from domain.opening import NeedWrong

    try:
        yield
    except NeedWrong as wrong:
        option = (OPTIONS | others).get(wrong.place, option_of(wrong.place))
        raise Refused(f"{option}: {say_wrong(wrong)}") from None
