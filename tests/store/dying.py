"""A process that is killed between any two requests to DynamoDB."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from typing import Any

from infra.store.dynamodb import DynamoStore


class Killed(BaseException):
    """Nothing of this process runs any more."""


class Dying:
    """The client of a process that is killed when it has sent so many requests, and is about to send another."""

    def __init__(self, client: Any, most: int) -> None:
        self._client, self._left = client, most
        self._lock = threading.Lock()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def ask(**request: Any) -> Any:
            with self._lock:
                self._left -= 1
                if self._left < 0:
                    raise Killed
            return getattr(self._client, name)(**request)

        return ask


def killed_at_each(table: str, do: Callable[[DynamoStore], object]) -> Iterator[DynamoStore]:
    """Each time `do` is cut short one request later gives a store that is opened after that; the last time it is cut
    short before anybody hears of it. `do` is called anew each time, so it must be about something new each time."""
    for most in itertools.count():
        store = DynamoStore(table)
        store._client = Dying(store._client, most)
        try:
            do(store)
        except Killed:
            yield DynamoStore(table)
        else:
            assert most > 0, "it asks for nothing"
            yield DynamoStore(table)
            return
