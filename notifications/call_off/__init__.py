"""A partner who promised is asked not to set out."""

from __future__ import annotations

from domain.links import LinkTo
from notifications.words import OneLine, Words


class CallOffWords(Words):
    """To a responder who promised, first of all and urgent, when the need is withdrawn or closed without being met;
    or, `unheard`, when it was changed and nobody could learn from them whether it is still all right."""

    withdrawn: bool
    unheard: bool = False
    asked: OneLine
    lines: tuple[OneLine, ...]
    area: OneLine
    answer: LinkTo
