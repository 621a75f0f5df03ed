"""One thing looked at: well or not, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """`ok` is `None` where there is nothing to judge yet, or nothing that must be mended first."""

    about: str
    ok: bool | None
    sentence: str
    do: str = ""
