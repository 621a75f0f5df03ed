"""The one door for changes: gather, decide, commit; on a conflict read and decide again."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from domain.changes import Change, Refusal
from domain.links import Purpose, derive_token, hash_token
from domain.needs import Resident, new_reference
from domain.situations import Situation
from infra import clock
from infra.settings import Settings
from infra.store import Committed, Conflict, SameKey, Store, TokenRow, WeekFull

PATIENCE = 8.0  # seconds of deciding again before people are asked to try again

Decide = Callable[[Situation, datetime], Change | Refusal | None]


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

    def situation(self, need: str) -> Situation:
        """Read a need as it stands; raises `NoSuchNeed`."""
        found = self.store.situation(need, self.settings.zone, self.kid)
        if found is None:
            raise NoSuchNeed(f"no need has the reference {need[:20]!r}")
        return found

    def change(self, need: str, decide: Decide) -> Done | Refusal:
        """Read the need, decide, commit. On a conflict, read and decide again for up to `PATIENCE`; then raise `Busy`."""
        until = time.monotonic() + PATIENCE
        pause = 0.005
        while True:
            situation = self.situation(need)
            decided = decide(situation, clock.now())
            if decided is None:
                return Done(situation, None)
            if isinstance(decided, Refusal):
                return decided
            match self.store.commit(decided, self._tokens(decided)):
                case Committed():
                    return Done(situation, decided)
                case Conflict() | WeekFull():
                    if time.monotonic() > until:
                        raise Busy(f"{need} is being changed by many at once; try again in a moment")
                    time.sleep(random.uniform(0, pause))  # noqa: S311 - jitter, not a secret
                    pause = min(pause * 2, 0.5)

    def open(self, make: Callable[[str, datetime], Change], resident: Resident, key: str | None) -> str:
        """Put a new need on record under a fresh reference; returns it, or that of the need with the same key."""
        while True:
            change = make(new_reference(), clock.now())
            status = self._row(Purpose.status, change.need.id, self.kid, change.need.id)
            match self.store.add_need(change, resident, [status, *self._tokens(change)], key):
                case Committed():
                    return change.need.id
                case SameKey(need):
                    return need
                case Conflict():
                    continue

    def _tokens(self, change: Change) -> list[TokenRow]:
        """The links that come into the world with a change."""
        return [
            *self._invitation_links(change),
            *(self._row(Purpose.take, task.id, task.kid, change.need.id) for task in change.tasks),
        ]

    def _invitation_links(self, change: Change) -> Iterable[TokenRow]:
        for invitation in change.invitations:
            if invitation.version == 1:
                yield self._row(Purpose.invite, invitation.id, invitation.kid, change.need.id)
                mute = f"{invitation.responder}|{change.need.category}"
                yield self._row(Purpose.unsubscribe, mute, invitation.kid, None)

    def _row(self, purpose: Purpose, target: str, kid: str, need: str | None) -> TokenRow:
        token = derive_token(self.settings.signing_keys, kid, purpose, target)
        return TokenRow(hash_token(token), purpose.value, target, need)
