"""Taking one person out of everything that is kept, and looking afterwards whether anything is left."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain.answering import Answer, AnswerKind
from domain.changes import Change, Draft, Refusal
from domain.closing import close
from domain.events import EventCode
from domain.forgetting import ALL, cannot_forget, forget
from domain.invitations import Reason
from domain.labels import say_list
from domain.needs import LETTERS, Outcome, Resident
from domain.responders import Responder
from domain.situations import Situation
from domain.taking_answers import take_answer
from domain.values import plural
from infra import clock
from infra.auditing import audit
from infra.counting import drop_figures
from infra.door import Door
from infra.persons.finding import Person
from infra.persons.leftovers import find_left, what_names
from infra.sent_files import erase_of, erase_saying
from infra.store import DELIVERING, Lease, Store, StoreError

PATIENCE = 25.0  # seconds: a deliverer lets go between two batches, and a dead one's lease ends
LONGEST = timedelta(minutes=1)


@dataclass
class Erased:
    """What was done, in numbers; and where something of them still stands, which should be nowhere."""

    needs: int = 0
    helpers: int = 0
    contacts: int = 0
    files: int = 0
    left: dict[str, int] = field(default_factory=dict)

    @property
    def counted(self) -> str:
        """`1 need, 2 helpers, 0 contacts and 3 message files`."""
        what = ("need", self.needs), ("helper", self.helpers), ("contact", self.contacts), ("message file", self.files)
        return say_list(plural(count, one, f"{one}s") for one, count in what)


def obstacles(door: Door, person: Person, *, withdraw: bool) -> list[str]:
    """Why they cannot be erased now, in sentences; none if they can."""
    found = []
    for need in person.resident_of | person.speaks_in:
        refusal = cannot_forget(door.situation(need))
        may_be_open = withdraw or need not in person.resident_of
        if refusal and not (may_be_open and refusal.code == "open"):
            found.append(refusal.sentence)
    for helper in person.helpers:
        promised = [s.need.id for s, _ in _promises(door, helper)]
        if promised and not withdraw:
            found.append(f"{helper.name} has promised to help with {', '.join(promised)}, and is expected there.")
    if person.officer and not person.officer.disabled:
        found.append(f"{person.officer.name} is an officer here, and has to be disabled first.")
    return found


def erase_person(door: Door, person: Person, by: str, because: str, *, withdraw: bool) -> Erased | Refusal:
    """Erase them everywhere. With `withdraw`, open needs of theirs are ended and promises they made are taken back
    first, so that everybody who counts on them hears of it. Nothing is sent meanwhile; twice is harmless: what is gone
    is not found again."""
    with _nothing_sent(door.store) as quiet:
        if not quiet:
            return Refusal("sending", "Messages are being sent right now; try again in a minute.")
        done = Erased()
        if refusal := _erase_needs(door, person, by, done, withdraw=withdraw):
            return refusal
        _erase_from_directory(door, person, by, done, withdraw=withdraw)
        drop_figures(door.store, clock.now())  # an area may have been somebody's address
        done.files += erase_saying(door.settings.home, what_names(person))
    with suppress(StoreError):  # what is left in the file is found below, and said
        door.store.compact()
    counts = f"needs={done.needs},helpers={done.helpers},contacts={done.contacts}"
    audit(door.store, by, "erased-person", "", f"{because}: {counts}")
    done.left = find_left(door, what_names(person))
    return done


@contextmanager
def _nothing_sent(store: Store) -> Iterator[bool]:
    """Hold the right to send, so that no message about them is on its way; `False` if somebody else keeps it."""
    until, holder, leases = time.monotonic() + PATIENCE, f"erasing-{secrets.token_hex(4)}", dict[str, Lease]()
    while len(leases) < len(DELIVERING):
        for name in set(DELIVERING.values()) - leases.keys():
            if lease := store.take_lease(name, holder, clock.now(), clock.now() + LONGEST):
                leases[name] = lease
        if time.monotonic() > until:
            break
        time.sleep(0 if len(leases) == len(DELIVERING) else 0.05)
    try:
        yield len(leases) == len(DELIVERING)
    finally:
        for lease in leases.values():
            store.release_lease(lease)


def _erase_needs(door: Door, person: Person, by: str, done: Erased, *, withdraw: bool) -> Refusal | None:
    for need in person.resident_of:
        if refusal := _erase_resident(door, need, by, withdraw=withdraw):
            return refusal
        done.needs += 1
        done.files += erase_of(door.settings.home, _ids_of(door, need))
    for need, resident in person.speaks_in.items():
        if need not in person.resident_of:
            _erase_speaker(door, need, resident, by)
            done.needs += 1
    return None


def _erase_from_directory(door: Door, person: Person, by: str, done: Erased, *, withdraw: bool) -> None:
    for helper in person.helpers:
        if withdraw:
            _take_back(door, helper, by)
        done.files += erase_of(door.settings.home, _ids_to(door, helper))
        _erase_helper(door, helper, by)
        done.helpers += 1
    for id, mine in person.contact_of.items():
        kept = [contact for contact in door.store.contacts(id) if contact != mine]
        door.store.put_contacts(id, kept, clock.now())
        done.contacts += 1


# --- as a resident --------------------------------------------------------------


def _erase_resident(door: Door, need: str, by: str, *, withdraw: bool) -> Refusal | None:
    if withdraw and not door.situation(need).need.closed:
        ended = door.change(need, lambda situation, now: close(situation, Outcome.withdrawn, by, now))
        if isinstance(ended, Refusal):
            return ended
    gone = door.change(need, lambda situation, now: forget(situation, ALL, "asked", by, now))
    return gone if isinstance(gone, Refusal) else None


def _erase_speaker(door: Door, need: str, resident: Resident, by: str) -> None:
    """Whoever speaks for the resident is taken out; the resident stays."""
    without = resident.but(referrer_name=None, referrer_email=None, referrer_phone=None)
    if resident.contact_by == "person":
        without = without.but(contact_by=None)

    def decide(situation: Situation, now: datetime) -> Change:
        draft = Draft(situation, now)
        draft.note_event(EventCode.forgotten, by=by, why="asked", what="speaker")
        draft.keep_resident(without)
        return draft.change(wake_at=situation.need.wake_at)

    door.change(need, decide)


def _ids_of(door: Door, need: str) -> frozenset[str]:
    return frozenset(row.message.id for row in door.store.messages(need))


# --- as a helper ----------------------------------------------------------------


def _promises(door: Door, helper: Responder) -> list[tuple[Situation, str]]:
    """The open needs that count on them, with the invitation."""
    situations = (door.situation(need) for need in door.store.needs_asked(helper.id))
    return [(s, i.id) for s in situations if not s.need.closed
            for i in s.invitations if i.responder == helper.id and i.promised]  # fmt: skip


def _take_back(door: Door, helper: Responder, by: str) -> None:
    """They can no longer help: whoever counted on them hears of it, and others are asked."""
    for situation, invitation in _promises(door, helper):
        answer = Answer(AnswerKind.reject, reason=Reason.not_available, by=by)
        door.change(
            situation.need.id,
            lambda now_so, now, id=invitation, said=answer: take_answer(now_so, id, said, helper, now),  # type: ignore[misc]
        )


def _erase_helper(door: Door, helper: Responder, by: str) -> None:
    """Out of the directory; in every story “a helper”, under an id that says nothing."""
    alias = "helper-" + "".join(secrets.choice(LETTERS).lower() for _ in range(8))

    def decide(situation: Situation, now: datetime) -> Change:
        draft = Draft(situation, now)
        draft.note_event(EventCode.forgotten, by=by, why="asked", what="helper")
        return draft.change(wake_at=situation.need.wake_at)

    for need in door.store.needs_asked(helper.id):
        door.change(need, decide)
    door.store.rename_responder(helper.id, alias)


def _ids_to(door: Door, helper: Responder) -> frozenset[str]:
    to = f"responder:{helper.id}"
    needs = door.store.needs_asked(helper.id)
    return frozenset(row.message.id for need in needs for row in door.store.messages(need) if row.message.to == to)
