"""What an officer was asked to find has been found."""

from __future__ import annotations

from domain.links import ConsolePage
from notifications.words import OneLine, Words


class TaskOverWords(Words):
    """To the officer who had the task to find help, when others promise it meanwhile: nothing is left to do."""

    asked: OneLine
    helpers: tuple[OneLine, ...]
    page: ConsolePage
