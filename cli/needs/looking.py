"""`muster need list|show`: see what there is and how it goes."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from cli.doors import open_door, read_reference
from cli.needs.acting import OfficerOption, Reference, acting
from cli.printing import AsJson, note, print_json, print_table, say


class Status(StrEnum):
    """Where a need is on its way."""

    open = "open"
    covered = "covered"
    confirming = "confirming"
    on_hold = "on-hold"
    closed = "closed"


def list_(
    status: Annotated[list[Status] | None, typer.Option(help="Only these; give it again for more.")] = None,
    exercise: Annotated[
        bool | None, typer.Option("--exercise/--real", help="Only exercises, or only what is real.", show_default=False)
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="The newest so many.")] = 1000,
    as_json: AsJson = False,
) -> None:
    """List needs, the newest first. An exercise is marked."""
    from domain.needs import NeedStatus
    from infra.showing import row_as_json

    with open_door() as door:
        wanted = [NeedStatus(s.value) for s in status or []]
        rows = door.store.needs(statuses=wanted, limit=limit, exercise=exercise)
        zone = door.settings.zone
    if as_json:
        print_json([row_as_json(row) for row in rows])
        return
    if not rows:
        say("There are no needs." if not status and exercise is None else "There are no such needs.")
        return
    from domain.labels import label_need
    from domain.times import say_clock
    from infra.playbooks import category_title

    print_table(
        ("Need", "How it stands", "Category", "Area", "Needed by", "Next check"),
        [
            (
                row.need,
                label_need(row.status, row.outcome) + (" (exercise)" if row.exercise else ""),
                category_title(row.category),
                row.area,
                say_clock(row.needed_by, zone),
                say_clock(row.wake_at, zone) if row.wake_at else "",
            )
            for row in rows
        ],
    )
    if len(rows) == limit:
        note(f"There may be more; these are the newest {limit:,} (--limit).")


def show(
    ref: Reference,
    responder: Annotated[
        str | None, typer.Argument(metavar="[RESPONDER]", help="With --why: only about this one, by id.")
    ] = None,
    private: Annotated[
        bool, typer.Option("--private", help="Also who it is for, how to reach them, and notes; the look is recorded.")
    ] = False,
    why: Annotated[
        bool, typer.Option("--why", help="Instead: who was asked and why, and why others were not, as of now.")
    ] = False,
    everybody: Annotated[bool, typer.Option("--all", help="With --why: everybody, not the nearest alone.")] = False,
    officer: OfficerOption = None,
    as_json: AsJson = False,
) -> None:
    """Show one need: what is covered, who was asked and said what, what happens next, and the whole story.

    Why was Sam asked, or why not? Everybody who was considered, round by round, or one of them by id:

    muster need show N-7K3QX2 --why

    muster need show N-7K3QX2 --why sam
    """
    from infra.showing import need_as_json

    if (responder or everybody) and not why:
        raise typer.BadParameter("this goes with --why", param_hint="RESPONDER" if responder else "--all")
    with open_door() as door:
        situation = door.situation(read_reference(ref))
        if why:
            from cli.why import show_why

            show_why(door, situation, responder, everybody, as_json)
            return
        if as_json:
            print_json(need_as_json(door.store, situation))
            return
        from cli.showing import show_need

        show_need(door, situation, private, acting(door, officer) if officer else "command")
