"""Who looked at what is private, and ending what is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from domain.changes import Change
from domain.keeping import TIMED, Kept, Periods
from domain.needs import NeedStatus
from infra import clock
from infra.store import OVER, MessageState
from infra.store.dynamodb.messages import moved, row_of
from infra.store.dynamodb.operations import Delete, Operation, Put, Update
from infra.store.dynamodb.table import (
    GUARD,
    MESSAGE,
    NEED,
    NOTE,
    RESIDENT,
    Item,
    Key,
    Value,
    key_of,
    maybe_number,
    need_key,
)
from infra.store.dynamodb.walking import WalkedNeeds
from infra.store.moments import instant

PERIODS = ("SETTINGS", "periods")


@dataclass
class Forgetting:
    """What is erased with a change: `first` only if it is as it was read, `rest` in any case."""

    first: list[Operation] = field(default_factory=list)
    rest: list[Operation] = field(default_factory=list)


class PrivacyItems(WalkedNeeds):
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

    def _forgetting(self, change: Change) -> Forgetting:
        """What erases all that a change says shall be forgotten, as of now: who commits it under the need's version
        knows of every note, link and key. Messages move on by themselves: what is not to be sent any more is given up
        only as it was read."""
        forgetting, pk = Forgetting(), need_key(change.need.id)[0]
        if not change.forgets:
            return forgetting
        if Kept.contact in change.forgets:
            forgetting.rest.append(Delete((pk, RESIDENT)))
        if Kept.words in change.forgets:
            noted = self._query(pk, begins=NOTE, only=("sk",))
            forgetting.rest += [Delete((pk, str(note["sk"]))) for note in noted]
        if Kept.shared_words in change.forgets and (need := self._get(pk, NEED)) and "key" in need:
            forgetting.rest.append(Delete((f"K#{need['key']!s}", "key")))
        if Kept.links in change.forgets:
            links = self._items(map(key_of, self._query(f"links#{change.need.id}", index="time")))
            forgetting.rest += [Delete(key_of(one)) for one in links if one["purpose"] == "status"]
        if Kept.resident_keys in change.forgets:
            known_by = self._query(f"resident-keys#{change.need.id}", index="time")
            forgetting.rest += [Delete(key) for one in known_by for key in with_guard(key_of(one))]
        if {Kept.contact, Kept.message_bodies}.intersection(change.forgets):
            self._forget_messages(pk, change.forgets, forgetting)
        return forgetting

    def _forget_messages(self, pk: str, classes: tuple[Kept, ...], forgetting: Forgetting) -> None:
        for item in self._query(pk, begins=MESSAGE):
            row, gone = row_of(item), set[str]()
            if Kept.contact in classes:
                gone.add("frozen")
                if row.message.to_resident and row.state in (MessageState.pending, MessageState.unknown):
                    why = None if Kept.message_bodies in classes else "their details were erased"
                    forgetting.first.append(moved(item, state=MessageState.skipped, why=why, frozen=None))
                    continue
            if Kept.message_bodies in classes and row.state in OVER:
                gone |= {"provider_id", "why"}
            if gone.intersection(item):
                forgetting.rest.append(Update((pk, str(item["sk"])), dict.fromkeys(gone)))


def forgotten_of_need(change: Change) -> dict[str, Value | None]:
    """What goes of the need itself, beside what its document says no more."""
    return {"key": None, "digest": None} if Kept.shared_words in change.forgets else {}


def with_guard(key: Key) -> tuple[Key, ...]:
    """What a resident is known again by, with what two needs of theirs took turns for; the next makes it anew."""
    return (key, (key[0], GUARD)) if key[0].startswith("W#") else (key,)
