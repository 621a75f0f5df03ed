"""A partner is thanked for what they gave."""

from __future__ import annotations

from notifications.words import OneLine, Words


class ThanksWords(Words):
    """To a responder who promised, when the need closes as met, presumed or partly met. `confirmed`: we were told."""

    confirmed: bool
    asked: OneLine
    lines: tuple[OneLine, ...]
    area: OneLine
