"""choosing: one need, a hundred thousand people who could help, and who of them is asked."""

from __future__ import annotations

import math
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks.borough import AT_ONCE, CENTRE, WHAT
from benchmarks.figures import Figure, short, spread
from domain.askable import Candidate
from domain.capabilities import Sector
from domain.changes import Change, Draft, Slot, week_of
from domain.events import EventCode
from domain.matching import Choice, choose
from domain.needs import Resident
from domain.opening import NeedRequest, open_need, read_need
from domain.playbooks import Playbook, Round
from domain.responders import Contact, Responder
from domain.situations import Situation
from domain.steps import Ask
from domain.values import Point
from infra import clock
from infra.door import Door
from infra.playbooks import load_catalogue
from infra.settings import Settings
from infra.store import Committed, Store, open_store
from tasks.moving import choose_for

CLAIM = "who is asked is chosen among a hundred thousand responders in a fraction of a second"
UNDER_MS = 150.0
WARM, SAMPLES, PLAIN_SAMPLES = 3, 30, 3
SPAN_KM = 10.0
BUSY = 3  # one in so many has been asked this week
PEOPLE = (Sector.volunteer, Sector.community, Sector.voluntary, Sector.business)
ROUNDS = {
    "neighbours within 3 km, 8 asked": Round(
        name="near", sectors=PEOPLE[:2], within_km=3, ask=8, patience=timedelta(hours=2)
    ),
    "anybody anywhere, 50 asked": Round(name="all", sectors=PEOPLE, ask=50, patience=timedelta(hours=2)),
    "anybody anywhere, the place of the need not known": Round(
        name="unplaced", sectors=PEOPLE, ask=8, patience=timedelta(hours=2)
    ),
}


def measure(small: bool) -> Iterator[Figure]:
    """Choose again and again, warm: the question to the store and the decision, nothing written."""
    count = 2_000 if small else 100_000
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as folder:
        settings = Settings(home=Path(folder))
        door = Door(open_store(settings.store_url), settings)
        try:
            begun = time.perf_counter()
            _fill(door.store, count)
            _make_busy(door, count)
            yield Figure(f"{count:,} responders written", f"{time.perf_counter() - begun:.1f} s")
            for what, round in ROUNDS.items():
                yield _choosing(door, what, round, plain=what.startswith("neighbours"))
        finally:
            door.store.close()


def _choosing(door: Door, what: str, round: Round, plain: bool) -> Figure:
    situation, now = _situation(door, round), clock.now()
    step = Ask(1, (1,), False, "")

    def ours() -> Choice:
        return choose_for(step, situation, door.store, now)

    taken, choice = _time(ours, SAMPLES)
    assert choice.chosen, "nobody was chosen"
    beside = ""
    if plain:
        theirs, same = _time(
            lambda: choose(_everybody(door.store, situation, round), situation, step, now), PLAIN_SAMPLES
        )
        assert [c.responder.id for c in same.chosen] == [c.responder.id for c in choice.chosen], "another choice"
        beside = f"every row read and ordered in Python: median {short(spread(theirs).median)} ms, the same people"
    times = spread(taken)
    return Figure(f"{what}", times.say("ms", 0.9), f"p90 < {UNDER_MS:g} ms", times.at(0.9) < UNDER_MS, beside)


def _time(choosing: Callable[[], Choice], samples: int) -> tuple[list[float], Choice]:
    for _ in range(min(WARM, samples)):
        choice = choosing()
    taken = []
    for _ in range(samples):
        begun = time.perf_counter()
        choice = choosing()
        taken.append((time.perf_counter() - begun) * 1000)
    return taken, choice


def _everybody(store: Store, situation: Situation, round: Round) -> list[Candidate]:
    """The plain way: read all who can do it, and leave distance, limits and order to Python."""
    sectors = [sector.value for sector in round.sectors]
    return store.considered([WHAT], sectors, situation.need.point, week_of(clock.now(), situation), 10**6)


# --- a large borough ----------------------------------------------------------------


def _fill(store: Store, count: int) -> None:
    dice = random.Random(7)  # noqa: S311  (the same borough every time)
    rows = [(_responder(number, dice), [Contact(email=f"r{number}@example.org")]) for number in range(count)]
    for start in range(0, count, AT_ONCE):
        store.put_responders(rows[start : start + AT_ONCE], clock.now())


def _responder(number: int, dice: random.Random) -> Responder:
    span = SPAN_KM / 111.2
    narrow = math.cos(math.radians(CENTRE.lat))
    place = Point(lat=CENTRE.lat + dice.uniform(-span, span), lon=CENTRE.lon + dice.uniform(-span, span) / narrow)
    return Responder(
        id=f"r-{number:06}",
        name=f"Responder {number}",
        sector=dice.choice(PEOPLE),
        capabilities=(WHAT, "blanket", "hot-meal"),
        capacity=dice.choice([None, 1, 2, 5]),
        point=None if number % 50 == 0 else place,
        areas=("Norbiton",) if number % 50 == 1 else (),
    )


def _make_busy(door: Door, count: int) -> None:
    """Take a slot from the week of one in three."""
    situation = _situation(door, ROUNDS["anybody anywhere, 50 asked"])
    now = clock.now()
    ids = [f"r-{number:06}" for number in range(0, count, BUSY)]
    for start in range(0, len(ids), AT_ONCE):
        situation = door.situation(situation.need.id)
        draft = Draft(situation, now)
        draft.note_event(EventCode.asked, round=1, lines=(1,))
        for id in ids[start : start + AT_ONCE]:
            draft.take_slot(Slot(id, week_of(now, situation), None))
        assert isinstance(door.store.commit(draft.change(wake_at=None)), Committed)


def _situation(door: Door, round: Round) -> Situation:
    """A need just recorded, by a playbook of this one round."""
    request = NeedRequest(
        category="food",
        summary="Groceries for a family of five",
        lines=(f"{WHAT}:12",),
        area="Norbiton",
        point=None if round.name == "unplaced" else CENTRE,
        needed_by="+2d",
    )
    playbook = Playbook(name="bench", title="Ask once", rounds=(round,))

    def make(reference: str, now: datetime) -> Change:
        need = read_need(request, reference, load_catalogue(), playbook, now, door.settings.zone)
        return open_need(need, (), door.kid, door.settings.zone, Resident(), now)

    return door.situation(door.open(make, Resident(), None))
