"""Take a need as far as it can go now: decide, commit, again, until it rests."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.changes import Change, Refusal, week_of
from domain.effects import change_for
from domain.escalation import next_step
from domain.handing_over import raise_decision_task
from domain.matching import Choice, choose
from domain.responders import Responder
from domain.safeguarding import checks_lost, promised_with_check
from domain.situations import Situation
from domain.steps import Ask, CallReserve, Remind, Rest, Step
from domain.widening import call_times
from infra import clock
from infra.door import Busy, Door
from infra.store import Store, StoreError

MOST_STEPS = 50
MOST_CANDIDATES = 200
FAILURES_BEFORE_A_PERSON = 5
LONGEST_BACK_OFF = timedelta(hours=1)

log = logging.getLogger("muster.moving")


@dataclass(frozen=True)
class Moved:
    """What a look at a need came to: each step's because, in order, the rest included."""

    need: str
    because: tuple[str, ...]


def move_need(door: Door, need: str) -> Moved:
    """Look at one need until it rests, at most `MOST_STEPS` steps. Looking twice changes nothing the second time."""
    said: list[str] = []
    for _ in range(MOST_STEPS):
        step = take_step(door, need)
        said.append(step.because)
        if isinstance(step, Rest):
            break
    return Moved(need, tuple(said))


def move_needs(door: Door, needs: list[str]) -> list[Moved]:
    """Look at each of these needs. One that fails waits longer each time and never holds up the others."""
    moved = []
    for need in needs:
        try:
            moved.append(move_need(door, need))
            door.store.forgive(need)
        except (StoreError, Busy) as passing:
            log.warning("need %s: not this time: %s", need, type(passing).__name__)
        except Exception:  # whatever is wrong with one need must not stop the others
            log.exception("need %s: deciding failed", need)
            _back_off(door, need)
    return moved


def take_step(door: Door, need: str) -> Step:
    """Decide the next step of a need and commit it."""
    taken: list[Step] = []

    def decide(situation: Situation, now: datetime) -> Change | None:
        step = lost_checks_for(situation, door.store, now) or next_step(situation, now)
        taken.append(step)
        return change_for(
            step,
            situation,
            lambda ask: choose_for(ask, situation, door.store, now),
            lambda call: times_for(call, situation, door.store, now),
            now,
        )

    done = door.change(need, decide)
    if isinstance(done, Refusal):
        raise AssertionError(f"a step is never refused: {done.code}")
    return taken[-1]


def lost_checks_for(situation: Situation, store: Store, now: datetime) -> Step | None:
    """A need is woken when somebody it asked has lost a check: look whether they have promised what requires it."""
    promised = {invitation.responder for invitation in promised_with_check(situation, now)}
    return checks_lost(situation, _responders(promised, store), now) if promised else None


def times_for(step: CallReserve | Remind, situation: Situation, store: Store, now: datetime) -> dict[str, datetime]:
    """From when those who stand by may be called, or those asked reminded, as the directory has them now."""
    theirs = {situation.by_id[id].responder for id in step.invitations}
    return call_times(situation, step, _responders(theirs, store), now)


def _responders(ids: Iterable[str], store: Store) -> dict[str, Responder]:
    return {id: responder for id in ids if (responder := store.responder(id))}


def choose_for(step: Ask, situation: Situation, store: Store, now: datetime) -> Choice:
    """Choose from as many as it takes: those who cannot be asked today must not crowd out those who can."""
    need = situation.need
    round = need.playbook.together(step.rounds)
    limit = max(MOST_CANDIDATES, round.ask) + len(situation.invitations)
    while True:
        candidates = store.candidates(
            [need.line(n).what for n in step.lines],
            [sector.value for sector in round.sectors],
            need.point,
            round.within_km,
            week_of(now, situation),
            limit,
        )
        choice = choose(candidates, situation, step, now)
        if not choice.dry or len(candidates) < limit:
            return choice
        limit *= 4


def _back_off(door: Door, need: str) -> None:
    """Look again later, each time twice as late; after five failures in a row a person is asked to look."""
    try:
        failures = door.store.failures(need) + 1
        door.store.defer(need, clock.now() + min(timedelta(seconds=5) * 2 ** min(failures, 20), LONGEST_BACK_OFF))
        if failures % FAILURES_BEFORE_A_PERSON == 0:
            door.change(need, raise_decision_task)
    except Exception:  # a need that cannot even be read must not stop the others
        log.exception("need %s: nobody could be told", need)
