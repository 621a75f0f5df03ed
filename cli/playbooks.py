"""`muster playbook …`: how needs are responded to."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.groups import group
from cli.printing import AsJson, complain, note, print_json, print_table, say
from cli.rehearsing import compare, dry_run
from domain.hours import Hours
from domain.playbooks import Round
from domain.values import say_duration

app = group("How needs are responded to: list, check, try, compare.")
app.command("dry-run")(dry_run)
app.command("compare")(compare)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the playbooks in playbooks/."""
    from infra.playbooks import load_playbook, playbook_names

    found = [load_playbook(name) for name in playbook_names()]
    if as_json:
        print_json([playbook.model_dump(mode="json") for playbook in found])
        return
    print_table(
        ("Playbook", "Title", "Rounds"),
        [(p.name, p.title, "; then ".join(f"{r.name} ({_time_to_answer(r)})" for r in p.rounds)) for p in found],
    )


def _time_to_answer(round: Round) -> str:
    """`2h to answer`, `4h to answer in working hours`."""
    hours = "" if round.hours is Hours.any else f" in {round.hours.value} hours"
    return f"{say_duration(round.patience)} to answer{hours}"


@app.command()
def check(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="Playbooks; or categories, service-types, rota or retention.yaml."),
    ],
) -> None:
    """Say everything that is wrong with playbook files, line by line: `file:line: reason`.

    muster playbook check playbooks/everyday.yaml my-own.yaml
    """
    from infra.playbooks import NoSuchPlaybook, check_file, find_playbook

    try:
        paths = [Path(name) if Path(name).is_file() else find_playbook(name) for name in files]
    except NoSuchPlaybook as none:
        raise typer.BadParameter(str(none.args[0]), param_hint="FILE") from None
    wrong = False
    for path in paths:
        faults, notes = check_file(path)
        for fault in faults:
            complain(str(fault))
        for worth_knowing in notes:
            note(str(worth_knowing))
        wrong = wrong or bool(faults)
        if not faults:
            say(f"{path}: good")
    if wrong:
        raise typer.Exit(1)
