"""Who looked at what is private, and ending what is kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from domain.changes import Change
from domain.keeping import TIMED, Kept, Periods
from domain.needs import NeedStatus
from infra import clock
from infra.store.dynamodb.connection import Connected
from infra.store.dynamodb.operations import Operation, Put
from infra.store.dynamodb.table import Item, maybe_number
from infra.store.moments import instant

PERIODS = ("SETTINGS", "periods")


class PrivacyItems(Connected):
    """Forgets what is past its time, and one person where they ask; says who looked."""

    def set_periods(self, periods: Periods) -> None:
        self._write(Put({"pk": PERIODS[0], "sk": PERIODS[1], **{kept.value: str(periods.of(kept)) for kept in TIMED}}))

    def periods(self) -> Periods:
        kept = self._get(*PERIODS) or {}
        return Periods.model_validate({one.name: kept[one.value] for one in TIMED if one.value in kept})

    def _is_past(self, need: Item, kept: Kept) -> bool:
        """Is what is kept of this class about this need not to be read any more?"""
        closed_at = maybe_number(need.get("closed_at"))
        if need["status"] != NeedStatus.closed or need["kept"] or closed_at is None:
            return False
        before: datetime = self.periods().of(kept).before(clock.now())
        return instant(closed_at) <= before

    def _forgetting(self, change: Change) -> Iterator[Operation]:
        """What erases all that a change says shall be forgotten."""
        yield from ()


def retention_operations(change: Change) -> Iterator[Operation]:
    """What a closed need is found by once something of it is past its time."""
    yield from ()
