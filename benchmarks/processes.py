"""Processes as Linux shows them: who started whom, their memory, their threads. And ports nobody uses."""

from __future__ import annotations

import os
import random
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
ROOT = Path(__file__).resolve().parent.parent
FIRST_PORT, LAST_PORT = 21000, 21999
END_WITHIN = 15.0


def free_port() -> int:
    """A port of our range that nobody listens on."""
    while True:
        port = random.randrange(FIRST_PORT, LAST_PORT + 1)  # noqa: S311  (not a secret)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port


def eventually(look: Callable[[], T], seconds: float, every: float = 0.05) -> T:
    """Return the first true answer of `look`; after `seconds`, its last."""
    until = time.monotonic() + seconds
    while not (seen := look()) and time.monotonic() < until:
        time.sleep(every)
    return seen


def clean_environment(**more: str) -> dict[str, str]:
    """Our own environment, without whatever Muster and Prefect would read from it."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("MUSTER_", "PREFECT_"))}
    return kept | {"PYTHONPATH": str(ROOT), "DO_NOT_TRACK": "1"} | more


@contextmanager
def started(
    command: Sequence[str], environment: Mapping[str, str], log: Path, stdin: int = subprocess.DEVNULL
) -> Iterator[subprocess.Popen[str]]:
    """A program and all it starts, ended on leaving: politely, after 15 s for certain."""
    with log.open("a") as output:
        process = subprocess.Popen(
            list(command),
            cwd=ROOT,
            env=dict(environment),
            stdin=stdin,
            stdout=subprocess.PIPE if stdin == subprocess.PIPE else output,
            stderr=output,
            text=True,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        family = [process.pid, *descendants(process.pid)]
        process.terminate()
        try:
            process.wait(END_WITHIN)
        except subprocess.TimeoutExpired:
            pass
        for pid in family:
            if _status(pid, "PPid") is not None and started_by_us(pid, family):
                os.kill(pid, signal.SIGKILL)
        process.wait()


def started_by_us(pid: int, family: Sequence[int]) -> bool:
    """Is this still one of the family, and not a stranger under a number used again?"""
    parent = _status(pid, "PPid")
    return pid == family[0] or parent in family or parent == 1


def descendants(pid: int) -> list[int]:
    """Every process that `pid` started, and those started by them."""
    parents = {int(path.name): _status(int(path.name), "PPid") for path in Path("/proc").glob("[0-9]*")}
    found, fresh = [], [pid]
    while fresh:
        fresh = [child for child, parent in parents.items() if parent in fresh]
        found += fresh
    return found


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def memory_mb(pid: int) -> float:
    """What `pid` has in memory (RSS), in MB, shared pages included."""
    return (_status(pid, "VmRSS") or 0) / 1024


def private_mb(pid: int) -> float:
    """What of it no other process shares: what one process more would cost."""
    rows = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(int(n) for n in re.findall(r"^Private_(?:Clean|Dirty):\s+(\d+)", rows, re.MULTILINE)) / 1024


def cpu_seconds(pid: int) -> float:
    """The processor time `pid` has used itself: much the same however busy the machine is otherwise."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def threads(pid: int) -> int:
    return _status(pid, "Threads") or 0


def _status(pid: int, name: str) -> int | None:
    try:
        found = re.search(rf"^{name}:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    except OSError:
        return None
    return int(found[1]) if found else None
