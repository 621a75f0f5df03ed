"""One message for several, one of which turns out to be over: the others leave without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from infra.store import Lease, MessageState
from infra.store.sqlite import SqliteStore
from tests.people import playbook, round_of
from tests.town import Town

SLOW = playbook(round_of("everybody", patience="20h"))


def test_what_is_over_by_then_is_not_spoken_of(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """A40: three asks are worded as one mail, and meanwhile one of them is heard to have bounced: the mail is worded
    anew with the other two; nobody is told of the third, and nobody is told twice."""
    town.has("The Larder", "community", "food-parcel")
    first, *others = (
        town.resident_needs(f"Help {n}", "food-parcel:1", playbook=SLOW, email=None, phone="07700 900001")
        for n in range(4)
    )
    town.inbox("The Larder").expects("Can you help with 1 food parcel", first)
    fold, news = SqliteStore.fold, iter([others[1]])

    def overtaken(self: SqliteStore, carrier: str, frozen: str, carried: Sequence[str], lease: Lease) -> bool:
        for need in news:
            [row] = town.rows(need, "invitation")
            self.settle([replace(row, state=MessageState.bounced, why="550 no such box")])
        return fold(self, carrier, frozen, carried, lease)

    monkeypatch.setattr(SqliteStore, "fold", overtaken)
    town.time_passes("10m")
    town.inbox("The Larder").expects("2 requests", others[0], others[2]).lacks(others[1])
    town.quiet()
    states = [town.rows(need, "invitation")[0].state for need in others]
    assert states == [MessageState.accepted, MessageState.bounced, MessageState.skipped]
    assert not any(row.again for need in others for row in town.rows(need, "invitation"))
