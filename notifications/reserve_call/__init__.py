"""Somebody dropped out: a partner who stood by is needed."""

from __future__ import annotations

from domain.links import LinkTo
from notifications.words import OneLine, Words


class ReserveCallWords(Words):
    """To a responder who offered to stand by. `counted`: they already give part and offered more, so the rest counts
    now; otherwise they are asked whether they still can."""

    counted: bool
    asked: OneLine
    lines: tuple[OneLine, ...]
    when: OneLine | None
    area: OneLine
    where: OneLine
    answer_by: OneLine | None
    answer: LinkTo
    own: LinkTo
