"""Leases held while something is done: one at a time, and gone with whoever held them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from infra import clock
from infra.store import Store
from tasks import leasing
from tests.store.builders import NOW


class Hands:
    """The hands of a clock that a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def hands() -> Iterator[Hands]:
    hands = Hands()
    clock.set_source(hands)
    yield hands
    clock.set_source(None)


def test_a_lease_is_held_for_as_long_as_the_block_runs(store: Store) -> None:
    """Nobody else gets it meanwhile, and the next one gets it at once."""
    with leasing.held(store, "deliver", "a") as first:
        assert first is not None
        with leasing.held(store, "deliver", "b") as second:
            assert second is None
    with leasing.held(store, "deliver", "b") as third:
        assert third is not None
        assert third.fence == first.fence + 1


def test_two_runs_of_one_process_do_not_share_a_lease(store: Store) -> None:
    """C20: two flow runs in one worker bear the same name; still one of them delivers and the other leaves it to it."""
    with leasing.held(store, "deliver", "worker-1") as first:
        with leasing.held(store, "deliver", "worker-1") as second:
            assert second is None
        assert first is not None
        assert store.take_lease("deliver", "worker-2", clock.now(), clock.now() + timedelta(seconds=15)) is None


def test_a_lease_is_renewed_while_it_is_held(store: Store, hands: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    """A delivery longer than a lease keeps it."""
    monkeypatch.setattr(leasing, "LEASE", timedelta(seconds=0.15))
    with leasing.held(store, "deliver", "a") as lease:
        assert lease is not None
        hands.now = NOW + timedelta(seconds=0.1)
        time.sleep(0.4)
        later = lease.until + timedelta(seconds=0.05)
        assert store.take_lease("deliver", "b", later, later + timedelta(seconds=1)) is None


def test_a_lease_that_lapsed_is_not_taken_again_in_passing(
    store: Store, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C12: a worker that slept through its lease does not hold up others with a new one it does not know of."""
    monkeypatch.setattr(leasing, "LEASE", timedelta(seconds=0.15))
    with leasing.held(store, "deliver", "a"):
        hands.now = NOW + timedelta(minutes=1)
        time.sleep(0.25)
        taken = store.take_lease("deliver", "b", hands.now, hands.now + timedelta(minutes=1))
        assert taken is not None
    hands.now += timedelta(seconds=1)
    assert store.take_lease("deliver", "b", hands.now, hands.now + timedelta(minutes=1)) is not None


def test_a_failure_gives_the_lease_back(store: Store) -> None:
    """Whatever happens inside, the next one need not wait."""
    with pytest.raises(RuntimeError, match="the wire broke"), leasing.held(store, "deliver", "a"):
        raise RuntimeError("the wire broke")
    with leasing.held(store, "deliver", "b") as lease:
        assert lease is not None


def test_holding_leaves_no_thread_behind(store: Store) -> None:
    """B04: the thread that renews ends with the block."""
    before = threading.active_count()
    for _ in range(5):
        with leasing.held(store, "deliver", "a"):
            pass
    assert threading.active_count() == before
