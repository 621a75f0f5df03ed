"""first-mail: how long after a need is on record the first invitation has been accepted by the mail server."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

from benchmarks.borough import fill, record
from benchmarks.figures import Figure, Spread, spread
from benchmarks.peer import running_peer
from benchmarks.stack import Mailbox, running_muster
from infra.playbooks import load_playbook

CLAIM = "a need is on record, and within a second and a half the first partner has been asked"
MEDIAN_UNDER, TIMES_FASTER = 1.5, 8.0
ASKED = 8  # what the everyday playbook's first round comes to here


def measure(small: bool) -> Iterator[Figure]:
    """Needs one after another, with people's pauses between; the mail server's own clock says when."""
    ours = _ours(3 if small else 20)
    yield Figure(
        f"recorded -> first of {ASKED} invitations accepted by the mail server",
        ours.say(),
        f"median < {MEDIAN_UNDER} s",
        ours.median < MEDIAN_UNDER,
    )
    theirs = _theirs(2 if small else 10)
    ratio = theirs.median / ours.median
    yield Figure(
        "times faster than Prefect's own way",
        f"{ratio:.1f} x",
        f">= {TIMES_FASTER:g} x",
        ratio >= TIMES_FASTER,
        f"run_deployment -> first mail: {theirs.say()}",
    )


def _ours(count: int) -> Spread:
    playbook = load_playbook("everyday")
    with running_muster(before=lambda door: fill(door, 200)) as muster:
        taken = []
        for number in range(count + 1):
            _, at = record(muster.door, playbook)
            taken.append(_first_after(muster.mailbox, at))
            _pause(muster.mailbox)
            if number == 0:
                taken.clear()  # the first warms caches on both sides
    return spread(taken)


def _theirs(count: int) -> Spread:
    with running_peer() as peer:
        taken = []
        for number in range(count + 1):
            at = peer.ask("respond", f"need-{number}", [f"g-{n:05}@example.org" for n in range(ASKED)])
            taken.append(_first_after(peer.mailbox, at))
            _pause(peer.mailbox)
            if number == 0:
                taken.clear()
    return spread(taken)


def _first_after(mailbox: Mailbox, at: float) -> float:
    assert mailbox.wait_for(len(mailbox.mails) + 1, 120), "no mail within two minutes"
    return float(next(mail["at"] for mail in mailbox.mails if mail["at"] >= at)) - at


def _pause(mailbox: Mailbox) -> None:
    """Until this need's mails are out, and a moment more: nobody records needs in step with a poll."""
    mailbox.wait_until_quiet(30, quiet=1.5)
    time.sleep(random.uniform(0, 2))  # noqa: S311  (not a secret)
