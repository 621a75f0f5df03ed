"""`muster task …`: what waits for officers, and how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.doors import open_door, read_reference
from cli.needs.acting import OfficerOption, Reference, done, find_officer, naming_options
from cli.printing import AsJson, Refused, print_json, print_table, say

if TYPE_CHECKING:
    from domain.officers import Task

app = typer.Typer(no_args_is_help=True, help="What waits for officers: list, say how it ended.")


@app.command("list")
def list_(
    untaken: Annotated[bool, typer.Option("--open", help="Only what nobody has taken.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="The oldest so many.")] = 1000,
    as_json: AsJson = False,
) -> None:
    """List the tasks that are not done, the oldest first: what, on which need, with whom, and until when."""
    from domain.officers import TaskStatus
    from infra.showing import say_instant

    statuses = (TaskStatus.open,) if untaken else (TaskStatus.open, TaskStatus.taken)
    with open_door() as door:
        tasks = door.store.tasks(statuses=statuses, limit=limit)
        names = {officer.id: officer.name for officer in door.store.officers()}
        zone = door.settings.zone
    if as_json:
        print_json(
            [
                {
                    "task": task.id,
                    "need": task.need,
                    "kind": task.kind.value,
                    "status": task.status.value,
                    "officer": names.get(task.officer or ""),
                    "take_by": say_instant(task.take_by),
                    "again_at": say_instant(task.again_at),
                }
                for task in tasks
            ]
        )
        return
    if not tasks:
        say("Nothing waits for an officer.")
        return
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
    (you will be asked to try again, three times in all). A question: answered. A call to a partner: reached or
    not-reached. Looking for help: found or nothing-more. A worry: recorded, with --note. A possible duplicate:
    different or same. Whether a helper came: done or not-done. The resident says that it did not all happen: met (by
    now it has), partly-met (leave it at what came) or look-again (with --got). Anything else: done.

    muster task done N-7K3QX2 --said partly --got food-parcel:15 --officer dana@example.org
    """
    from domain.changes import Refusal
    from domain.labels import TASK_LABELS, TASK_OUTCOME_LABELS
    from infra.commands.tasks import EndTask

    with open_door() as door, naming_options():
        by, reference = find_officer(door, officer), read_reference(ref)
        command = EndTask.read(said=said, task=task, note=note, got=tuple(got or ()))
        chosen = command.choose(door.situation(reference))
        if isinstance(chosen, Refusal):
            raise Refused(chosen.sentence)
        ended = done(command.carry_out(door, reference, f"officer:{by.id}"))
        after = door.situation(reference)
    already = " already" if ended.change is None else ""
    now_is = next(t for t in after.tasks if t.id == chosen[0].id)
    if now_is.again_at:
        from domain.times import say_when

        say(
            f"Nobody answered; {by.name} is asked to try again at "
            f"{say_when(now_is.again_at, after.zone)} ({reference})."
        )
    else:
        label = TASK_OUTCOME_LABELS[chosen[1]]
        say(f"{TASK_LABELS[now_is.kind]} is done{already}: {label} ({reference}).")
