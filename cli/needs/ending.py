"""`muster need take|withdraw|close`: take what waits for an officer, end a need."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.doors import open_door, read_reference
from cli.needs.acting import OfficerOption, Reference, acting, done, find_officer
from cli.printing import say
from domain.choices import Ending

if TYPE_CHECKING:
    from infra.commands import Command


def withdraw(ref: Reference, officer: OfficerOption = None) -> None:
    """End a need that is no longer needed. Who had said yes is told first, so that nobody sets out."""
    from infra.commands.ending import Withdraw

    _end(ref, Withdraw(), Ending.withdrawn, officer)


def close(
    ref: Reference,
    outcome: Annotated[Ending, typer.Option(help="How it ended.")],
    officer: OfficerOption = None,
) -> None:
    """Close a need, saying how it ended. Everybody who was asked or had promised hears of it."""
    from infra.commands.ending import Close

    _end(ref, Close(outcome=outcome), outcome, officer)


def _end(ref: str, command: Command, ending: Ending, email: str | None) -> None:
    from domain.labels import OUTCOME_LABELS
    from domain.needs import Outcome

    with open_door() as door:
        by, reference = acting(door, email, command.right), read_reference(ref)
        ended = done(command.carry_out(door, reference, by))
    already = " already" if ended.change is None else ""
    say(f"{reference} is closed{already}: {OUTCOME_LABELS[Outcome(ending.value)].lower()}.")


def take(
    ref: Reference,
    officer: Annotated[
        str | None,
        typer.Option("--officer", metavar="EMAIL", help="Who takes it (may be left out while there is only one)"),
    ] = None,
) -> None:
    """Take what waits for an officer on this need, so that it is passed to nobody else."""
    from domain.labels import TASK_LABELS
    from domain.officers import TaskStatus
    from infra.commands.tasks import Take

    with open_door() as door:
        taker, reference = find_officer(door, officer), read_reference(ref)
        before = done(Take().carry_out(door, reference, f"officer:{taker.id}")).before
    mine = [t for t in before.tasks if t.status is TaskStatus.taken and t.officer == taker.id]
    for task in before.open_tasks or mine:
        say(f"{taker.name} has it: {TASK_LABELS[task.kind].lower()} ({reference}).")
