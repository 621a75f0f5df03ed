"""A partner is asked several things at once."""

from __future__ import annotations

from domain.links import LinkTo
from notifications.words import OneLine, Words


class FoldedWords(Words):
    """To a responder with more than one ask, or reminder, waiting: a list, and one link to a page that holds them all.

    `more` is how many the list leaves out. `reminds`: some of it they have been asked before. `mute` is empty when the
    requests are of several kinds (`category`): then their own page is the place to say what they do not want.
    """

    count: int
    lines: tuple[OneLine, ...]
    more: int
    reminds: bool
    category: OneLine | None
    own: LinkTo
    mute: LinkTo | None
