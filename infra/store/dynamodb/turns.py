"""Turns: of many who would change one need, in many processes, one decides and writes, and the others wait.

A change that is overtaken has cost as much as one that is written. Nothing relies on turns: what is written is still
written under the need's version. Whoever dies holds one for `LONGEST` at most.
"""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

from infra import clock
from infra.store import StoreError
from infra.store.dynamodb.connection import Connected
from infra.store.dynamodb.operations import ABSENT, Delete, Put
from infra.store.dynamodb.table import ENDS_AT, Item, Key, number
from infra.store.dynamodb.whole import CROWD
from infra.store.moments import micros

LONGEST = timedelta(seconds=2)
CLOCKS_APART = timedelta(seconds=1)  # a turn that ends later than that was taken by a clock that is wrong
SHORTEST_WAIT, LONGEST_WAIT = 0.02, 1.0  # seconds between two looks
MINE = "#holder = :mine"


class TurnItems(Connected):
    """One item for each need that somebody has the turn of, which goes with the turn."""

    crowd: float = CROWD

    @contextmanager
    def turn(self, need: str, patience: float) -> Iterator[bool]:
        holder, until = secrets.token_hex(8), time.monotonic() + patience
        taken = self._wait_for_turn(need, holder, until)
        try:
            yield taken
        finally:
            with suppress(StoreError):  # it ends by itself, and what was written meanwhile is written
                if taken:
                    self._write(Delete(_key(need), where=MINE, values={"mine": holder}))

    def _wait_for_turn(self, need: str, holder: str, until: float) -> bool:
        """The more are waiting, the longer they do, and the less each asks."""
        wait = SHORTEST_WAIT
        while not (self._is_free(need) and self._take_turn(need, holder)):
            if time.monotonic() > until:
                return False
            time.sleep(random.uniform(0, wait))  # noqa: S311 - jitter, not a secret
            wait = min(wait * 2, LONGEST_WAIT)
        return True

    def _is_free(self, need: str) -> bool:
        turn, now = self._get(*_key(need)), clock.now()
        return turn is None or not micros(now) < number(turn["until"]) <= micros(now + LONGEST + CLOCKS_APART)

    def _take_turn(self, need: str, holder: str) -> bool:
        now = clock.now()
        ends = now + LONGEST
        pk, sk = _key(need)
        turn: Item = {"pk": pk, "sk": sk, "holder": holder, "until": micros(ends), ENDS_AT: int(ends.timestamp())}
        where = f"{ABSENT} OR #until <= :now OR #until > :latest"
        values = {"now": micros(now), "latest": micros(ends + CLOCKS_APART)}
        return self._write(Put(turn, where=where, values=values))


def _key(need: str) -> Key:
    """In a partition of its own, so that those who wait do not wear out the need's."""
    return f"TURN#{need}", "turn"
