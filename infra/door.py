"""The one door for changes: gather, decide, commit; on a conflict read and decide again."""

from __future__ import annotations

import math
import random
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from domain.changes import Change, Refusal
from domain.links import Purpose, derive_token, hash_token, take_target
from domain.needs import Resident, new_reference
from domain.situations import Situation
from infra import clock
from infra.calendar import bank_holidays
from infra.ringing import ring
from infra.rota import load_rota
from infra.settings import Settings
from infra.store import Committed, Conflict, SameKey, Store, TokenRow, WeekFull

PATIENCE = 10.0  # seconds of deciding again before people are asked to try again; with what begins last, 25 at most
LOOK_AGAIN = 2.0  # seconds: while others have their turns, all may have been promised
TURNS = tuple(threading.Lock() for _ in range(64))  # in one process, those who were overtaken take turns

Decide = Callable[[Situation, datetime], Change | Refusal | None]
DecideTogether = Callable[[tuple[Situation, ...], datetime], Change | Refusal | None]


class Busy(Exception):
    """Too many changes to one need at once: nothing was written, try again."""


class NoSuchNeed(LookupError):
    """There is no need of this reference."""


@dataclass(frozen=True)
class Done:
    """What came of a decision: the situation it was taken in, and the change; `None` if there was nothing to change."""

    before: Situation
    change: Change | None


@dataclass(frozen=True)
class Door:
    """Changes needs. Web, commands and tasks all use it; nothing else writes decisions."""

    store: Store
    settings: Settings

    @property
    def kid(self) -> str:
        """The key id that signs new links."""
        return next(iter(self.settings.signing_keys))

    def find(self, need: str) -> Situation | None:
        """Read a need as it stands, with the council's calendar and rota; `None` if there is none."""
        found = self.store.situation(need, self.settings.zone, self.kid)
        return self.fitted(found) if found else None

    def fitted(self, situation: Situation) -> Situation:
        """The situation with what is not in the store: the nation's bank holidays, the rota."""
        return replace(situation, rota=load_rota(self.settings.home), holidays=bank_holidays(self.settings.nation))

    def situation(self, need: str) -> Situation:
        """Read a need as it stands; raises `NoSuchNeed`."""
        found = self.find(need)
        if found is None:
            raise NoSuchNeed(f"no need has the reference {need[:20]!r}")
        return found

    def change(self, need: str, decide: Decide) -> Done | Refusal:
        """Read the need, decide, commit. Overtaken, read and decide again in one's turn, for up to `PATIENCE`; then
        raise `Busy`. Where a crowd was asked, nothing is committed before one's turn."""
        until = time.monotonic() + PATIENCE
        if result := self._try(need, decide, most=self.store.crowd):
            return result
        here = TURNS[hash(need) % len(TURNS)]
        if here.acquire(timeout=max(0.0, until - time.monotonic())):
            try:
                while (left := until - time.monotonic()) > 0:
                    with self.store.turn(need, min(left, LOOK_AGAIN)) as ours:
                        result = self._try(need, decide, math.inf if ours else self.store.crowd)
                    if result:
                        return result
                    time.sleep(random.uniform(0, 0.05))  # noqa: S311 - jitter, not a secret
            finally:
                here.release()
        raise Busy(f"{need} is being changed by many at once; try again in a moment")

    def _try(self, need: str, decide: Decide, most: float = math.inf) -> Done | Refusal | None:
        """Read, decide, commit once; `None` when somebody else was first, or when as many as `most` were asked."""
        situation = self.situation(need)
        decided = decide(situation, clock.now())
        if decided is None:
            return Done(situation, None)
        if isinstance(decided, Refusal):
            return decided
        if len(situation.invitations) >= most:
            return None
        match self.store.commit(decided, self._tokens(decided)):
            case Committed():
                if makes_due(decided, clock.now()):
                    self.ring()
                return Done(situation, decided)
            case Conflict() | WeekFull():
                return None

    def change_together(self, needs: tuple[str, ...], decide: DecideTogether) -> Done | Refusal:
        """Read these needs, decide, commit one change of all of them; overtaken at any of them, decide again.

        `before` of what is `Done` is the first need's.
        """
        first, *others = needs

        def decide_all(situation: Situation, now: datetime) -> Change | Refusal | None:
            return decide((situation, *(self.situation(need) for need in others)), now)

        return self.change(first, decide_all)

    def open(
        self,
        make: Callable[[str, datetime], Change],
        resident: Resident,
        key: str | None,
        digest: str | None = None,
    ) -> str:
        """Put a new need on record under a fresh reference; returns it, or that of the need with the same key."""
        while True:
            change = make(new_reference(), clock.now())
            status = _row(self.settings.signing_keys, Purpose.status, change.need.id, self.kid, change.need.id)
            match self.store.add_need(change, resident, [status, *self._tokens(change)], key, digest):
                case Committed():
                    self.ring()
                    return change.need.id
                case SameKey(need):
                    return need
                case Conflict():
                    continue

    def ring(self) -> None:
        """Something is due now: have it looked at at once, where a bell must be rung for that."""
        ring(self.settings.bell)

    def _tokens(self, change: Change) -> list[TokenRow]:
        """The links that come into the world with a change, and with those that go with it."""
        keys = self.settings.signing_keys
        return [
            *_invitation_links(keys, change),
            *_task_links(keys, change),
            *(row for other in change.also for row in self._tokens(other)),
        ]


def makes_due(change: Change, now: datetime) -> bool:
    """Does this change, or one that goes with it, leave a need to look at now, or a message to send?"""
    alarm = change.need.wake_at
    due = alarm is not None and alarm <= now
    return due or bool(change.messages) or any(makes_due(other, now) for other in change.also)


def _invitation_links(keys: Mapping[str, bytes], change: Change) -> Iterable[TokenRow]:
    for invitation in change.invitations:
        if invitation.version == 1:
            yield _row(keys, Purpose.invite, invitation.id, invitation.kid, change.need.id)
            mute = f"{invitation.responder}|{change.need.category}"
            yield _row(keys, Purpose.unsubscribe, mute, invitation.kid, None)
            yield _row(keys, Purpose.partner, invitation.responder, invitation.kid, None)


def _task_links(keys: Mapping[str, bytes], change: Change) -> Iterable[TokenRow]:
    """A link for each officer a task is with, and for each who is told of it though it went on to another."""
    told = {(message.task, message.to_officer) for message in change.messages if message.task}
    for task in change.tasks:
        for officer in {task.officer, *(who for id, who in told if id == task.id)}:
            yield _row(keys, Purpose.take, take_target(task.id, officer), task.kid, change.need.id)


def _row(keys: Mapping[str, bytes], purpose: Purpose, target: str, kid: str, need: str | None) -> TokenRow:
    return TokenRow(hash_token(derive_token(keys, kid, purpose, target)), purpose.value, target, need)
