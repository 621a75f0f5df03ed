"""A partner who was asked is no longer needed."""

from __future__ import annotations

from typing import Literal

from notifications.words import OneLine, Words


class StandDownWords(Words):
    """To everyone asked and unanswered, or standing by, once: all is promised, or the need is withdrawn or closed."""

    why: Literal["covered", "withdrawn", "closed"]
    stood_by: bool
    asked: OneLine
    area: OneLine
