"""What ends by itself: sessions, sign-ins under way, set-up links. Found by when, to be deleted.

DynamoDB deletes it too, some day after `ends_at`; whether it still holds is judged by whoever reads it.
"""

from __future__ import annotations

from datetime import datetime

from infra.store.dynamodb.connection import Connected
from infra.store.dynamodb.operations import Delete
from infra.store.dynamodb.table import ENDS_AT, Value, key_of, shard_of, sortable
from infra.store.moments import micros

ENDS = "ends"


def ends(at: datetime, whose: str) -> dict[str, Value]:
    """The attributes that say when an item ends; `whose` is what it is known by, for its place among others."""
    order = f"{sortable(micros(at))}#{whose}"
    return {ENDS_AT: int(at.timestamp()) + 1, "alarm_pk": f"{ENDS}#{shard_of(whose)}", "alarm_sk": order}


class EndingItems(Connected):
    """Deletes what is over."""

    def _drop_ended(self, now: datetime) -> int:
        """Delete what has ended; returns how much."""
        values = {"now": sortable(micros(now)) + "~"}
        over = self._shards(ENDS, index="alarm", order="alarm_sk", between=("0", values["now"]))
        return sum(self._write(Delete(key_of(item), where="#alarm_sk <= :now", values=values)) for item in over)
