"""A partner who promised is asked not to set out."""

from __future__ import annotations

from notifications.words import OneLine, Words


class CallOffWords(Words):
    """To a responder who promised, first of all and urgent, when the need is withdrawn or closed without being met."""

    withdrawn: bool
    asked: OneLine
    lines: tuple[OneLine, ...]
    area: OneLine
