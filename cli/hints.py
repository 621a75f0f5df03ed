"""The command that mends what a sentence says: added at a command line only, never on a page or in the API."""

from __future__ import annotations

from domain.opening import NeedWrong
from infra.noticing import NO_ADDRESS, NOBODY_ON_DUTY
from infra.settings import settings

HINTS = {  # by the code of what was typed wrong
    "no-postcodes": "`muster directory postcodes FILE` reads where postcodes are",
    "no-incident": "`muster incident list` shows them",
    "no-responder": "`muster directory list` shows those there are",
}
NOTICES = {
    NO_ADDRESS: 'Add it with: muster need amend {need} --address "…"',
    NOBODY_ON_DUTY: "Add one with `muster officer add --role duty …`.",
}


def say_wrong(wrong: NeedWrong) -> str:
    """What was typed wrong, with the command that helps, if there is one."""
    return f"{wrong.sentence}; {HINTS[wrong.code]}" if wrong.code in HINTS else wrong.sentence


def say_notice(sentence: str, need: str) -> str:
    """A notice, with the command that sees to it."""
    hint = NOTICES.get(sentence, "").format(need=need)
    return f"{sentence} {hint}" if hint else sentence


def soon() -> str:
    """When what was recorded is looked at: by whom on this machine, or on AWS, where the bell has just been rung."""
    return "within a minute" if settings().bell else "as soon as `muster up` or a worker looks"
