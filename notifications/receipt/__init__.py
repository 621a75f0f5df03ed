"""A partner has answered: this is what we recorded, and how to change it."""

from __future__ import annotations

from typing import Literal

from domain.links import LinkTo
from notifications.words import OneLine, Words


class ReceiptWords(Words):
    """To the contact on file after every answer, so that an answer somebody else gave is noticed and undone.

    `said` is what the answer comes to; of a worry it says that we have it, and never what it is. `delivered` is what
    they say they brought, `again` what is missing again. `standby` may still be called; `late` would come after it is
    due. `question`: they asked something too. `details_follow`: the resident's name and address come in a mail of their
    own, with these `details`; `word_first`: after an officer has looked at whom they named. `offers` wait for the
    council to choose, `chosen_by` then.
    """

    said: Literal[
        "yes", "offer", "standby", "late", "nothing", "no", "withdrew", "question", "started", "done", "failed", "worry"
    ]
    asked: OneLine
    promised: tuple[OneLine, ...]
    standby: tuple[OneLine, ...]
    late: tuple[OneLine, ...]
    reason: OneLine | None
    question: bool
    delivered: tuple[OneLine, ...]
    again: OneLine | None
    by_officer: bool
    when: OneLine | None
    area: OneLine
    place: OneLine | None = None
    details_follow: bool
    word_first: bool = False
    details: OneLine = "name and address"
    offers: tuple[OneLine, ...] = ()
    chosen_by: OneLine | None = None
    answer: LinkTo
