"""The week ledger: how often each responder has been asked this week, and never more often than they let us."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from domain.changes import Slot
from infra.store.dynamodb.connection import Connected
from infra.store.dynamodb.operations import Update
from infra.store.dynamodb.table import Key
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
        takes = list(map(_take, slots))
        if len(takes) <= MOST_IN_ONE - LEFT_FOR_NEEDS:
            writing.first += takes
            yield []
            return
        taken: list[Update] = []
        full: list[str] = []
        for take in takes:
            if self._write(take):
                taken.append(take)
            else:
                full.append(responder_of(take.key))
        try:
            yield full
        except BaseException:
            self._give_back(taken)
            raise
        if full or not writing.committed:
            self._give_back(taken)

    def _give_back(self, taken: Sequence[Update]) -> None:
        for take, times in Counter(take.key for take in taken).items():
            self._write(Update(take, adds={"taken": -times}))


def responder_of(ledger: Key) -> str:
    return ledger[0].removeprefix("R#")


def _take(slot: Slot) -> Update:
    where = "attribute_not_exists(#taken) OR #taken < :most"
    values: dict[str, str | int] = {"most": 10**9 if slot.limit is None else slot.limit}
    if slot.limit == 0:
        where = "attribute_exists(#nobody)"  # there is none to take
        values = {}
    return Update(ledger_key(slot.responder, slot.week), adds={"taken": 1}, where=where, values=values)
