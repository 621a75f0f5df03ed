"""Erasing what is past its time: found without walking through years of needs, erased in small steps.

When a need is closed, a small item for each class says what of it is still held, in an index by when it was closed. It
goes with what it stands for. One that is out of date is dropped where it is found: the need itself says what is so.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from domain.changes import Change
from domain.forgetting import GONE
from domain.keeping import Kept
from infra.store import OVER, MessageState
from infra.store.dynamodb.ending import EndingItems
from infra.store.dynamodb.figures import FIGURES
from infra.store.dynamodb.messages import settled_places, wiped
from infra.store.dynamodb.operations import Delete, Operation, Put, Update
from infra.store.dynamodb.privacy import PrivacyItems, with_guard
from infra.store.dynamodb.slots import WEEK
from infra.store.dynamodb.table import KEPT, NEED, NOTE, RESIDENT, SHARDS, Item, Key, key_of, need_key, number, sortable
from infra.store.dynamodb.walking import READ_TOGETHER
from infra.store.dynamodb.writing import Journalled
from infra.store.moments import micros

MARKED = (Kept.contact, Kept.words, Kept.shared_words, Kept.links, Kept.resident_keys, Kept.story)
MOST_COUNTED = 1000
SURELY_OVER = timedelta(days=1)  # no change takes so long to be committed
SAME = "#time_sk = :as_read"


def retention_operations(change: Change) -> Iterator[Operation]:
    """What a closed need is found by once something of it is past its time; nothing, while an officer keeps it.

    One partition of the index for each class: needs are not closed a thousand a second."""
    need = change.need
    if not need.closed or need.closed_at is None:
        return
    for kept in MARKED:
        key = _marker(need_key(need.id)[0], kept)
        if need.kept_since or kept in change.forgets:
            yield Delete(key)
        elif not change.forgets:
            when = f"{sortable(micros(need.closed_at))}#{need.id}"
            yield Put({"pk": key[0], "sk": key[1], "time_pk": f"kept#{kept.value}", "time_sk": when})


class RetentionItems(PrivacyItems, EndingItems, Journalled):
    """Finds and erases what is past its time."""

    def needs_past(self, kept: Kept, now: datetime, limit: int) -> list[str]:
        return [str(need["pk"]).removeprefix("N#") for need in islice(self._needs_past(kept, now), limit)]

    def sweep(self, kept: Kept, now: datetime, limit: int) -> int:
        if kept is Kept.story:
            return sum(self._drop_need(str(need["pk"])) for need in islice(self._needs_past(kept, now), limit))
        some = list(islice(self._things_past(kept, now), limit))
        if kept is Kept.message_bodies:
            return sum(self._write(wiped(item)) for item in some)
        self._write_many(Delete(key) for item in some for key in with_guard(key_of(item)))
        return len(some)

    def count_past(self, now: datetime) -> dict[Kept, int]:
        found = {kept: self._needs_past(kept, now) for kept in (*MARKED[:3], Kept.story)}
        things = (Kept.links, Kept.resident_keys, Kept.ask_counts, Kept.message_bodies)
        found |= {kept: self._things_past(kept, now) for kept in things}
        counts = {kept: sum(1 for _ in islice(some, MOST_COUNTED)) for kept, some in found.items()}
        return {kept: count for kept, count in counts.items() if count}

    def sweep_access(self, now: datetime) -> int:
        until = {"now": micros(now)}
        over = [item for item in self._query(FIGURES) if number(item["until"]) <= micros(now)]
        ended = sum(self._write(Delete((FIGURES, str(item["sk"])), "#until <= :now", until)) for item in over)
        return ended + self._drop_ended(now) + self._sweep_journals(now)

    # --- what is past its time ---

    def _needs_past(self, kept: Kept, now: datetime) -> Iterator[Item]:
        """Closed needs of which something of this class is held for too long, the longest first."""
        before = micros(self.periods().of(kept).before(now))
        entries = self._query(f"kept#{kept.value}", index="time", between=("0", f"{sortable(before)}~"))
        while some := list(islice(entries, READ_TOGETHER)):
            needs = self._get_many((str(entry["pk"]), NEED) for entry in some)
            for entry in some:
                need = needs.get((str(entry["pk"]), NEED))
                if self._is_held(kept, str(entry["pk"]), need, before):
                    yield need or entry
                else:  # unless it has been closed anew meanwhile
                    key = (str(entry["pk"]), str(entry["sk"]))
                    self._write(Delete(key, where=SAME, values={"as_read": entry["time_sk"]}))

    def _is_held(self, kept: Kept, pk: str, need: Item | None, before: int) -> bool:
        if need is None:
            return kept is Kept.story  # begun to be dropped, and not all of it is gone
        if need["kept"] or number(need.get("closed_at", before + 1)) > before:
            return False
        match kept:
            case Kept.contact:
                return self._get(pk, RESIDENT) is not None
            case Kept.words:
                return any(self._query(pk, begins=NOTE, most=1, only=("sk",)))
            case Kept.shared_words:
                return str(json.loads(str(need["doc"]))["summary"]) != GONE
            case Kept.links | Kept.resident_keys:
                return any(self._query(_belonging(kept, pk), index="time", most=1))
            case _:
                return True

    def _things_past(self, kept: Kept, now: datetime) -> Iterator[Item]:
        """Single items that are held for too long."""
        if kept is Kept.message_bodies:
            yield from self._bodies_past(now)
        elif kept is Kept.ask_counts:
            year, week, _ = self.periods().ask_counts.before(now).isocalendar()
            for shard in range(SHARDS):
                yield from self._query(f"weeks#{shard}", index="time", between=(WEEK, f"{WEEK}{year}-W{week:02}"))
        else:
            for need in self._needs_past(kept, now):
                yield from self._query(_belonging(kept, str(need["pk"])), index="time")

    def _bodies_past(self, now: datetime) -> Iterator[Item]:
        """Settled messages with words in them, but for those of needs that an officer keeps."""
        before = f"{sortable(micros(self.periods().message_bodies.before(now)))}~"
        for place in settled_places():
            entries = self._query(place, index="time", between=("0", before))
            while some := [(str(entry["pk"]), str(entry["sk"])) for entry in islice(entries, READ_TOGETHER)]:
                found = self._get_many([*some, *((pk, NEED) for pk, _ in some)])
                messages = [found[key] for key in some if key in found and _is_over(found[key])]
                yield from (one for one in messages if not found.get((str(one["pk"]), NEED), {}).get("kept"))

    # --- erasing it ---

    def _drop_need(self, pk: str) -> bool:
        """The whole of a need: nothing of it is kept any more. The need itself goes first, if nothing has happened to
        it since; what is left when this is cut short is found by the marker, which goes last."""
        marker, need = _marker(pk, Kept.story), self._get(pk, NEED)
        if need:
            first = Delete((pk, NEED), where="#version = :read", values={"read": need["version"]})
            if self._transact([first, Update(marker, {"found_by": json.dumps(list(_found_by(need)))})]):
                return False
        left = self._get(*marker) or {}
        keys: list[Key] = [(one, other) for one, other in json.loads(str(left.get("found_by", "[]")))]
        for kept in (Kept.links, Kept.resident_keys):
            found = self._query(_belonging(kept, pk), index="time")
            keys += [key for one in found for key in with_guard(key_of(one))]
        keys += [(pk, str(item["sk"])) for item in self._query(pk, only=("sk",))]
        self._write_many(Delete(key) for key in keys if key != marker)
        self._write(Delete(marker))
        return True

    def _sweep_journals(self, now: datetime) -> int:
        """Journals whose change was never committed; those of one that was are carried out."""
        until = f"{sortable(micros(now - SURELY_OVER))}~"
        dropped = 0
        for entry in list(self._query("journals", index="time", between=("0", until))):
            chunk = self._get(str(entry["pk"]), str(entry["sk"]))
            if chunk is None:
                continue
            attempt = str(chunk["pk"]).removeprefix("journal#")
            needs = [self._get(pk, NEED) for pk in json.loads(str(chunk["needs"]))]
            if waiting := [need for need in needs if need and need.get("journal") == attempt]:
                for need in waiting:
                    self._roll_forward((str(need["pk"]), NEED), attempt)
            else:
                self._write(Delete((str(chunk["pk"]), str(chunk["sk"]))))
                dropped += 1
        return dropped


def _marker(pk: str, kept: Kept) -> Key:
    return pk, f"{KEPT}{kept.value}"


def _belonging(kept: Kept, pk: str) -> str:
    """Where links to a need, or what its resident is known again by, stand in the index."""
    return f"{'links' if kept is Kept.links else 'resident-keys'}#{pk.removeprefix('N#')}"


def _found_by(need: Item) -> Iterator[Key]:
    """The small items elsewhere that lead to a need."""
    reference = str(need["pk"]).removeprefix("N#")
    yield f"REF#{reference[:4]}", reference
    if "key" in need:
        yield f"K#{need['key']!s}", "key"
    if "incident" in need:
        yield f"I#{need['incident']!s}", f"need#{sortable(number(need['opened_at']))}#{reference}"


def _is_over(message: Item) -> bool:
    """Is it still as the index says, and on its way no more?"""
    return "time_pk" in message and MessageState(str(message["state"])) in OVER
