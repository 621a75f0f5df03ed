"""waiting: ten thousand open needs, twenty thousand responders, and nothing to do."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import httpx

from benchmarks.borough import CENTRE, WHAT, fill, record
from benchmarks.figures import Figure, short, spread
from benchmarks.peer import running_peer
from benchmarks.processes import eventually, memory_mb, private_mb
from benchmarks.stack import Muster, running_muster
from domain.asking import ask
from domain.changes import Change
from domain.links import Purpose, derive_token, url_of
from domain.matching import Choice, Chosen
from domain.needs import Resident
from domain.opening import NeedRequest, open_need, read_need
from domain.responders import Responder
from domain.situations import Situation
from domain.steps import Ask
from infra import clock
from infra.door import Door
from infra.playbooks import load_catalogue, load_playbook
from infra.prefect_api import WAKE_NEEDS
from infra.store import MessageState

CLAIM = (
    "a need that waits is a row: ten thousand of them cost no process, no thread, no flow run, and milliseconds a look"
)
LOOK_UNDER, WORKER_UNDER, WEB_UNDER = 50.0, 300.0, 200.0
SAMPLES, VIEWS, ASKED = 200, 200, 3
REQUEST = NeedRequest(
    category="food",
    summary="Groceries for a family of five",
    lines=(f"{WHAT}:4",),
    area="Norbiton",
    point=CENTRE,
    needed_by="+3d",
)


def measure(small: bool) -> Iterator[Figure]:
    """What the machine has to do while they wait."""
    needs, responders = (200, 400) if small else (10_000, 20_000)
    with running_muster(before=lambda door: fill(door, responders)) as muster:
        runs, before = muster.flow_runs(), muster.size()
        begun = time.monotonic()
        references = _wait(muster.door, needs)
        took = time.monotonic() - begun
        after = muster.size()
        minutes = took / 60
        yield Figure(
            f"processes and threads, 0 needs -> {needs:,} waiting over {responders:,} responders",
            f"{before[0]} and {before[1]} -> {after[0]} and {after[1]}",
            "none more (the runs of the moment aside)",
            after[0] <= before[0] and after[1] <= before[1] + 10,
            _one_waiting_run(needs),
        )
        yield Figure(
            f"flow runs in the {minutes:.1f} min of writing them (two are planned each minute)",
            f"{muster.flow_runs() - runs}",
        )
        yield from _looks(muster)
        yield from _memory(muster, references, responders)


def _looks(muster: Muster) -> Iterator[Figure]:
    store, taken = muster.door.store, []
    for _ in range(SAMPLES):
        begun = time.perf_counter()
        busy = bool(store.due(clock.now(), 1)) or store.outbox_due(clock.now())
        taken.append((time.perf_counter() - begun) * 1000)
        assert not busy, "something is due"
    look = spread(taken)
    yield Figure(
        "the bell's look, nothing due", look.say("ms", 0.99), f"p99 < {LOOK_UNDER:g} ms", look.at(0.99) < LOOK_UNDER
    )
    sweeps = []
    for _ in range(5):
        time.sleep(2)
        sweeps.append(muster.run_once(WAKE_NEEDS))
    yield Figure(
        "a whole `wake-needs` run, nothing due",
        f"itself median {short(spread(own for _, own in sweeps).median)} s; "
        f"asked for -> ended {short(spread(whole for whole, _ in sweeps).median)} s",
    )


def _memory(muster: Muster, references: list[str], responders: int) -> Iterator[Figure]:
    worker, web = muster.memory("worker"), muster.memory("web")
    yield Figure(
        "worker's memory after those sweeps", f"{worker:.0f} MB", f"< {WORKER_UNDER:g} MB", worker < WORKER_UNDER
    )
    keys, seen = muster.door.settings.signing_keys, []
    with httpx.Client(trust_env=False) as http:
        for need in references[:VIEWS]:
            invitation = muster.door.situation(need).invitations[0]
            token = derive_token(keys, invitation.kid, Purpose.invite, invitation.id)
            begun = time.perf_counter()
            page = http.get(url_of(muster.base_url, Purpose.invite, token))
            seen.append((time.perf_counter() - begun) * 1000)
            assert page.status_code == 200, page.status_code
    grown = muster.memory("web")
    yield Figure(
        f"web app's memory, before -> after {VIEWS} partners' pages ({spread(seen).say('ms', 0.99)})",
        f"{web:.0f} -> {grown:.0f} MB",
        f"< {WEB_UNDER:g} MB",
        grown < WEB_UNDER,
    )
    mails = len(muster.mailbox.mails)
    _, at = record(muster.door, load_playbook("everyday"))
    assert muster.mailbox.wait_for(mails + 1, 60), "nobody was asked"
    muster.mailbox.wait_until_quiet(20)
    worker = muster.memory("worker")
    yield Figure(
        f"worker's memory after one need over {responders:,} responders "
        f"(first mail after {muster.mailbox.mails[mails]['at'] - at:.2f} s)",
        f"{worker:.0f} MB",
        f"< {WORKER_UNDER:g} MB",
        worker < WORKER_UNDER,
    )


# --- needs that wait ------------------------------------------------------------


def _wait(door: Door, count: int) -> list[str]:
    """Put needs into the store as they stand while three partners think it over, their mails long accepted."""
    store, when = door.store, random.Random(3)  # noqa: S311  (the same needs every time)
    asked = store.responders(limit=1000)
    lease = store.take_lease("deliver", "bench", clock.now(), clock.now() + timedelta(minutes=30))
    assert lease, "somebody is delivering"
    references = []
    for number in range(count):
        later = timedelta(hours=when.uniform(1, 40))
        some = [asked[(number * ASKED + n) % len(asked)] for n in range(ASKED)]
        references.append(_put_waiting(door, some, later))
        if number % 200 == 199 or number == count - 1:
            while rows := store.claim(lease, clock.now(), 1000):
                store.settle([replace(row, state=MessageState.accepted) for row in rows], lease)
    store.release_lease(lease)
    return references


def _put_waiting(door: Door, some: list[Responder], later: timedelta) -> str:
    """One need through the door: opened, three asked, its next look hours away."""

    def make(reference: str, now: datetime) -> Change:
        need = read_need(REQUEST, reference, load_catalogue(), load_playbook("everyday"), now, door.settings.zone)
        return _not_before(open_need(need, (), door.kid, door.settings.zone, Resident(), now), now + later)

    def decide(situation: Situation, now: datetime) -> Change:
        step = Ask(round=1, lines=(1,), further=False, because="")
        return _not_before(ask(situation, step, Choice(tuple(Chosen(r, {1: 0.3}) for r in some), ()), now), now + later)

    need = door.open(make, Resident(), None)
    door.change(need, decide)
    return need


def _not_before(change: Change, moment: datetime) -> Change:
    return replace(change, need=change.need.but(wake_at=moment))


# --- what waits in Prefect's own way ----------------------------------------------


def _one_waiting_run(needs: int) -> str:
    """The memory of one flow run that waits for an answer in a process of its own, as `serve()` runs it."""
    with running_peer() as peer:
        peer.ask("wait", "need")
        assert eventually(peer.runs, 60), "no run began"
        time.sleep(15)  # until it has paused and settled
        pid = peer.runs()[-1]
        own, whole = private_mb(pid), memory_mb(pid)
    return (
        f"one flow run waiting in `pause_flow_run` is a process of {whole:.0f} MB ({own:.0f} MB its own); projected, "
        f"not measured: {needs:,} of them {own * needs / 1024:,.0f} GB (`suspend_flow_run` keeps no process, but "
        "cannot wake at a time: its timeout fails the run)"
    )
