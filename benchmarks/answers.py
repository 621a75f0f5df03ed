"""answers: partners answer on their links while the worker asks others; and four want the same last place."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any

from benchmarks.borough import asking, fill, record
from benchmarks.figures import Figure, spread
from benchmarks.processes import ROOT, clean_environment
from benchmarks.stack import Muster, running_muster
from domain.capabilities import Sector
from domain.links import Purpose, derive_token, url_of

CLAIM = "fifty answers a second are taken while others are being asked, and a last place has one winner"
P99_UNDER = 0.1
PER_SECOND, PARTNERS = 50, 4
# Of people who have never answered three in ten are expected to say yes, so four of them are asked for a last place.
GROUPS, UNKNOWN = Sector.community, Sector.volunteer
AS_IT_STOOD = {"version": "1"}  # a hidden field of the partner's page


def measure(small: bool) -> Iterator[Figure]:
    """First the steady answers, one of four things from each of four partners; then the races."""
    needs = 20 if small else 250
    with running_muster(before=lambda door: fill(door, 1200, capacity=4, sectors=(GROUPS, UNKNOWN))) as muster:
        yield from _steady(muster, needs)
        yield from _races(muster, needs)


def _steady(muster: Muster, needs: int) -> Iterator[Figure]:
    groups = _asked(muster, needs, GROUPS, 4, {"answer": "part", "quantity-1": "1", **AS_IT_STOOD})
    seen, over, before = len(muster.mailbox.mails), threading.Event(), muster.cpu()
    background = threading.Thread(target=_go_on_asking, args=(muster, over))
    background.start()
    try:
        met = _answered(groups, PER_SECOND)
    finally:
        over.set()
        background.join()
    muster.mailbox.wait_until_quiet(60)
    used = ", ".join(
        f"{part} {(after - before[part]) * 1000 / (needs * PARTNERS):.0f}" for part, after in muster.cpu().items()
    )
    choosing, sending = spread(s * 1000 for s in met["choosing"]), spread(s * 1000 for s in met["sending"])
    both = spread((*choosing.values, *sending.values))
    statuses = Counter(met["statuses"])
    mails = len(muster.mailbox.mails) - seen
    yield Figure(
        f"{needs * PARTNERS:,} answers at {PER_SECOND} a second ({met['seconds']:.0f} s), two requests each",
        both.say("ms", 0.95, 0.99),
        f"p99 < {P99_UNDER * 1000:g} ms, none refused",
        both.at(0.99) < P99_UNDER * 1000 and set(statuses) == {303},
    )
    yield Figure("of these, choosing (from when they meant to)", choosing.say("ms", 0.99))
    yield Figure("of these, sending (recorded, on the disk)", sending.say("ms", 0.99))
    yield Figure("processor time for each answer and what follows from it", f"{used} ms")
    yield Figure("mails that went out meanwhile and just after", f"{mails:,}")


def _races(muster: Muster, needs: int) -> Iterator[Figure]:
    groups = _asked(muster, needs, UNKNOWN, 1, {"answer": "accept", **AS_IT_STOOD})
    references = [group[0][2] for group in groups]
    met = _answered(groups, None)
    won = Counter(
        sum(1 for invitation in muster.door.situation(need).invitations if invitation.pledged) for need in references
    )
    sending, statuses = spread(s * 1000 for s in met["sending"]), Counter(met["statuses"])
    yield Figure(
        f"{needs * PARTNERS:,} answers over {needs} needs, {PARTNERS} at once for each last place",
        f"one winner in {won[1]}, none in {won[0]}, several in {sum(won.values()) - won[1] - won[0]}",
        "exactly one each",
        won == {1: needs},
    )
    said = ", ".join(f"{status}: {count}" for status, count in sorted(statuses.items()))
    yield Figure("of these, sending", f"{sending.say('ms', 0.99)}; HTTP {said}")


def _asked(muster: Muster, needs: int, sector: Sector, quantity: int, fields: dict[str, str]) -> list[list[Any]]:
    """Record needs and wait until four partners of each have their link; returns what each is going to post."""
    seen = len(muster.mailbox.mails)
    references = [record(muster.door, asking(PARTNERS, (sector,)), quantity)[0] for _ in range(needs)]
    assert muster.mailbox.wait_for(seen + needs * PARTNERS, 120), "not everybody was asked"
    muster.mailbox.wait_until_quiet(20)
    settings, keys = muster.door.settings, muster.door.settings.signing_keys

    def link(id: str, kid: str) -> str:
        return url_of(settings.base_url, Purpose.invite, derive_token(keys, kid, Purpose.invite, id))

    return [[(link(i.id, i.kid), fields, need) for i in muster.door.situation(need).invitations] for need in references]


def _answered(groups: list[list[Any]], per_second: float | None) -> dict[str, Any]:
    """What partners met who answered, in their own process."""
    orders = {"groups": [[one[:2] for one in group] for group in groups], "per_second": per_second}
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks.partners"],
        input=json.dumps(orders),
        cwd=ROOT,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stderr
    met: dict[str, Any] = json.loads(ran.stdout)
    return met


def _go_on_asking(muster: Muster, over: threading.Event) -> None:
    """Two needs a second, each asking four, until it is over."""
    for _ in range(600):
        if over.wait(0.5):
            return
        record(muster.door, asking(PARTNERS, (GROUPS,)), 4)
