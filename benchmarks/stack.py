"""A whole Muster as `muster up` starts it, and the mail server it sends to."""

from __future__ import annotations

import json
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from benchmarks.processes import (
    clean_environment,
    command_of,
    cpu_seconds,
    descendants,
    eventually,
    free_port,
    memory_mb,
    started,
    threads,
)
from infra.door import Door
from infra.prefect_api import PrefectApi
from infra.settings import Settings
from infra.store import open_store
from tests.mailserver import MailServer, running

READY_WITHIN = 120.0
COMPLAINT = re.compile(r"\b(WARNING|ERROR|CRITICAL)\b|^Traceback")
BEGUN = ["PENDING", "RUNNING", "COMPLETED", "FAILED", "CRASHED", "CANCELLED"]


@dataclass
class Mailbox:
    """What the mail server has received, in the order it came; read on from where the last look ended."""

    server: MailServer
    mails: list[dict[str, Any]] = field(default_factory=list)
    _read: int = 0

    def look(self) -> int:
        """Read what is new; return how many there are by now."""
        with self.server.report.open("rb") as report:
            report.seek(self._read)
            whole, _, _ = report.read().rpartition(b"\n")
        if whole:
            self._read += len(whole) + 1
            self.mails += [json.loads(row) for row in whole.splitlines()]
        return len(self.mails)

    def wait_for(self, count: int, seconds: float, every: float = 0.02) -> bool:
        """Wait until `count` mails in all have come."""
        return eventually(lambda: self.look() >= count, seconds, every)

    def wait_until_quiet(self, seconds: float, quiet: float = 3.0) -> None:
        """Wait until no mail has come for `quiet` seconds."""
        until, seen, since = time.monotonic() + seconds, self.look(), time.monotonic()
        while time.monotonic() < until and time.monotonic() - since < quiet:
            time.sleep(0.1)
            if self.look() != seen:
                seen, since = len(self.mails), time.monotonic()


@dataclass
class Muster:
    """One running Muster: its door, opened in this process as the CLI does, its pages, its processes, its Prefect."""

    door: Door
    mailbox: Mailbox
    base_url: str
    pid: int
    prefect: httpx.Client
    api: PrefectApi

    def process(self, part: str) -> int:
        """The process of `worker`, `web` or `prefect`."""
        words = {"worker": "cli.main worker", "web": "web.app:create_app", "prefect": "infra.prefect_server"}[part]
        return next(pid for pid in descendants(self.pid) if words in command_of(pid))

    def memory(self, part: str) -> float:
        return memory_mb(self.process(part))

    def cpu(self) -> dict[str, float]:
        """The processor seconds each part has used so far."""
        return {part: cpu_seconds(self.process(part)) for part in ("web", "worker", "prefect")}

    def size(self) -> tuple[int, int]:
        """How many processes and threads there are, Prefect's server and the supervisor included."""
        family = [self.pid, *descendants(self.pid)]
        return len(family), sum(threads(pid) for pid in family)

    def flow_runs(self) -> int:
        """How many flow runs have begun since the start."""
        wanted = {"flow_runs": {"state": {"type": {"any_": BEGUN}}}}
        return int(self.prefect.post("/flow_runs/count", json=wanted).raise_for_status().json())

    def run_once(self, deployment: str, seconds: float = 30) -> tuple[float, float]:
        """Have one run made; return how long until it had ended, and how long it took itself, in seconds."""
        begun = time.monotonic()
        run = self.api.create_run(deployment)

        def ended() -> dict[str, Any] | None:
            read: dict[str, Any] = self.prefect.get(f"/flow_runs/{run}").raise_for_status().json()
            return read if read["state_type"] in ("COMPLETED", "FAILED", "CRASHED") else None

        done = eventually(ended, seconds)
        assert done, f"{deployment} did not end within {seconds:g} s"
        assert done["state_type"] == "COMPLETED", done
        return time.monotonic() - begun, float(done["total_run_time"])


@contextmanager
def running_muster(*mail_options: str, before: Callable[[Door], None] | None = None) -> Iterator[Muster]:
    """`muster up` in a folder of its own, until it is ready. `before` fills its store first."""
    with (
        tempfile.TemporaryDirectory(prefix="muster-bench-") as folder,
        running(*mail_options, port=free_port()) as mail,
    ):
        home, port, prefect_port = Path(folder, "home"), free_port(), free_port()
        base_url = f"http://127.0.0.1:{port}"
        settings = Settings(home=home, base_url=base_url, email=mail.url)
        door = Door(open_store(settings.store_url), settings)
        environment = clean_environment(MUSTER_HOME=str(home), MUSTER_BASE_URL=base_url, MUSTER_EMAIL=mail.url)
        up = [sys.executable, "-m", "cli.main", "up", "--port", str(port), "--prefect-port", str(prefect_port)]
        log = Path(folder, "up.log")
        try:
            if before:
                before(door)
            with started(up, environment, log) as process:
                assert eventually(lambda: _ready(base_url) or process.poll() is not None, READY_WITHIN), "not ready"
                assert process.poll() is None, log.read_text()
                user, _, password = (home / "prefect-auth").read_text().strip().partition(":")
                api = f"http://127.0.0.1:{prefect_port}/api"
                with (
                    httpx.Client(base_url=api, auth=(user, password), trust_env=False, timeout=10) as prefect,
                    PrefectApi(api, f"{user}:{password}") as bell,
                ):
                    starting = _complaints(home / "logs")
                    yield Muster(door, Mailbox(mail), base_url, process.pid, prefect, bell)
                    _keep_logs(home / "logs", _complaints(home / "logs")[len(starting) :])
        finally:
            door.store.close()


def _keep_logs(logs: Path, complaints: list[str]) -> None:
    """Say so, and keep the logs, if worker or web app complained meanwhile: then the figures are not to be trusted."""
    if complaints:
        kept = tempfile.mkdtemp(prefix="muster-bench-logs-")
        shutil.copytree(logs, kept, dirs_exist_ok=True)
        print(
            f"  ! {len(complaints)} complaints in the logs, kept in {kept}; the first: {complaints[0][:200]}",
            flush=True,
        )


def _complaints(logs: Path) -> list[str]:
    texts = [(logs / f"{name}.log").read_text(errors="replace") for name in ("worker", "web")]
    return [line for text in texts for line in text.splitlines() if COMPLAINT.search(line)]


def _ready(base_url: str) -> bool:
    try:
        return httpx.get(f"{base_url}/readyz", trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False
