"""What other processes do to a store in these tests: each function is run in a process of its own."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import infra.store.sqlite  # noqa: F401 - once, in the mother of all processes
from domain.answering import Answer, AnswerKind
from domain.changes import Change, Refusal, Slot
from domain.duplicates import Whose
from domain.invitations import invitation_id
from domain.responders import Responder
from domain.situations import Situation
from domain.taking_answers import take_answer
from infra import aws
from infra.door import Busy, Decide, Done, Door
from infra.settings import Settings
from infra.store import Committed, MessageState, OutboxRow, SameKey, Store, StoreError, WeekFull, open_store
from infra.store.signing_in import Audit
from tests.store.builders import AMINA, N1, NOW, WEEK, a_need, a_responder, asking, opening, put_need, read, telling

Job = Callable[..., object]


def there(environment: Mapping[str, str], job: Callable[..., Any], *arguments: Any) -> Any:
    """Do a job in this process, with the environment it needs to find the store."""
    if any(os.environ.get(name) != value for name, value in environment.items()):
        os.environ.update(environment)
        aws.forget_clients()
    return job(*arguments)


@contextmanager
def opened(url: str, begin: float) -> Iterator[Store]:
    """The store, opened in this process; the block begins in all of them together."""
    store = open_store(url)
    time.sleep(max(0.0, begin - time.time()))
    try:
        yield store
    finally:
        store.close()


def open_and_count(url: str, begin: float) -> int:
    """Open a store that may not exist yet, at the same moment as others."""
    time.sleep(max(0.0, begin - time.time()))
    store = open_store(url)
    try:
        return len(store.needs())
    finally:
        store.close()


def take_slots(url: str, begin: float, needs: list[str], limit: int) -> int:
    """Ask the same responder about each of these needs; returns how often there was a slot."""
    with opened(url, begin) as store:
        return sum(take_slot(store, need, limit) for need in needs)


def take_slot(store: Store, need: str, limit: int) -> bool:
    change = asking(read(store, need), [a_responder(weekly_limit=limit)])
    assert change.slots == (Slot("sam", WEEK, limit),)
    result = store.commit(change)
    assert isinstance(result, Committed | WeekFull), result
    return isinstance(result, Committed)


def add_with_key(url: str, begin: float, reference: str, key: str) -> str:
    """Put a need on record under a key others use too; returns whose reference it got."""
    with opened(url, begin) as store:
        added = store.add_need(opening(a_need(reference)), AMINA, (), key)
        return added.need if isinstance(added, SameKey) else reference


def add_for_resident(url: str, begin: float, number: int) -> bool:
    """Put a need of one resident on record, knowing of no other of theirs; was it the first?"""
    with opened(url, begin) as store:
        whose = Whose(("k1.amina",), NOW, frozenset())
        added = store.add_need(replace(opening(a_need(reference_of(number))), whose=whose), AMINA, ())
        return isinstance(added, Committed)


def commit_until_done(url: str, begin: float, need: str, times: int) -> int:
    """Move one need `times` times, reading again after each conflict; returns how many conflicts there were."""
    conflicts = done = 0
    with opened(url, begin) as store:
        while done < times:
            if isinstance(store.commit(telling(read(store, need), "resident")), Committed):
                done += 1
            else:
                conflicts += 1
    return conflicts


def answer_in_part(url: str, begin: float, home: str, responders: list[str]) -> list[str]:
    """Each of these offers five, through the door; returns `yes` or the code of the refusal, for each."""
    said = []
    with opened(url, begin) as store:
        door = Door(store, Settings(home=Path(home)))
        for responder in responders:
            invitation = invitation_id(N1, 1, responder)
            result = _pressed_until_taken(door, partial(_take, invitation=invitation, responder=a_responder(responder)))
            said.append(result.code if isinstance(result, Refusal) else "yes")
    return said


def _pressed_until_taken(door: Door, take: Decide) -> Done | Refusal:
    """Somebody who is asked to try again in a moment does."""
    while True:
        with suppress(Busy):
            return door.change(N1, take)


def _take(situation: Situation, now: datetime, *, invitation: str, responder: Responder) -> Change | Refusal | None:
    return take_answer(situation, invitation, Answer(AnswerKind.part, offers={1: 5}), responder, now)


def claim_all(url: str, begin: float, holder: str) -> list[str]:
    """Claim under a lease of one's own whenever it is free, until nothing is left; returns the ids claimed."""
    claimed: list[str] = []
    with opened(url, begin) as store:
        while True:
            lease = store.take_lease("deliver", holder, NOW, NOW.replace(hour=10))
            if lease is None:
                time.sleep(0.002)
                continue
            rows = store.claim(lease, NOW, 5)
            claimed += [row.message.id for row in rows]
            store.settle([_accepted(row) for row in rows], lease)
            store.release_lease(lease)
            if not rows:
                return claimed


def _accepted(row: OutboxRow) -> OutboxRow:
    return replace(row, state=MessageState.accepted, provider_id=f"250 {row.message.id}")


def write_for_ever(url: str, first: int, said: Connection) -> None:
    """Open needs and ask people about them, as fast as it goes, until killed; say which have been committed."""
    store = open_store(url)
    for number in range(first, first + 100_000):
        reference = reference_of(number)
        put_need(store, reference)
        said.send((reference, 1))
        store.commit(asking(read(store, reference), [a_responder(f"r{number}-{n}") for n in range(6)]))
        said.send((reference, 2))


def fill_the_disk(url: str, begin: float, room: int) -> tuple[int, str, bool, bool]:
    """Write until no file may grow beyond `room` bytes.

    Returns how many needs were written, what the failure said, whether a transaction was left open, and whether
    reading and (with room again) writing went on.
    """
    with opened(url, begin) as store:
        kept = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, kept[1]))
        written = 0
        try:
            while written < 10_000:
                put_need(store, reference_of(written), summary="x" * 500)
                written += 1
            said = "never full"
        except StoreError as full:
            said = str(full)
            left_open = store._connection().in_transaction  # type: ignore[attr-defined]
            readable = len(store.needs(limit=10_000)) == written
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, kept)
        put_need(store, reference_of(written))
        return written, said, left_open, readable and len(store.needs(limit=10_000)) == written + 1


def write_without_permission(url: str, said: Connection) -> None:
    """Try to open and write a store this user may only read; say what happens."""
    if os.getuid() == 0:
        os.setgid(65534)
        os.setuid(65534)
    try:
        store = open_store(url)
        store.wake([N1], NOW)
        said.send("written")
    except StoreError as refused:
        said.send(str(refused))


def reference_of(number: int) -> str:
    """A need's reference made of a number."""
    letters = "23456789CFGHJKMPQRVWX"
    text = ""
    for _ in range(6):
        number, at = divmod(number, len(letters))
        text = letters[at] + text
    return f"N-{text}"


def try_password(url: str, begin: float, officer: str) -> bool:
    """Begin a try at an officer's password; was it let on?"""
    with opened(url, begin) as store:
        return store.begin_try(officer, NOW) is not None


def change_officer(url: str, begin: float, officer: str, what: str) -> bool:
    """Disable an officer, or make their name longer."""
    with opened(url, begin) as store:
        return store.change_officer(
            officer,
            lambda now: (
                now.but(disabled=True) if what == "disabled" else now.but(name=f"{now.name} x"),
                Audit(NOW, "command", what or "renamed"),
            ),
        )


def write_audit(url: str, begin: float, number: int) -> None:
    """Write 20 entries, one by one."""
    with opened(url, begin) as store:
        for _ in range(20):
            store.record_audit(Audit(NOW, f"officer:{number}", "looked"))
