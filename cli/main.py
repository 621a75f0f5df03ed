"""The `muster` command. Each part is imported when it is asked for, so that every command starts at once."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import typer
from typer.core import TyperGroup

COMMANDS = {
    "up": "cli.running:up",
    "demo": "cli.demo:demo",
    "need": "cli.needs:app",
    "incident": "cli.incidents:app",
    "directory": "cli.directory:app",
    "playbook": "cli.playbooks:app",
    "officer": "cli.officers:app",
    "key": "cli.keys:app",
    "person": "cli.persons:app",
    "task": "cli.tasks:app",
    "report": "cli.reporting:report",
    "doctor": "cli.doctor:doctor",
    "deploy": "cli.deploy:app",
    "worker": "cli.running:worker",
}
HELP = """Turns one resident's need into a collective response.

Start everything with `muster up`, record a need with `muster need open`, and watch it with `muster need show`.
"""


class Commands(TyperGroup):
    """The commands by name; the module of one is imported when it is run or listed."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [name for name, place in COMMANDS.items() if find_spec(place.split(":")[0])]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in self.list_commands(ctx):
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        found = getattr(import_module(module), name)
        if not isinstance(found, typer.Typer):
            single = typer.Typer(add_completion=False)
            single.command(cmd_name)(found)
            found = single
        command = typer.main.get_command(found)
        command.name = cmd_name
        return command


app = typer.Typer(
    cls=Commands,
    help=HELP,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)


def print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(version("muster"))
        raise typer.Exit


@app.callback()
def about(
    version: bool = typer.Option(
        False, "--version", help="Print the version and stop.", is_eager=True, callback=print_version
    ),
) -> None:
    """Replaced by HELP above."""


about.__doc__ = HELP


def run() -> None:
    """The entry point: ends the process with 0 done, 1 refused, 2 bad usage."""
    sys.exit(main(sys.argv[1:]))


def main(words: list[str]) -> int:
    """Run one command. Whatever goes wrong becomes one clear sentence on stderr; a traceback never does."""
    try:
        if words[:1] != ["deploy"] and "--help" not in words:  # `deploy` looks after the secret itself
            _read_secret()
        app(words, prog_name="muster")
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else int(bool(done.code))
    except Exception as wrong:
        if os.environ.get("MUSTER_TRACEBACK"):
            raise
        from cli.printing import complain

        code, sentences = explain(wrong)
        for sentence in sentences.split("\n"):
            complain(sentence)
        return code
    return 0


def _read_secret() -> None:
    """On AWS the keys are in one place, for functions and commands; here too they are read before settings are."""
    if name := os.environ.get("MUSTER_SECRET"):
        from infra.aws.failing import explained
        from infra.aws.secrets import load_secret

        with explained(f"Reading the secret {name}"):
            load_secret()


def explain(wrong: Exception) -> tuple[int, str]:
    """The exit code and the sentence for what a command met."""
    from cli.printing import Refused
    from domain.opening import NeedWrong
    from infra.aws.failing import AwsFailed
    from infra.door import Busy, NoSuchNeed
    from infra.playbooks import NoSuchPlaybook, PlaybookWrong
    from infra.settings import SettingsWrong
    from infra.store import StoreError
    from infra.tables import FileWrong

    match wrong:
        case NoSuchPlaybook():
            return 2, f"--playbook: {wrong.args[0]}"
        case NoSuchNeed():
            return 1, f"{_great(wrong.args[0])}; `muster need list` shows those there are"
        case StoreError():
            return (
                1,
                f"{_great(str(wrong))}. Check MUSTER_STORE and MUSTER_HOME. What was to be changed may have been, never"
                " by half: look (`muster need list`, `muster need show`) before you try again",
            )
        case SettingsWrong():
            return 1, f"Wrong setting: {wrong}"
        case Refused() | Busy() | AwsFailed():
            return 1, _great(str(wrong))
        case PlaybookWrong() | NeedWrong() | FileWrong():
            return 1, str(wrong)
        case UnicodeEncodeError():
            return 1, f"{wrong.object[:80]!r} is not UTF-8 text"
        case OSError():
            return 1, f"{wrong.filename or 'A file'}: {wrong.strerror or wrong}"
        case _:
            kind = type(wrong).__name__
            return (
                1,
                f"Muster met something it did not expect ({kind}: {str(wrong)[:200]}); MUSTER_TRACEBACK=1 shows where",
            )


def _great(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


if __name__ == "__main__":
    run()
