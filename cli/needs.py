"""`muster need …`: record what residents need, see how it goes, end it."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.doors import open_door, read_reference
from cli.printing import AsJson, Refused, complain, note, print_json, print_table, say

if TYPE_CHECKING:
    from datetime import datetime

    from domain.changes import Change, Refusal
    from domain.needs import Outcome
    from domain.officers import Officer
    from domain.opening import NeedWrong
    from domain.situations import Situation
    from infra.door import Done, Door

app = typer.Typer(no_args_is_help=True, help="Record what residents need, see how it goes, end it.")

Reference = Annotated[str, typer.Argument(metavar="REF", help="The need's reference, such as N-7K3QX2.")]
PlaybookOption = Annotated[
    str | None,
    typer.Option(
        "--playbook", metavar="NAME|PATH", help="How to respond (unless said: everyday, or urgent with --urgent)"
    ),
]
OPTIONS = {"lines": "--line", "point": "--at", "resident": "--resident-name"}


class Ending(StrEnum):
    """How an officer may close a need."""

    met = "met"
    partly_met = "partly-met"
    not_met = "not-met"
    withdrawn = "withdrawn"
    duplicate = "duplicate"


class Status(StrEnum):
    """Where a need is on its way."""

    open = "open"
    covered = "covered"
    confirming = "confirming"
    on_hold = "on-hold"
    closed = "closed"


# --- recording ------------------------------------------------------------------


@app.command("open")
def open_(
    summary: Annotated[
        str, typer.Option(help="What is needed, in a sentence partners will see: no names, no addresses.")
    ],
    line: Annotated[
        list[str],
        typer.Option(metavar="WHAT:QUANTITY[@TIME]", help="One part of the need; give it again for each part."),
    ],
    area: Annotated[str, typer.Option(help="The ward, or the first half of the postcode.")],
    category: Annotated[str | None, typer.Option(help="The kind of need (unless said: that of the first line)")] = None,
    needed_by: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help="2026-11-22T09:00, 2026-11-22, 09:00 or +2h (unless said: in 7 days; urgent: 1 day)"
        ),
    ] = None,
    resident_name: Annotated[
        str | None, typer.Option(help="Who it is for. Kept private, like all that follows.")
    ] = None,
    resident_email: Annotated[str | None, typer.Option(help="Where the resident is told how it goes.")] = None,
    resident_phone: Annotated[str | None, typer.Option(help="Where an officer can call the resident.")] = None,
    address: Annotated[str | None, typer.Option(help="Where to bring it; only who has said yes is told.")] = None,
    notes: Annotated[str | None, typer.Option(help="Anything else officers should know.")] = None,
    urgent: Annotated[bool, typer.Option("--urgent", help="Within hours: ask at any hour, minutes to answer.")] = False,
    key: Annotated[str | None, typer.Option(help="Your own reference; the same key again is the same need.")] = None,
    playbook: PlaybookOption = None,
    at: Annotated[str | None, typer.Option(metavar="LAT,LON", help="Where it is, to ask the nearest first.")] = None,
    as_json: AsJson = False,
) -> None:
    """Record one need. Muster looks for help at once.

    Two parts, the second due earlier than the rest:

    muster need open --summary "Food and a lift after an operation"
    --line food-parcel:2 --line lift:1@09:00 --needed-by 17:00
    --area Norbiton --resident-email amina@example.org
    """
    from domain.opening import NeedWrong
    from infra.playbooks import load_catalogue, load_playbook
    from infra.recording import read_place, read_request, record_need

    said = {
        "category": category,
        "summary": summary,
        "lines": line,
        "area": area,
        "needed_by": needed_by,
        "urgent": urgent,
        "resident_name": resident_name,
        "resident_email": resident_email,
        "resident_phone": resident_phone,
        "address": address,
        "notes": notes,
        "key": key,
    }
    catalogue = load_catalogue()
    chosen = load_playbook(playbook or ("urgent" if urgent else "everyday"))
    try:
        request = read_request(said | {"point": read_place(at) if at else None}, catalogue)
        with open_door() as door:
            recorded = record_need(door, catalogue, chosen, request)
            if as_json:
                print_json({"need": recorded.need})
            else:
                _say_recorded(door.situation(recorded.need), recorded.new)
            if recorded.new:
                _note_notices(door, recorded.need)
    except NeedWrong as wrong:
        raise Refused(_by_option(wrong, line)) from None


def _by_option(wrong: NeedWrong, lines: list[str]) -> str:
    """The sentence, naming the option: `--line 'lift:0': …`."""
    word, _, number = wrong.place.partition(" ")
    if word == "line" and number.isdigit() and int(number) <= len(lines):
        return f"--line {lines[int(number) - 1][:60]!r}: {wrong.sentence}"
    return f"{OPTIONS.get(wrong.place, '--' + wrong.place.replace('_', '-'))}: {wrong.sentence}"


def _say_recorded(situation: Situation, new: bool) -> None:
    from domain.times import say_when

    need = situation.need
    if not new:
        say(f"{need.id} is on record already under this key; nothing was changed.")
        return
    first = need.playbook.rounds[0]
    say(f"{need.id} is on record, needed by {say_when(need.needed_by, situation.zone)}.")
    say(f"Next: {first.name} are asked, as soon as `muster up` or a worker looks. See: muster need show {need.id}.")


def _note_notices(door: Door, reference: str) -> None:
    from infra.noticing import notices

    for sentence in notices(door.store, door.situation(reference), door.store.resident(reference)):
        note(sentence)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A CSV file in UTF-8.")],
    playbook: PlaybookOption = None,
    as_json: AsJson = False,
) -> None:
    """Record needs from a CSV, one a row. A bad row is refused and said; the others are recorded.

    Columns, in any order: category, summary, lines, area, needed_by, resident_name, resident_email, resident_phone,
    address, urgent, key. Of these summary, lines and area are required; `lines` has ; between its parts. A row with a
    `key` seen before is the same need; a row without one is known by its whole content: importing twice is safe.
    """
    from cli.importing import import_needs

    with open_door() as door:
        rows = import_needs(door, file, playbook)
    count = {result: sum(1 for row in rows if row.result == result) for result in ("recorded", "repeated", "refused")}
    if as_json:
        print_json({**count, "rows": [vars(row) for row in rows]})
    else:
        for row in rows:
            if row.result == "refused":
                complain(f"{file}:{row.line}: refused: {row.why}")
        say(f"{count['recorded']} recorded, {count['repeated']} on record already, {count['refused']} refused.")
    if count["refused"]:
        raise typer.Exit(1)


# --- looking --------------------------------------------------------------------


@app.command("list")
def list_(
    status: Annotated[list[Status] | None, typer.Option(help="Only these; give it again for more.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="The newest so many.")] = 1000,
    as_json: AsJson = False,
) -> None:
    """List needs, the newest first."""
    from domain.needs import NeedStatus
    from infra.showing import row_as_json

    with open_door() as door:
        rows = door.store.needs(statuses=[NeedStatus(s.value) for s in status or []], limit=limit)
        zone = door.settings.zone
    if as_json:
        print_json([row_as_json(row) for row in rows])
        return
    if not rows:
        say("There are no needs." if not status else "There are no needs of this status.")
        return
    from domain.labels import NEED_LABELS, OUTCOME_LABELS
    from domain.needs import Outcome
    from domain.times import say_clock

    print_table(
        ("Need", "How it stands", "Category", "Area", "Needed by", "Next check"),
        [
            (
                row.need,
                NEED_LABELS[row.status] + (f": {OUTCOME_LABELS[Outcome(row.outcome)].lower()}" if row.outcome else ""),
                row.category,
                row.area,
                say_clock(row.needed_by, zone),
                say_clock(row.wake_at, zone) if row.wake_at else "",
            )
            for row in rows
        ],
    )
    if len(rows) == limit:
        note(f"There may be more; these are the newest {limit:,} (--limit).")


@app.command()
def show(
    ref: Reference,
    private: Annotated[
        bool, typer.Option("--private", help="Also who it is for, how to reach them, and notes.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show one need: what is covered, who was asked and said what, what happens next, and the whole story."""
    from infra.showing import need_as_json

    with open_door() as door:
        situation = door.situation(read_reference(ref))
        if as_json:
            print_json(need_as_json(door.store, situation))
            return
        from cli.showing import show_need

        show_need(door, situation, private)


# --- ending and taking ------------------------------------------------------------


OfficerOption = Annotated[str | None, typer.Option("--officer", metavar="EMAIL", help="Who does this.")]


@app.command()
def withdraw(ref: Reference, officer: OfficerOption = None) -> None:
    """End a need that is no longer needed. Who had said yes is told first, so that nobody sets out."""
    from domain.needs import Outcome

    _end(ref, Outcome.withdrawn, officer)


@app.command()
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
        by = f"officer:{_officer(door, email).id}" if email else "officer"
        reference = read_reference(ref)
        done = _done(door.change(reference, lambda situation, now: close_need(situation, ending, by, now)))
    already = " already" if done.change is None else ""
    say(f"{reference} is closed{already}: {OUTCOME_LABELS[ending].lower()}.")


@app.command()
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
        taker = _officer(door, officer)
        reference = read_reference(ref)
        situation = door.situation(reference)
        mine = [t for t in situation.tasks if t.status is TaskStatus.taken and t.officer == taker.id]
        if not situation.open_tasks and not mine:
            raise Refused(f"nothing waits for an officer on {reference}{_who_has_it(situation)}")
        for task in situation.open_tasks:
            _done(door.change(reference, partial(_take, task.id, taker.id)))
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


def _officer(door: Door, email: str | None) -> Officer:
    from domain.officers import chain
    from domain.playbooks import Role

    officers = door.store.officers()
    if email is None:
        able = chain(officers, Role.duty)
        if len(able) == 1:
            return able[0]
        if able:
            raise Refused(f"say who takes it: --officer {' or --officer '.join(o.email for o in able[:5])}")
        raise Refused(
            "there is no duty officer; add one with `muster officer add --role duty`, or name one by --officer"
        )
    found = next((o for o in officers if o.email.casefold() == email.strip().casefold()), None)
    if found is None:
        raise Refused(
            f"--officer: nobody here has the address {email[:80]!r}; `muster officer list` shows those there are"
        )
    return found


def _done(result: Done | Refusal) -> Done:
    from domain.changes import Refusal

    if isinstance(result, Refusal):
        raise Refused(result.sentence)
    return result
