"""The resident is told who will help."""

from __future__ import annotations

from domain.links import LinkTo
from notifications.words import OneLine, Words


class ResidentCoveredWords(Words):
    """To the resident when everything is promised. A helper who is a private person is 'a local volunteer' here."""

    who: OneLine
    asked: OneLine
    helpers: tuple[OneLine, ...]
    when: OneLine | None
    status: LinkTo
