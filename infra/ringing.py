"""The bell on AWS: one message in a queue says "look now". Losing it costs a minute, never a promise.

Several rings within a second are two messages: the first at once, then one that arrives when the second is over and so
speaks for all that was committed in it.

Rung by the door, after a commit that makes something due; and by whoever has the store wake needs without one: a
partner's wish, a file of partners, an officer come, gone or changed, a hold and its end. Not rung, as the clock is soon
enough: what only becomes due as time passes; what a run of the worker does, which looks until nothing is due; a mute,
an unmute and a pair kept apart, which wake nothing: they are seen at the next choosing.
"""

from __future__ import annotations

import logging
import threading
import time

SPEAKS_FOR = 1  # seconds; SQS delays by whole ones
PATIENCE = 1.0  # seconds that somebody's request may wait for the queue
SILENT_AFTER_FAILING = 30.0

log = logging.getLogger("muster.bell")


class Ringer:
    """Rings one queue, for one process. Never raises."""

    def __init__(self, queue: str) -> None:
        self._queue = queue
        self._turn = threading.Lock()
        self._rung = self._spoken_until = self._silent_until = float("-inf")
        self._complained = False

    def ring(self, moment: float) -> None:
        """Something became due before `moment` (a monotonic clock's seconds)."""
        with self._turn:
            if moment < max(self._spoken_until, self._silent_until):
                return
            later = moment - self._rung < SPEAKS_FOR
            self._rung = moment
            if later:
                self._spoken_until = moment + SPEAKS_FOR
        self._send(moment, SPEAKS_FOR if later else 0)

    def _send(self, moment: float, delay: int) -> None:
        from botocore.exceptions import BotoCoreError, ClientError

        from infra.aws import client

        try:
            queue = client("sqs", tries=1, patience=PATIENCE)
            queue.send_message(QueueUrl=self._queue, MessageBody="look", DelaySeconds=delay)
        except (BotoCoreError, ClientError) as failed:
            self._silent_until = moment + SILENT_AFTER_FAILING
            if not self._complained:
                log.warning("The bell cannot be rung (%s); what is due waits for the clock.", type(failed).__name__)
            self._complained = True
        else:
            if self._complained:
                log.info("The bell rings again.")
            self._complained = False


_ringers: dict[str, Ringer] = {}


def ring(queue: str) -> None:
    """Ring this queue; without one there is nothing to ring."""
    if queue:
        _ringers.setdefault(queue, Ringer(queue)).ring(time.monotonic())
