"""A task went on to somebody else."""

from __future__ import annotations

from domain.links import LinkTo
from notifications.words import OneLine, Words


class TaskPassedWords(Words):
    """To the officer who had a task and did not take it: who has it now, since when. They may still take it."""

    title: OneLine
    urgent: bool
    now_with: OneLine
    since: OneLine
    take: LinkTo
