"""The resident is told that it takes longer, and who has it."""

from __future__ import annotations

from domain.links import LinkTo
from notifications.words import OneLine, Words


class ResidentDelayedWords(Words):
    """To the resident when an officer has it (`officer`), or when somebody dropped out, or did not come, and we look
    again. `first`: there was nobody to ask, so it is also the first they hear."""

    officer: bool
    first: bool = False
    missing: OneLine
    lines: tuple[OneLine, ...]
    part_promised: bool
    when: OneLine | None
    status: LinkTo
