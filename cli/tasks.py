"""`muster task …`: what waits for officers, and how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.doors import open_door, read_reference
from cli.groups import group
from cli.needs.acting import OfficerOption, Reference, done, find_officer, naming_options
from cli.printing import AsJson, Refused, print_json, print_table, say

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from domain.officers import Officer, Task, TaskOutcome
    from domain.situations import Situation

app = group("What waits for officers: list, say how it ended.")


@app.command("list")
def list_(
    untaken: Annotated[bool, typer.Option("--open", help="Only what nobody has taken.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="The oldest so many.")] = 1000,
    as_json: AsJson = False,
) -> None:
    """List the tasks that are not done, the oldest first: what, on which need, with whom, and until when."""
    from domain.officers import TaskStatus, names_of

    statuses = (TaskStatus.open,) if untaken else (TaskStatus.open, TaskStatus.taken)
    with open_door() as door:
        tasks = door.store.tasks(statuses=statuses, limit=limit)
        names = names_of(door.store.officers())
        zone = door.settings.zone
    if as_json:
        print_json([_as_json(task, names) for task in tasks])
    elif not tasks:
        say("Nothing waits for an officer.")
    else:
        _print_tasks(tasks, names, zone)


def _as_json(task: Task, names: dict[str, str]) -> dict[str, str | None]:
    from infra.showing import say_instant

    return {
        "task": task.id,
        "need": task.need,
        "kind": task.kind.value,
        "status": task.status.value,
        "officer": names.get(task.officer or ""),
        "take_by": say_instant(task.take_by),
        "again_at": say_instant(task.again_at),
    }


def _print_tasks(tasks: list[Task], names: dict[str, str], zone: ZoneInfo) -> None:
    from domain.labels import TASK_LABELS, label_task
    from domain.times import say_clock

    print_table(
        ("Need", "What", "How it stands", "Officer", "Until", "Task"),
        [
            (
                task.need,
                TASK_LABELS[task.kind],
                label_task(task),
                names.get(task.officer or "", "nobody yet"),
                say_clock(task.again_at or task.take_by, zone) if task.again_at or not _is_taken(task) else "",
                task.id,
            )
            for task in tasks
        ],
    )


def _is_taken(task: Task) -> bool:
    from domain.officers import TaskStatus

    return task.status is TaskStatus.taken


@app.command("done")
def done_(
    ref: Reference,
    said: Annotated[
        str,
        typer.Option(
            "--said", metavar="OUTCOME", help="How it ended; a word that does not fit is refused with those that do."
        ),
    ],
    task: Annotated[
        str | None, typer.Option(metavar="ID", help="Which task, where more than one is open (muster task list).")
    ] = None,
    note: Annotated[str | None, typer.Option(help="Anything to remember. Private: only officers read it.")] = None,
    got: Annotated[
        list[str] | None,
        typer.Option(metavar="WHAT:QUANTITY", help="With partly or look-again: what they got; again for each part."),
    ] = None,
    officer: OfficerOption = None,
) -> None:
    """Say how a task ended, as the buttons on its page do. Not taken yet, you take it so.

    After a phone call to the resident: yes, partly or no (did it happen?), told (news), posted (a letter), no-answer
    (you will be asked to try again, three times in all). A question: answered or not-reached. A call to a partner:
    reached or not-reached. Your word about a helper: yes or no. Looking for help: found or nothing-more. A worry:
    recorded, with --note. A possible duplicate: different or same. Whether a helper came: done or not-done. The
    resident says that it did not all happen: met (by now it has), partly-met (leave it at what came) or look-again
    (with --got). Anything else: done.

    muster task done N-7K3QX2 --said partly --got food-parcel:15 --officer dana@example.org
    """
    from domain.changes import Refusal
    from infra.commands.tasks import EndTask

    with open_door() as door, naming_options():
        by, reference = find_officer(door, officer), read_reference(ref)
        command = EndTask.read(said=said, task=task, note=note, got=tuple(got or ()))
        chosen = command.choose(door.situation(reference))
        if isinstance(chosen, Refusal):
            raise Refused(chosen.sentence)
        ended = done(command.carry_out(door, reference, f"officer:{by.id}"))
        after = door.situation(reference)
    now_is = next(t for t in after.tasks if t.id == chosen[0].id)
    if now_is.again_at:
        _say_again(after, by, now_is.again_at)
    else:
        _say_done(now_is, chosen[1], already=ended.change is None)


def _say_again(situation: Situation, officer: Officer, at: datetime) -> None:
    from domain.times import say_when

    when = say_when(at, situation.zone)
    say(f"Nobody answered; {officer.name} is asked to try again at {when} ({situation.need.id}).")


def _say_done(task: Task, outcome: TaskOutcome, *, already: bool) -> None:
    from domain.labels import TASK_LABELS, TASK_OUTCOME_LABELS

    is_done = "is done already" if already else "is done"
    say(f"{TASK_LABELS[task.kind]} {is_done}: {TASK_OUTCOME_LABELS[outcome]} ({task.need}).")
