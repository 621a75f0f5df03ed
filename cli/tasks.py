"""`muster task …`: what waits for officers, and how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.doors import open_door, read_reference
from cli.needs.acting import OfficerOption, Reference, done, find_officer
from cli.printing import AsJson, Refused, print_json, print_table, say

if TYPE_CHECKING:
    from domain.officers import Task, TaskOutcome
    from domain.situations import Situation

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
    from domain.labels import TASK_LABELS, TASK_OUTCOME_LABELS
    from domain.officers import TaskOutcome
    from domain.telling import end_task, outcomes_of

    with open_door() as door:
        by = find_officer(door, officer)
        reference = read_reference(ref)
        situation = door.situation(reference)
        outcome = next((o for o in TaskOutcome if o.value == said.strip().lower()), None)
        chosen = _choose(situation, task, outcome, said)
        if outcome is None:
            raise Refused(_fitting(outcomes_of(situation, chosen), said))
        received = _read_got(situation, got or [], outcome)
        ended = done(
            door.change(reference, lambda now_is, now: end_task(now_is, chosen.id, by.id, outcome, note, now, received))
        )
        after = door.situation(reference)
    already = " already" if ended.change is None else ""
    now_is = next(t for t in after.tasks if t.id == chosen.id)
    if now_is.again_at:
        from domain.times import say_when

        say(
            f"Nobody answered; {by.name} is asked to try again at "
            f"{say_when(now_is.again_at, after.zone)} ({reference})."
        )
    else:
        label = TASK_OUTCOME_LABELS[outcome]
        say(f"{TASK_LABELS[chosen.kind]} is done{already}: {label} ({reference}).")


def _choose(situation: Situation, id: str | None, outcome: TaskOutcome | None, said: str) -> Task:
    """The task meant: the one named, or the only one that may end so."""
    from domain.labels import TASK_LABELS
    from domain.telling import outcomes_of

    may = {task.id: outcomes_of(situation, task) for task in situation.tasks}
    if id is not None:
        found = [task for task in situation.tasks if task.id.startswith(id.strip())]
        if len(found) != 1:
            raise Refused(f"--task: {situation.need.id} has no task {id[:30]!r}; `muster task list` shows the ids")
        if outcome not in may[found[0].id] and found[0].outcome is not outcome:
            raise Refused(_fitting(may[found[0].id], said))
        return found[0]
    open_ones = [task for task in situation.tasks if may[task.id]]
    fitting = [task for task in open_ones if outcome in may[task.id]]
    if not fitting and (again := [task for task in situation.tasks if outcome and task.outcome is outcome]):
        return again[-1]
    if not open_ones:
        raise Refused(f"nothing waits for an officer on {situation.need.id}")
    if not fitting:
        raise Refused(_fitting(tuple(dict.fromkeys(o for t in open_ones for o in may[t.id])), said))
    if len(fitting) > 1:
        which = " or ".join(f"--task {task.id} ({TASK_LABELS[task.kind].lower()})" for task in fitting[:5])
        raise Refused(f"more than one task may end so: say {which}")
    return fitting[0]


def _fitting(may: tuple[TaskOutcome, ...], said: str) -> str:
    words = ", ".join(outcome.value for outcome in may)
    return f"--said: {said[:30]!r} does not fit; say one of {words}" if may else "this task is finished"


def _read_got(situation: Situation, got: list[str], outcome: TaskOutcome) -> dict[int, int] | None:
    from domain.telling import WITH_COUNTS

    if got and outcome not in WITH_COUNTS:
        raise Refused("--got goes with --said partly or look-again: it says how much of it they got")
    received: dict[int, int] = {}
    numbers = {line.what: line.number for line in situation.need.lines}
    for text in got:
        what, _, count = text.partition(":")
        digits = count.strip()
        if what.strip() not in numbers or not (digits.isascii() and digits.isdigit()) or len(digits) > 6:
            example = next(iter(numbers))
            raise Refused(f"--got: {text[:40]!r} is not a part of this need; write it as {example}:5")
        received[numbers[what.strip()]] = int(digits)
    return received or None
