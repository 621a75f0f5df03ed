"""`muster need take|withdraw|close`: take what waits for an officer, end a need."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from cli.doors import open_door, read_reference
from cli.needs.acting import OfficerOption, Reference, done, find_officer
from cli.printing import Refused, say

if TYPE_CHECKING:
    from datetime import datetime

    from domain.changes import Change, Refusal
    from domain.needs import Outcome
    from domain.situations import Situation


class Ending(StrEnum):
    """How an officer may close a need."""

    met = "met"
    partly_met = "partly-met"
    not_met = "not-met"
    withdrawn = "withdrawn"
    duplicate = "duplicate"


def withdraw(ref: Reference, officer: OfficerOption = None) -> None:
    """End a need that is no longer needed. Who had said yes is told first, so that nobody sets out."""
    from domain.needs import Outcome

    _end(ref, Outcome.withdrawn, officer)


def close(
    ref: Reference,
    outcome: Annotated[Ending, typer.Option(help="How it ended.")],
    officer: OfficerOption = None,
) -> None:
    """Close a need, saying how it ended. Everybody who was asked or had promised hears of it."""
    from domain.needs import Outcome

    _end(ref, Outcome(outcome.value), officer)


def _end(ref: str, ending: Outcome, email: str | None) -> None:
    from domain.closing import close as close_need
    from domain.labels import OUTCOME_LABELS

    with open_door() as door:
        by = f"officer:{find_officer(door, email).id}" if email is not None else "officer"
        reference = read_reference(ref)
        ended = done(door.change(reference, lambda situation, now: close_need(situation, ending, by, now)))
    already = " already" if ended.change is None else ""
    say(f"{reference} is closed{already}: {OUTCOME_LABELS[ending].lower()}.")


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

    with open_door() as door:
        taker = find_officer(door, officer)
        reference = read_reference(ref)
        situation = door.situation(reference)
        mine = [t for t in situation.tasks if t.status is TaskStatus.taken and t.officer == taker.id]
        if not situation.open_tasks and not mine:
            raise Refused(f"nothing waits for an officer on {reference}{_who_has_it(situation)}")
        for task in situation.open_tasks:
            done(door.change(reference, partial(_take, task.id, taker.id)))
        for task in situation.open_tasks or mine:
            say(f"{taker.name} has it: {TASK_LABELS[task.kind].lower()} ({reference}).")


def _take(task: str, officer: str, situation: Situation, now: datetime) -> Change | Refusal | None:
    from domain.handing_over import take_task

    return take_task(situation, task, officer, now)


def _who_has_it(situation: Situation) -> str:
    from domain.officers import TaskStatus

    names = {officer.id: officer.name for officer in situation.officers}
    takers = {names.get(t.officer or "", "") for t in situation.tasks if t.status is TaskStatus.taken}
    return f"; {', '.join(sorted(takers))} has taken it" if takers else ""
