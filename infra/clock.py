"""The one source of "now": UTC instants. Tests move it, nothing else does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime


def _system_now() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _system_now


def now() -> datetime:
    """Return the present instant, aware, in UTC."""
    return _source()


def set_source(source: Callable[[], datetime] | None) -> None:
    """Read the time from `source` instead of the system; `None` goes back to the system."""
    global _source
    _source = source or _system_now
