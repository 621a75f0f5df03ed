"""Pass a partner over for a while; keep one from a resident for good."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, ClassVar

from pydantic import Field

from domain.capabilities import Catalogue
from domain.changes import Change, Refusal
from domain.needs import Resident
from domain.opening import NeedWrong
from domain.pairs import keep_from, pair_keys
from domain.responders import Responder
from domain.rights import Right
from domain.situations import Situation
from domain.times import read_when
from domain.values import Value, read_duration
from infra import clock
from infra.auditing import audit
from infra.commands.command import Typed
from infra.directory import Imported, import_csv
from infra.door import Done, Door
from infra.looking import stands_for
from infra.newcomers import tell_waiting_needs
from infra.pausing import pause

LONGEST = timedelta(days=366)
MOST_A_WEEK = 1000


class PausePartner(Value):
    """Pass somebody over for a while: they are asked nothing new. What they were asked already they may answer."""

    right: ClassVar[Right] = Right.steer

    until: Annotated[
        Typed | None, Field(description="Until when; a day alone means 5pm.", examples=["2026-12-24T09:00"])
    ] = None
    length: Annotated[Typed | None, Field(description="So long from now.", examples=["3d", "1w"])] = None

    def carry_out(self, door: Door, responder: Responder, by: str) -> datetime:
        """Returns until when they are passed over. Raises `NeedWrong`."""
        now = clock.now()
        moment = self.moment(now, door)
        pause(door, responder.id, moment, by)
        audit(door.store, by, "paused", stands_for(responder.id))
        return moment

    def moment(self, now: datetime, door: Door) -> datetime:
        """Until when they would be passed over. Raises `NeedWrong`."""
        if bool(self.until) is bool(self.length):
            raise NeedWrong("until", "say until when, or for how long")
        place = "until" if self.until else "length"
        try:
            moment = read_when(self.until, now, door.settings.zone) if self.until else now + read_length(self.length)
        except ValueError as wrong:
            raise NeedWrong(place, str(wrong)) from None
        if moment <= now:
            raise NeedWrong(place, f"{(self.until or self.length or '')[:40]!r} is in the past")
        if moment > now + LONGEST:
            raise NeedWrong(place, "at most a year; after it, pause them again")
        return moment


def resume_partner(door: Door, responder: Responder, by: str) -> None:
    """Ask them again from now on."""
    pause(door, responder.id, None, by)
    audit(door.store, by, "unpaused", stands_for(responder.id))


class LimitPartner(Value):
    """Say how often somebody is asked in a week at most. What they were asked already stays."""

    right: ClassVar[Right] = Right.steer

    limit: Annotated[
        int | None,
        Field(ge=0, le=MOST_A_WEEK, strict=True, description="Times a week; left out, as often as it takes."),
    ] = None

    def check(self, responder: Responder) -> None:
        """Raises `NeedWrong`."""
        if self.limit is None and responder.is_person():
            raise NeedWrong("limit", "a helper always has a limit, so that nobody is worn out: enter a whole number")

    def carry_out(self, door: Door, responder: Responder, by: str) -> None:
        """Raises `NeedWrong`."""
        self.check(responder)
        door.store.revise(responder.id, lambda known: known.but(weekly_limit=self.limit), clock.now())
        door.ring()
        audit(
            door.store, by, "limit-changed", stands_for(responder.id), "none" if self.limit is None else str(self.limit)
        )


def bring_in_csv(door: Door, raw: bytes, catalogue: Catalogue, by: str) -> Imported:
    """Put every row of a file of partners on record that can be. Raises `FileWrong`."""
    done = import_csv(door.store, raw, catalogue, clock.now())
    make_known(door, done, by)
    return done


def make_known(door: Door, done: Imported, by: str) -> int:
    """Who brought partners in, and how many, stands in the audit; needs that wait look again, and so many do."""
    audit(door.store, by, "partners-brought-in", "", f"taken={done.taken},refused={len(done.refused)}")
    door.ring()  # whoever lost a check with it may have promised something
    return tell_waiting_needs(door, done.fresh, by)


def read_length(text: str | None) -> timedelta:
    """Read `1w`, and all that playbooks have: `3d`, `12h`. Raises `ValueError`."""
    weeks = re.fullmatch(r"\s*(\d{1,2})w\s*", text or "")
    return timedelta(weeks=int(weeks[1])) if weeks else read_duration(text)


@dataclass(frozen=True)
class UnderWay:
    """A need that was under way when a pair was kept apart, and how the partner stood in it."""

    need: str
    stands: str


def keep_apart(door: Door, responder: Responder, resident: Resident, by: str) -> Sequence[UnderWay]:
    """Never ask them about needs of this resident, known by e-mail and telephone. Holds at once, in needs recorded
    before it too: those are returned. The contact itself is not kept, only a hash of it under the council's key."""
    now = clock.now()
    keys = pair_keys(door.settings.signing_keys, resident)
    for key in pair_keys({door.kid: door.settings.signing_keys[door.kid]}, resident):
        door.store.keep_apart(key, responder.id, now)
    audit(door.store, by, "kept-apart", stands_for(responder.id))

    def decide(situation: Situation, now: datetime) -> Change | Refusal | None:
        return keep_from(situation, responder.id, by, now)

    found = []
    for need in door.store.needs_of(keys, now - LONGEST):
        done = door.change(need, decide)
        if isinstance(done, Done) and done.change:
            found.append(UnderWay(need, str(done.change.events[0].facts.get("stands"))))
    return found


def end_apart(door: Door, responder: Responder, resident: Resident, by: str) -> bool:
    """They may meet again, in needs recorded from now on; `False` if no such pair was kept apart."""
    ended = door.store.end_apart(pair_keys(door.settings.signing_keys, resident), responder.id) > 0
    if ended:
        audit(door.store, by, "apart-ended", stands_for(responder.id))
    return ended
