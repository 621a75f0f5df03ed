"""The resident is told how it ended."""

from __future__ import annotations

from domain.links import LinkTo
from domain.needs import Outcome
from notifications.words import OneLine, Words


class ResidentClosedWords(Words):
    """To the resident when the need closes, unless it was a duplicate. `resident_said`: they told us themselves."""

    outcome: Outcome
    resident_said: bool
    asked: OneLine
    status: LinkTo
