"""Mails a second at most, evenly spaced, shared by everything that sends on one channel."""

from __future__ import annotations

import threading
import time


class Pace:
    """Gives each caller a moment of its own. No moment is saved up, so a pause is never followed by a burst."""

    def __init__(self, rate: float) -> None:
        self._gap = 1 / rate if rate > 0 else 0.0
        self._next = 0.0
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Return when the caller may send its one mail."""
        if not self._gap:
            return
        with self._lock:
            turn = max(time.monotonic(), self._next)
            self._next = turn + self._gap
        time.sleep(max(0.0, turn - time.monotonic()))
