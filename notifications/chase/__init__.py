"""It should have been done by now: was it?"""

from __future__ import annotations

from domain.links import LinkTo
from notifications.words import OneLine, Words


class ChaseWords(Words):
    """To a responder who promised and has not said how it went, once. `agreed`: when it was to be there. `until`: after
    that, what they promised is looked for elsewhere."""

    asked: OneLine
    lines: tuple[OneLine, ...]
    in_part: bool = True
    agreed: OneLine
    area: OneLine
    until: OneLine
    answer: LinkTo
