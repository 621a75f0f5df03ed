"""`muster playbook dry-run` and `compare`: what a playbook would do, before anybody is asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.doors import open_door
from cli.printing import AsJson, Refused, note, print_json, print_table, say

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from domain.playbooks import Playbook
    from infra.door import Door
    from infra.rehearsal import Forecast

NeedFile = Annotated[
    Path,
    typer.Option("--need", metavar="FILE", exists=True, dir_okay=False, help="A needs CSV, as `need import` reads it."),
]
RowOption = Annotated[int, typer.Option("--row", min=1, help="Which of its rows.")]
Runs = Annotated[int, typer.Option(min=1, max=10_000, help="How many times to play it.")]
Seed = Annotated[int, typer.Option(help="The same seed gives the same answers.")]
Within = Annotated[
    str, typer.Option("--answers-within", metavar="LENGTH", help="How long an answer typically takes (half take less).")
]
A_YEAR = timedelta(days=366)
At = Annotated[str | None, typer.Option("--at", metavar="TIME", help="When it would be recorded (unless said: now).")]


def dry_run(
    playbook: Annotated[str, typer.Argument(metavar="NAME|PATH", help="The playbook to try.")],
    need: NeedFile,
    row: RowOption = 1,
    runs: Runs = 200,
    seed: Seed = 1,
    answers_within: Within = "25m",
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Play a playbook many times over your real directory, on a clock of its own. Nobody is asked.

    Every decision is the one Muster would take. What people say is made up: who says yes is drawn from how often such
    responders say yes, when from one typical time. So read the figures as a comparison, not as a promise.

    muster playbook dry-run everyday --need need.csv
    """
    tried = next(_rehearse([playbook], need, row, runs, seed, answers_within, at))
    if as_json:
        print_json(as_json_of(tried))
        return
    _say_what_is_tried(tried)
    print_table(
        ("Round", "Reached", "Begins after (median)", "People asked (mean)", "First of them, in one run"),
        [
            (
                tried.playbook.round(r.number).name,
                f"{r.reached:.0%}",
                _length(r.after),
                f"{r.people:.1f}" if r.reached else "",
                tried.name_some(r.first),
            )
            for r in tried.forecast.rounds
        ],
    )
    print_table(("", tried.playbook.name), [(what, said) for what, said in _figures(tried)])
    _say_where_it_runs_out(tried)


def compare(
    playbooks: Annotated[list[str], typer.Argument(metavar="NAME|PATH...", help="Two playbooks, or more.")],
    need: NeedFile,
    row: RowOption = 1,
    runs: Runs = 200,
    seed: Seed = 1,
    answers_within: Within = "25m",
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Play playbooks side by side for one need: the same people in the same mood, in a table.

    muster playbook compare everyday urgent --need need.csv
    """
    if len(playbooks) < 2:
        raise Refused("name two playbooks to compare, such as: muster playbook compare everyday urgent --need need.csv")
    tried = list(_rehearse(playbooks, need, row, runs, seed, answers_within, at))
    if as_json:
        print_json([as_json_of(one) for one in tried])
        return
    _say_what_is_tried(tried[0])
    columns = [dict(_figures(one)) for one in tried]
    print_table(
        ("", *(one.playbook.name for one in tried)),
        [(what, *(column.get(what, "") for column in columns)) for what in columns[0]],
    )
    for one in tried:
        _say_where_it_runs_out(one)


@dataclass(frozen=True)
class Tried:
    """One playbook, what it was tried on, and what came of it."""

    playbook: Playbook
    forecast: Forecast
    seed: int
    what: str
    candidates: int
    names: dict[str, str]

    def name_some(self, ids: tuple[str, ...]) -> str:
        from domain.labels import say_some

        return say_some([self.names.get(id, id) for id in ids]) if ids else ""


def _rehearse(
    names: list[str], file: Path, row: int, runs: int, seed: int, within: str, at: str | None
) -> Iterator[Tried]:
    from domain.values import read_duration
    from infra.playbooks import load_playbook
    from infra.rehearsal import rehearse
    from infra.rehearsing import candidates_for, recorded

    try:
        answers_within = read_duration(within)
    except ValueError as wrong:
        raise Refused(f"--answers-within: {wrong}") from None
    said = _row(file, row)
    with open_door() as door:
        now = _moment(door, at)
        for name in names:
            playbook = load_playbook(name)
            situation = recorded(door, said, playbook, now)
            candidates = candidates_for(door.store, situation, now)
            forecast = rehearse(situation, candidates, now, runs=runs, seed=seed, answers_within=answers_within)
            yield Tried(
                playbook,
                forecast,
                seed,
                " and ".join(line.amount for line in situation.need.lines),
                len(candidates),
                {c.responder.id: c.responder.name for c in candidates},
            )


def _row(file: Path, number: int) -> dict[str, str]:
    from itertools import islice

    from cli.importing import OPTIONAL, REQUIRED
    from infra.tables import read_table

    found = next(islice(read_table(file, REQUIRED, OPTIONAL).rows, number - 1, None), None)
    if found is None:
        raise Refused(f"{file} has no row {number}")
    if found.refused:
        raise Refused(f"{file}:{found.line}: {found.refused}")
    return found.cells


def _moment(door: Door, at: str | None) -> datetime:
    """Now, to the minute, so that the same command gives the same figures; or the time that was said."""
    from domain.times import read_when
    from infra import clock

    now = clock.now().replace(second=0, microsecond=0)
    try:
        moment = read_when(at, now, door.settings.zone) if at is not None else now
    except ValueError as wrong:
        raise Refused(f"--at: {wrong}") from None
    if abs(moment - now) > A_YEAR:
        raise Refused(f"--at: {at!r} is more than a year away")
    return moment


def _say_what_is_tried(tried: Tried) -> None:
    f = tried.forecast
    say(
        f"{tried.what}: {f.runs:,} rehearsals, seed {tried.seed}, {tried.candidates:,} who could be asked. "
        "Nobody was asked; people's answers are made up."
    )
    if not tried.candidates:
        note("nobody in the directory could give any of this; see `muster directory list`")


def _figures(tried: Tried) -> list[tuple[str, str]]:
    f = tried.forecast
    return [
        ("Covered in time", f"{f.in_time:.0%} ({round(f.in_time * f.runs):,} of {f.runs:,})"),
        ("Covered after, median", _length(f.after)),
        ("Covered after, 9 of 10 of those", _length(f.late)),
        ("People asked, mean", f"{f.people:.1f}"),
        ("People asked, at most", f"{f.most_people:,}"),
        ("Messages to them, mean", f"{f.messages:.1f}"),
        ("Handed to an officer", f"{f.handed_over:.0%}"),
    ]


def _say_where_it_runs_out(tried: Tried) -> None:
    short = [line for line in tried.forecast.lines if line.short]
    if not short:
        say(f"{tried.playbook.name}: every line was covered in every rehearsal.")
    for line in short:
        missing = line.line.capability.amount(max(1, round(line.missing)))
        say(
            f"{tried.playbook.name}: {line.line.capability.units} run out in {line.short:.0%} of the rehearsals "
            f"(missing then, on average: {missing} of {line.line.quantity:,})."
        )


def _length(length: timedelta | None) -> str:
    from domain.values import say_duration

    if length is None:
        return "never"
    minutes = timedelta(minutes=round(length.total_seconds() / 60))
    return say_duration(minutes if length >= timedelta(minutes=10) else length)


def as_json_of(tried: Tried) -> dict[str, object]:
    """Shares are of 1; lengths of time in seconds."""
    f = tried.forecast
    return {
        "playbook": tried.playbook.name,
        "runs": f.runs,
        "seed": tried.seed,
        "candidates": tried.candidates,
        "covered_in_time": f.in_time,
        "covered_after": {"median": _seconds(f.after), "p90": _seconds(f.late)},
        "people_asked": {"mean": f.people, "most": f.most_people},
        "messages": f.messages,
        "handed_over": f.handed_over,
        "rounds": [
            {
                "name": tried.playbook.round(r.number).name,
                "reached": r.reached,
                "after": _seconds(r.after),
                "people": r.people,
                "first": list(r.first),
            }
            for r in f.rounds
        ],
        "lines": [{"what": line.line.what, "short": line.short, "missing": line.missing} for line in f.lines],
    }


def _seconds(length: timedelta | None) -> float | None:
    return None if length is None else length.total_seconds()
