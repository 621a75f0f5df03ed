"""Pages in SQL: the rows that follow one, and text that is looked for."""

from __future__ import annotations

from infra.store.keyset import Turn


def sign(turn: Turn) -> str:
    """How what follows in this direction compares."""
    return "<" if turn.back else ">"


def way(turn: Turn) -> str:
    return "DESC" if turn.back else "ASC"


def like(text: str, before: str = "%") -> str:
    """Any text with this in it, or with nothing `before` it, for LIKE."""
    plain = text[:120]
    for char in "\\%_":
        plain = plain.replace(char, f"\\{char}")
    return f"{before}{plain}%"
