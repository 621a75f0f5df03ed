"""Starts what `prefect_way.py` needs: a plain Prefect server with its default settings, and the served flows."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from benchmarks.processes import clean_environment, descendants, eventually, free_port, started
from benchmarks.stack import Mailbox
from tests.mailserver import running

READY_WITHIN = 120.0


@dataclass
class Peer:
    """Prefect alone, ready for needs."""

    mailbox: Mailbox
    folder: Path
    served_by: int
    asking: subprocess.Popen[str]

    def ask(self, flow: str, need: str, recipients: Sequence[str] = ()) -> float:
        """Have a need responded to; returns the Unix time just before Prefect was asked for a run."""
        (self.folder / f"{need}.json").write_text(json.dumps(list(recipients)))
        assert self.asking.stdin is not None
        assert self.asking.stdout is not None
        self.asking.stdin.write(f"{flow} {need}\n")
        self.asking.stdin.flush()
        return float(self.asking.stdout.readline())

    def runs(self) -> list[int]:
        """The processes of the flow runs that are under way."""
        return descendants(self.served_by)


@contextmanager
def running_peer() -> Iterator[Peer]:
    """A plain Prefect server, `serve()` with two deployments, and a mail server."""
    with tempfile.TemporaryDirectory(prefix="prefect-bench-") as name, running(port=free_port()) as mail:
        folder, port = Path(name), free_port()
        log, api = folder / "prefect.log", f"http://127.0.0.1:{port}/api"
        environment = clean_environment(
            PREFECT_HOME=str(folder / "prefect"),
            PREFECT_API_URL=api,
            PREFECT_SERVER_ANALYTICS_ENABLED="false",
            BENCH_NEEDS=str(folder),
            BENCH_SMTP=f"127.0.0.1:{mail.port}",
        )
        server = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
        way = [sys.executable, "-m", "benchmarks.prefect_way"]
        with started(server, environment, log):
            assert eventually(lambda: _answers(f"{api}/health"), READY_WITHIN), log.read_text()
            with (
                started([*way, "serve"], environment, log) as serving,
                started([*way, "ask"], environment, log, stdin=subprocess.PIPE) as asking,
            ):
                assert eventually(lambda: _answers(f"{api}/deployments/name/wait/wait"), READY_WITHIN), log.read_text()
                yield Peer(Mailbox(mail), folder, serving.pid, asking)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False
