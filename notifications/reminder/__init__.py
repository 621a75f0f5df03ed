"""A partner who has not answered is reminded, once."""

from __future__ import annotations

from domain.links import LinkTo
from notifications.words import OneLine, Words


class ReminderWords(Words):
    """To a responder before their time runs out, if what is missing could not be covered without them."""

    category: OneLine
    asked: OneLine
    lines: tuple[OneLine, ...]
    in_part: bool
    when: OneLine | None
    area: OneLine
    where: OneLine
    summary: OneLine
    asked_at: OneLine
    answer_by: OneLine
    answer: LinkTo
    mute: LinkTo
    own: LinkTo
