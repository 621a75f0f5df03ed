"""A partner is asked: can you help?"""

from __future__ import annotations

from domain.links import LinkTo
from notifications.words import OneLine, Words


class InvitationWords(Words):
    """To a responder when their round begins, or when the next in it is asked: what is needed, and one link to answer.

    Nothing in here says who the resident is. `when` is empty where the lines are due at different times and each says
    its own; `answer_by` is empty when that time has passed and an answer is still welcome.
    """

    category: OneLine
    asked: OneLine
    lines: tuple[OneLine, ...]
    in_part: bool
    urgent: bool
    when: OneLine | None
    area: OneLine
    where: OneLine
    summary: OneLine
    terms: tuple[OneLine, ...]
    why: OneLine
    answer_by: OneLine | None
    may_remind: bool
    answer: LinkTo
    mute: LinkTo
    own: LinkTo
