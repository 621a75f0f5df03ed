"""surge: a thousand needs in a minute."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

from benchmarks.borough import fill, record
from benchmarks.figures import Figure, spread
from benchmarks.stack import Muster, running_muster
from infra.playbooks import load_playbook

CLAIM = "a thousand needs in a minute are asked about within seconds, by a handful of flow runs, in flat memory"
ABOUT = re.compile(r"need-(N-[A-Z0-9]{6})@")  # the thread every mail of a need belongs to
P95_UNDER = 20.0
RUNS_AT_MOST = 40
ASKED = 8  # what the everyday playbook's first round comes to here


def measure(small: bool) -> Iterator[Figure]:
    """Needs at a steady pace through a minute, whatever becomes of them; the everyday playbook asks 8 for each."""
    needs, seconds = (50, 6.0) if small else (1000, 60.0)
    everybody = 2000 + needs * ASKED  # nobody is asked twice: a second mail within ten minutes would wait for company
    with running_muster("--keep", before=lambda door: fill(door, everybody)) as muster:
        record(muster.door, load_playbook("everyday"))  # warm
        muster.mailbox.wait_for(1, 30)
        muster.mailbox.wait_until_quiet(20)
        runs, before, cpu = muster.flow_runs(), _memory(muster), muster.cpu()
        recorded, slowest = _record_steadily(muster, needs, seconds)
        muster.mailbox.wait_until_quiet(180, quiet=5)
        after = _memory(muster)
        used = ", ".join(f"{part} {(now - cpu[part]) * 1000 / needs:.0f}" for part, now in muster.cpu().items())
        runs = muster.flow_runs() - runs
        first, last, mails = _moments(muster, recorded)
    yield Figure("recording itself, the slowest", f"{slowest * 1000:.0f} ms")
    yield Figure(
        f"{needs:,} needs in {seconds:g} s, recorded -> first invitation accepted ({mails:,} mails)",
        first.say("s", 0.95, 0.99) if first.values else "none",
        f"p95 < {P95_UNDER:g} s, all of them",
        len(first.values) == needs and first.at(0.95) < P95_UNDER,
    )
    yield Figure("recorded -> last invitation accepted", last.say("s", 0.95, 0.99))
    yield Figure("processor time for each need", f"{used} ms")
    yield Figure("flow runs, the minute's own sweeps included", f"{runs}", f"<= {RUNS_AT_MOST}", runs <= RUNS_AT_MOST)
    yield Figure("memory of worker and web app, before -> after", f"{before} -> {after}")


def _record_steadily(muster: Muster, needs: int, seconds: float) -> tuple[dict[str, float], float]:
    """Record needs at their times; returns when each was recorded, and how long the slowest took."""
    playbook, begun = load_playbook("everyday"), time.monotonic()
    recorded, slowest = {}, 0.0
    for number in range(needs):
        time.sleep(max(0.0, begun + number * seconds / needs - time.monotonic()))
        need, at = record(muster.door, playbook)
        recorded[need] = at
        slowest = max(slowest, time.time() - at)
    return recorded, slowest


def _moments(muster: Muster, recorded: dict[str, float]):  # type: ignore[no-untyped-def]
    first: dict[str, float] = {}
    last: dict[str, float] = {}
    mails = 0
    for mail in muster.mailbox.mails:
        found = ABOUT.search(mail["raw"])
        if found and found[1] in recorded:
            mails += 1
            moment = mail["at"] - recorded[found[1]]
            first.setdefault(found[1], moment)
            last[found[1]] = moment
    return spread(first.values()), spread(last.values()), mails


def _memory(muster: Muster) -> str:
    return f"{muster.memory('worker'):.0f} + {muster.memory('web'):.0f} MB"
