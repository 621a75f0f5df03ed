"""A partner who offered has been chosen: from now on we count on them."""

from __future__ import annotations

from domain.links import LinkTo
from notifications.words import OneLine, Words


class ChosenWords(Words):
    """To the contact on file of whoever the council has chosen.

    `word_first`: an officer looks at whom they named before they are told who and where. `details_follow`: that comes
    in a mail of its own.
    """

    asked: OneLine
    lines: tuple[OneLine, ...]
    when: OneLine | None
    area: OneLine
    place: OneLine | None
    terms: tuple[OneLine, ...]
    word_first: bool
    details_follow: bool
    details: OneLine = "name and address"
    answer: LinkTo
