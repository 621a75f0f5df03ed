"""Who needs it and where: only for a partner who has promised and may know."""

from __future__ import annotations

from domain.links import LinkTo
from notifications.words import OneLine, Words


class PrivateDetailsWords(Words):
    """To the contact on file of a responder who accepted and holds the checks required, apart from the receipt.

    `place` is an incident's public place. `door` is the two words that whoever comes says at the resident's door.
    """

    resident_name: OneLine | None
    address: OneLine | None
    place: OneLine | None = None
    resident_phone: OneLine | None
    asked: OneLine
    lines: tuple[OneLine, ...]
    when: OneLine | None
    door: OneLine | None = None
    answer: LinkTo
