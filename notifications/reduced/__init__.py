"""Less is needed than a partner promised: bring fewer, or do not set out."""

from __future__ import annotations

from domain.links import LinkTo
from notifications.words import OneLine, Words


class ReducedWords(Words):
    """To a responder who promised, at once. `nothing`: nothing is needed of them any more. Otherwise `promised` is what
    still is, `dropped` what is not, and `standby` what they may still be called for."""

    nothing: bool
    asked: OneLine
    promised: tuple[OneLine, ...]
    dropped: tuple[OneLine, ...]
    standby: tuple[OneLine, ...]
    when: OneLine | None
    where: OneLine
    answer: LinkTo
