"""A partner who promised is asked to go to another need instead."""

from __future__ import annotations

from domain.links import LinkTo
from notifications.words import OneLine, Words


class TransferWords(Words):
    """To a responder who promised. Nothing moves until they say yes; `here` is what they promised, where and when."""

    asked: OneLine
    summary: OneLine
    where: OneLine
    when: OneLine
    here: tuple[OneLine, ...]
    here_where: OneLine
    answer_by: OneLine | None
    answer: LinkTo
