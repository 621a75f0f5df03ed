"""Needs whose messages this process has just committed: the index of what waits may not show them yet."""

from __future__ import annotations

import time
from collections.abc import Iterable

from infra.store.dynamodb.operations import Operation
from infra.store.dynamodb.table import MESSAGE

SECONDS, MOST = 5.0, 200


class Fresh:
    """Remembers for some seconds where to look, so that messages leave now and not with the next sweep. It only ever
    says where: what is there is read."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}

    def add(self, written: Iterable[Operation]) -> None:
        for need in {pk.removeprefix("N#") for pk, sk in (one.key for one in written) if sk.startswith(MESSAGE)}:
            self._until.pop(need, None)
            self._until[need] = time.monotonic() + SECONDS
        for need in list(self._until)[:-MOST]:
            self.drop(need)

    def drop(self, need: str) -> None:
        self._until.pop(need, None)

    def needs(self) -> list[str]:
        now = time.monotonic()
        return [need for need, until in list(self._until.items()) if until >= now]
