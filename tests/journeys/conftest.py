"""A real Muster for journeys: `muster up` in a folder of its own, with a real Prefect, worker and web app."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any, TypeVar, cast

import httpx
import pytest

T = TypeVar("T")
ROOT = Path(__file__).resolve().parents[2]
READY_WITHIN = 90.0


@dataclass
class Muster:
    """One running Muster, as a user meets it: commands, pages, and the mail it sent."""

    home: Path
    base_url: str
    prefect_url: str
    environment: dict[str, str]
    process: subprocess.Popen[str]

    def command(self, *words: str) -> str:
        """Run `muster WORDS…` and return what it printed; its complaint fails the test."""
        ran = subprocess.run(
            [sys.executable, "-m", "cli.main", *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert ran.returncode == 0, f"muster {' '.join(words)}: {ran.stdout}{ran.stderr}"
        return ran.stdout

    def json(self, *words: str) -> Any:
        return json.loads(self.command(*words, "--json"))

    def mail(self, to: str = "") -> list[EmailMessage]:
        """The mail sent so far, oldest first; with `to`, only that to one address."""
        files = sorted((self.home / "outbox").glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)
        parser = BytesParser(policy=policy.default)
        messages = [cast(EmailMessage, parser.parsebytes(file.read_bytes())) for file in files]
        return [message for message in messages if to in str(message["To"])]

    def end(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(15)


def free_port() -> int:
    """A port nobody listens on, below those the kernel gives to outgoing connections."""
    while True:
        port = random.randrange(22000, 22999)  # noqa: S311  (not a secret)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port


def eventually(look: Callable[[], T], seconds: float = 20) -> T:
    """Return the first true answer of `look`; after `seconds`, its last."""
    until = time.monotonic() + seconds
    while not (seen := look()) and time.monotonic() < until:
        time.sleep(0.1)
    return seen


@pytest.fixture(scope="session")
def muster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Muster]:
    """A Muster that is ready, shared by all journeys: each uses needs of its own."""
    home = tmp_path_factory.mktemp("muster")
    port, prefect_port = free_port(), free_port()
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("MUSTER_", "PREFECT_"))}
    environment = inherited | {
        "MUSTER_HOME": str(home),
        "MUSTER_BASE_URL": f"http://127.0.0.1:{port}",
        "PREFECT_HOME": str(home / "prefect"),
        "PYTHONPATH": str(ROOT),
    }
    up = [sys.executable, "-m", "cli.main", "up", "--port", str(port), "--prefect-port", str(prefect_port)]
    with (home / "up.log").open("w") as log:
        process = subprocess.Popen(up, cwd=ROOT, env=environment, stdout=log, stderr=log, text=True)
    running = Muster(home, f"http://127.0.0.1:{port}", f"http://127.0.0.1:{prefect_port}/api", environment, process)

    def ready() -> bool:
        try:
            answers = httpx.get(f"{running.base_url}/readyz", trust_env=False).status_code == 200
        except httpx.HTTPError:
            answers = False
        return answers or process.poll() is not None

    eventually(ready, READY_WITHIN)
    try:
        assert ready(), (home / "up.log").read_text()
        assert process.poll() is None, (home / "up.log").read_text()
        yield running
    finally:
        running.end()
