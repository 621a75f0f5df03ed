"""What `muster deploy` prints: how AWS is, what would change, where everything is then."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from cli.printing import Refused, print_table, say

if TYPE_CHECKING:
    from infra.deploy.choices import Choices
    from infra.deploy.deployment import Deployment
    from infra.finding import Finding

MARKS = {True: "ok", False: "PROBLEM", None: "later"}
LOUD = "!" * 78


def print_findings(findings: list[Finding]) -> None:
    """How AWS is. Raises `Refused` when something must be seen to first."""
    print_table(("", "What", "How it is", "What to do"), [(MARKS[f.ok], f.about, f.sentence, f.do) for f in findings])
    if problems := [finding.about for finding in findings if finding.ok is False]:
        raise Refused(f"first see to {', '.join(problems)}; nothing was changed")


def print_changes(wanted: Deployment) -> None:
    if wanted.is_nothing:
        say("Nothing to change.")
    for plan in (wanted.kept, wanted.compute):
        if plan.changes:
            rows = [(change.what, change.resource, change.kind, change.because) for change in plan.changes]
            print_table(("", "Resource", "Kind", "What of it"), rows, title=plan.stack)
    if wanted.secrets:
        say(f"Taken from the environment into the secret: {', '.join(wanted.secrets)}.")


def warn_of_loss(wanted: Deployment) -> None:
    """What is kept is never replaced on a nod: its name is typed, by a person. Raises `Refused`."""
    if not wanted.loses:
        return
    say(LOUD)
    say(f"THIS WOULD REPLACE WHAT IS KEPT: {', '.join(wanted.loses)}. Muster would go on with an EMPTY one; the old")
    say("one stays in the account, but nothing uses it. If you are not sure, say no.")
    say(LOUD)
    name = wanted.choices.name
    if not sys.stdin.isatty() or typer.prompt(f"Type {name} to go on", default="", show_default=False) != name:
        raise Refused("what is kept was not to be replaced; nothing was changed")


def say_where(choices: Choices, done: Deployment) -> None:
    """Where it is, and what only a person can do now."""
    from infra.deploy.changing import outputs_of

    touched = {change.resource for change in done.changes}
    if touched & {"Sender", "DomainName", "AlarmsByMail"}:
        print_records(choices)
    if "AlarmsByMail" in touched:
        say(f"AWS has written to {choices.alarm_email}: open its link, or no alarm will reach you.")
        say('To run commands here on what it runs with: eval "$(muster deploy settings)"')
        say('Then: muster officer add --name "…" --email … --role admin, and muster doctor.')
    say(f"{choices.name} is at {outputs_of(choices.compute_stack).get('Address', '')}")


def print_records(choices: Choices) -> None:
    from infra.deploy.changing import outputs_of
    from infra.deploy.dns import records

    say("For your DNS, each as name, kind and value:")
    for record in records(choices, outputs_of(choices.compute_stack)):
        say("")
        say(record.why)  # no table: it would cut what has to be copied whole
        say(f"  {record.name}  {record.kind}")
        say(f"  {record.value}")
    say("")
