"""A partner has answered: this is what we recorded, and how to change it."""

from __future__ import annotations

from typing import Literal

from domain.links import LinkTo
from notifications.words import OneLine, Words


class ReceiptWords(Words):
    """To the contact on file after every answer, so that an answer somebody else gave is noticed and undone.

    `said` is what the answer comes to. `standby` may still be called; `late` would come after it is due. `question`:
    they asked something too. `details_follow`: the resident's name and address come in a mail of their own.
    """

    said: Literal["yes", "standby", "late", "nothing", "no", "withdrew", "question"]
    asked: OneLine
    promised: tuple[OneLine, ...]
    standby: tuple[OneLine, ...]
    late: tuple[OneLine, ...]
    reason: OneLine | None
    question: bool
    by_officer: bool
    when: OneLine | None
    area: OneLine
    details_follow: bool
    answer: LinkTo
