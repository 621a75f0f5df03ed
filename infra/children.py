"""Programs that `muster up` keeps running: started in sessions of their own, so that each ends with all it started."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

LOG_BYTES_AT_MOST = 20_000_000
LINES_SHOWN = 8
PAGES = "web"
BEHIND_PAGES = 5  # nice: on a busy machine, somebody who waits for a page comes first
PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    """One program that is kept running, in a session of its own so that all it starts can be ended with it."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    ends_last: bool = False
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    crashes: int = 0
    start_again_at: float = field(default=0.0)

    def start(self) -> None:
        """Start it. Its output goes to its log; the log of the time before is kept as `.log.1`."""
        self.started_at, self.start_again_at = time.monotonic(), 0.0
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(  # noqa: S603  (our own programs, named below)
                list(self.command),
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=_end_with_parent(os.getpid(), 0 if self.name == PAGES else BEHIND_PAGES),
            )

    @property
    def ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def signal_all(self, number: int) -> None:
        """Send a signal to the program and to all it has started."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                pass

    def last_lines(self) -> str:
        lines = self.log.read_text(errors="replace").strip().splitlines()[-LINES_SHOWN:]
        return "\n".join(f"    {line}" for line in lines)

    def begin_log(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists():
            self.log.replace(self.log.with_suffix(".log.1"))

    def keep_log_small(self) -> None:
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES_AT_MOST:
            self.log.with_suffix(".log.1").write_bytes(self.log.read_bytes())
            os.truncate(self.log, 0)  # the child appends, so it goes on at the new end


def _end_with_parent(parent: int, nice: int) -> Callable[[], None]:
    """Return what a new child does first: step back by `nice`; on Linux, ask for SIGTERM should we die."""
    if not sys.platform.startswith("linux"):
        return lambda: None
    prctl = ctypes.CDLL(None).prctl  # looked up before the fork: after it, little is safe

    def ask() -> None:
        os.nice(nice)
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # we died in between
            os.kill(os.getpid(), signal.SIGTERM)

    return ask
