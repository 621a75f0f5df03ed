"""The resident is asked: did it happen?"""

from __future__ import annotations

from domain.links import LinkTo
from notifications.words import OneLine, Words


class ResidentAskedWords(Words):
    """To the resident some time after it was due. `closes_at` is when it is closed without a word from them, if helpers
    say that it is done; unless silence is not enough for this kind of help, and `officer_asks`."""

    asked: OneLine
    helpers: tuple[OneLine, ...]
    when: OneLine | None
    closes_at: OneLine
    officer_asks: bool
    status: LinkTo
