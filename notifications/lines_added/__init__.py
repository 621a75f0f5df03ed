"""A partner who was asked and has not answered is asked for more of the same need."""

from __future__ import annotations

from domain.links import LinkTo
from notifications.words import OneLine, Words


class LinesAddedWords(Words):
    """To a responder whose open invitation gains lines, as their round has come for those too. The link is the same."""

    asked: OneLine
    added: tuple[OneLine, ...]
    before: tuple[OneLine, ...]
    in_part: bool = True
    when: OneLine | None
    area: OneLine
    where: OneLine
    terms: tuple[OneLine, ...]
    answer_by: OneLine | None
    answer: LinkTo
    own: LinkTo
