"""A partner who offered has not been chosen: thanked, and free."""

from __future__ import annotations

from notifications.words import OneLine, Words


class NotChosenWords(Words):
    """To whoever offered and is not needed for it. `still` is what else they have promised, and that stands."""

    asked: OneLine
    area: OneLine
    still: tuple[OneLine, ...]
