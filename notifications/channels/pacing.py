"""Mails a second at most, evenly spaced, shared by everything that sends on one channel."""

from __future__ import annotations

import threading
import time


class Pace:
    """Gives each caller a moment of its own. No moment is saved up, so a pause is never followed by a burst."""

    def __init__(self, rate: float) -> None:
        self._gap = _gap(rate)
        self._next = 0.0
        self._lock = threading.Lock()

    def change(self, rate: float) -> None:
        """So many a second from now on; 0 is no limit."""
        self._gap = _gap(rate)

    def wait(self) -> None:
        """Return when the caller may send its one mail."""
        gap = self._gap
        if not gap:
            return
        with self._lock:
            turn = max(time.monotonic(), self._next)
            self._next = turn + gap
        time.sleep(max(0.0, turn - time.monotonic()))


def _gap(rate: float) -> float:
    return 1 / rate if rate > 0 else 0.0
