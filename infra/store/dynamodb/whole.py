"""Reading a need whole, as it was at one moment; of a crowd's, only what has been written since it was read last."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from domain.needs import Need
from infra.store import StoreError
from infra.store.dynamodb.table import (
    EVENT,
    INVITATION,
    NEED,
    READ_FOR_A_DECISION,
    RESIDENT,
    TASK,
    Item,
    Key,
    need_key,
    number,
)
from infra.store.dynamodb.writing import Journalled
from infra.store.dynamodb.wrote import read_wrote

READ_AGAIN = 40  # times, while somebody writes what is being read
CROWD = 32  # parts: from so many on it costs less to read what has been written since
CAUGHT_UP = 4  # times, before all is read again
MOST_REMEMBERED = 8  # needs of crowds, some hundred KB each
WHOLE = ("0", READ_FOR_A_DECISION)


@dataclass(frozen=True)
class Parts:
    """What a decision reads of one need, as items."""

    need: Item
    resident: Item | None
    invitations: list[Item]
    tasks: list[Item]

    @property
    def whole(self) -> bool:
        """Do they belong together? A query may see half of a transaction: the need counts how often its parts were
        written, and so does each part."""
        return number(self.need["parts"]) == sum(number(part["puts"]) for part in (*self.invitations, *self.tasks))

    @property
    def crowd(self) -> bool:
        return len(self.invitations) + len(self.tasks) >= CROWD

    @classmethod
    def of(cls, items: Iterable[Item]) -> Parts:
        by_order = sorted(items, key=lambda item: str(item.get("order", "")))
        return cls(
            next(item for item in by_order if item["sk"] == NEED),
            next((item for item in by_order if item["sk"] == RESIDENT), None),
            [item for item in by_order if str(item["sk"]).startswith(INVITATION)],
            [item for item in by_order if str(item["sk"]).startswith(TASK)],
        )


class WholeNeeds(Journalled):
    """Remembers the needs of crowds, so that a hundred who answer at once need not each be read with every answer.

    What is remembered is only where reading begins: a need counts as read when every change since is accounted for,
    and the sum of its parts is right. Whose it is, is not remembered.
    """

    def __init__(self, table: str) -> None:
        super().__init__(table)
        self._crowds: dict[str, Parts] = {}

    def _parts(self, need: str) -> Parts | None:
        """What a decision reads, as it was at one moment; a journal is carried out first."""
        for tried in range(READ_AGAIN):
            known = self._crowds.get(need) if tried < CAUGHT_UP else None
            items = self._caught_up(known) if known else list(self._query(need_key(need)[0], between=WHOLE))
            if items is None:
                self._crowds.pop(need, None)
                continue
            if not items or items[0]["sk"] != NEED:
                return None
            if "journal" in items[0]:
                self._crowds.pop(need, None)
                self._roll_forward(need_key(need), str(items[0]["journal"]))
                continue
            parts = Parts.of(items)
            if parts.whole:
                self._remember_crowd(need, parts)
                return parts
        raise StoreError(f"{need} is being written by many at once; try again")

    def _caught_up(self, known: Parts) -> list[Item] | None:
        """All there is, the need first, of which only what changed is read; `None` where that cannot be told.

        Events are read first, the need after them: a version of it whose event was not seen cannot be told.
        """
        pk, events = str(known.need["pk"]), Need.model_validate_json(str(known.need["doc"])).events
        since = self._query(pk, between=(f"{EVENT}{events + 1:06}", f"{EVENT}~"), only=("wrote",))
        wrote = dict(read_wrote(str(event["wrote"])) for event in since if "wrote" in event)
        changed = {sk for parts in wrote.values() for sk in parts}
        if len(changed) > (len(known.invitations) + len(known.tasks)) // 4:
            return None
        now: dict[Key, Item] = self._get_many([(pk, NEED), (pk, RESIDENT), *((pk, sk) for sk in changed)])
        need = now.pop((pk, NEED), None)
        if need is None or not wrote.keys() >= _versions(known.need, need):
            return None
        before = {(pk, str(item["sk"])): item for item in (*known.invitations, *known.tasks)}
        return [need, *(before | now).values()]

    def _remember_crowd(self, need: str, parts: Parts) -> None:
        self._crowds.pop(need, None)
        if parts.crowd:
            self._crowds[need] = Parts(parts.need, None, parts.invitations, parts.tasks)
        for oldest in list(self._crowds)[:-MOST_REMEMBERED]:
            self._crowds.pop(oldest, None)


def _versions(before: Item, now: Item) -> set[int]:
    """Those that followed one version of a need, up to another."""
    return set(range(number(before["version"]) + 1, number(now["version"]) + 1))
