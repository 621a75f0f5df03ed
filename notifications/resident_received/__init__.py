"""The resident's request is on record."""

from __future__ import annotations

from domain.links import LinkTo
from notifications.words import OneLine, Words


class ResidentReceivedWords(Words):
    """To the resident when their need is recorded: what we understood, what happens next, where to look."""

    asked: OneLine
    lines: tuple[OneLine, ...]
    when: OneLine | None
    status: LinkTo
