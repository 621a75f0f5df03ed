"""A partner who was asked several things is no longer needed for them."""

from __future__ import annotations

from notifications.words import OneLine, Words


class FoldedStandDownWords(Words):
    """To a responder whom more than one need releases on the same day: together, in the evening."""

    count: int
    lines: tuple[OneLine, ...]
    more: int
