"""Changes written whole: in one transaction, or, where they are too big for one, by way of a journal.

A transaction takes 100 items. A bigger change keeps what its conditions are about, the needs themselves above all, in
one transaction, and everything else in the journal, in chunks written before it. That transaction moves the needs to
their new version and makes them point at the journal: from then on the change is committed. The chunks are then carried
out, each in a transaction that deletes it, so that it is carried out once; by whoever committed it, or by whoever reads
one of those needs next. Until that is done the need's alarm is due, so somebody will.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from domain.needs import NeedStatus
from infra import clock
from infra.store import StoreError
from infra.store.dynamodb.connection import Connected
from infra.store.dynamodb.operations import Delete, Operation, Put, Update, dump, load
from infra.store.dynamodb.table import Item, Key, alarm_of, need_key, present, sortable
from infra.store.moments import micros

MOST_IN_ONE = 90  # items; above, a change is journalled
MOST_BYTES = 3_000_000  # of 4 MB that a transaction takes
CHUNK_ITEMS, CHUNK_BYTES = 80, 300_000  # of a chunk: one item of at most 400 KB


@dataclass
class Writing:
    """A change in the making. `first`: what decides whether it is committed; at most 90. `rest`: what goes with it,
    without conditions. No item is written twice."""

    first: list[Operation] = field(default_factory=list)
    rest: list[Operation] = field(default_factory=list)
    committed: bool = False

    @property
    def all(self) -> list[Operation]:
        return [*self.first, *self.rest]

    def add(self, operations: Iterable[Operation]) -> None:
        """To the rest. What is written twice is written once: the same link, or two counts of one person's answers."""
        by_key = {one.key: n for n, one in enumerate(self.rest)}
        for one in operations:
            if (n := by_key.get(one.key)) is None:
                by_key[one.key] = len(self.rest)
                self.rest.append(one)
            else:
                self.rest[n] = _both(self.rest[n], one)


class Journalled(Connected):
    """Writes changes of any size, and carries out what others left."""

    def _commit(self, writing: Writing, needs: Sequence[Key]) -> list[Operation]:
        """Write all of it (then returns nothing) or none: returns those of `first` whose conditions do not hold.

        `needs` are the keys of the needs it moves; each has an `Update` or a `Put` in `first`.
        """
        operations = writing.all
        if len(operations) <= MOST_IN_ONE and sum(len(dump(one)) for one in operations) <= MOST_BYTES:
            failed = self._transact(operations)
            writing.committed = not failed
            self._fresh.add(operations if writing.committed else ())
            return [operations[n] for n in failed]
        attempt = secrets.token_hex(12)
        chunks = list(_chunks(writing.rest))
        self._write_many(_as_items(attempt, needs, chunks))
        first = [_pointing(one, attempt) if one.key in needs else one for one in writing.first]
        if failed := self._transact(first):
            self._write_many(Delete((f"journal#{attempt}", f"{n:06}")) for n in range(len(chunks)))
            return [first[n] for n in failed]
        writing.committed = True
        self._fresh.add(operations)
        with suppress(StoreError):  # it is committed, and due: whoever looks next carries out what is left
            for need in needs:
                self._roll_forward(need, attempt)
        return []

    def _roll_forward(self, need: Key, attempt: str) -> None:
        """Carry out what is left of a journal, whoever began it; then the need points at it no more."""
        for chunk in self._query(f"journal#{attempt}"):
            operations: list[Operation] = [load(line) for line in json.loads(str(chunk["chunk"]))]
            own = Delete((str(chunk["pk"]), str(chunk["sk"])), where="attribute_exists(#pk)")
            self._transact([own, *operations])  # somebody else has been faster: fine
        item = self._get(*need)
        if item and item.get("journal") == attempt:
            alarm = alarm_of(need[0], item.get("wake_at"), closed=item["status"] == NeedStatus.closed)
            own_again = Update(need, {"journal": None, **alarm}, where="#journal = :attempt AND #version = :version")
            self._write(replace(own_again, values={"attempt": attempt, "version": item["version"]}))

    def _settled(self, need: str) -> None:
        """What was committed by way of a journal is there to be read."""
        item = self._get(*need_key(need))
        if item and "journal" in item:
            self._roll_forward(need_key(need), str(item["journal"]))


def _pointing(operation: Operation, attempt: str) -> Operation:
    """The need with the journal it points at; it is due now, its own alarm comes back once all is carried out."""
    due_now = present(alarm_of(operation.key[0], micros(clock.now()), closed=False))
    if isinstance(operation, Put):
        return replace(operation, item=operation.item | {"journal": attempt} | due_now)
    if isinstance(operation, Update):
        return replace(operation, sets={**operation.sets, "journal": attempt, **due_now})
    raise TypeError("a need is put or updated")


def _both(one: Operation, other: Operation) -> Operation:
    if one == other and not (isinstance(one, Update) and one.adds):
        return one
    if _only_firsts(one) and _only_firsts(other):
        return one
    if isinstance(one, Update) and isinstance(other, Update) and not (one.where or one.firsts or one.sets):
        both = {name: one.adds.get(name, 0) + other.adds.get(name, 0) for name in {*one.adds, *other.adds}}
        return replace(other, adds=both)
    raise ValueError(f"{one.key} is written in two ways by one change")


def _only_firsts(operation: Operation) -> bool:
    return isinstance(operation, Update) and not (operation.sets or operation.adds or operation.where)


def _chunks(operations: Iterable[Operation]) -> Iterator[list[str]]:
    lines: list[str] = []
    size = 0
    for operation in operations:
        line = dump(operation)
        if lines and (len(lines) == CHUNK_ITEMS or size + len(line) > CHUNK_BYTES):
            yield lines
            lines, size = [], 0
        lines.append(line)
        size += len(line)
    if lines:
        yield lines


def _as_items(attempt: str, needs: Sequence[Key], chunks: Sequence[list[str]]) -> Iterator[Put]:
    """In an index by age, so that what a crash left before the change was committed can be found and dropped."""
    begun = f"{sortable(micros(clock.now()))}#{attempt}"
    whose = json.dumps([pk for pk, _ in needs])
    for n, lines in enumerate(chunks):
        item: Item = {"pk": f"journal#{attempt}", "sk": f"{n:06}", "needs": whose, "chunk": json.dumps(lines)}
        yield Put(item | {"time_pk": "journals", "time_sk": begun})
