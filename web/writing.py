"""How much of what takes long is done at once: whoever waits holds no thread, so that all other pages go on."""

from __future__ import annotations

from anyio import CapacityLimiter
from anyio.lowlevel import RunVar

AT_ONCE = 12  # changes being recorded: should the store be busy, others can still read
SIGNING_IN = 6  # a password takes a core and 64 MiB for a moment; the council's provider may be slow
_WRITERS: RunVar[CapacityLimiter] = RunVar("writers")
_SIGNING_IN: RunVar[CapacityLimiter] = RunVar("signing in")


def writers() -> CapacityLimiter:
    """The places for changes being recorded."""
    return _places(_WRITERS, AT_ONCE)


def signing_in() -> CapacityLimiter:
    """The places for whoever is about to sign in."""
    return _places(_SIGNING_IN, SIGNING_IN)


def _places(kept: RunVar[CapacityLimiter], most: int) -> CapacityLimiter:
    """One set of places for each event loop, as limiters must be."""
    try:
        return kept.get()
    except LookupError:
        limiter = CapacityLimiter(most)
        kept.set(limiter)
        return limiter
