"""What an event says of the change it came with: the version it made, and which parts of the need it wrote."""

from __future__ import annotations

from collections.abc import Iterable

MOST_NAMED = 8  # parts: a change of more does not say which


def wrote(version: int, parts: Iterable[str]) -> str:
    return " ".join([str(version), *parts])


def read_wrote(text: str) -> tuple[int, list[str]]:
    version, *parts = text.split(" ")
    return int(version), parts
