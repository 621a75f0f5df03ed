"""The mails of one delivery, shared out among several threads: each taken once, settled once, one at a time."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from notifications.channels import Down, Mail, MayGo, Result, Settle, Withheld
from notifications.channels.pacing import Pace


class Batch:
    """Urgent mails are taken first. Whoever cannot send says so, and what is left comes back as `Down`."""

    def __init__(self, mails: Sequence[Mail], settle: Settle, may_go: MayGo) -> None:
        self._waiting = deque(sorted(mails, key=lambda m: not m.urgent))
        self._settle = settle
        self._may_go = may_go
        self._lock = threading.Lock()
        self._over = False
        self.gave_up = False
        self.why_down = "The server could not be reached."

    @property
    def waiting(self) -> bool:
        return bool(self._waiting) and not self._over

    def take(self, pace: Pace) -> Mail | None:
        """The next mail that may go, when its moment has come; `None` when there is none."""
        while self.waiting and (mail := self._next()):
            pace.wait()
            if self._over:
                self.put_back(mail)
            elif self._may_go(mail):
                return mail
            else:
                self.settle(mail, Withheld())
        return None

    def send_each(self, pace: Pace, send: Callable[[Mail], Result]) -> None:
        """Send one after the other until none is left, or one comes back `Down`: so would the others."""
        while mail := self.take(pace):
            result = send(mail)
            if isinstance(result, Down):
                self.give_up(result.why)
            self.settle(mail, result)

    def put_back(self, mail: Mail) -> None:
        self._waiting.appendleft(mail)

    def stop(self) -> None:
        """Begin no further mail: those left are not settled, for somebody is about to hear of an error instead."""
        self._over = True
        self._waiting.clear()

    def give_up(self, why: str) -> None:
        """Begin no further mail: those left are `Down`."""
        self.why_down = why
        self.gave_up = self._over = True

    def settle(self, mail: Mail, result: Result) -> None:
        with self._lock:
            self._settle(mail, result)

    def settle_rest(self) -> None:
        """Answer for the mails that nobody began."""
        while mail := self._next():
            self.settle(mail, Down(self.why_down))

    def share_out(self, work: Callable[[Batch], None], hands: int, name: str) -> None:
        """Have so many threads `work` at it. Should one of them fail, no further mail is begun."""
        if hands == 1:
            work(self)
            return
        with ThreadPoolExecutor(hands, thread_name_prefix=name) as threads:
            try:
                for done in [threads.submit(work, self) for _ in range(hands)]:
                    done.result()
            except BaseException:  # also Ctrl-C
                self.stop()
                raise

    def _next(self) -> Mail | None:
        try:
            return self._waiting.popleft()
        except IndexError:
            return None
