"""Put aside: messages of needs that are on hold leave the index of what waits, so that no look comes upon them again.

A claim that comes upon them puts them aside, under the condition that the need is still on hold, and the need counts
that it was done. No change ends a hold while that count stands: whoever wants to brings the messages back first, then
ends it under the condition that none was put aside meanwhile. Cut short in between, they are in the index, of a need on
hold: the next claim puts them aside once more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from domain.needs import Need, NeedStatus
from infra.store import MessageState
from infra.store.dynamodb.connection import Connected
from infra.store.dynamodb.messages import WAITING, Entry, message_key, moved
from infra.store.dynamodb.operations import Operation, Update
from infra.store.dynamodb.table import MESSAGE, Key, Value, need_key, number

TOGETHER = 100  # items that a transaction takes
ASIDE_AT_ONCE = TOGETHER - 1  # messages in one, beside their need: more of a need's never stand in the same
Group = tuple[Update, ...]


class AsideItems(Connected):
    """Puts messages aside and brings them back."""

    def _put_aside(self, entries: Sequence[Entry]) -> list[Entry]:
        """Those whose needs are still on hold, and which are still as the index shows them; returns the others: what
        is being sent, or was being sent when somebody was cut short."""
        written: set[Key] = set()
        together: list[Group] = []
        for group in _groups(entries):
            if sum(map(len, [*together, group])) > TOGETHER:
                written |= self._write_groups(together)
                together = []
            together.append(group)
        written |= self._write_groups(together)
        return [entry for entry in entries if message_key(entry.id) not in written]

    def _bring_back(self, need: Need) -> int | None:
        """What was put aside of a need that is to go on, if it is still as it was read; returns how often that was done
        until now. `None`: it never was, or somebody has moved the need."""
        if need.status is NeedStatus.on_hold:
            return None
        item = self._get(*need_key(need.id))
        if item is None or item["version"] != need.version or "aside" not in item:
            return None
        messages = self._query(need_key(need.id)[0], begins=MESSAGE)
        back = [moved(one) for one in messages if one["state"] in WAITING and "alarm_pk" not in one]
        self._at_once(self._write, back)
        self._fresh.add(back)
        return number(item["aside"])

    def _write_groups(self, groups: Sequence[Group]) -> set[Key]:
        """Each of them whole, or not at all; returns what was written."""
        while groups:
            operations: list[Operation] = [one for group in groups for one in group]
            failed = {operations[n].key for n in self._transact(operations)}
            if not failed:
                return {one.key for one in operations}
            groups = [group for group in groups if failed.isdisjoint(one.key for one in group)]
        return set()


def if_as_read(need: Need, aside: int | None) -> tuple[str, dict[str, Value]]:
    """The condition of a change to this need: it has the version it was read at; and, unless it stays on hold, nothing
    has been put aside but what was brought back when that had been done so often."""
    read: dict[str, Value] = {"read": need.version}
    if need.status is NeedStatus.on_hold:
        return "#version = :read", read
    if aside is None:
        return "#version = :read AND attribute_not_exists(#aside)", read
    return "#version = :read AND #aside = :aside", read | {"aside": aside}


def _groups(entries: Iterable[Entry]) -> Iterator[Group]:
    """What is written together: a need with its messages."""
    by_need: dict[str, dict[str, Entry]] = {}
    for entry in entries:
        by_need.setdefault(entry.need, {})[entry.id] = entry
    for need, theirs in by_need.items():
        messages = [_out_of_the_index(entry) for entry in theirs.values()]
        for start in range(0, len(messages), ASIDE_AT_ONCE):
            yield _count(need), *messages[start : start + ASIDE_AT_ONCE]


def _count(need: str) -> Update:
    where, values = "#status = :on_hold", {"on_hold": NeedStatus.on_hold.value}
    return Update(need_key(need), adds={"aside": 1}, where=where, values=values)


def _out_of_the_index(entry: Entry) -> Update:
    nowhere = {"alarm_pk": None, "alarm_sk": None}
    values = {"shown": entry.text, "sending": MessageState.sending.value}
    return Update(message_key(entry.id), nowhere, where="#alarm_sk = :shown AND #state <> :sending", values=values)
