"""How a mobile network counts a text message."""

from __future__ import annotations

GSM7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
TWICE = frozenset("^{}\\[~]|€")  # these take the room of two


def segments(text: str) -> int:
    """How many messages the network makes of it: 160 letters of its own alphabet, or 70 of others; less if joined."""
    if set(text) <= GSM7 | TWICE:
        length, alone, joined = len(text) + sum(letter in TWICE for letter in text), 160, 153
    else:
        length, alone, joined = len(text.encode("utf-16-be")) // 2, 70, 67
    return 1 if length <= alone else -(-length // joined)
