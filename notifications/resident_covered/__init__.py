"""The resident is told who will help."""

from __future__ import annotations

from domain.links import LinkTo
from notifications.words import OneLine, Words


class ResidentCoveredWords(Words):
    """To the resident when everything is promised. A helper who is a private person is 'a local volunteer' here.

    `doors`: the two words each of those says who come to their door.
    """

    who: OneLine
    asked: OneLine
    helpers: tuple[OneLine, ...]
    when: OneLine | None
    doors: tuple[OneLine, ...] = ()
    status: LinkTo
