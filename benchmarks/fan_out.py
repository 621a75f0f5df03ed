"""fan-out: one need, 1,300 to be asked at once."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.borough import asking, fill, record
from benchmarks.figures import Figure
from benchmarks.peer import running_peer
from benchmarks.stack import Mailbox, running_muster

CLAIM = "an incident asks 1,300 partners in under eight seconds"
ALL_WITHIN = 8.0
PATIENCE = 120.0


def measure(small: bool) -> Iterator[Figure]:
    """From the need's record to the last of the mails, by the mail server's own clock."""
    count = 60 if small else 1300
    with running_muster(before=lambda door: fill(door, count + 1, capacity=10)) as muster:
        record(muster.door, asking(1))  # warm; who is asked here is not asked below: that mail would wait for company
        muster.mailbox.wait_for(1, 20)
        muster.mailbox.wait_until_quiet(20)
        seen, runs = len(muster.mailbox.mails), muster.flow_runs()
        _, at = record(muster.door, asking(count), quantity=100_000)
        muster.mailbox.wait_for(seen + count, PATIENCE)
        ours = _moments(muster.mailbox, seen, at)
        used = muster.flow_runs() - runs
    yield Figure(
        f"recorded -> {count:,} invitations accepted by the mail server",
        _say(ours, count),
        f"< {ALL_WITHIN:g} s",
        len(ours) == count and ours[-1] < ALL_WITHIN,
        _theirs(count),
    )
    yield Figure("flow runs it took", f"{used}")


def _theirs(count: int) -> str:
    with running_peer() as peer:
        peer.ask("respond", "warm", ["warm@example.org"])
        peer.mailbox.wait_for(1, 60)
        seen = len(peer.mailbox.mails)
        at = peer.ask("respond", "need", [f"g-{n:05}@example.org" for n in range(count)])
        peer.mailbox.wait_for(seen + count, PATIENCE)
        return f"`.map` over {count:,}: {_say(_moments(peer.mailbox, seen, at), count)}"


def _moments(mailbox: Mailbox, seen: int, at: float) -> list[float]:
    return sorted(mail["at"] - at for mail in mailbox.mails[seen:])


def _say(moments: list[float], count: int) -> str:
    if len(moments) < count:
        return f"{len(moments):,} of {count:,} within {PATIENCE:g} s"
    return f"all in {moments[-1]:.1f} s, the first after {moments[0]:.2f} s, half after {moments[count // 2]:.1f} s"
