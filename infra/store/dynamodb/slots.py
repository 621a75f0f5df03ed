"""The week ledger: how often each responder has been asked this week, and never more often than they let us."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from domain.changes import Slot
from infra.store.dynamodb.connection import Connected
from infra.store.dynamodb.operations import Update
from infra.store.dynamodb.table import Key, Value, shard_of
from infra.store.dynamodb.writing import MOST_IN_ONE, Writing

WEEK = "week#"
LEFT_FOR_NEEDS = 10  # of what one transaction takes


def ledger_key(responder: str, week: str) -> Key:
    return f"R#{responder}", f"{WEEK}{week}"


class Slots(Connected):
    """Takes asks from responders' weeks."""

    @contextmanager
    def _slots_of(self, slots: Sequence[Slot], writing: Writing) -> Iterator[list[str]]:
        """Have these slots taken with a change: in its transaction, or, where they are too many for one, before it,
        and given back should it not be committed. Gives those who have none left; then nothing is taken.

        A crash in between costs those people one ask of that week; it never gives them one too many.
        """
        takes = [_take(key, times, limit) for (key, limit), times in _counted(slots).items()]
        if len(takes) <= MOST_IN_ONE - LEFT_FOR_NEEDS:
            writing.first += takes
            yield []
            return
        taken: list[Update] = []
        full: list[Key] = []
        for start in range(0, len(takes), MOST_IN_ONE):
            some = takes[start : start + MOST_IN_ONE]
            if failed := self._transact(some):
                full += [some[n].key for n in failed]
            else:
                taken += some
        yield [responder_of(key) for key in full]  # raises where it may have been committed: then nothing goes back
        if full or not writing.committed:
            self._give_back(taken)

    def _give_back(self, taken: Sequence[Update]) -> None:
        gives = [Update(take.key, adds={"taken": -take.adds["taken"]}) for take in taken]
        for start in range(0, len(gives), MOST_IN_ONE):
            self._transact(gives[start : start + MOST_IN_ONE])


def responder_of(ledger: Key) -> str:
    return ledger[0].removeprefix("R#")


def _counted(slots: Sequence[Slot]) -> Counter[tuple[Key, int | None]]:
    return Counter((ledger_key(slot.responder, slot.week), slot.limit) for slot in slots)


def _take(ledger: Key, times: int, limit: int | None) -> Update:
    """In an index by their weeks, so that those long past are found and erased."""
    by_week: dict[str, Value] = {"time_pk": f"weeks#{shard_of(ledger[0])}", "time_sk": f"{ledger[1]}{ledger[0]}"}
    take = Update(ledger, firsts=by_week, adds={"taken": times})
    if limit is None:
        return take
    if limit < times:
        return replace(take, where="attribute_exists(#nobody_has_so_many)")
    return replace(take, where="attribute_not_exists(#taken) OR #taken <= :most", values={"most": limit - times})
