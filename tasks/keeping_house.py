"""Erasing what is past its time, in small batches; says counts only."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from functools import partial

from domain.changes import Change, Refusal
from domain.forgetting import SAID, forget
from domain.keeping import Kept
from domain.situations import Situation
from infra import clock
from infra.door import Busy, Door
from infra.playbooks import PlaybookWrong
from infra.retention import load_periods
from infra.sent_files import count_older, erase_older
from infra.stopping import stop_asked
from infra.store import Store

BATCH, ROWS = 200, 2000  # needs, each with its story; rows of a table
SWEPT_AWAY = (Kept.message_bodies, Kept.links, Kept.resident_keys, Kept.ask_counts, Kept.story)
HOUSE_KEPT = "keep-house"

log = logging.getLogger("muster.house")


def keep_house(door: Door) -> dict[str, int]:
    """Erase all that is past its time; returns how much of each class. A second time there is nothing left to do.

    A file of periods that cannot be used is said, and what was last in force still is.
    """
    store, counts = door.store, Counter[str]()
    try:
        store.set_periods(load_periods(door.settings.home))
    except PlaybookWrong as wrong:
        log.error("the retention periods cannot be used, so the last ones stay in force: %s", wrong)
    for need, classes in _past(store):
        try:
            counts.update(_forget(door, need, classes))
        except Busy:
            log.warning("%s is being changed, so it is left for the next time", need)
    for kept in SWEPT_AWAY:
        counts[kept.value] += _sweep(store, kept)
    now = clock.now()
    counts["files"] += erase_older(door.settings.home, store.periods().message_bodies.before(now))
    counts["access"] += store.sweep_access(now)
    if not store.empty_log():
        log.info("the store is being read, so its log is emptied the next time")
    store.mark(HOUSE_KEPT, now)
    return {name: count for name, count in counts.items() if count}


def past_its_time(door: Door, now: datetime) -> dict[str, int]:
    """How much of each class is past its time and not yet erased: nothing, when house is kept."""
    files = count_older(door.settings.home, door.store.periods().message_bodies.before(now))
    counts = {kept.value: count for kept, count in door.store.count_past(now).items()}
    return counts | ({"files": files} if files else {})


def _past(store: Store) -> Iterator[tuple[str, tuple[Kept, ...]]]:
    """Needs with what of them is past its time, each once; a batch is read when the one before is done."""
    seen: set[str] = set()
    while not stop_asked.is_set():
        found: dict[str, list[Kept]] = {}
        for kept in SAID:
            for need in store.needs_past(kept, clock.now(), BATCH + len(seen)):
                found.setdefault(need, []).append(kept)
        fresh = [need for need in found if need not in seen]
        if not fresh:
            return
        seen.update(fresh)
        for need in fresh:
            yield need, tuple(found[need])


def _forget(door: Door, need: str, classes: tuple[Kept, ...]) -> Counter[str]:
    done = door.change(need, partial(_decide, classes))
    return Counter() if isinstance(done, Refusal) else Counter(kept.value for kept in classes)


def _decide(classes: tuple[Kept, ...], situation: Situation, now: datetime) -> Change | Refusal:
    return forget(situation, classes, "time", "muster", now)


def _sweep(store: Store, kept: Kept) -> int:
    swept, most = 0, BATCH if kept is Kept.story else ROWS
    while not stop_asked.is_set() and (some := store.sweep(kept, clock.now(), most)):
        swept += some
    return swept
