"""A partner or the resident has lost the link: here it is again."""

from __future__ import annotations

from domain.links import LinkTo
from notifications.words import OneLine, Words


class NewLinkWords(Words):
    """To the address on file, and only there, when somebody asks for a link again. `for_resident`: it shows their own
    need; otherwise it opens a partner's invitation. `area` is where help is wanted."""

    for_resident: bool
    asked: OneLine
    area: OneLine
    closed: bool
    link: LinkTo
