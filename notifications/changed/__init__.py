"""What a partner promised is wanted earlier or elsewhere: is it still all right?"""

from __future__ import annotations

from domain.links import LinkTo
from notifications.words import OneLine, Words


class ChangedWords(Words):
    """To a responder who promised, or offered what an officer chooses: it stands while they think. `late`: what they
    said they would bring only after it is now needed, which does not count until they say they can be in time."""

    asked: OneLine
    promised: tuple[OneLine, ...]
    offered: tuple[OneLine, ...] = ()
    late: tuple[OneLine, ...]
    when: OneLine | None
    where: OneLine
    summary: OneLine
    answer_by: OneLine
    answer: LinkTo
