"""`muster deploy …`: Muster onto AWS, and off it again."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

from cli.deploy.choosing import choose, chosen, confirm, explained, keep, right_place, zips
from cli.deploy.showing import print_changes, print_findings, print_records, say_where, warn_of_loss
from cli.printing import AsJson, Refused, note, print_json, print_table, say

if TYPE_CHECKING:
    from infra.deploy.choices import Choices
    from infra.deploy.deployment import Deployment

HELP = """Puts Muster onto AWS: DynamoDB, Lambda, SQS and SES; it costs next to nothing while nobody needs anything.

The first time it asks what it must know and keeps it in `MUSTER_HOME/deploy.toml`. Then, every time: look whether all
is well, build, show what would change, ask, change it, say where it is. Run it again after every change of Muster, of
`deploy.toml`, or of your rota, playbooks and periods: they go along.

    muster deploy --dry-run      # looks and shows; changes nothing

    muster deploy                # asks before it changes anything

    muster deploy --set sms=sns  # changes a choice, and keeps it

It goes where your AWS credentials and AWS_REGION point; docs/aws.md leads from an empty account to an invitation.
"""
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
Before = Annotated[Path | None, typer.Option(help="A folder with light.zip and worker.zip, built before.")]

app = typer.Typer(help=HELP, invoke_without_command=True, add_completion=False)


@app.callback()
def deploy(
    context: typer.Context,
    name: Annotated[str, typer.Option(help="What it is called in the account; must be deploy.toml's own.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Look, build and show; change nothing.")] = False,
    yes: Yes = False,
    pairs: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="A choice; kept in deploy.toml.")
    ] = None,
    built: Before = None,
    flows: Annotated[bool, typer.Option(help="Tell Prefect of the flows, which must be reachable from here.")] = True,
) -> None:
    """Replaced by HELP above."""
    if context.invoked_subcommand:
        return
    with explained():
        choices = choose(name, pairs or [])
        done = _deploy(choices, dry_run, yes, built, flows)
        if done is not None:
            if flows:
                _register(choices, done)
            say_where(choices, done)


deploy.__doc__ = HELP


@app.command()
def diff(built: Before = None) -> None:
    """Show what `muster deploy` would change, and change nothing."""
    from infra.deploy.deployment import discard, prepare

    with explained():
        choices = chosen()
        account, region = right_place(choices)
        with zips(built) as parts:
            wanted = prepare(choices, account, region, parts)
            discard(wanted)
            print_changes(wanted)


@app.command()
def outputs(as_json: AsJson = False) -> None:
    """Say where everything is: the pages' address, the table, the queues, and the records for your DNS."""
    from infra.deploy.changing import outputs_of
    from infra.deploy.dns import records

    with explained():
        choices = chosen()
        right_place(choices)
        compute = outputs_of(choices.compute_stack)
        found = outputs_of(choices.kept_stack) | compute
        if not found:
            raise Refused(f"nothing is deployed as {choices.name} yet; `muster deploy` does it")
        if as_json:
            print_json({"outputs": found, "dns": [vars(record) for record in records(choices, compute)]})
            return
        print_table(("What", "Where"), sorted(found.items()))
        print_records(choices)


@app.command()
def settings() -> None:
    """Print what a terminal must have set so that its commands use the same table, bell and words as the functions.

    eval "$(muster deploy settings)"

    None of it is secret: MUSTER_SECRET says where the keys are kept, and each command reads them there.
    """
    from infra.deploy.borrowing import settings_of

    with explained():
        choices = chosen()
        right_place(choices)
        found = settings_of(choices)
        if not found:
            raise Refused(f"nothing is deployed as {choices.name} yet; `muster deploy` does it")
        for name, value in found.items():
            say(f"export {name}={quote(value)}")


@app.command()
def destroy(
    with_data: Annotated[
        str, typer.Option(metavar="NAME", help="Delete what people said too, and the keys: type the name.")
    ] = "",
    yes: Yes = False,
) -> None:
    """Delete what runs. What people said is kept, and the next `muster deploy` goes on with it.

    muster deploy destroy

    muster deploy destroy --with-data kingston
    """
    with explained():
        choices = chosen()
        if with_data and with_data != choices.name:
            raise Refused(f"--with-data {with_data}: it is called {choices.name}; nothing was deleted")
        account, region = right_place(choices)
        what = "everything, with all that people said" if with_data else "what runs; what people said stays"
        confirm(f"Delete {choices.name} in account {account}, {region}: {what}?", yes)
        _destroy(choices, account, region, bool(with_data))


@app.command()
def redrive() -> None:
    """Put dead letters back into their queues: bells and receipts that could not be heard. Says how many."""
    from infra.deploy.changing import outputs_of
    from infra.deploy.redriving import redrive as move

    with explained():
        choices = chosen()
        right_place(choices)
        found = outputs_of(choices.compute_stack)
        if not found:
            raise Refused("nothing is deployed, so nothing has died; `muster deploy` deploys it")
        for what, dead, alive in (("bells", "BellDead", "Bell"), ("receipts", "ReceiptsDead", "ReceiptsQueue")):
            say(f"{what}: {move(found[dead], found[alive])} put back")


@app.command("rotate-keys")
def rotate_keys(yes: Yes = False) -> None:
    """Make a new key that signs links from now on. Those before it stay: they open the links already sent.

    It changes the functions twice, so that every one of them knows the new key before any signs with it.
    """
    from infra.deploy.deployment import renew_functions, secret_of
    from infra.deploy.keeping_secrets import add_key, kids_of, sign_with

    with explained():
        choices = chosen()
        right_place(choices)
        secret = secret_of(choices)
        before = kids_of(secret)
        confirm(f"Add a new key for {choices.name} in front of {', '.join(before)}?", yes)
        kid = add_key(secret)
        say(f"{kid} is made; the functions start anew to know it.")
        renew_functions(choices, say)
        sign_with(secret, kid)
        renew_functions(choices, say)
        say(f"{kid} signs new links; {', '.join(before)} open old ones.")


def _deploy(choices: Choices, dry_run: bool, yes: bool, built: Path | None, flows: bool) -> Deployment | None:
    """Look, show, ask, change. Returns what was done; `None` where nothing was to be."""
    from infra.aws.checking import region, who_asks
    from infra.deploy.checking import check
    from infra.deploy.deployment import carry_out, discard, prepare

    here, account = region(), who_asks()[0]
    print_findings(list(check(choices, account, here, flows)))
    with zips(built) as parts:
        wanted = prepare(choices, account, here, parts)
        print_changes(wanted)
        if dry_run:
            discard(wanted)
            say("Nothing was changed.")
            return None
        try:
            warn_of_loss(wanted)
            if not wanted.is_nothing:
                confirm(f"Change this in account {account}, {here}?", yes)
        except Refused:
            discard(wanted)
            raise
        keep(choices.model_copy(update={"account": account, "region": here}))
        carry_out(wanted, say)
    return wanted


def _destroy(choices: Choices, account: str, region: str, with_data: bool) -> None:
    from infra.deploy.destroying import destroy_compute, destroy_kept

    if not destroy_compute(choices, say):
        say(f"Nothing of {choices.compute_stack} is running.")
    if with_data:
        destroy_kept(choices, account, region, say)
        say(f"{choices.name} is gone. For 30 days its key, its secret and AWS's last backup of it can be had back.")
        return
    say(f"What people said is kept in {choices.kept_stack}; `muster deploy` goes on with it.")
    note("Prefect still plans runs of check-promises and keep-house; delete the deployments there if this is for good.")


def _register(choices: Choices, done: Deployment) -> None:
    from infra.deploy.deployment import secret_of
    from infra.deploy.keeping_secrets import read_held
    from infra.deploy.registering import are_registered, register

    held = read_held(secret_of(choices))
    if done.changes or not are_registered(choices.prefect_api_url, held):
        say("Telling Prefect of the flows …")
        register(choices.prefect_api_url, held)
