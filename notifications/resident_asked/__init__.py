"""The resident is asked: did it happen?"""

from __future__ import annotations

from domain.links import LinkTo
from notifications.words import OneLine, Words


class ResidentAskedWords(Words):
    """To the resident some time after it was due. `closes_at` is when silence is taken to mean that it happened."""

    asked: OneLine
    helpers: tuple[OneLine, ...]
    when: OneLine | None
    closes_at: OneLine
    status: LinkTo
