"""What `muster deploy` is to put onto AWS: from `deploy.toml`, from what is given now, and from who is asked."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from cli.printing import Refused, complain, say

if TYPE_CHECKING:
    from infra.deploy.building import Built
    from infra.deploy.choices import Choices

ASKED = {
    "name": "What is it to be called in your account (such as kingston)?",
    "council": "Who asks? The council's name, as partners read it",
    "phone": "Which number can people call?",
    "sender": "Which address do mails come from?",
    "alarm_email": "Who is told when something is wrong? An address",
    "prefect_api_url": "Prefect's API (https://api.prefect.cloud/api/accounts/…/workspaces/…, or your own server's)",
}


def choices_file() -> Path:
    from infra.settings import settings

    return settings().home / "deploy.toml"


def chosen() -> Choices:
    """What was chosen before. Raises `Refused` where nothing was, `ChoicesWrong` where it cannot be deployed."""
    from infra.deploy.choices import check_choices, read_given

    file = choices_file()
    if not file.exists():
        raise Refused(f"there is no {file} yet; `muster deploy` asks what it must know, and writes it")
    return check_choices(read_given(file), str(file))


def choose(name: str, pairs: list[str]) -> Choices:
    """What `deploy.toml` says, with what is given now. What is still missing is asked for, where somebody answers."""
    from infra.deploy.choices import check_choices, read_given

    file = choices_file()
    found = read_given(file) if file.exists() else {}
    if name and found.get("name", name) != name:
        raise Refused(f"--name {name}: {file} is for {found['name']}; another Muster has a MUSTER_HOME of its own")
    found |= ({"name": name} if name else {}) | dict(_read_pair(pair) for pair in pairs)
    missing = [key for key in ASKED if not found.get(key)]
    if missing and not sys.stdin.isatty():
        wanted = " ".join(f'--set {key}="…"' for key in missing)
        raise Refused(f"{file} does not say {', '.join(missing)}; give them with {wanted}")
    choices = check_choices(found | {key: _ask(key) for key in missing}, str(file))
    if missing:  # six answers are not asked for twice, whatever comes after
        keep(choices)
    return choices


def _ask(key: str) -> str:
    """What somebody answers, asked again until it can be deployed."""
    from infra.deploy.choices import fault_in

    while wrong := fault_in(key, answer := typer.prompt(ASKED[key]).strip()):
        complain(wrong)
    return str(answer)


def _read_pair(pair: str) -> tuple[str, Any]:
    from infra.deploy.choices import Choices

    key, equals, value = pair.partition("=")
    if not equals or key not in Choices.model_fields:
        raise typer.BadParameter(f"--set {pair}: must be KEY=VALUE, with one of {', '.join(Choices.model_fields)}")
    return key, value


def keep(choices: Choices) -> None:
    """Write what was chosen, where it is anything new."""
    from infra.deploy.choices import check_choices, read_given, write_choices

    file = choices_file()
    if not file.exists() or check_choices(read_given(file), str(file)) != choices:
        write_choices(file, choices)
        say(f"Kept in {file}.")


def right_place(choices: Choices) -> tuple[str, str]:
    """The account and region we are in. Raises `Refused` where they are not those `deploy.toml` is for."""
    from infra.aws.checking import region, who_asks

    here, account = region(), who_asks()[0]
    if choices.account not in ("", account) or choices.region not in ("", here):
        raise Refused(
            f"deploy.toml is for account {choices.account} in {choices.region}, and you are in {account}, {here}; "
            "sign in to the right one (AWS_PROFILE, AWS_REGION). Nothing was changed"
        )
    return account, here


@contextmanager
def zips(built: Path | None) -> Iterator[Built]:
    """The zips to deploy: built now, unless they were before."""
    from infra.deploy.building import build
    from infra.deploy.deployment import read_built
    from infra.settings import settings

    if built is not None:
        yield read_built(built)
        return
    with tempfile.TemporaryDirectory(prefix="muster-zips-") as folder:
        yield build(Path(folder), settings().home, say=say)


def confirm(question: str, yes: bool) -> None:
    """Go on only if somebody says so."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise Refused("nobody is there to say yes: give --yes; nothing was changed")
    if not typer.confirm(question):
        raise Refused("you said no; nothing was changed")


@contextmanager
def explained() -> Iterator[None]:
    """What cannot be deployed becomes one sentence."""
    from infra.deploy.building import CannotBuild
    from infra.deploy.choices import ChoicesWrong
    from infra.deploy.packages import CannotFetch

    try:
        yield
    except (ChoicesWrong, CannotBuild, CannotFetch) as why:
        raise Refused(str(why)) from None
    except KeyboardInterrupt:
        raise Refused("stopped; AWS finishes what it has begun. The same command again goes on from there") from None
