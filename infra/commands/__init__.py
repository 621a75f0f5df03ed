"""Every command an officer has about a need, by its name: command line, console and API carry out the same ones."""

from __future__ import annotations

from infra.commands.answering import RecordAnswer, Transfer
from infra.commands.asking import Ask, NextRound
from infra.commands.changing import Amend, Extend
from infra.commands.choosing import Choose
from infra.commands.command import Command
from infra.commands.ending import Close, Withdraw
from infra.commands.holding import Hold, Resume
from infra.commands.keeping import Keep, KeepNoLonger
from infra.commands.tasks import EndTask, Take

__all__ = ["COMMANDS", "Command"]

COMMANDS: dict[str, type[Command]] = {
    command.name: command
    for command in (
        Amend,
        Extend,
        Hold,
        Resume,
        Ask,
        NextRound,
        RecordAnswer,
        Transfer,
        Choose,
        Take,
        EndTask,
        Withdraw,
        Close,
        Keep,
        KeepNoLonger,
    )
}
